// Every kernel of every instruction set that this processor has, against the oracle: products at
// shapes that fill tiles and shapes that do not, and the functions over a dense sweep of floats
// against the C library in double, with the bounds that simd_math.h states.

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "math/exp.h"
#include "math/kernels.h"

enum {
  MAX = 400 * 400,
  GUARD = 64
};

// what stands behind the room for results
static const float SENTINEL = 12345;

// arrays with a guard behind each, so that a kernel that writes too far is seen
static float a[MAX], b[MAX], turned[MAX], bias[512], h[MAX];
static float got[MAX + GUARD], expected[MAX + GUARD], state[4][MAX];


static void fill(float* x, size_t count, uint32_t stream) {
  SgRng rng = sg_rng_make(stream, SG_RNG_TEST, 0, 0);
  for (size_t i = 0; i < count; i++) {
    x[i] = (float)(2 * sg_rng_uniform(&rng) - 1);
  }
}


// results within rounding of the oracle's: k products of numbers up to 1, summed in another order
static void assert_close(const char* what, const float* x, const float* y, size_t count, int k) {
  for (size_t i = 0; i < count; i++) {
    double bound = 4 * FLT_EPSILON * (sqrt((double)k) + fabs((double)y[i]));
    if (!(fabs((double)x[i] - (double)y[i]) <= bound)) {
      fail_msg("%s: entry %zu is %.9g, expected %.9g", what, i, (double)x[i], (double)y[i]);
    }
  }
}


// room for count results, and a mark behind them
static void mark(size_t count) {
  for (size_t i = count; i < count + GUARD; i++) {
    got[i] = SENTINEL;
  }
}


static void assert_marked(const char* what, size_t count) {
  for (size_t i = count; i < count + GUARD; i++) {
    if (got[i] != SENTINEL) {
      fail_msg("%s: wrote %zu entries too far", what, i - count + 1);
    }
  }
}


//-------------------------------- products ------------------------------------------------------

// x (n, k), w (k, m): forward with and without ReLU, both backwards
static void check_shape(const SgKernels* own, int n, int k, int m) {
  const SgKernels* ref = sg_kernels_ref();
  size_t nk = (size_t)n * (size_t)k, nm = (size_t)n * (size_t)m, km = (size_t)k * (size_t)m;
  char what[128];
  snprintf(what, sizeof(what), "%s, n %d, k %d, m %d", own->core, n, k, m);

  // y = x w + bias
  fill(a, nk, 1);
  fill(b, km, 2);
  fill(bias, (size_t)m, 3);
  for (int relu = 0; relu < 2; relu++) {
    mark(nm);
    own->forward(got, a, b, bias, n, k, m, relu);
    ref->forward(expected, a, b, bias, n, k, m, relu);
    assert_close(what, got, expected, nm, k);
    assert_marked(what, nm);
  }

  // dx = dy w^T, masked and not
  fill(a, nm, 4);
  fill(h, nk, 5);
  own->transpose(turned, b, k, m, 0, k);
  for (int masked = 0; masked < 2; masked++) {
    mark(nk);
    own->backward_data(got, a, b, turned, masked ? h : NULL, n, k, m);
    ref->backward_data(expected, a, b, turned, masked ? h : NULL, n, k, m);
    assert_close(what, got, expected, nk, m);
    assert_marked(what, nk);
  }

  // dw = x^T dy, in two pieces
  int cut = k / 3 / 8 * 8;
  mark(km);
  own->backward_weight(got, h, a, n, k, m, 0, cut);
  own->backward_weight(got, h, a, n, k, m, cut, k - cut);
  ref->backward_weight(expected, h, a, n, k, m, 0, k);
  assert_close(what, got, expected, km, n);
  assert_marked(what, km);

  mark((size_t)m);
  own->column_sum(got, a, n, m);
  ref->column_sum(expected, a, n, m);
  assert_close(what, got, expected, (size_t)m, n);
  assert_marked(what, (size_t)m);
}


static void products_equal_the_oracle(void** state_) {
  const SgKernels* own = *state_;
  static const int shapes[][3] = {{256, 17, 256}, {256, 256, 256}, {256, 256, 12}, {256, 256, 1},
                                  {32, 365, 256}, {1, 17, 256},    {1, 256, 12},   {7, 11, 13},
                                  {33, 31, 47},   {9, 1, 1},       {100, 23, 100}, {31, 348, 34},
                                  {3, 5, 300},    {64, 64, 64},    {8, 6, 16},     {1024, 20, 100},
                                  {1025, 20, 64}};
  for (size_t i = 0; i < sizeof(shapes) / sizeof(shapes[0]); i++) {
    check_shape(own, shapes[i][0], shapes[i][1], shapes[i][2]);
  }

  // every remainder of rows and columns
  for (int n = 1; n <= 18; n++) {
    for (int m = 1; m <= 36; m++) {
      check_shape(own, n, 19, m);
    }
  }
}


// a product that is not finite stays so, through ReLU too: the finite check must see it
static void nan_passes_through(void** state_) {
  const SgKernels* own = *state_;
  fill(a, 16 * 20, 1);
  fill(b, 20 * 40, 2);
  fill(bias, 40, 3);
  a[3 * 20 + 7] = NAN;
  own->forward(got, a, b, bias, 16, 20, 40, true);
  for (int j = 0; j < 40; j++) {
    assert_true(isnan(got[3 * 40 + j]));
    assert_true(!isnan(got[4 * 40 + j]));
  }
  for (size_t at = 0; at < 100; at++) {
    fill(got, 100, 4);
    assert_true(own->finite(got, 100));
    got[at] = at % 3 == 0 ? NAN : at % 3 == 1 ? INFINITY : -INFINITY;
    assert_false(own->finite(got, 100));
  }
}


// a row's bytes do not depend on the rows computed with it
static void rows_do_not_depend_on_company(void** state_) {
  const SgKernels* own = *state_;
  fill(a, 100 * 23, 1);
  fill(b, 23 * 90, 2);
  fill(bias, 90, 3);
  own->forward(got, a, b, bias, 100, 23, 90, true);
  for (int i = 0; i < 100; i += 7) {
    int count = i + 7 <= 100 ? 7 : 100 - i;
    own->forward(expected + i * 90, a + i * 23, b, bias, count, 23, 90, true);
  }
  assert_memory_equal(got, expected, 100 * 90 * sizeof(float));
}


//-------------------------------- passes --------------------------------------------------------

static void transposing_turns(void** state_) {
  const SgKernels* own = *state_;
  fill(a, 37 * 53, 1);
  own->transpose(got, a, 37, 53, 0, 16);
  own->transpose(got, a, 37, 53, 16, 21);
  for (int i = 0; i < 37; i++) {
    for (int j = 0; j < 53; j++) {
      assert_true(got[j * 37 + i] == a[i * 53 + j]);
    }
  }
}


static void adam_equals_the_oracle(void** state_) {
  const SgKernels* own = *state_;
  SgAdam adam = {0.9f, 0.1f, 0.999f, 0.001f, 3e-3f, 1.7f, 1e-8f};
  enum {
    N = 1001
  };
  static float param[2][N], grad[N], m[2][N], v[2][N], targ[2][N];
  for (int k = 0; k < 2; k++) {
    fill(param[k], N, 1);
    fill(targ[k], N, 2);
    memset(m[k], 0, sizeof(m[k]));
    memset(v[k], 0, sizeof(v[k]));
  }
  for (uint32_t t = 0; t < 5; t++) {
    fill(grad, N, 10 + t);
    own->adam(param[0], grad, m[0], v[0], targ[0], N, &adam, 0.005f);
    sg_kernels_ref()->adam(param[1], grad, m[1], v[1], targ[1], N, &adam, 0.005f);
  }
  for (int i = 0; i < N; i++) {
    assert_true(fabsf(param[0][i] - param[1][i]) < 1e-6f);
    assert_true(fabsf(targ[0][i] - targ[1][i]) < 1e-6f);
    assert_true(fabsf(v[0][i] - v[1][i]) < 1e-7f);
  }
}


//-------------------------------- functions -----------------------------------------------------

// units in the last place between a result and the true value
static double ulps(float x, double y) {
  double unit = ldexp(1, ilogb(y) - 23);
  return fabs((double)x - y) / fmax(unit, ldexp(1, -149));
}


// the worst error of f over every step-th float in [low, high], in units of the last place, leaving
// out errors below `absolute`
static double sweep(void (*f)(float* y, const float* x, size_t count), double (*truth)(double x),
                    float low, float high, uint32_t step, double absolute, float* where) {
  double worst = 0;
  size_t n = 0;
  uint32_t from, to;
  memcpy(&from, &low, 4);
  memcpy(&to, &high, 4);
  for (uint64_t bits = from; bits <= to; bits += step) {
    uint32_t word = (uint32_t)bits;
    memcpy(&a[n++], &word, 4);
    if (n < 1000 && bits + step <= to) {
      continue;
    }
    f(got, a, n);
    for (size_t i = 0; i < n; i++) {
      double y = truth((double)a[i]);
      double error = fabs((double)got[i] - y) <= absolute ? 0 : ulps(got[i], y);
      if (!(error <= worst)) {
        worst = error;
        *where = a[i];
      }
    }
    n = 0;
  }
  return worst;
}


static double true_log_sech2(double u) {
  return 2 * (log(2) - fabs(u) - log1p(exp(-2 * fabs(u))));
}


static double true_sech2(double u) {
  double e = exp(-2 * fabs(u));
  return 4 * e / ((1 + e) * (1 + e));
}


static void functions_keep_their_bounds(void** state_) {
  const SgKernels* own = *state_;
  const struct {
    const char* name;
    void (*f)(float* y, const float* x, size_t count);
    double (*truth)(double x);
    float low, high;
    double bound, absolute;
  } cases[] = {
      {"exp", own->exp, exp, 1e-30f, 88.0f, 2, 0},
      {"exp, negative", own->exp, exp, -1e-30f, -87.0f, 2, 0},
      {"tanh", own->tanh, tanh, 1e-30f, 100.0f, 2, 0},
      {"tanh, negative", own->tanh, tanh, -1e-30f, -100.0f, 2, 0},
      {"log sech^2", own->log_sech2, true_log_sech2, 1e-6f, 40.0f, 4, 4e-7},
      {"sech^2", own->sech2, true_sech2, 1e-6f, 40.0f, 6, 0},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    float where = 0;
    double worst = sweep(cases[i].f, cases[i].truth, cases[i].low, cases[i].high, 1009,
                         cases[i].absolute, &where);
    print_message("  %s %-16s worst %.2f units in the last place, at %g\n", own->core,
                  cases[i].name, worst, (double)where);
    if (worst > cases[i].bound) {
      fail_msg("%s %s: %g units at %.9g", own->core, cases[i].name, worst, (double)where);
    }
  }
}


static void functions_know_their_limits(void** state_) {
  const SgKernels* own = *state_;
  float x[6] = {NAN, INFINITY, -INFINITY, 0, -0.0f, 1e30f}, y[6];
  own->tanh(y, x, 6);
  assert_true(isnan(y[0]) && y[1] == 1 && y[2] == -1 && y[3] == 0 && signbit(y[4]) && y[5] == 1);
  own->exp(y, x, 6);
  assert_true(isnan(y[0]) && y[1] > 1e38f && y[2] < 2e-38f && y[3] == 1 && y[4] == 1);
  own->log_sech2(y, x, 6);
  assert_true(isnan(y[0]) && fabsf(y[3]) < 1e-6f && y[5] < -1e30f);
  own->sech2(y, x, 6);
  assert_true(isnan(y[0]) && y[3] == 1 && y[5] >= 0 && y[5] < 1e-30f);
}


// the exponential in double, densely, and the powers that Adam's corrections take with it
static void exp_double_keeps_its_bound(void** state_) {
  (void)state_;
  double worst = 0, worst_power = 0;
  for (double x = -700; x <= 700; x += 0.00317) {
    double y = exp(x);
    worst = fmax(worst, fabs(sg_exp_double(x) - y) / ldexp(1, ilogb(y) - 52));
  }
  for (int t = 1; t < 1000000; t++) {
    double y = 1 - pow(0.999, t), x = 1 - sg_exp_double(t * log(0.999));
    worst_power = fmax(worst_power, fabs(x - y) / y);
  }
  print_message("  exp in double: worst %.2f units; 1 - 0.999^t: %.1e\n", worst, worst_power);
  assert_true(worst <= 2 && worst_power < 1e-13);
  assert_true(isnan(sg_exp_double((double)NAN)) && sg_exp_double(0) == 1);
  assert_true(sg_exp_double(1e300) == sg_exp_double(700) && sg_exp_double(-1e300) > 0);
}


//-------------------------------- noise ---------------------------------------------------------

// the same numbers that the draws' own words give in double, whatever piece they are asked in
static void normal_numbers_are_those_of_their_addresses(void** state_) {
  const SgKernels* own = *state_;
  SgRng rng = sg_rng_make(5, SG_RNG_TEST, 3, 9);
  rng.counter = 0xfffffff0u;  // across the end of a word
  own->normal(got, rng, 1000);
  for (size_t i = 0; i < 1000; i += 37) {
    SgRng at = rng;
    float piece[37];
    size_t count = i + 37 <= 1000 ? 37 : 1000 - i;
    at.counter += i;
    own->normal(piece, at, count);
    assert_memory_equal(piece, got + i, count * sizeof(float));
  }
  own->normal(got, rng, 100000);
  for (uint64_t i = 0; i < 100000; i++) {
    uint32_t w[4];
    sg_rng_words(w, rng.seed, rng.stream, rng.counter + i);
    double u = ((double)w[0] + 0.5) * 0x1p-32, v = ((double)w[2] + 0.5) * 0x1p-32;
    double radius = sqrt(-2 * log(u)), y = radius * cos(2 * acos(-1.0) * v);
    if (!(fabs((double)got[i] - y) <= 4e-6 + fmin(2e-7 / radius, 6e-4))) {
      fail_msg("draw %d is %.9g, expected %.9g", (int)i, (double)got[i], y);
    }
  }
}


// mean, variance, skewness, kurtosis and tails of a million
static void normal_numbers_are_normal(void** state_) {
  const SgKernels* own = *state_;
  SgRng rng = sg_rng_make(1, SG_RNG_TEST, 0, 0);
  double sum[5] = {0};
  int n = 0, beyond = 0;
  for (int i = 0; i < 10; i++, rng.counter += 100000) {
    own->normal(state[0], rng, 100000);
    for (int j = 0; j < 100000; j++, n++) {
      double x = (double)state[0][j], p = 1;
      for (int k = 1; k <= 4; k++) {
        sum[k] += p *= x;
      }
      beyond += fabs(x) > 3;
    }
  }
  // within five standard errors each
  double root = sqrt((double)n);
  assert_true(fabs(sum[1] / n) < 5 / root);
  assert_true(fabs(sum[2] / n - 1) < 5 * sqrt(2) / root);
  assert_true(fabs(sum[3] / n) < 5 * sqrt(15) / root);
  assert_true(fabs(sum[4] / n - 3) < 5 * sqrt(96) / root);
  assert_true(fabs(beyond / (double)n - 0.0026998) < 5 * sqrt(0.0027) / root);
}


//-------------------------------- every instruction set -----------------------------------------

int main(void) {
  static const char* const isas[] = {"avx512", "avx2", "avx"};
  int nfailed = 0;
  for (int i = 0; i < 3; i++) {
    SgError error = {0};
    const SgKernels* own = sg_kernels_own(isas[i], &error);
    if (!own) {
      print_message("not run: %s\n", error.text);
      continue;
    }
    void* with = (void*)(uintptr_t)own;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_prestate(products_equal_the_oracle, with),
        cmocka_unit_test_prestate(nan_passes_through, with),
        cmocka_unit_test_prestate(rows_do_not_depend_on_company, with),
        cmocka_unit_test_prestate(transposing_turns, with),
        cmocka_unit_test_prestate(adam_equals_the_oracle, with),
        cmocka_unit_test_prestate(functions_keep_their_bounds, with),
        cmocka_unit_test_prestate(functions_know_their_limits, with),
        cmocka_unit_test_prestate(normal_numbers_are_those_of_their_addresses, with),
        cmocka_unit_test_prestate(normal_numbers_are_normal, with),
    };
    nfailed += cmocka_run_group_tests_name(isas[i], tests, NULL, NULL);
  }
  const struct CMUnitTest scalar[] = {cmocka_unit_test(exp_double_keeps_its_bound)};
  return nfailed + cmocka_run_group_tests_name("in double", scalar, NULL, NULL);
}
