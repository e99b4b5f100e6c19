// Books around MuJoCo's batch: which episode each environment is in, and what it earned so far.

#include "train/envs.h"

#include <stdlib.h>
#include <string.h>


SgStatus sg_envs_create(SgEnvs* envs, const SgTask* task, int n, SgPool* pool, uint64_t seed,
                        SgError* error) {
  size_t count = (size_t)n;
  *envs = (SgEnvs){
      .n = n, .nobs = sg_task_info(task)->nobs, .nact = sg_task_info(task)->nact, .seed = seed};
  envs->episodes = calloc(count, sizeof(SgEpisode));
  envs->obs = calloc(count * (size_t)envs->nobs, sizeof(float));
  envs->act = calloc(count * (size_t)envs->nact, sizeof(float));
  envs->steps = calloc(count, sizeof(SgStep));
  envs->ids = calloc(count, sizeof(int));
  envs->numbers = calloc(count, sizeof(uint32_t));
  if (!envs->episodes || !envs->obs || !envs->act || !envs->steps || !envs->ids || !envs->numbers) {
    return sg_fail(error, SG_MACHINE, "out of memory for %d environments", n);
  }
  envs->batch = sg_batch_env_create(task, n, pool, error);
  return envs->batch ? SG_OK : SG_MACHINE;
}


void sg_envs_free(SgEnvs* envs) {
  sg_batch_env_free(envs->batch);
  free(envs->episodes);
  free(envs->obs);
  free(envs->act);
  free(envs->steps);
  free(envs->ids);
  free(envs->numbers);
  memset(envs, 0, sizeof(*envs));
}


void sg_envs_begin(SgEnvs* envs, const int* ids, int nid) {
  if (nid == 0) {
    return;
  }
  for (int i = 0; i < nid; i++) {
    envs->numbers[ids[i]] = (uint32_t)envs->episodes[ids[i]].number;
  }
  sg_batch_env_reset(envs->batch, ids, nid, envs->seed, SG_RNG_RESET, envs->numbers, envs->obs);
  for (int i = 0; i < nid; i++) {
    SgEpisode* episode = &envs->episodes[ids[i]];
    *episode = (SgEpisode){.number = episode->number + 1};
  }
}


void sg_envs_step(SgEnvs* envs) {
  sg_batch_env_step(envs->batch, envs->act, envs->steps, envs->obs);
  for (int i = 0; i < envs->n; i++) {
    if (!envs->steps[i].failed) {
      envs->episodes[i].sum += envs->steps[i].reward;
      envs->episodes[i].length++;
    }
  }
}
