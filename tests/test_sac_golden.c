// The learner against its PyTorch twin. Compiled twice: in float, as it ships, with both backends,
// and in double on the oracle backend. The comparison is sac_golden.c.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "math/real.h"
#include "sac_checks.h"


static const SgKernels* product(void** state) {
  return *state;
}


static void update_with_learned_alpha_equals_twin(void** state) {
  assert_passes(check_golden_learned_alpha, product(state), true);
}


static void update_with_fixed_alpha_equals_twin(void** state) {
  assert_passes(check_golden_fixed_alpha, product(state), true);
}


static void saturated_policy_equals_twin(void** state) {
  assert_passes(check_golden_saturated, product(state), true);
}


static void update_equals_twin_in_environment_units(void** state) {
  assert_passes(check_golden_environment_units, product(state), true);
}


static void full_size_update_equals_twin(void** state) {
  assert_passes(check_golden_full_size, product(state), true);
}


static void critics_start_different(void** state) {
  assert_passes(check_critics_start_different, product(state), false);
}


static void targets_start_as_copies(void** state) {
  assert_passes(check_targets_start_as_copies, product(state), false);
}


static void restored_learner_goes_on(void** state) {
  assert_passes(check_restored_learner_goes_on, product(state), false);
}


// all tests with one backend
static int run_with(const char* name, const SgKernels* kernels) {
  void* state = (void*)(uintptr_t)kernels;
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_prestate(update_with_learned_alpha_equals_twin, state),
      cmocka_unit_test_prestate(update_with_fixed_alpha_equals_twin, state),
      cmocka_unit_test_prestate(saturated_policy_equals_twin, state),
      cmocka_unit_test_prestate(update_equals_twin_in_environment_units, state),
      cmocka_unit_test_prestate(full_size_update_equals_twin, state),
      cmocka_unit_test_prestate(critics_start_different, state),
      cmocka_unit_test_prestate(targets_start_as_copies, state),
      cmocka_unit_test_prestate(restored_learner_goes_on, state),
  };
  return cmocka_run_group_tests_name(name, tests, NULL, NULL);
}


int main(void) {
  int nfailed = run_with("twin, ref", sg_kernels_ref());
#ifdef SG_TEST_FAST
  SgError error = {0};
  const SgKernels* blas = sg_kernels_blas(&error);
  if (!blas) {
    print_error("%s\n", error.text);
    return 1;
  }
  nfailed += run_with("twin, openblas", blas);

  // our own kernels, every instruction set that this processor has
  static const char* const isas[] = {"avx512", "avx2", "avx"};
  for (int i = 0; i < 3; i++) {
    const SgKernels* own = sg_kernels_own(isas[i], &error);
    if (own) {
      nfailed += run_with(isas[i], own);
    } else {
      print_message("not run: %s\n", error.text);
    }
  }
#endif
  return nfailed;
}
