// Two probes into one digest. Their sizes are fixed for ever: changing them changes every
// fingerprint.

#include "train/fingerprint.h"

#include <string.h>

#include "policy/sha256.h"
#include "sac/sac.h"
#include "task/env.h"

enum {
  NOBS = 17,
  NACT = 6,
  BATCH = 64,
  HIDDEN = 64,
  UPDATES = 3,
  STEPS = 100,
  MAX_ACT = 256
};


// a visitor for sg_sac_visit
static void add(void* arg, const char* name, void* bytes, size_t size) {
  (void)name;
  sg_sha256_add(arg, bytes, size);
}


static void fill(sg_real* x, int n, SgRng* rng) {
  for (int i = 0; i < n; i++) {
    x[i] = (sg_real)(2 * sg_rng_uniform(rng) - 1);
  }
}


// a small learner takes three steps on noise
static SgStatus probe_learner(const SgKernels* kernels, SgSha256* sha, SgError* error) {
  SgSacConfig config = sg_sac_default(NOBS, NACT);
  SgRng rng = sg_rng_make(0, SG_RNG_TEST, 0, 0);
  SgSacInfo info;
  config.batch = BATCH;
  for (int l = 0; l < 2; l++) {
    config.hidden[l] = config.critic_hidden[l] = HIDDEN;
  }
  SgPool* pool = sg_pool_create(1, error);
  SgSac* sac = pool ? sg_sac_create(&config, kernels, pool, error) : NULL;
  SgStatus status = sac ? SG_OK : error->status;

  for (int i = 0; status == SG_OK && i < UPDATES; i++) {
    SgBatch* b = sg_sac_batch(sac);
    fill(b->obs, BATCH * NOBS, &rng);
    fill(b->act, BATCH * NACT, &rng);
    fill(b->rew, BATCH, &rng);
    fill(b->obs2, BATCH * NOBS, &rng);
    memset(b->terminated, 0, BATCH * sizeof(sg_real));
    status = sg_sac_update(sac, b, &info, error);
  }
  if (status == SG_OK) {
    sg_sac_visit(sac, add, sha);
  }
  sg_sac_destroy(sac);
  sg_pool_destroy(pool);
  return status;
}


// the run's model, shaken
static SgStatus probe_physics(const SgTask* task, SgSha256* sha, SgError* error) {
  const SgTaskInfo* info = sg_task_info(task);
  SgRng rng = sg_rng_make(0, SG_RNG_TEST, 1, 0);
  SgEnv* env = sg_env_create(task, error);
  if (!env) {
    return error->status;
  }
  sg_env_reset(env, 0, SG_RNG_TEST, 0, 0);
  for (int i = 0; i < STEPS; i++) {
    float act[MAX_ACT] = {0};
    for (int j = 0; j < info->nact && j < MAX_ACT; j++) {
      act[j] = (float)(2 * sg_rng_uniform(&rng) - 1);
    }
    if (info->nact <= MAX_ACT) {
      sg_env_step_act(env, act);
    }
    sg_sha256_add(sha, sg_env_obs(env), (size_t)info->nobs * sizeof(double));
  }
  sg_env_free(env);
  return SG_OK;
}


SgStatus sg_fingerprint(const SgKernels* kernels, const SgTask* task, char hex[65],
                        SgError* error) {
  SgSha256 sha;
  sg_sha256_init(&sha);
  SgStatus status = probe_learner(kernels, &sha, error);
  if (status == SG_OK) {
    status = probe_physics(task, &sha, error);
  }
  sg_sha256_hex(&sha, hex);
  return status;
}
