// How long one step of a policy takes: N steps timed one by one, for each size.
//
//   bench_policy_step [N]          default 100 000; a line per size, all forms of a layer for 17/6 2x256
//
// "max" shows the operating system as much as the runtime: measure on an idle core.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../policy_file.h"
#include "policy/inside.h"

// what is measured
static const struct {
  const char* name;
  PolicyShape shape;
} SIZES[] = {{"4/1, 2x64", {4, 1, 3, 64, 1, 0, 0}},
             {"11/3, 2x64", {11, 3, 3, 64, 1, 0, 0}},
             {"17/6, 2x256", {17, 6, 3, 256, 1, 0, 0}},
             {"48/12 and 3 commands, history 4, 2x256", {48, 12, 3, 256, 4, 3, 1}},
             {"105/8, 2x256", {105, 8, 3, 256, 1, 0, 0}},
             {"348/17, 2x256", {348, 17, 3, 256, 1, 0, 0}}};


static int by_size(const void* a, const void* b) {
  double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}


static double now_ns(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}


static void print_row(const char* name, const char* form, double* times, int n) {
  qsort(times, (size_t)n, sizeof(times[0]), by_size);
  printf("%-40s %-20s %9.2f %9.2f %9.2f %9.2f %9.2f\n", name, form, times[n / 10] / 1e3,
         times[n / 2] / 1e3, times[n - 1 - n / 100] / 1e3, times[n - 1 - n / 10000] / 1e3,
         times[n - 1] / 1e3);
}


static void measure(const char* name, const PolicyShape* shape, int form, int n) {
  size_t size;
  PolicySpec* spec = spec_make(shape, 1);
  char* bytes = spec_bytes(spec, &size);
  SgPolicy* policy = sg_policy_load(bytes, size, NULL, 0);
  if (!policy || !sg_linear_form(form)) {
    exit(1);
  }
  policy->linear = sg_linear_form(form);
  int ninput = shape->nelement + shape->ncommand;
  float* now = malloc(sizeof(float) * (size_t)(ninput + shape->nact));
  double* times = malloc(sizeof(double) * (size_t)n);
  void* memory = malloc(sg_policy_state_size(policy));
  SgPolicyState* state = sg_policy_state_init(policy, memory, sg_policy_state_size(policy));

  // a tenth to warm up
  uint32_t rng = 1;
  for (int k = -n / 10; k < n; k++) {
    for (int i = 0; i < ninput; i++) {
      now[i] = draw_float(&rng);
    }
    double start = now_ns();
    sg_policy_step_now(state, now, now + shape->nelement, now + ninput);
    times[k < 0 ? 0 : k] = now_ns() - start;
  }
  print_row(name, sg_linear_name(form), times, n);
  free(memory);
  free(times);
  free(now);
  free(bytes);
  sg_policy_free(policy);
  spec_free(spec);
}


int main(int argc, char** argv) {
  int n = argc > 1 ? atoi(argv[1]) : 100000, best = sg_linear_count() - 1;
  while (!sg_linear_form(best)) {
    best--;
  }
  if (n < 100) {
    fprintf(stderr, "bench_policy_step [N]: N is at least 100\n");
    return 2;
  }
  printf("%-40s %-20s %9s %9s %9s %9s %9s\n", "microseconds per step", "", "decile", "median",
         "p99", "p99.99", "max");
  for (size_t i = 0; i < sizeof(SIZES) / sizeof(SIZES[0]); i++) {
    for (int form = strcmp(SIZES[i].name, "17/6, 2x256") == 0 ? 0 : best; form <= best; form++) {
      measure(SIZES[i].name, &SIZES[i].shape, form, n);
    }
  }
  return 0;
}
