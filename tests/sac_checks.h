// What a right learner does, as checks that can be put to any copy of it.
//
//   test_sac_golden, test_closed_forms, test_replay    the learner as it ships: every check passes
//   test_mutants                                       a copy with one mistake in it: a named check
//                                                      fails
//
// So a check does not stop the test. It notes what it found in a Trial, and its caller decides what
// that means. Checks live by kind: sac_golden.c (an independent twin's numbers), sac_worlds.c
// (known solutions), sac_replay.c (the replay's contract), sac_checks.c (a fresh learner).

#ifndef SG_TESTS_SAC_CHECKS_H_
#define SG_TESTS_SAC_CHECKS_H_

#include <stdbool.h>

#include "math/kernels.h"

/// One run of a check: what it is to use, and what it found.
typedef struct Trial {
  const SgKernels* kernels;  ///< the learner's products
  bool print;                ///< a line for every quantity compared
  int nwrong;                ///< expectations that failed
  char first[256];           ///< the first of them, in a sentence; "" when all is well
} Trial;

/// Note an expectation; the printf-formatted sentence says what is wrong when it is not met.
void trial_expect(Trial* trial, bool fine, const char* format, ...)
    __attribute__((format(printf, 3, 4)));

/// Expect a value within tolerance of another.
void trial_near(Trial* trial, const char* what, double value, double expected, double tolerance);

/// A check by name.
typedef struct SacCheck {
  const char* name;
  void (*run)(Trial* trial);
} SacCheck;

/// Put a check to the learner; the cmocka test fails with its sentence when it finds anything
/// wrong.
void assert_passes(void (*check)(Trial* trial), const SgKernels* kernels, bool print);

// a fresh learner (sac_checks.c)
void check_critics_start_different(Trial* trial);
void check_targets_start_as_copies(Trial* trial);

// a learner that goes on where another one stopped (sac_checks.c)
void check_restored_learner_goes_on(Trial* trial);

// an independent twin's numbers (sac_golden.c)
void check_golden_learned_alpha(Trial* trial);
void check_golden_fixed_alpha(Trial* trial);
void check_golden_saturated(Trial* trial);
void check_golden_environment_units(Trial* trial);
void check_golden_full_size(Trial* trial);

// known solutions (sac_worlds.c)
void check_bandit(Trial* trial);
void check_idle_action(Trial* trial);
void check_truncated_world(Trial* trial);
void check_terminated_world(Trial* trial);
void check_linear_quadratic(Trial* trial);
void check_temperature_finds_entropy(Trial* trial);

// the replay's contract (sac_replay.c)
void check_truncated_row_bootstraps(Trial* trial);
void check_truncated_row_keeps_last_obs(Trial* trial);
void check_terminated_wins_over_truncated(Trial* trial);

#endif  // SG_TESTS_SAC_CHECKS_H_
