// Tests of the tests: a copy of the learner makes the classic mistakes, one at a time, and for each
// a named check must fail. Without a mistake every one of these checks passes.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "math/mutant.h"
#include "sac_checks.h"

// a mistake and who must notice
typedef struct Hunt {
  SgMutant mutant;
  const char* mistake;
  SacCheck catcher;
} Hunt;

#define BY(check) \
  { #check, check }

// every mistake once at least; the second catcher of some is a known solution, slower to ask but
// independent of the twin
static const Hunt HUNTS[] = {
    {SG_MUTANT_TRUNCATION_TERMINATES, "truncation ends", BY(check_truncated_row_bootstraps)},
    {SG_MUTANT_TRUNCATION_TERMINATES, "truncation ends", BY(check_truncated_world)},
    {SG_MUTANT_ENTROPY_AFTER_END, "entropy after the end", BY(check_golden_learned_alpha)},
    {SG_MUTANT_ENTROPY_AFTER_END, "entropy after the end", BY(check_terminated_world)},
    {SG_MUTANT_EPS_LOGP, "density with 1e-6", BY(check_golden_saturated)},
    {SG_MUTANT_ALPHA_SIGN, "alpha's sign", BY(check_golden_learned_alpha)},
    {SG_MUTANT_ALPHA_SIGN, "alpha's sign", BY(check_temperature_finds_entropy)},
    {SG_MUTANT_NO_TARGET_ENTROPY, "target without entropy", BY(check_golden_fixed_alpha)},
    {SG_MUTANT_NO_TARGET_ENTROPY, "target without entropy", BY(check_truncated_world)},
    {SG_MUTANT_MAX_TARGET, "larger target", BY(check_golden_fixed_alpha)},
    {SG_MUTANT_TWIN_CRITICS, "identical critics", BY(check_critics_start_different)},
    {SG_MUTANT_TARGET_NOT_COPY, "target not a copy", BY(check_targets_start_as_copies)},
    {SG_MUTANT_NEXT_AFTER_RESET, "next obs after reset", BY(check_truncated_row_keeps_last_obs)},
    {SG_MUTANT_BOTH_FLAGS, "both flags truncate", BY(check_terminated_wins_over_truncated)},
    {SG_MUTANT_BOTH_FLAGS, "both flags truncate", BY(check_terminated_world)},
    {SG_MUTANT_POLYAK_SWAPPED, "Polyak swapped", BY(check_golden_environment_units)},
    {SG_MUTANT_ACTOR_MOVES_CRITICS, "actor moves critics", BY(check_golden_learned_alpha)},
    {SG_MUTANT_STALE_ACTION, "next action is stale", BY(check_golden_fixed_alpha)},
    {SG_MUTANT_NO_BIAS_CORRECTION, "no bias correction", BY(check_golden_learned_alpha)},
    {SG_MUTANT_ALPHA_FACTOR, "alpha for its log", BY(check_golden_learned_alpha)},
    {SG_MUTANT_HALF_ENTROPY, "half the entropy", BY(check_temperature_finds_entropy)},
    {SG_MUTANT_SMOOTHED_TARGET, "smoothed target", BY(check_golden_fixed_alpha)},
    {SG_MUTANT_SMOOTHED_TARGET, "smoothed target", BY(check_linear_quadratic)},
    {SG_MUTANT_ONE_CRITIC_POLICY, "first critic only", BY(check_golden_learned_alpha)},
    {SG_MUTANT_ALPHA_DIRECT, "alpha stepped directly", BY(check_golden_learned_alpha)},
    {SG_MUTANT_ALPHA_ATTACHED, "policy moves alpha", BY(check_golden_learned_alpha)},
    {SG_MUTANT_ENTROPY_SIGN, "target entropy's sign", BY(check_golden_learned_alpha)},
    {SG_MUTANT_TANH_INVERSE, "noise by atanh", BY(check_golden_saturated)},
    {SG_MUTANT_CLAMP_LEAKS, "clamp leaks", BY(check_golden_saturated)},
    {SG_MUTANT_ADAM_EPSILON, "Adam's epsilon", BY(check_golden_learned_alpha)},
    {SG_MUTANT_SHARED_COUNTER, "one step counter", BY(check_golden_learned_alpha)},
    {SG_MUTANT_EARLY_POLYAK, "targets follow early", BY(check_golden_fixed_alpha)},
    {SG_MUTANT_LOST_TARGETS, "targets lost", BY(check_restored_learner_goes_on)},
    {SG_MUTANT_LOST_ALPHA_MOMENTS, "alpha's moments lost", BY(check_restored_learner_goes_on)},
#ifdef SG_TEST_FAST
    {SG_MUTANT_STALE_TRANSPOSE, "stale transposed copy", BY(check_golden_full_size)},
#endif
};

enum {
  NHUNT = sizeof(HUNTS) / sizeof(HUNTS[0])
};


// the copy in double runs on the oracle, the one in float on the fast path
static const SgKernels* backend(void) {
#ifdef SG_TEST_FAST
  SgError error = {0};
  const SgKernels* own = sg_kernels_own("auto", &error);
  if (!own) {
    fail_msg("%s", error.text);
  }
  return own;
#else
  return sg_kernels_ref();
#endif
}


static Trial try_check(const SacCheck* check, SgMutant mutant) {
  Trial trial = {.kernels = backend()};
  sg_mutant = mutant;
  check->run(&trial);
  sg_mutant = SG_MUTANT_NONE;
  return trial;
}


// whether an earlier hunt has the same catcher
static bool asked_before(int hunt) {
  for (int i = 0; i < hunt; i++) {
    if (HUNTS[i].catcher.run == HUNTS[hunt].catcher.run) {
      return true;
    }
  }
  return false;
}


static void every_mistake_is_hunted(void** state) {
  (void)state;
  bool hunted[SG_MUTANT_COUNT] = {[SG_MUTANT_NONE] = true};
#ifndef SG_TEST_FAST
  hunted[SG_MUTANT_STALE_TRANSPOSE] = true;  // the oracle uses no transposed copies
#endif
  for (int i = 0; i < NHUNT; i++) {
    hunted[HUNTS[i].mutant] = true;
  }
  for (int k = 0; k < SG_MUTANT_COUNT; k++) {
    assert_true(hunted[k]);
  }
}


static void every_check_passes_without_a_mistake(void** state) {
  (void)state;
  for (int i = 0; i < NHUNT; i++) {
    if (!asked_before(i)) {
      Trial trial = try_check(&HUNTS[i].catcher, SG_MUTANT_NONE);
      print_message("  %-22s %-38s %s\n", "no mistake", HUNTS[i].catcher.name,
                    trial.nwrong == 0 ? "passes" : trial.first);
      assert_int_equal(trial.nwrong, 0);
    }
  }
}


static void every_mistake_is_caught_by_its_check(void** state) {
  (void)state;
  int nescaped = 0;
  for (int i = 0; i < NHUNT; i++) {
    Trial trial = try_check(&HUNTS[i].catcher, HUNTS[i].mutant);
    print_message("  %-22s %-38s %s\n", HUNTS[i].mistake, HUNTS[i].catcher.name,
                  trial.nwrong > 0 ? trial.first : "ESCAPED");
    nescaped += trial.nwrong == 0;
  }
  assert_int_equal(nescaped, 0);
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_mistake_is_hunted),
      cmocka_unit_test(every_check_passes_without_a_mistake),
      cmocka_unit_test(every_mistake_is_caught_by_its_check),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
