// Soft Actor-Critic, the algorithm on one page: sg_sac_update_given at the end, in the order it
// happens.
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
//   1. Order: critics and their targets, policy, temperature. The policy's step sees the critics just
//      moved; nothing after them looks at the targets; all of one update uses the temperature it began
//      with.
//   2. Half the mean square per critic, summed (2): Stable-Baselines3's; Spinning Up has no half.
//      Under Adam the factor matters only through epsilon.
//   3. The gradient of log alpha keeps its factor alpha (4), as published; several codes drop it.
//   4. Ties in min_k go to the first critic.
//   5. log sigma is clamped hard; outside the clamp its gradient is zero.
//   6. Weights and biases start uniform in +-1/sqrt(fan in), PyTorch's default.
//
// Threads: a stage of the update is cut into tasks by sizes alone, rows of the batch or rows of a
// weight, critic 0's before critic 1's, and the pool deals them out in that order: one thread takes
// all, two take a critic each, more share. No sum is split between tasks: the bytes do not depend
// on the number of threads.
//
//   stage      tasks                   does                                                     MFLOP*
//   draw       2 x blocks of rows      actor at s' and s; a', a~ and their densities                75
//   value      4 x blocks              Qbar_k(s', a'), Q_k(s, a)                                   147
//   regress    2 x blocks              y; gradient of J_Q by each layer's output                    67
//   gradient   2 x parts of weights    gradient of J_Q by the weights                               73
//   step       2 x parts               Adam, targets, transposed copies                              -
//   judge      2 x blocks              Q_k(s, a~)                                                   73
//   action     2 x blocks              gradient of J_pi down to a~                                  34
//   policy     blocks                  through the head and the actor                               35
//   actor      parts                   gradient of J_pi by the weights                              37
//   move       parts                   Adam, transposed copies                                       -
//
//   * for 17 observations, 6 actions, two layers of 256, batch 256. In `action` a row goes down through the
//     smaller critic only, 34 in place of 69: the other one's gradient is zero.

#include <math.h>
#include <string.h>

#include "base/check.h"
#include "base/machine.h"
#include "math/denormal.h"
#include "math/vec.h"
#include "nn/adam.h"
#include "sac/sac_internal.h"


//-------------------------------- stages and tasks ----------------------------------------------

// a stage under way: function(sac, task) for every task, on the pool
typedef struct Stage {
  SgSac* sac;
  void (*function)(SgSac* sac, int task);
} Stage;

// some rows of the batch for critic k (or for draw k)
typedef struct Block {
  int k, first, count;
} Block;


// one task with denormals off: they would slow arithmetic ten to a hundred times
static void run_task(void* arg, int task) {
  const Stage* stage = arg;
  unsigned word = sg_denormal_flush();
  stage->function(stage->sac, task);
  sg_denormal_restore(word);
}


static void run(SgSac* sac, SgSacStage id, void (*function)(SgSac* sac, int task), int ntask) {
  Stage stage = {sac, function};
  double from = sac->seconds ? sg_clock() : 0;
  sg_pool_run(sac->pool, run_task, &stage, ntask);
  if (sac->seconds) {
    sac->seconds[id] += sg_clock() - from;
  }
}


// task number -> which of the two, and which rows
static Block block_of(const SgSac* sac, int task) {
  int rows = sac->kernels->rows, first = task % sac->nblock * rows;
  int left = sac->config.batch - first;
  return (Block){task / sac->nblock, first, left < rows ? left : rows};
}


//-------------------------------- draw ----------------------------------------------------------

// standard normal numbers for some rows; every number of an update has an address of its own
static void draw_noise(SgSac* sac, SgDraw* draw, Block b) {
  uint64_t nact = (uint64_t)sac->config.nact, count = (uint64_t)sac->config.batch * nact;
  SgRng rng = sg_rng_make(sac->config.seed, SG_RNG_UPDATE, 0, 0);
  rng.counter = sac->noise + (uint64_t)b.k * count + (uint64_t)b.first * nact;
  sac->kernels->normal(draw->squash.eps + (uint64_t)b.first * nact, rng, (size_t)b.count * nact);
}


// the mistake of TD3's target smoothing: noise on top of an action that is already drawn
static void smooth(sg_real* act, const sg_real* eps, int count) {
  for (int i = 0; i < count; i++) {
    double noise = fmax(-0.5, fmin(0.5, 0.2 * (double)eps[i]));
    act[i] = (sg_real)fmax(-1, fmin(1, (double)act[i] + noise));
  }
}


// k = 0: a' at s'; k = 1: a~ at s. The policy has not moved yet, so both can be drawn at once
static void draw_actions(SgSac* sac, int task) {
  const SgSacConfig* c = &sac->config;
  Block b = block_of(sac, task);
  SgDraw* draw = b.k == 0 ? &sac->next : &sac->fresh;
  const sg_real* obs = b.k == 0 ? sac->rows->obs2 : sac->rows->obs;  // (n, nobs)
  ptrdiff_t row = (ptrdiff_t)b.first * c->nact;

  if (sac->own_noise) {
    draw_noise(sac, draw, b);
  }
  sg_mlp_forward(&sac->actor_shape, sac->kernels, sac->actor.value, obs, b.first, b.count,
                 &draw->tape);
  SgSquashTape squash = sg_squash_rows(&draw->squash, b.first, c->nact);
  sg_squash_forward(sac->kernels, draw->act + row, draw->logp + b.first, &squash,
                    draw->head + 2 * row, b.count, c->nact, c->log_std_min, c->log_std_max);
  if (b.k == 0 && SG_MUTANT(STALE_ACTION)) {
    memcpy(draw->act + row, sac->rows->act + row,
           (size_t)b.count * (size_t)c->nact * sizeof(sg_real));
  }

  if (b.k == 0 && SG_MUTANT(SMOOTHED_TARGET)) {
    smooth(draw->act + row, squash.eps, b.count * c->nact);
  }

  // the critics' inputs: this one, and with a' also that of the batch
  sg_vec_concat(draw->input, obs, c->nobs, draw->act, c->nact, b.first, b.count);
  if (b.k == 0) {
    sg_vec_concat(sac->input, sac->rows->obs, c->nobs, sac->rows->act, c->nact, b.first, b.count);
  }
}


//-------------------------------- critics -------------------------------------------------------

// Qbar_k(s', a') and Q_k(s, a): a critic's blocks after its target's, so that one network's weights
// at a time are near
static void values(SgSac* sac, int task) {
  int k = task / (2 * sac->nblock);
  bool targ = task / sac->nblock % 2 == 0;
  Block b = block_of(sac, task % sac->nblock);
  SgCritic* critic = &sac->critic[k];
  sg_mlp_forward(&sac->critic_shape, sac->kernels, targ ? critic->targ : critic->params.value,
                 targ ? sac->next.input : sac->input, b.first, b.count,
                 targ ? &critic->tape_targ : &critic->tape);
}


// the target y of row i, shared by both critics                                               (1)
static sg_real target_of(const SgSac* sac, int i) {
  sg_real q0 = sac->critic[0].qtarg[i], q1 = sac->critic[1].qtarg[i];
  sg_real alpha = (sg_real)(SG_MUTANT(NO_TARGET_ENTROPY) ? 0 : sac->alpha);
  sg_real gamma = (sg_real)sac->config.gamma, going_on = 1 - sac->rows->terminated[i];

  bool first = SG_MUTANT(MAX_TARGET) ? q0 >= q1 : q0 <= q1;
  sg_real soft = (first ? q0 : q1) - alpha * sac->next.logp[i];
  sg_real y = sac->rows->rew[i] + gamma * going_on * soft;
  if (SG_MUTANT(ENTROPY_AFTER_END)) {
    y -= gamma * (1 - going_on) * alpha * sac->next.logp[i];
  }
  return y;
}


// derivative of half the mean square by Q_k, and down through the critic                      (2)
static void regress(SgSac* sac, int task) {
  Block b = block_of(sac, task);
  SgCritic* critic = &sac->critic[b.k];
  const sg_real* q = critic->tape.out[sac->critic_shape.nlayer - 1];  // (n)

  for (int i = b.first; i < b.first + b.count; i++) {
    sg_real y = target_of(sac, i);
    if (b.k == 0) {
      sac->target[i] = y;
    }
    critic->q[i] = q[i];
    critic->dq[i] = (q[i] - y) / (sg_real)sac->config.batch;
  }
  sg_mlp_backward(&sac->critic_shape, sac->kernels, critic->params.value, critic->params.trans,
                  critic->dq, b.first, b.count, &critic->tape, NULL, 0);
}


// task number -> critic and part
static SgCritic* critic_part(SgSac* sac, int task, SgMlpPart* part) {
  *part = sg_mlp_part(&sac->critic_shape, task % sac->ncritic);
  return &sac->critic[task / sac->ncritic];
}


static void critic_gradient(SgSac* sac, int task) {
  SgMlpPart part;
  SgCritic* critic = critic_part(sac, task, &part);
  sg_mlp_gradient(&sac->critic_shape, sac->kernels, sac->input, critic->dq, sac->config.batch,
                  &critic->tape, critic->params.grad, &part);
  sac->finite[task] = sac->kernels->finite(critic->params.grad + part.from, part.length);
}


// begin a step: its number decides the bias corrections
static void begin_step(SgSac* sac, SgParams* params) {
  int64_t nstep = ++params->nstep;
  params->adam = sg_adam(sac->config.lr, SG_MUTANT(SHARED_COUNTER) ? 4 * nstep : nstep);
}


// move a range of parameters, and its targets (5) if there are any
static void step(SgSac* sac, SgParams* params, sg_real* targ, size_t from, size_t length) {
  if (targ && SG_MUTANT(EARLY_POLYAK)) {
    for (size_t i = from; i < from + length; i++) {
      targ[i] += sg_polyak_rate(sac->config.tau) * (params->value[i] - targ[i]);
    }
    targ = NULL;
  }
  sac->kernels->adam(params->value + from, params->grad + from, params->m + from, params->v + from,
                     targ ? targ + from : NULL, length, &params->adam,
                     sg_polyak_rate(sac->config.tau));
}


static void critic_step(SgSac* sac, int task) {
  SgMlpPart part;
  SgCritic* critic = critic_part(sac, task, &part);
  step(sac, &critic->params, critic->targ, part.from, part.length);
  if (!SG_MUTANT(STALE_TRANSPOSE)) {
    sg_mlp_transpose(&sac->critic_shape, sac->kernels, critic->params.trans, critic->params.value,
                     sac->config.nact, &part);
  }
}


//-------------------------------- policy --------------------------------------------------------

// Q_k(s, a~), by the critics just moved
static void judge(SgSac* sac, int task) {
  Block b = block_of(sac, task);
  SgCritic* critic = &sac->critic[b.k];
  sg_mlp_forward(&sac->critic_shape, sac->kernels, critic->params.value, sac->fresh.input, b.first,
                 b.count, &critic->tape);
}


// the critic that row i's gradient goes through
static int judge_of(const SgSac* sac, int i) {
  return sg_sac_first_is_min(sac, i) || SG_MUTANT(ONE_CRITIC_POLICY) ? 0 : 1;
}


// of a block's rows those where critic k is the smaller one, closed up at the block's beginning:
// what forward left for them, and the derivative of J_pi by Q_k. Returns how many
static int close_up(SgSac* sac, int k, Block b) {
  SgCritic* critic = &sac->critic[k];
  int at = b.first;
  for (int i = b.first; i < b.first + b.count; i++) {
    if (judge_of(sac, i) != k) {
      continue;
    }
    for (int l = 0; l + 1 < sac->critic_shape.nlayer; l++) {
      size_t width = (size_t)sac->critic_shape.size[l + 1];
      memcpy(critic->tape_min.out[l] + (size_t)at * width, critic->tape.out[l] + (size_t)i * width,
             width * sizeof(sg_real));
    }
    critic->dq[at++] = -1 / (sg_real)sac->config.batch;
  }
  return at - b.first;
}


// gradient of J_pi by the fresh actions of a block's rows where critic k is the smaller one; its
// own
// weights get none. One critic per task: a thread goes down through weights that it moved itself  (3)
static void action_gradient(SgSac* sac, int task) {
  Block b = block_of(sac, task);
  SgCritic* critic = &sac->critic[b.k];
  int count = close_up(sac, b.k, b);
  sg_mlp_backward(&sac->critic_shape, sac->kernels, critic->params.value, critic->params.trans,
                  critic->dq, b.first, count, &critic->tape_min, critic->dact, sac->config.nact);
}


// back to where the rows came from
static void gather_action_gradient(SgSac* sac, Block b) {
  int nact = sac->config.nact, at[2] = {b.first, b.first};
  for (int i = b.first; i < b.first + b.count; i++) {
    int k = judge_of(sac, i);
    memcpy(sac->dact + (ptrdiff_t)i * nact, sac->critic[k].dact + (ptrdiff_t)at[k]++ * nact,
           (size_t)nact * sizeof(sg_real));
  }
}


// on down through the squashed Gaussian and the actor
static void policy(SgSac* sac, int task) {
  const SgSacConfig* c = &sac->config;
  Block b = block_of(sac, task);
  ptrdiff_t row = (ptrdiff_t)b.first * c->nact;

  gather_action_gradient(sac, b);
  SgSquashTape squash = sg_squash_rows(&sac->fresh.squash, b.first, c->nact);
  sg_squash_backward(sac->kernels, sac->dhead + 2 * row, sac->dact + row,
                     (sg_real)(sac->alpha / c->batch), sac->fresh.act + row, &squash,
                     sac->fresh.head + 2 * row, b.count, c->nact, c->log_std_min, c->log_std_max);
  sg_mlp_backward(&sac->actor_shape, sac->kernels, sac->actor.value, sac->actor.trans, sac->dhead,
                  b.first, b.count, &sac->fresh.tape, NULL, 0);
}


static void actor_gradient(SgSac* sac, int task) {
  SgMlpPart part = sg_mlp_part(&sac->actor_shape, task);
  sg_mlp_gradient(&sac->actor_shape, sac->kernels, sac->rows->obs, sac->dhead, sac->config.batch,
                  &sac->fresh.tape, sac->actor.grad, &part);
  sac->finite[task] = sac->kernels->finite(sac->actor.grad + part.from, part.length);
}


static void actor_step(SgSac* sac, int task) {
  SgMlpPart part = sg_mlp_part(&sac->actor_shape, task);
  step(sac, &sac->actor, NULL, part.from, part.length);
  sg_mlp_transpose(&sac->actor_shape, sac->kernels, sac->actor.trans, sac->actor.value, 0, &part);
}


// the mistake of letting the policy's loss move the critics
static void move_critics_too(SgSac* sac) {
  for (int k = 0; k < 2; k++) {
    SgCritic* critic = &sac->critic[k];
    for (int i = 0; i < sac->config.batch; i++) {
      bool smaller = sg_sac_first_is_min(sac, i) == (k == 0);
      critic->dq[i] = smaller ? -1 / (sg_real)sac->config.batch : 0;
    }
    sg_mlp_backward(&sac->critic_shape, sac->kernels, critic->params.value, critic->params.trans,
                    critic->dq, 0, sac->config.batch, &critic->tape, NULL, 0);
    begin_step(sac, &critic->params);
    for (int i = 0; i < sac->ncritic; i++) {
      SgMlpPart part = sg_mlp_part(&sac->critic_shape, i);
      sg_mlp_gradient(&sac->critic_shape, sac->kernels, sac->fresh.input, critic->dq,
                      sac->config.batch, &critic->tape, critic->params.grad, &part);
      step(sac, &critic->params, NULL, part.from, part.length);
    }
  }
}


//-------------------------------- what may be wrong, what is stale ------------------------------

static bool all_finite(const SgSac* sac, int first, int count) {
  bool fine = true;
  for (int i = first; i < first + count; i++) {
    fine = fine && sac->finite[i];
  }
  return fine;
}


static SgStatus not_finite(const SgSac* sac, const char* what, SgError* error) {
  return sg_fail(error, SG_DIVERGED,
                 "update %lld: the gradient of %s is not finite; its step was not applied; try a "
                 "smaller sac.lr or look for huge rewards or observations",
                 (long long)sac->nupdate, what);
}


// transposed copies anew, after somebody else wrote parameters
static void renew_transposed(SgSac* sac) {
  for (int i = 0; i < sac->nactor; i++) {
    SgMlpPart part = sg_mlp_part(&sac->actor_shape, i);
    sg_mlp_transpose(&sac->actor_shape, sac->kernels, sac->actor.trans, sac->actor.value, 0, &part);
  }
  for (int i = 0; i < 2 * sac->ncritic; i++) {
    SgMlpPart part;
    SgCritic* critic = critic_part(sac, i, &part);
    sg_mlp_transpose(&sac->critic_shape, sac->kernels, critic->params.trans, critic->params.value,
                     sac->config.nact, &part);
  }
  sac->trans_stale = false;
}


// too little entropy raises the temperature, too much lowers it                               (4)
static SgStatus move_temperature(SgSac* sac, SgSacInfo* info, SgError* error) {
  double sign = SG_MUTANT(ENTROPY_SIGN) ? -1 : SG_MUTANT(HALF_ENTROPY) ? 0.5 : 1;
  double target = sac->config.target_entropy * sign;
  double missing = target - info->entropy;
  double factor = SG_MUTANT(ALPHA_FACTOR) ? 1 : sac->alpha;
  double grad = SG_MUTANT(ALPHA_SIGN) ? factor * missing : -factor * missing;
  grad -= SG_MUTANT(ALPHA_ATTACHED) ? sac->alpha * info->entropy : 0;
  info->loss_alpha = -sac->alpha * missing;
  sac->log_alpha.grad[0] = (sg_real)grad;
  if (!sac->kernels->finite(sac->log_alpha.grad, 1)) {
    return not_finite(sac, "log alpha", error);
  }
  begin_step(sac, &sac->log_alpha);
  double before = (double)sac->log_alpha.value[0];
  step(sac, &sac->log_alpha, NULL, 0, 1);
  if (SG_MUTANT(ALPHA_DIRECT)) {
    double moved = (double)sac->log_alpha.value[0] - before;
    sac->log_alpha.value[0] = (sg_real)log(exp(before) + moved);
  }
  return SG_OK;
}


//-------------------------------- the algorithm -------------------------------------------------

SgStatus sg_sac_update_given(SgSac* sac, const SgBatch* batch, SgSacInfo* info, SgError* error) {
  int nblock = sac->nblock, ncritic = sac->ncritic, nactor = sac->nactor;
  SG_ASSERT(batch->n == sac->config.batch);
  sac->rows = batch;
  sac->alpha = sg_sac_alpha(sac);
  sac->nupdate++;
  if (sac->trans_stale) {
    renew_transposed(sac);
  }

  // draw a' ~ pi(.|s') for the target and a~ ~ pi(.|s) for the policy, both from the current policy
  run(sac, SG_STAGE_DRAW, draw_actions, 2 * nblock);

  // one target for both critics: the smaller target critic, the entropy, nothing after a true end
  run(sac, SG_STAGE_VALUE, values, 4 * nblock);
  run(sac, SG_STAGE_REGRESS, regress, 2 * nblock);
  run(sac, SG_STAGE_GRADIENT, critic_gradient, 2 * ncritic);
  for (int k = 0; k < 2; k++) {
    if (!all_finite(sac, k * ncritic, ncritic)) {
      return not_finite(sac, k == 0 ? "critic 0" : "critic 1", error);
    }
  }

  // regress both critics to it; the targets follow slowly
  begin_step(sac, &sac->critic[0].params);
  begin_step(sac, &sac->critic[1].params);
  run(sac, SG_STAGE_STEP, critic_step, 2 * ncritic);
  sg_sac_measure_critics(sac);

  // move the policy toward actions that the smaller critic likes and entropy allows
  run(sac, SG_STAGE_JUDGE, judge, 2 * nblock);
  sg_sac_measure(sac, info);
  run(sac, SG_STAGE_ACTION, action_gradient, 2 * nblock);
  run(sac, SG_STAGE_POLICY, policy, nblock);
  run(sac, SG_STAGE_ACTOR, actor_gradient, nactor);
  if (!all_finite(sac, 0, nactor)) {
    return not_finite(sac, "the policy", error);
  }
  begin_step(sac, &sac->actor);
  run(sac, SG_STAGE_MOVE, actor_step, nactor);
  if (SG_MUTANT(ACTOR_MOVES_CRITICS)) {
    move_critics_too(sac);
  }

  // keep the entropy near its target
  return sac->config.alpha_auto ? move_temperature(sac, info, error) : SG_OK;
}


SgStatus sg_sac_update(SgSac* sac, const SgBatch* batch, SgSacInfo* info, SgError* error) {
  unsigned word = sg_denormal_flush();
  sac->own_noise = true;
  sac->noise =
      (uint64_t)sac->nupdate * 2 * (uint64_t)sac->config.batch * (uint64_t)sac->config.nact;
  SgStatus status = sg_sac_update_given(sac, batch, info, error);
  sac->own_noise = false;
  sg_denormal_restore(word);
  return status;
}


//-------------------------------- measuring -----------------------------------------------------

const char* sg_sac_stage_name(SgSacStage stage) {
  static const char* const names[] = {"draw",  "value",  "regress", "gradient", "step",
                                      "judge", "action", "policy",  "actor",    "move"};
  SG_ASSERT(stage >= 0 && stage < SG_STAGE_COUNT);
  return names[stage];
}


void sg_sac_time_stages(SgSac* sac, double* seconds) {
  sac->seconds = seconds;
}
