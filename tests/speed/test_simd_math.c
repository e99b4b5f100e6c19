// The bounds that math/simd_math.h states of the functions inside others: logarithms and the
// cosine, over every 211th float of their ranges, against the C library in double.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "math/kernels.h"
#include "simd_math.h"

enum {
  CHUNK = 4096,
  STEP = 211
};

// a function with its truth, range, and bound: in units in the last place, errors up to `absolute`
// aside
typedef struct Case {
  const char* name;
  SimdFunction function;
  double (*truth)(double x);
  float low, high;
  double units, absolute;
} Case;

typedef void Map(SimdFunction f, float* y, const float* x, size_t count);


static double cos_turns(double x) {
  return cos(2 * acos(-1.0) * x);
}


static double units_off(float y, double truth) {
  double unit = ldexp(1, ilogb(truth) - 23);
  return fabs((double)y - truth) / fmax(unit, ldexp(1, -149));
}


// the worst of a chunk
static double worst_of(const Case* c, Map* map, const float* x) {
  float y[CHUNK];
  double worst = 0;
  map(c->function, y, x, CHUNK);
  for (int i = 0; i < CHUNK; i++) {
    double truth = c->truth((double)x[i]);
    bool near = fabs((double)y[i] - truth) <= c->absolute;
    double off = near ? 0 : units_off(y[i], truth);
    worst = off <= worst ? worst : off;  // NaN is worse than anything
  }
  return worst;
}


static double sweep(const Case* c, Map* map) {
  float x[CHUNK];
  uint32_t from, to;
  double worst = 0;
  int n = 0;
  memcpy(&from, &c->low, sizeof(from));
  memcpy(&to, &c->high, sizeof(to));
  for (uint64_t bits = from; bits <= to; bits += STEP) {
    uint32_t word = (uint32_t)bits;
    memcpy(&x[n++], &word, sizeof(word));
    if (n == CHUNK) {
      worst = fmax(worst, worst_of(c, map, x));
      n = 0;
    }
  }
  for (; n < CHUNK; n++) {
    x[n] = c->high;
  }
  return fmax(worst, worst_of(c, map, x));
}


static void check(Map* map, const char* isa) {
  static const Case cases[] = {
      {"log", SIMD_LOG, log, 0x1p-33f, 1, 3, 1.2e-7},
      {"log1p", SIMD_LOG1P, log1p, 1e-30f, 1, 3, 0},
      {"cos", SIMD_COS_TURNS, cos_turns, 1e-30f, 1, 0, 2e-7},
  };
  SgError error = {0};
  if (!sg_kernels_own(isa, &error)) {
    print_message("  not run: %s\n", error.text);
    return;
  }
  for (int i = 0; i < 3; i++) {
    double worst = sweep(&cases[i], map);
    print_message("  %s %-6s worst %.2f units, allowed %.0f\n", isa, cases[i].name, worst,
                  cases[i].units);
    assert_true(worst <= cases[i].units);
  }
}


static void logarithms_and_cosine_keep_their_bounds(void** state) {
  (void)state;
  check(simd_map_avx512, "avx512");
  check(simd_map_avx2, "avx2");
  check(simd_map_avx, "avx");
}


// a function that is not the one claimed is seen
static void a_wrong_function_is_seen(void** state) {
  (void)state;
  const Case wrong = {"log1p", SIMD_LOG1P, expm1, 1e-3f, 1, 3, 0};
  assert_true(sweep(&wrong, simd_map_avx) > 1000);
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(logarithms_and_cosine_keep_their_bounds),
      cmocka_unit_test(a_wrong_function_is_seen),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
