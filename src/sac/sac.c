// The learner's life: defaults, validation, memory, acting, visiting. The update is sac_update.c.
//
// Memory is one block. `layout` names every piece once and is called twice, first to measure and
// then to carve, so the two cannot disagree:
//
//   | actor: value grad m v | log_alpha: .. | critic 0: value grad m v targ tapes | critic 1: .. |
//   | batch | next | fresh | update scratch | acting scratch |

#include "sac/sac.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "math/exp.h"
#include "sac/sac_internal.h"


SgSacConfig sg_sac_default(int nobs, int nact) {
  return (SgSacConfig){
      .nobs = nobs,
      .nact = nact,
      .batch = 256,
      .nhidden = 2,
      .hidden = {256, 256},
      .ncritic_hidden = 2,
      .critic_hidden = {256, 256},
      .lr = 3e-4,
      .gamma = 0.99,
      .tau = 0.005,
      .alpha_auto = true,
      .alpha = 1,
      .target_entropy = -nact,
      .log_std_min = -20,
      .log_std_max = 2,
  };
}


//-------------------------------- validation ----------------------------------------------------

// a field in [low, high]; NaN is in no range
static bool check_range(const char* name, double value, double low, double high, const char* usual,
                        SgError* error) {
  if (value >= low && value <= high) {
    return true;
  }
  sg_fail(error, SG_USAGE, "learner: %s is %g, it must lie in [%g, %g]; usual: %s", name, value,
          low, high, usual);
  return false;
}


static bool check_hidden(const char* name, int count, const int* hidden, SgError* error) {
  if (!check_range(name, count, 1, SG_MAX_HIDDEN, "2 layers", error)) {
    return false;
  }
  for (int i = 0; i < count; i++) {
    if (!check_range(name, hidden[i], 1, 16384, "256 units", error)) {
      return false;
    }
  }
  return true;
}


// everything is checked once, here; after this the learner runs without asking
static bool validate(const SgSacConfig* c, SgError* error) {
  const double tiny = 1e-12;
  bool fine = check_range("nobs", c->nobs, 1, 1e6, "the task's", error) &&
              check_range("nact", c->nact, 1, 1e4, "the task's", error) &&
              check_range("batch", c->batch, 1, 1 << 20, "256", error) &&
              check_hidden("hidden", c->nhidden, c->hidden, error) &&
              check_hidden("critic_hidden", c->ncritic_hidden, c->critic_hidden, error) &&
              check_range("lr", c->lr, tiny, 1, "3e-4", error) &&
              check_range("gamma", c->gamma, 0, 1 - tiny, "0.99", error) &&
              check_range("tau", c->tau, tiny, 1, "0.005", error) &&
              check_range("alpha", c->alpha, tiny, 1e6, "0.2", error) &&
              check_range("log_std_min", c->log_std_min, -50, 10, "-20", error) &&
              check_range("log_std_max", c->log_std_max, c->log_std_min, 10, "2", error);

  // the most entropy a squashed Gaussian has is 0.68364 per dimension: beyond, alpha would run away
  double most = 0.68 * c->nact;
  if (fine && c->alpha_auto && !(c->target_entropy <= most && c->target_entropy >= -1e6)) {
    sg_fail(error, SG_USAGE,
            "learner: target_entropy is %g, but no squashed Gaussian has more than 0.68 per action "
            "dimension (%g here); usual: %d",
            c->target_entropy, most, -c->nact);
    return false;
  }
  return fine;
}


//-------------------------------- memory --------------------------------------------------------

static sg_real* take(SgArena* arena, int rows, int columns) {
  return sg_arena_take(arena, (size_t)rows * (size_t)columns, sizeof(sg_real));
}


static void layout_params(SgParams* params, size_t count, SgArena* arena) {
  params->count = count;
  params->value = sg_arena_take(arena, count, sizeof(sg_real));
  params->grad = sg_arena_take(arena, count, sizeof(sg_real));
  params->m = sg_arena_take(arena, count, sizeof(sg_real));
  params->v = sg_arena_take(arena, count, sizeof(sg_real));
  params->trans = sg_arena_take(arena, count, sizeof(sg_real));
}


static void layout_critic(SgCritic* critic, const SgMlp* shape, int n, int nact, SgArena* arena) {
  layout_params(&critic->params, shape->nparam, arena);
  critic->targ = sg_arena_take(arena, shape->nparam, sizeof(sg_real));
  sg_mlp_tape(shape, &critic->tape, n, true, arena);
  sg_mlp_tape(shape, &critic->tape_targ, n, false, arena);
  critic->q = take(arena, n, 1);
  critic->dq = take(arena, n, 1);
  critic->dact = take(arena, n, nact);

  // names for memory that is there already
  int last = shape->nlayer - 1;
  critic->qtarg = critic->tape_targ.out[last];
  critic->qpi = critic->tape.out[last];
  critic->tape_min = critic->tape;
  for (int l = 0; l < last; l++) {
    critic->tape_min.out[l] = critic->tape_targ.out[l];
  }
}


static void layout_squash(SgDraw* draw, int n, int nact, SgArena* arena) {
  draw->squash.u = take(arena, n, nact);
  draw->squash.sigma = take(arena, n, nact);
  draw->squash.eps = take(arena, n, nact);
  draw->squash.slope = take(arena, n, nact);
  draw->act = take(arena, n, nact);
  draw->logp = take(arena, n, 1);
}


static void layout_draw(SgDraw* draw, const SgMlp* actor, int n, int nobs, int nact, bool backward,
                        SgArena* arena) {
  sg_mlp_tape(actor, &draw->tape, n, backward, arena);
  draw->head = draw->tape.out[actor->nlayer - 1];
  layout_squash(draw, n, nact, arena);
  draw->input = take(arena, n, nobs + nact);
}


// the one list of all memory
static void layout(SgSac* sac, SgArena* arena) {
  int n = sac->config.batch, nobs = sac->config.nobs, nact = sac->config.nact;

  // parameters
  layout_params(&sac->actor, sac->actor_shape.nparam, arena);
  layout_params(&sac->log_alpha, 1, arena);
  for (int k = 0; k < 2; k++) {
    layout_critic(&sac->critic[k], &sac->critic_shape, n, nact, arena);
  }

  // one update
  sac->batch.n = n;
  sac->batch.obs = take(arena, n, nobs);
  sac->batch.act = take(arena, n, nact);
  sac->batch.rew = take(arena, n, 1);
  sac->batch.terminated = take(arena, n, 1);
  sac->batch.obs2 = take(arena, n, nobs);
  layout_draw(&sac->next, &sac->actor_shape, n, nobs, nact, false, arena);
  layout_draw(&sac->fresh, &sac->actor_shape, n, nobs, nact, true, arena);
  sac->input = take(arena, n, nobs + nact);
  sac->target = take(arena, n, 1);
  sac->dact = take(arena, n, nact);
  sac->dhead = take(arena, n, 2 * nact);
  int nparts = sac->nactor > 2 * sac->ncritic ? sac->nactor : 2 * sac->ncritic;
  sac->finite = sg_arena_take(arena, (size_t)nparts, sizeof(bool));

  // acting
  sg_mlp_tape(&sac->actor_shape, &sac->act_tape, SG_ACT_ROWS, false, arena);
  layout_squash(&sac->acting, SG_ACT_ROWS, nact, arena);
  sac->act_obs = take(arena, SG_ACT_ROWS, nobs);
}


// fresh weights: actor, then both critics from draws of their own, targets as exact copies
static void init_parameters(SgSac* sac) {
  SgRng rng = sg_rng_make(sac->config.seed, SG_RNG_INIT, 0, 0);

  sg_mlp_init(&sac->actor_shape, sac->actor.value, &rng);
  for (int k = 0; k < 2; k++) {
    SgCritic* critic = &sac->critic[k];
    SgRng own = sg_rng_make(sac->config.seed, SG_RNG_INIT,
                            SG_MUTANT(TWIN_CRITICS) ? 1 : 1 + (uint32_t)k, 0);
    sg_mlp_init(&sac->critic_shape, critic->params.value, &own);
    memcpy(critic->targ, critic->params.value, critic->params.count * sizeof(sg_real));
    if (SG_MUTANT(TARGET_NOT_COPY)) {
      sg_mlp_init(&sac->critic_shape, critic->targ, &own);
    }
  }
  sac->log_alpha.value[0] = (sg_real)log(sac->config.alpha);
}


SgSac* sg_sac_create(const SgSacConfig* config, const SgKernels* kernels, SgPool* pool,
                     SgError* error) {
  SG_ASSERT(config && kernels && pool);
  if (!validate(config, error)) {
    return NULL;
  }
  SgSac* sac = calloc(1, sizeof(SgSac));
  if (!sac) {
    sg_fail(error, SG_MACHINE, "out of memory for the learner");
    return NULL;
  }
  sac->config = *config;
  sac->kernels = kernels;
  sac->pool = pool;
  sac->actor_shape = sg_mlp_shape(config->nobs, config->nhidden, config->hidden, 2 * config->nact);
  sac->critic_shape =
      sg_mlp_shape(config->nobs + config->nact, config->ncritic_hidden, config->critic_hidden, 1);
  sac->nblock = (config->batch + kernels->rows - 1) / kernels->rows;
  sac->nactor = sg_mlp_nparts(&sac->actor_shape);
  sac->ncritic = sg_mlp_nparts(&sac->critic_shape);
  sac->trans_stale = true;

  // measure, reserve, carve
  layout(sac, &sac->arena);
  if (sg_arena_reserve(&sac->arena, error) != SG_OK) {
    sg_sac_destroy(sac);
    return NULL;
  }
  layout(sac, &sac->arena);
  sg_arena_done(&sac->arena);

  init_parameters(sac);
  return sac;
}


void sg_sac_destroy(SgSac* sac) {
  if (sac) {
    sg_arena_free(&sac->arena);
    free(sac);
  }
}


//-------------------------------- acting --------------------------------------------------------

// n rows, at most SG_ACT_ROWS; the row i takes its noise from draw + i
static void act_rows(SgSac* sac, float* act, const float* obs, int n, bool deterministic,
                     uint64_t draw) {
  int nobs = sac->config.nobs, nact = sac->config.nact;
  SgDraw* a = &sac->acting;

  for (int i = 0; i < n * nobs; i++) {
    sac->act_obs[i] = (sg_real)obs[i];
  }
  const sg_real* head = sg_mlp_forward(&sac->actor_shape, sac->kernels, sac->actor.value,
                                       sac->act_obs, 0, n, &sac->act_tape);

  // noise is addressed by row, so it does not depend on how rows are cut into pieces
  size_t count = (size_t)n * (size_t)nact;
  SgRng rng = sg_rng_make(sac->config.seed, SG_RNG_ACT, 0, 0);
  rng.counter = draw * (uint64_t)nact;
  if (deterministic) {
    memset(a->squash.eps, 0, count * sizeof(sg_real));
  } else {
    sac->kernels->normal(a->squash.eps, rng, count);
  }
  sg_squash_forward(sac->kernels, a->act, a->logp, &a->squash, head, n, nact,
                    sac->config.log_std_min, sac->config.log_std_max);
  for (int i = 0; i < n * nact; i++) {
    act[i] = (float)a->act[i];
  }
}


void sg_sac_act(SgSac* sac, float* act, const float* obs, int n, bool deterministic,
                uint64_t draw) {
  for (int i = 0; i < n; i += SG_ACT_ROWS) {
    int rows = n - i < SG_ACT_ROWS ? n - i : SG_ACT_ROWS;
    act_rows(sac, act + (ptrdiff_t)i * sac->config.nact, obs + (ptrdiff_t)i * sac->config.nobs,
             rows, deterministic, draw + (uint64_t)i);
  }
}


//-------------------------------- looking inside ------------------------------------------------

const SgSacConfig* sg_sac_config(const SgSac* sac) {
  return &sac->config;
}


SgBatch* sg_sac_batch(SgSac* sac) {
  return &sac->batch;
}


double sg_sac_alpha(const SgSac* sac) {
  return sg_exp_double((double)sac->log_alpha.value[0]);
}


void sg_sac_actor_layer(const SgSac* sac, int layer, const sg_real** weight, const sg_real** bias,
                        int* nin, int* nout) {
  const SgMlp* shape = &sac->actor_shape;
  SG_ASSERT(layer >= 0 && layer < shape->nlayer);
  *weight = sac->actor.value + shape->weight[layer];
  *bias = sac->actor.value + shape->bias[layer];
  *nin = shape->size[layer];
  *nout = shape->size[layer + 1];
}


// parameters and what their optimiser remembers
static void visit_params(SgParams* params, const char* const names[4],
                         void (*visit)(void* arg, const char* name, void* bytes, size_t size),
                         void* arg) {
  visit(arg, names[0], params->value, params->count * sizeof(sg_real));
  if (params->count == 1 && SG_MUTANT(LOST_ALPHA_MOMENTS)) {
    return;
  }
  visit(arg, names[1], params->m, params->count * sizeof(sg_real));
  visit(arg, names[2], params->v, params->count * sizeof(sg_real));
  visit(arg, names[3], &params->nstep, sizeof(params->nstep));
}


void sg_sac_visit(SgSac* sac, void (*visit)(void* arg, const char* name, void* bytes, size_t size),
                  void* arg) {
  static const char* const actor[] = {"actor.value", "actor.m", "actor.v", "actor.nstep"};
  static const char* const alpha[] = {"log_alpha.value", "log_alpha.m", "log_alpha.v",
                                      "log_alpha.nstep"};
  static const char* const critic[2][4] = {
      {"critic.0.value", "critic.0.m", "critic.0.v", "critic.0.nstep"},
      {"critic.1.value", "critic.1.m", "critic.1.v", "critic.1.nstep"}};
  static const char* const targ[] = {"critic.0.targ", "critic.1.targ"};
  sac->trans_stale = true;  // the visitor may write

  visit_params(&sac->actor, actor, visit, arg);
  visit_params(&sac->log_alpha, alpha, visit, arg);
  for (int k = 0; k < 2; k++) {
    visit_params(&sac->critic[k].params, critic[k], visit, arg);
    if (SG_MUTANT(LOST_TARGETS)) {
      continue;
    }
    visit(arg, targ[k], sac->critic[k].targ, sac->critic[k].params.count * sizeof(sg_real));
  }
  visit(arg, "nupdate", &sac->nupdate, sizeof(sac->nupdate));
}
