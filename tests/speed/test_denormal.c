// Denormals are zero inside an update, on every thread that works on it, and nowhere else: not on
// the caller's thread afterwards, not on the pool's, whether the update was good or not.

#include <immintrin.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "math/denormal.h"
#include "sac/sac.h"

enum {
  NTHREAD = 4,
  CONTROL = 0x8040  // flush to zero, denormals are zero
};

static const SgKernels* right;
static atomic_int ninside, nleaky;  // products seen inside updates; those with denormals left on


// whether this thread's arithmetic has denormals; the register and what it does must agree
static bool has_denormals(void) {
  volatile float small = 1e-30f;
  float product = small * 1e-10f;
  assert_true((product != 0) == ((_mm_getcsr() & CONTROL) == 0));
  return product != 0;
}


static void forward(float* y, const float* x, const float* w, const float* bias, int n, int k,
                    int m, bool relu) {
  ninside++;
  nleaky += has_denormals();
  right->forward(y, x, w, bias, n, k, m, relu);
}


static void look(void* arg, int task) {
  bool* fine = arg;
  fine[task] = has_denormals();
}


static void expect_denormals_everywhere(SgPool* pool) {
  bool fine[1000];
  assert_true(has_denormals());
  sg_pool_run(pool, look, fine, 1000);
  for (int i = 0; i < 1000; i++) {
    assert_true(fine[i]);
  }
}


static void denormals_are_zero_in_updates_alone(void** state) {
  (void)state;
  SgError error = {0};
  right = sg_kernels_own("auto", &error);
  SgKernels kernels = *right;
  kernels.forward = forward;
  SgSacConfig config = sg_sac_default(5, 2);
  SgPool* pool = sg_pool_create(NTHREAD, &error);
  SgSac* sac = sg_sac_create(&config, &kernels, pool, &error);
  assert_non_null(sac);
  SgBatch* batch = sg_sac_batch(sac);
  SgSacInfo info;
  expect_denormals_everywhere(pool);

  // good updates
  for (int i = 0; i < 20; i++) {
    assert_int_equal(sg_sac_update(sac, batch, &info, &error), SG_OK);
    expect_denormals_everywhere(pool);
  }
  assert_true(ninside > 20 * 8);
  assert_int_equal(nleaky, 0);

  // and one that is refused
  batch->rew[3] = NAN;
  assert_int_equal(sg_sac_update(sac, batch, &info, &error), SG_DIVERGED);
  expect_denormals_everywhere(pool);
  assert_int_equal(nleaky, 0);

  // acting is not updating: the control that the wrapper sees denormals where they are
  float obs[5] = {0}, act[2];
  sg_sac_act(sac, act, obs, 1, false, 0);
  assert_int_equal(nleaky, 3);  // a layer each
  sg_sac_destroy(sac);
  sg_pool_destroy(pool);
}


static void what_was_there_is_put_back(void** state) {
  (void)state;
  unsigned before = _mm_getcsr();
  _mm_setcsr(before ^ 0x2000);  // another rounding
  unsigned word = sg_denormal_flush();
  assert_int_equal(word, before ^ 0x2000);
  assert_int_equal(_mm_getcsr() & CONTROL, CONTROL);
  assert_int_equal(_mm_getcsr() & 0x6000, word & 0x6000);
  sg_denormal_restore(word);
  assert_int_equal(_mm_getcsr() & 0xffc0, word & 0xffc0);
  _mm_setcsr(before);
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(denormals_are_zero_in_updates_alone),
      cmocka_unit_test(what_was_there_is_put_back),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
