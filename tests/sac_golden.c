// The learner against an independent twin in PyTorch: same weights, same batches, same noise, then
// every intermediate of one update and the state after ten.
//
//   data/sac/*.golden  --inputs-->   sg_sac_update_given x 10   --in., one., ten. tensors-->   compare
//
// The files and their format are scripts/golden_sac.py's. Allowed: in double 1e-10 of a tensor's
// largest entry; in float 1e-5 of it for one update, and after ten a root mean square difference of
// 1e-4 of the tensor's root mean square.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "golden_file.h"
#include "sac/sac_internal.h"
#include "sac_checks.h"

enum {
  NUPDATE = 10  // updates in a file
};

// a case while it runs
typedef struct Golden {
  Trial* trial;
  const char* name;  // of the case
  GoldenFile file;
  int ncompared;  // tensors
  uint64_t lcg;   // where inputs come from that are not stored
  SgPool* pool;
  SgSac* sac;
} Golden;


//-------------------------------- comparing -----------------------------------------------------

// compare a tensor by name: in. exactly, one. and ten. as the tolerances at the top say
static void compare(Golden* g, const char* name, const sg_real* x, size_t count) {
  const bool exact = strncmp(name, "in.", 3) == 0, after_ten = strncmp(name, "ten.", 4) == 0;
  const bool is_float = sizeof(sg_real) == sizeof(float);
  GoldenTensor t;

  if (!golden_find(&g->file, name, &t) || t.count != count) {
    trial_expect(g->trial, false, "%s: the file has no %s of %zu numbers", g->name, name, count);
    return;
  }
  g->ncompared++;
  double miss = is_float && after_ten ? golden_rms_miss(&t, x) : golden_largest_miss(&t, x);
  double limit = !is_float ? 1e-10 : after_ten ? 1e-4 : 1e-5;
  if (exact) {
    limit = t.whole ? 0 : 1e-12;  // the digest's norm is summed in another order
  }
  if (g->trial->print) {
    print_message("  %-18s %-28s %8.1e  (%s, limit %.0e)\n", g->name, name, miss,
                  is_float && after_ten ? "rms" : "largest", limit);
  }
  trial_expect(g->trial, miss <= limit, "%s: %s is off by %.1e of its size, limit %.0e", g->name,
               name, miss, limit);
}


static void compare_number(Golden* g, const char* name, double x) {
  sg_real value = (sg_real)x;
  compare(g, name, &value, 1);
}


// all tensors of a network that lie in a flat block: <prefix>.<layer>.weight<suffix> and bias
static void compare_network(Golden* g, const char* prefix, const char* suffix, const SgMlp* shape,
                            const sg_real* flat) {
  char name[2 * GOLDEN_NAME];

  for (int l = 0; l < shape->nlayer; l++) {
    size_t nin = (size_t)shape->size[l], nout = (size_t)shape->size[l + 1];
    snprintf(name, sizeof(name), "%s.%d.weight%s", prefix, l, suffix);
    compare(g, name, flat + shape->weight[l], nin * nout);
    snprintf(name, sizeof(name), "%s.%d.bias%s", prefix, l, suffix);
    compare(g, name, flat + shape->bias[l], nout);
  }
}


//-------------------------------- inputs --------------------------------------------------------

// Knuth's generator, as in the script: uniform in +-bound, rounded to float
static double draw(Golden* g, double bound) {
  g->lcg = g->lcg * 6364136223846793005u + 1442695040888963407u;
  return (double)(float)(bound * (2 * ((double)(g->lcg >> 11) * 0x1p-53) - 1));
}


// an input: from the file when all of it is there, else as drawn
static void take_input(Golden* g, const char* name, double bound, sg_real* x, size_t count) {
  GoldenTensor t = {0};
  assert_true(golden_find(&g->file, name, &t) && t.count == count);

  for (size_t i = 0; i < count; i++) {
    double drawn = draw(g, bound);  // in any case, to stay in step with the script
    x[i] = (sg_real)(t.whole ? t.data[i] : drawn);
  }
}


static void take_network(Golden* g, const char* prefix, const SgMlp* shape, sg_real* flat) {
  char name[2 * GOLDEN_NAME];

  for (int l = 0; l < shape->nlayer; l++) {
    size_t nin = (size_t)shape->size[l], nout = (size_t)shape->size[l + 1];
    double bound = 1 / sqrt((double)nin);
    snprintf(name, sizeof(name), "%s.%d.weight", prefix, l);
    take_input(g, name, bound, flat + shape->weight[l], nin * nout);
    snprintf(name, sizeof(name), "%s.%d.bias", prefix, l);
    take_input(g, name, bound, flat + shape->bias[l], nout);
  }
  compare_network(g, prefix, "", shape, flat);
}


static void take_weights(Golden* g) {
  SgSac* sac = g->sac;
  take_network(g, "in.actor", &sac->actor_shape, sac->actor.value);
  take_network(g, "in.critic.0", &sac->critic_shape, sac->critic[0].params.value);
  take_network(g, "in.critic.1", &sac->critic_shape, sac->critic[1].params.value);
  take_network(g, "in.targ.0", &sac->critic_shape, sac->critic[0].targ);
  take_network(g, "in.targ.1", &sac->critic_shape, sac->critic[1].targ);
}


// one named part of batch number `update`; flags are drawn as numbers above a half
static void take_part(Golden* g, int update, const char* part, double bound, bool flag, sg_real* x,
                      int columns) {
  size_t count = (size_t)g->sac->config.batch * (size_t)columns;
  char name[GOLDEN_NAME];
  snprintf(name, sizeof(name), "in.%d.%s", update, part);
  take_input(g, name, bound, x, count);

  if (flag) {
    for (size_t i = 0; i < count; i++) {
      x[i] = x[i] > (sg_real)0.5;
    }
  }
  compare(g, name, x, count);
}


// a batch and its noise; truncated (n) is no input of an update, but the case says which rows were
static void take_batch(Golden* g, int update, SgBatch* batch, sg_real* truncated) {
  int nobs = g->sac->config.nobs, nact = g->sac->config.nact;
  take_part(g, update, "obs", 2, false, batch->obs, nobs);
  take_part(g, update, "act", 1, false, batch->act, nact);
  take_part(g, update, "rew", 3, false, batch->rew, 1);
  take_part(g, update, "terminated", 1, true, batch->terminated, 1);
  take_part(g, update, "truncated", 1, true, truncated, 1);
  take_part(g, update, "obs2", 2, false, batch->obs2, nobs);
  take_part(g, update, "eps_next", 2, false, g->sac->next.squash.eps, nact);
  take_part(g, update, "eps_fresh", 2, false, g->sac->fresh.squash.eps, nact);
}


// a learner of the case's sizes and constants
static void create_learner(Golden* g) {
  GoldenTensor t = {0};
  assert_true(golden_find(&g->file, "config", &t) && t.count == 13);
  g->ncompared++;  // by making a learner of it

  const double* c = t.data;
  SgSacConfig config = sg_sac_default((int)c[0], (int)c[1]);
  config.batch = (int)c[2];
  config.hidden[0] = config.critic_hidden[0] = (int)c[3];
  config.hidden[1] = config.critic_hidden[1] = (int)c[4];
  config.lr = c[5];
  config.gamma = c[6];
  config.tau = c[7];
  config.alpha_auto = c[8] != 0;
  config.alpha = c[9];
  config.target_entropy = c[10];
  config.log_std_min = c[11];
  config.log_std_max = c[12];

  SgError error = {0};
  g->pool = sg_pool_create(1, &error);
  g->sac = sg_sac_create(&config, g->trial->kernels, g->pool, &error);
  if (!g->sac) {
    fail_msg("%s", error.text);
  }
}


//-------------------------------- outputs -------------------------------------------------------

static void compare_draw(Golden* g, const char* prefix, const SgDraw* draw) {
  size_t n = (size_t)g->sac->config.batch, nact = (size_t)g->sac->config.nact;
  char name[GOLDEN_NAME];
  snprintf(name, sizeof(name), "one.%s.act", prefix);
  compare(g, name, draw->act, n * nact);
  snprintf(name, sizeof(name), "one.%s.logp", prefix);
  compare(g, name, draw->logp, n);
  snprintf(name, sizeof(name), "one.%s.u", prefix);
  compare(g, name, draw->squash.u, n * nact);
  snprintf(name, sizeof(name), "one.%s.sigma", prefix);
  compare(g, name, draw->squash.sigma, n * nact);
  snprintf(name, sizeof(name), "one.%s.head", prefix);
  compare(g, name, draw->head, n * 2 * nact);
}


// every intermediate of the first update
static void compare_update(Golden* g, const SgSacInfo* info) {
  const SgSac* sac = g->sac;
  size_t n = (size_t)sac->config.batch, nact = (size_t)sac->config.nact;
  compare_draw(g, "next", &sac->next);
  compare_draw(g, "fresh", &sac->fresh);

  // critics
  compare(g, "one.qtarg.0", sac->critic[0].qtarg, n);
  compare(g, "one.qtarg.1", sac->critic[1].qtarg, n);
  compare(g, "one.target", sac->target, n);
  compare(g, "one.q.0", sac->critic[0].q, n);
  compare(g, "one.q.1", sac->critic[1].q, n);
  compare_number(g, "one.loss_q.0", sac->critic[0].loss);
  compare_number(g, "one.loss_q.1", sac->critic[1].loss);
  compare_number(g, "one.loss_q", info->loss_q);
  compare_network(g, "one.grad.critic.0", "", &sac->critic_shape, sac->critic[0].params.grad);
  compare_network(g, "one.grad.critic.1", "", &sac->critic_shape, sac->critic[1].params.grad);

  // policy
  compare(g, "one.qpi.0", sac->critic[0].qpi, n);
  compare(g, "one.qpi.1", sac->critic[1].qpi, n);
  compare_number(g, "one.loss_pi", info->loss_pi);
  compare(g, "one.dact", sac->dact, n * nact);
  compare(g, "one.dhead", sac->dhead, n * 2 * nact);
  compare_network(g, "one.grad.actor", "", &sac->actor_shape, sac->actor.grad);

  // temperature
  compare_number(g, "one.alpha", info->alpha);
  compare_number(g, "one.entropy", info->entropy);
  if (sac->config.alpha_auto) {
    compare_number(g, "one.loss_alpha", info->loss_alpha);
    compare(g, "one.grad.log_alpha", sac->log_alpha.grad, 1);
  }
}


// a terminated row's target is its reward and nothing else, whatever the clock said; a row that was
// only truncated looks beyond
static void check_ends(Golden* g, const SgBatch* batch, const sg_real* truncated) {
  for (int i = 0; i < batch->n; i++) {
    bool alone = fabs((double)(g->sac->target[i] - batch->rew[i])) < 1e-9;
    if (batch->terminated[i] != 0) {
      trial_expect(g->trial, alone, "%s: terminated row %d bootstraps", g->name, i);
    } else if (truncated[i] != 0) {
      trial_expect(g->trial, !alone, "%s: truncated row %d does not bootstrap", g->name, i);
    }
  }
}


static void compare_params(Golden* g, const char* prefix, const SgMlp* shape, const SgParams* p) {
  compare_network(g, prefix, "", shape, p->value);
  compare_network(g, prefix, ".m", shape, p->m);
  compare_network(g, prefix, ".v", shape, p->v);
}


// everything that lives from update to update
static void compare_state(Golden* g) {
  const SgSac* sac = g->sac;
  compare_params(g, "ten.actor", &sac->actor_shape, &sac->actor);
  compare_params(g, "ten.critic.0", &sac->critic_shape, &sac->critic[0].params);
  compare_params(g, "ten.critic.1", &sac->critic_shape, &sac->critic[1].params);
  compare_network(g, "ten.targ.0", "", &sac->critic_shape, sac->critic[0].targ);
  compare_network(g, "ten.targ.1", "", &sac->critic_shape, sac->critic[1].targ);
  compare(g, "ten.log_alpha", sac->log_alpha.value, 1);
  if (sac->config.alpha_auto) {
    compare(g, "ten.log_alpha.m", sac->log_alpha.m, 1);
    compare(g, "ten.log_alpha.v", sac->log_alpha.v, 1);
  }
}


//-------------------------------- the checks ----------------------------------------------------

// run one case; seed: the script's, for the inputs that are not stored
static void check_golden(Trial* trial, const char* name, uint64_t seed) {
  Golden g = {.trial = trial, .name = name, .lcg = seed};
  SgSacInfo info;
  SgError error = {0};
  golden_open(&g.file, name);
  create_learner(&g);
  take_weights(&g);
  sg_real* truncated = calloc((size_t)g.sac->config.batch, sizeof(sg_real));
  assert_non_null(truncated);

  // ten updates on the twin's batches and noise
  SgBatch* batch = sg_sac_batch(g.sac);
  for (int i = 0; i < NUPDATE; i++) {
    take_batch(&g, i, batch, truncated);
    SgStatus status = sg_sac_update_given(g.sac, batch, &info, &error);
    trial_expect(trial, status == SG_OK, "%s: %s", name, error.text);
    if (i == 0) {
      compare_update(&g, &info);
      check_ends(&g, batch, truncated);
    }
  }
  compare_state(&g);
  trial_expect(trial, g.ncompared == g.file.ntensor, "%s: %d of %d tensors were compared", name,
               g.ncompared, g.file.ntensor);

  free(truncated);
  sg_sac_destroy(g.sac);
  sg_pool_destroy(g.pool);
  golden_close(&g.file);
}


void check_golden_learned_alpha(Trial* trial) {
  check_golden(trial, "learned_alpha", 0);
}


void check_golden_fixed_alpha(Trial* trial) {
  check_golden(trial, "fixed_alpha", 0);
}


void check_golden_saturated(Trial* trial) {
  check_golden(trial, "saturated", 0);
}


void check_golden_environment_units(Trial* trial) {
  check_golden(trial, "environment_units", 0);
}


void check_golden_full_size(Trial* trial) {
  check_golden(trial, "full_size", 5);
}
