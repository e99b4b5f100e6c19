// The bench's guard: it lets every backend of this processor pass, and none with a wrong product.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "math/kernels_check.h"

static const SgKernels* right;  // what the wrong ones are made of


static void every_backend_passes(void** state) {
  (void)state;
  static const char* const isas[] = {"avx512", "avx2", "avx"};
  static const int shapes[][3] = {{33, 17, 256}, {33, 256, 256},  {33, 256, 12},
                                  {97, 365, 34}, {33, 256, 1},    {1, 1, 1},
                                  {9, 31, 47},   {129, 23, 1024}, {40, 1024, 1024}};
  for (int s = 0; s < 9; s++) {
    SgError error = {0};
    const int* shape = shapes[s];
    for (int i = 0; i < 3; i++) {
      const SgKernels* own = sg_kernels_own(isas[i], &error);
      if (own) {
        assert_int_equal(sg_kernels_check(own, shape[0], shape[1], shape[2], &error), SG_OK);
      }
    }
    const SgKernels* blas = sg_kernels_blas(&error);
    assert_non_null(blas);
    assert_int_equal(sg_kernels_check(blas, shape[0], shape[1], shape[2], &error), SG_OK);
  }
}


//-------------------------------- wrong ones ----------------------------------------------------

// the last entry gets one term less
static void forget_a_term(float* y, const float* x, const float* w, const float* bias, int n, int k,
                          int m, bool relu) {
  right->forward(y, x, w, bias, n, k, m, relu);
  float term = x[(ptrdiff_t)n * k - 1] * w[(ptrdiff_t)k * m - 1];
  y[(ptrdiff_t)n * m - 1] = y[(ptrdiff_t)n * m - 1] - term;
}


static void forget_relu(float* y, const float* x, const float* w, const float* bias, int n, int k,
                        int m, bool relu) {
  (void)relu;
  right->forward(y, x, w, bias, n, k, m, false);
}


static void forget_the_mask(float* dx, const float* dy, const float* w, const float* wt,
                            const float* h, int n, int k, int m) {
  (void)h;
  right->backward_data(dx, dy, w, wt, NULL, n, k, m);
}


static void swap_the_factors(float* dw, const float* x, const float* dy, int n, int k, int m,
                             int first, int count) {
  right->backward_weight(dw, x, dy, n, k, m, first, count);
  float a = dw[0];
  dw[0] = dw[(ptrdiff_t)k * m - 1];
  dw[(ptrdiff_t)k * m - 1] = a;
}


static void forget_a_row(float* res, const float* y, int n, int m) {
  right->column_sum(res, y, n - 1, m);
}


static void give_nan(float* y, const float* x, const float* w, const float* bias, int n, int k,
                     int m, bool relu) {
  right->forward(y, x, w, bias, n, k, m, relu);
  y[0] = __builtin_nanf("");
}


static void expect_refused(SgKernels wrong, const char* word) {
  SgError error = {0};
  assert_int_equal(sg_kernels_check(&wrong, 33, 17, 40, &error), SG_FAIL);
  print_message("  %s\n", error.text);
  assert_non_null(strstr(error.text, word));
}


static void a_wrong_product_is_refused(void** state) {
  (void)state;
  right = sg_kernels_own("auto", NULL);
  assert_non_null(right);
  SgKernels wrong[6];
  for (int i = 0; i < 6; i++) {
    wrong[i] = *right;
  }
  wrong[0].forward = forget_a_term;
  wrong[1].forward = forget_relu;
  wrong[2].backward_data = forget_the_mask;
  wrong[3].backward_weight = swap_the_factors;
  wrong[4].column_sum = forget_a_row;
  wrong[5].forward = give_nan;
  expect_refused(wrong[0], "forward of 33 x 17 x 40");
  expect_refused(wrong[1], "forward with ReLU");
  expect_refused(wrong[2], "with a mask");
  expect_refused(wrong[3], "backward_weight");
  expect_refused(wrong[4], "column_sum");
  expect_refused(wrong[5], "forward");
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_backend_passes),
      cmocka_unit_test(a_wrong_product_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
