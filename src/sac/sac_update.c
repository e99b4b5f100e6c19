// Soft Actor-Critic, the algorithm on one page: sg_sac_update_given below, in the order it happens.
//
// Haarnoja et al., "Soft Actor-Critic Algorithms and Applications", arXiv 1812.05905 (version 2 of
// the paper: no value network, learned temperature), with the clipped double-Q trick.
//
//   paper          here               shape         meaning
//   s, a, r        rows->obs, act, rew  (n, ..)     what happened, from the replay
//   d              rows->terminated     (n)         1: a true end, nothing follows; a time limit is 0
//   s'             rows->obs2           (n, nobs)   what followed, before any reset
//   a' ~ pi(.|s')  next.act             (n, nact)   drawn from the current policy, no smoothing
//   a~ ~ pi(.|s)   fresh.act            (n, nact)   reparameterised: tanh(mu + sigma eps)
//   log pi         next.logp, fresh.logp  (n)       density of the action in [-1, 1]
//   Q_k, Qbar_k    critic[k], its targ              k = 0, 1
//   alpha          alpha                            temperature; its logarithm is what is learned
//   H              config.target_entropy            nats over all action dimensions
//
//   y         =  r + gamma (1 - d) ( min_k Qbar_k(s', a') - alpha log pi(a'|s') )             (1)
//   J_Q       =  sum_k  mean ( Q_k(s, a) - y )^2 / 2                                          (2)
//   J_pi      =  mean ( alpha log pi(a~|s) - min_k Q_k(s, a~) )                               (3)
//   J_alpha   =  -alpha ( mean log pi(a~|s) + H ),  by log alpha                              (4)
//   Qbar_k   <-  Qbar_k + tau ( Q_k - Qbar_k )                                                (5)
//
// Choices where implementations differ, each checked against a twin in tests/:
//
//   1. Order: critics, policy, temperature, targets. The policy's step sees the critics just moved;
//      all of one update uses the temperature it began with.
//   2. Half the mean square per critic, summed (2): Stable-Baselines3's; Spinning Up has no half.
//      Under Adam the factor matters only through epsilon.
//   3. The gradient of log alpha keeps its factor alpha (4), as published; several codes drop it.
//   4. Ties in min_k go to the first critic.
//   5. log sigma is clamped hard; outside the clamp its gradient is zero.
//   6. Weights and biases start uniform in +-1/sqrt(fan in), PyTorch's default.
//
// Threads: everything that belongs to one critic runs as one task, so two threads take one critic
// each. No sum is split between threads: the bytes do not depend on their number.

#include <math.h>
#include <string.h>

#include "base/check.h"
#include "math/denormal.h"
#include "math/vec.h"
#include "nn/adam.h"
#include "sac/sac_internal.h"


//-------------------------------- parts of the update, one task each ----------------------------

// a stage of the update: function(sac, k) for k = 0, 1, on the pool
typedef struct Stage {
  SgSac* sac;
  void (*function)(SgSac* sac, int k);
} Stage;


// one task with denormals off: they would slow arithmetic ten to a hundred times
static void run_task(void* arg, int k) {
  const Stage* stage = arg;
  unsigned word = sg_denormal_flush();
  stage->function(stage->sac, k);
  sg_denormal_restore(word);
}


static void run(SgSac* sac, void (*function)(SgSac* sac, int k)) {
  Stage stage = {sac, function};
  sg_pool_run(sac->pool, run_task, &stage, 2);
}


// k = 0: a' at s'; k = 1: a~ at s. The policy has not moved yet, so both can be drawn at once
static void draw_actions(SgSac* sac, int k) {
  const SgSacConfig* c = &sac->config;
  SgDraw* draw = k == 0 ? &sac->next : &sac->fresh;
  const sg_real* obs = k == 0 ? sac->rows->obs2 : sac->rows->obs;  // (n, nobs)
  int n = c->batch;

  draw->head = sg_mlp_forward(&sac->actor_shape, sac->gemm, sac->actor.value, obs, n, &draw->tape);
  sg_squash_forward(draw->act, draw->logp, &draw->squash, draw->head, n, c->nact, c->log_std_min,
                    c->log_std_max);
  if (k == 0 && SG_MUTANT(STALE_ACTION)) {
    memcpy(draw->act, sac->rows->act, (size_t)n * (size_t)c->nact * sizeof(sg_real));
  }
  sg_vec_concat(draw->input, obs, c->nobs, draw->act, c->nact, n);
}


// Qbar_k(s', a')
static void target_values(SgSac* sac, int k) {
  SgCritic* critic = &sac->critic[k];
  critic->qtarg = sg_mlp_forward(&sac->critic_shape, sac->gemm, critic->targ, sac->next.input,
                                 sac->config.batch, &critic->tape_targ);
}


// the target y, shared by both critics                                                        (1)
static void make_target(SgSac* sac) {
  const SgBatch* rows = sac->rows;
  const sg_real *q0 = sac->critic[0].qtarg, *q1 = sac->critic[1].qtarg;  // (n)
  sg_real alpha = (sg_real)(SG_MUTANT(NO_TARGET_ENTROPY) ? 0 : sac->alpha);
  sg_real gamma = (sg_real)sac->config.gamma;

  for (int i = 0; i < rows->n; i++) {
    bool first = SG_MUTANT(MAX_TARGET) ? q0[i] >= q1[i] : q0[i] <= q1[i];
    sg_real going_on = 1 - rows->terminated[i];
    sg_real soft = (first ? q0[i] : q1[i]) - alpha * sac->next.logp[i];
    sac->target[i] = rows->rew[i] + gamma * going_on * soft;
    if (SG_MUTANT(ENTROPY_AFTER_END)) {
      sac->target[i] -= gamma * (1 - going_on) * alpha * sac->next.logp[i];
    }
  }
}


// Q_k(s, a), its loss and its gradient                                                         (2)
static void critic_gradient(SgSac* sac, int k) {
  SgCritic* critic = &sac->critic[k];
  int n = sac->config.batch;
  const sg_real* q = sg_mlp_forward(&sac->critic_shape, sac->gemm, critic->params.value, sac->input,
                                    n, &critic->tape);  // (n)
  memcpy(critic->q, q, (size_t)n * sizeof(sg_real));

  // half the mean square and its derivative by Q
  critic->loss = 0;
  critic->spread = (SgSpread){0};
  for (int i = 0; i < n; i++) {
    sg_real miss = q[i] - sac->target[i];
    critic->loss += 0.5 * (double)miss * (double)miss / n;
    critic->dq[i] = miss / (sg_real)n;
    sg_spread_add(&critic->spread, (double)q[i]);
  }
  sg_mlp_backward(&sac->critic_shape, sac->gemm, critic->params.value, critic->dq, n, &critic->tape,
                  critic->params.grad, NULL, 0);
}


static void step_params(SgParams* params, double lr) {
  params->nstep++;
  sg_adam_step(params->value, params->grad, params->m, params->v, params->count, lr, params->nstep);
}


// move critic k, then ask it for the value of the fresh actions
static void critic_step(SgSac* sac, int k) {
  SgCritic* critic = &sac->critic[k];
  step_params(&critic->params, sac->config.lr);
  critic->qpi = sg_mlp_forward(&sac->critic_shape, sac->gemm, critic->params.value,
                               sac->fresh.input, sac->config.batch, &critic->tape);
}


// whether critic 0 is the smaller at row i; ties go to the first
static bool first_is_min(const SgSac* sac, int i) {
  return sac->critic[0].qpi[i] <= sac->critic[1].qpi[i];
}


// gradient of J_pi by the fresh action, through critic k where it is the smaller one; the critic's
// own weights get none
static void action_gradient(SgSac* sac, int k) {
  SgCritic* critic = &sac->critic[k];
  int n = sac->config.batch;

  for (int i = 0; i < n; i++) {
    critic->dq[i] = first_is_min(sac, i) == (k == 0) ? -1 / (sg_real)n : 0;
  }
  sg_mlp_backward(&sac->critic_shape, sac->gemm, critic->params.value, critic->dq, n, &critic->tape,
                  SG_MUTANT(ACTOR_MOVES_CRITICS) ? critic->params.grad : NULL, critic->dact,
                  sac->config.nact);
  if (SG_MUTANT(ACTOR_MOVES_CRITICS)) {
    step_params(&critic->params, sac->config.lr);
  }
}


// gradient of J_pi by the actor's weights                                                      (3)
static void actor_gradient(SgSac* sac) {
  const SgSacConfig* c = &sac->config;
  int n = c->batch;

  // each row has a gradient through one critic and zeros from the other
  for (int i = 0; i < n * c->nact; i++) {
    sac->dact[i] = sac->critic[0].dact[i] + sac->critic[1].dact[i];
  }
  sg_squash_backward(sac->dhead, sac->dact, (sg_real)(sac->alpha / n), &sac->fresh.squash,
                     sac->fresh.head, n, c->nact, c->log_std_min, c->log_std_max);
  sg_mlp_backward(&sac->actor_shape, sac->gemm, sac->actor.value, sac->dhead, n, &sac->fresh.tape,
                  sac->actor.grad, NULL, 0);
}


// Qbar_k toward Q_k                                                                            (5)
static void track_target(SgSac* sac, int k) {
  SgCritic* critic = &sac->critic[k];
  sg_polyak(critic->targ, critic->params.value, critic->params.count, sac->config.tau);
}


//-------------------------------- measurements --------------------------------------------------

static void measure(const SgSac* sac, SgSacInfo* info) {
  int n = sac->config.batch, nact = sac->config.nact;
  *info = (SgSacInfo){.alpha = sac->alpha, .loss_q = sac->critic[0].loss + sac->critic[1].loss};
  info->q[0] = sac->critic[0].spread;
  info->q[1] = sac->critic[1].spread;

  // policy loss and log-density over rows
  for (int i = 0; i < n; i++) {
    double q = (double)sac->critic[first_is_min(sac, i) ? 0 : 1].qpi[i];
    info->loss_pi += (sac->alpha * (double)sac->fresh.logp[i] - q) / n;
    sg_spread_add(&info->logp, (double)sac->fresh.logp[i]);
  }
  info->entropy = -info->logp.sum / n;

  // action entries that lean on their limit
  int nsaturated = 0;
  for (int i = 0; i < n * nact; i++) {
    nsaturated += fabs((double)sac->fresh.act[i]) > 0.99;
  }
  info->saturation = (double)nsaturated / (n * nact);
}


static bool grad_finite(const SgParams* params) {
  return sg_vec_finite(params->grad, params->count);
}


static SgStatus not_finite(const SgSac* sac, const char* what, SgError* error) {
  return sg_fail(error, SG_DIVERGED,
                 "update %lld: the gradient of %s is not finite; its step was not applied; try a "
                 "smaller sac.lr or look for huge rewards or observations",
                 (long long)sac->nupdate, what);
}


//-------------------------------- the algorithm -------------------------------------------------

SgStatus sg_sac_update_given(SgSac* sac, const SgBatch* batch, SgSacInfo* info, SgError* error) {
  const SgSacConfig* c = &sac->config;
  SG_ASSERT(batch->n == c->batch);
  sac->rows = batch;
  sac->alpha = sg_sac_alpha(sac);
  sac->nupdate++;

  // draw a' ~ pi(.|s') for the target and a~ ~ pi(.|s) for the policy, both from the current policy
  run(sac, draw_actions);

  // one target for both critics: the smaller target critic, the entropy, nothing after a true end
  run(sac, target_values);
  make_target(sac);

  // regress both critics to it
  sg_vec_concat(sac->input, batch->obs, c->nobs, batch->act, c->nact, c->batch);
  run(sac, critic_gradient);
  for (int k = 0; k < 2; k++) {
    if (!grad_finite(&sac->critic[k].params)) {
      return not_finite(sac, k == 0 ? "critic 0" : "critic 1", error);
    }
  }
  run(sac, critic_step);

  // move the policy toward actions that the smaller critic likes and entropy allows
  measure(sac, info);
  run(sac, action_gradient);
  actor_gradient(sac);
  if (!grad_finite(&sac->actor)) {
    return not_finite(sac, "the policy", error);
  }
  step_params(&sac->actor, c->lr);

  // too little entropy raises the temperature, too much lowers it                              (4)
  if (c->alpha_auto) {
    double missing = c->target_entropy - info->entropy;
    info->loss_alpha = -sac->alpha * missing;
    double grad = SG_MUTANT(ALPHA_SIGN) ? sac->alpha * missing : -sac->alpha * missing;
    sac->log_alpha.grad[0] = (sg_real)grad;
    if (!grad_finite(&sac->log_alpha)) {
      return not_finite(sac, "log alpha", error);
    }
    step_params(&sac->log_alpha, c->lr);
  }

  // the targets follow slowly
  run(sac, track_target);
  return SG_OK;
}


void sg_sac_noise(SgSac* sac) {
  uint64_t count = (uint64_t)sac->config.batch * (uint64_t)sac->config.nact;
  SgRng rng = sg_rng_make(sac->config.seed, SG_RNG_UPDATE, 0, 0);
  rng.counter = (uint64_t)sac->nupdate * 2 * count;

  for (uint64_t i = 0; i < count; i++) {
    sac->next.squash.eps[i] = (sg_real)sg_rng_normal(&rng);
  }
  for (uint64_t i = 0; i < count; i++) {
    sac->fresh.squash.eps[i] = (sg_real)sg_rng_normal(&rng);
  }
}


SgStatus sg_sac_update(SgSac* sac, const SgBatch* batch, SgSacInfo* info, SgError* error) {
  unsigned word = sg_denormal_flush();
  sg_sac_noise(sac);
  SgStatus status = sg_sac_update_given(sac, batch, info, error);
  sg_denormal_restore(word);
  return status;
}
