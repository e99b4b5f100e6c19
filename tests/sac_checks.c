// Trials, and the checks of a fresh learner.

#include "sac_checks.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sac/sac_internal.h"


void trial_expect(Trial* trial, bool fine, const char* format, ...) {
  if (fine) {
    return;
  }
  if (trial->nwrong++ == 0) {
    va_list args;
    va_start(args, format);
    vsnprintf(trial->first, sizeof(trial->first), format, args);
    va_end(args);
  }
}


void trial_near(Trial* trial, const char* what, double value, double expected, double tolerance) {
  if (trial->print) {
    print_message("  %-36s %10.6f, expected %10.6f +- %g\n", what, value, expected, tolerance);
  }
  trial_expect(trial, fabs(value - expected) <= tolerance, "%s is %g, expected %g +- %g", what,
               value, expected, tolerance);
}


void assert_passes(void (*check)(Trial* trial), const SgKernels* kernels, bool print) {
  Trial trial = {.kernels = kernels, .print = print};
  check(&trial);
  if (trial.nwrong > 0) {
    fail_msg("%s (%d expectations failed)", trial.first, trial.nwrong);
  }
}


//-------------------------------- a fresh learner -----------------------------------------------

// parameters of one critic against another block of the same shape
static bool same_parameters(const SgSac* sac, const sg_real* a, const sg_real* b) {
  return memcmp(a, b, sac->critic_shape.nparam * sizeof(sg_real)) == 0;
}


void check_critics_start_different(Trial* trial) {
  SgPool* pool = sg_pool_create(1, NULL);
  SgSacConfig config = sg_sac_default(3, 2);
  SgSac* sac = sg_sac_create(&config, trial->kernels, pool, NULL);

  trial_expect(trial,
               !same_parameters(sac, sac->critic[0].params.value, sac->critic[1].params.value),
               "both critics start with the same weights");
  sg_sac_destroy(sac);
  sg_pool_destroy(pool);
}


void check_targets_start_as_copies(Trial* trial) {
  SgPool* pool = sg_pool_create(1, NULL);
  SgSacConfig config = sg_sac_default(3, 2);
  SgSac* sac = sg_sac_create(&config, trial->kernels, pool, NULL);

  for (int k = 0; k < 2; k++) {
    trial_expect(trial, same_parameters(sac, sac->critic[k].params.value, sac->critic[k].targ),
                 "target %d does not start as a copy of its critic", k);
  }
  sg_sac_destroy(sac);
  sg_pool_destroy(pool);
}
