// The learner's insides: for sac.c, sac_update.c, and tests that compare intermediates.

#ifndef SG_SAC_SAC_INTERNAL_H_
#define SG_SAC_SAC_INTERNAL_H_

#include "math/mutant.h"
#include "nn/mlp.h"
#include "nn/squash.h"
#include "sac/sac.h"

/// The most rows acted on in one pass; more are cut into such pieces.
enum {
  SG_ACT_ROWS = 64
};

/// Parameters with their gradient and Adam moments: flat blocks of one shape.
typedef struct SgParams {
  size_t count;    ///< length of each block, gaps included
  sg_real* value;  ///< (count)
  sg_real* grad;   ///< (count)
  sg_real* m;      ///< (count) first moment
  sg_real* v;      ///< (count) second moment
  int64_t nstep;   ///< Adam steps taken
  sg_real* trans;  ///< (count) transposed weights, derived from value (sg_mlp_transpose)
  SgAdam adam;     ///< what the step under way goes by
} SgParams;

/// One critic with its target and everything its thread needs.
typedef struct SgCritic {
  SgParams params;
  sg_real* targ;        ///< (count) target parameters
  SgMlpTape tape;       ///< (s, a), later (s, fresh a)
  SgMlpTape tape_targ;  ///< (s', a'), forward only
  SgMlpTape tape_min;   ///< (s, fresh a) where this critic is the smaller one: rows close together,
                        ///< in memory that the other two have no more use for
  const sg_real* qtarg;  ///< (n) Q_targ(s', a')
  sg_real* q;            ///< (n) Q(s, a)
  const sg_real* qpi;    ///< (n) Q(s, fresh a), after the critic's step
  sg_real* dq;           ///< (n) gradient of whichever loss is being propagated
  sg_real* dact;    ///< (n, nact) gradient of the policy loss by fresh actions, tape_min's rows
  double loss;      ///< half the mean squared error
  SgSpread spread;  ///< of q
} SgCritic;

/// Actions drawn from the current policy for a row of observations.
typedef struct SgDraw {
  SgMlpTape tape;       ///< actor
  SgSquashTape squash;  ///< head
  const sg_real* head;  ///< (n, 2 nact) mean and log sigma
  sg_real* act;         ///< (n, nact)
  sg_real* logp;        ///< (n)
  sg_real* input;       ///< (n, nobs + nact) observation and action, the critics' input
} SgDraw;

struct SgSac {
  SgSacConfig config;
  const SgKernels* kernels;  // borrowed
  SgPool* pool;              // borrowed
  SgArena arena;             // owns all below

  SgMlp actor_shape, critic_shape;
  SgParams actor, log_alpha;  // log_alpha: one value
  SgCritic critic[2];
  int64_t nupdate;
  bool trans_stale;  // somebody may have written parameters: transposed copies are to be renewed

  // how an update is cut into tasks: by sizes alone
  int nblock;           // blocks of rows
  int nactor, ncritic;  // parts of the parameters
  bool* finite;         // (max(nactor, 2 ncritic)) whether a part's gradient is
  double* seconds;      // (SG_STAGE_COUNT) time spent per stage; NULL: not measured, borrowed
  bool own_noise;       // whether the update draws its noise, or finds it in place
  uint64_t noise;       // counter of the first draw

  // one update
  SgBatch batch;        // the caller fills it
  const SgBatch* rows;  // the batch of the update under way
  SgDraw next, fresh;   // a' at s', a at s
  sg_real* input;       // (n, nobs + nact) s, a
  sg_real* target;      // (n) y
  sg_real* dact;        // (n, nact) policy loss by fresh action
  sg_real* dhead;       // (n, 2 nact)
  double alpha;         // temperature of this update

  // acting
  SgMlpTape act_tape;  // (SG_ACT_ROWS)
  SgDraw acting;       // only squash, act, logp; (SG_ACT_ROWS)
  sg_real* act_obs;    // (SG_ACT_ROWS, nobs)
};

/// What came of the update so far, over rows in order: losses, spreads, entropy.
void sg_sac_measure_critics(SgSac* sac);
void sg_sac_measure(const SgSac* sac, SgSacInfo* info);

/// Whether critic 0 is the smaller one for row i's fresh action; ties go to the first.
static inline bool sg_sac_first_is_min(const SgSac* sac, int i) {
  return sac->critic[0].qpi[i] <= sac->critic[1].qpi[i];
}

/// sg_sac_update with the noise that stands in next.squash.eps and fresh.squash.eps. For tests that
/// compare with a twin; leaves all intermediates in place until the next update.
SgStatus sg_sac_update_given(SgSac* sac, const SgBatch* batch, SgSacInfo* info, SgError* error);

#endif  // SG_SAC_SAC_INTERNAL_H_
