// How long a step of an exported policy takes: compiled with its policy.c by tests/bench/all.py,
// which chooses the optimisation.
//
//   softgait export RUN --to c --out policy.c && cc -O2 exported.c policy.c && ./a.out
//
// As `softgait bench infer`: STEPS steps on different observations, each timed by itself with the
// clock's own time in it; the lower decile, the median and the tail, a JSON row each.

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "policy.h"

enum {
  STEPS = 200000,
  WARM_UP = 20000,
  OBSERVATIONS = 512
};

static float obs[OBSERVATIONS][policy_NOBS], act[policy_NACT];
static double microseconds[STEPS];


static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return 1e6 * (double)t.tv_sec + 1e-3 * (double)t.tv_nsec;
}


static int by_size(const void* a, const void* b) {
  double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}


static void print_row(const char* name, int place) {
  printf("{\"name\": \"%s\", \"threads\": 1, \"rate\": %.17g, \"unit\": \"us\"}\n", name,
         microseconds[place]);
}


int main(void) {
  static policy_state state;
  uint32_t random = 1;
  int nfailed = policy_self_test() != 0;

  for (int i = 0; i < OBSERVATIONS * policy_NOBS; i++) {
    random = random * 1664525u + 1013904223u;
    obs[i / policy_NOBS][i % policy_NOBS] = (float)(int32_t)random * 0x1p-31f;
  }
  policy_reset(&state);
  for (int k = -WARM_UP; k < STEPS; k++) {
    double begin = now();
    nfailed += policy_step(&state, obs[k & (OBSERVATIONS - 1)], act) != 0;
    microseconds[k < 0 ? 0 : k] = now() - begin;
  }
  qsort(microseconds, STEPS, sizeof(double), by_size);
  print_row("exported", STEPS / 10);
  print_row("exported.median", STEPS / 2);
  print_row("exported.p99", STEPS - 1 - STEPS / 100);
  print_row("exported.p9999", STEPS - 1 - STEPS / 10000);
  print_row("exported.max", STEPS - 1);
  return nfailed > 0;
}
