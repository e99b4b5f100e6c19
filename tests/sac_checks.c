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


//-------------------------------- a restored learner --------------------------------------------

enum {
  MAX_PARTS = 64
};

// parts of a learner's state, in visiting order
typedef struct Parts {
  int n;
  void* bytes[MAX_PARTS];
  size_t size[MAX_PARTS];
} Parts;


static void add_part(void* arg, const char* name, void* bytes, size_t size) {
  Parts* parts = arg;
  (void)name;
  assert_true(parts->n < MAX_PARTS);
  parts->bytes[parts->n] = bytes;
  parts->size[parts->n++] = size;
}


static void study(SgSac* sac, int nupdate, uint64_t stream) {
  SgBatch* batch = sg_sac_batch(sac);
  SgRng rng = sg_rng_make(stream, SG_RNG_TEST, 0, 0);
  SgSacInfo info;
  for (int t = 0; t < nupdate; t++) {
    for (int i = 0; i < batch->n; i++) {
      batch->obs[i] = (sg_real)sg_rng_normal(&rng);
      batch->obs2[i] = (sg_real)sg_rng_normal(&rng);
      batch->act[i] = (sg_real)(2 * sg_rng_uniform(&rng) - 1);
      batch->rew[i] = batch->act[i] - batch->obs[i];
    }
    sg_sac_update(sac, batch, &info, NULL);
  }
}


// What is visited is all there is: a learner with other weights, given it, goes on to the same
// bytes.
void check_restored_learner_goes_on(Trial* trial) {
  SgPool* pool = sg_pool_create(1, NULL);
  SgSacConfig config = sg_sac_default(1, 1);
  config.batch = 16;
  config.hidden[0] = config.hidden[1] = 16;
  config.critic_hidden[0] = config.critic_hidden[1] = 16;
  SgSac* first = sg_sac_create(&config, trial->kernels, pool, NULL);
  SgSac* second = sg_sac_create(&config, trial->kernels, pool, NULL);
  study(first, 20, 1);
  study(second, 3, 2);

  // over to the other one
  Parts from = {0}, to = {0};
  sg_sac_visit(first, add_part, &from);
  sg_sac_visit(second, add_part, &to);
  for (int i = 0; i < from.n; i++) {
    memcpy(to.bytes[i], from.bytes[i], from.size[i]);
  }

  study(first, 5, 3);
  study(second, 5, 3);
  for (int k = 0; k < 2; k++) {
    trial_expect(trial, same_parameters(first, first->critic[k].targ, second->critic[k].targ),
                 "target %d of a restored learner goes another way", k);
    trial_expect(
        trial,
        same_parameters(first, first->critic[k].params.value, second->critic[k].params.value),
        "critic %d of a restored learner goes another way", k);
  }
  trial_expect(trial, first->log_alpha.value[0] == second->log_alpha.value[0],
               "the temperature of a restored learner goes another way");
  trial_expect(trial, first->nupdate == second->nupdate, "updates are counted anew");
  sg_sac_destroy(first);
  sg_sac_destroy(second);
  sg_pool_destroy(pool);
}
