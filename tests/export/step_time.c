/* How long a step of an exported policy takes: decile and median of N steps timed one by one, in
 * microseconds. Compiled beside big.c and big.h, a policy as C of the name `big`.
 *
 *   step_time [N]       default 100 000; measure on an idle core
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "big.h"


static int by_size(const void* a, const void* b) {
  double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}


static double now_us(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}


int main(int argc, char** argv) {
  static big_state state;
  float obs[big_NOBS], act[big_NACT];
  int n = argc > 1 ? atoi(argv[1]) : 100000;
  double* times = n >= 100 ? malloc(sizeof(double) * (size_t)n) : NULL;
  uint32_t rng = 1;
  if (!times) {
    fprintf(stderr, "step_time [N]: N is at least 100\n");
    return 2;
  }

  /* a tenth to warm up */
  big_reset(&state);
  for (int k = -n / 10; k < n; k++) {
    for (int i = 0; i < big_NOBS; i++) {
      rng = rng * 1664525u + 1013904223u;
      obs[i] = (float)(int32_t)rng / 1073741824.0f;
    }
    double start = now_us();
    big_step(&state, obs, act);
    times[k < 0 ? 0 : k] = now_us() - start;
  }
  qsort(times, (size_t)n, sizeof(times[0]), by_size);
  printf("%.2f %.2f\n", times[n / 10], times[n / 2]);
  free(times);
  return 0;
}
