// A plain loop over environments. Whoever steps them side by side changes sg_envs_step, nothing else.

#include "train/envs.h"

#include <stdlib.h>
#include <string.h>


SgStatus sg_envs_create(SgEnvs* envs, const SgTask* task, int n, uint64_t seed, SgError* error) {
  size_t count = (size_t)n;
  *envs = (SgEnvs){
      .n = n, .nobs = sg_task_info(task)->nobs, .nact = sg_task_info(task)->nact, .seed = seed};
  envs->envs = calloc(count, sizeof(SgEnv*));
  envs->episodes = calloc(count, sizeof(SgEpisode));
  envs->obs = calloc(count * (size_t)envs->nobs, sizeof(float));
  envs->act = calloc(count * (size_t)envs->nact, sizeof(float));
  envs->steps = calloc(count, sizeof(SgStep));
  if (!envs->envs || !envs->episodes || !envs->obs || !envs->act || !envs->steps) {
    return sg_fail(error, SG_MACHINE, "out of memory for %d environments", n);
  }
  for (int i = 0; i < n; i++) {
    envs->envs[i] = sg_env_create(task, error);
    if (!envs->envs[i]) {
      return SG_MACHINE;
    }
  }
  return SG_OK;
}


void sg_envs_free(SgEnvs* envs) {
  for (int i = 0; envs->envs && i < envs->n; i++) {
    sg_env_free(envs->envs[i]);
  }
  free(envs->envs);
  free(envs->episodes);
  free(envs->obs);
  free(envs->act);
  free(envs->steps);
  memset(envs, 0, sizeof(*envs));
}


void sg_envs_begin(SgEnvs* envs, int i) {
  SgEpisode* episode = &envs->episodes[i];
  sg_env_reset(envs->envs[i], envs->seed, SG_RNG_RESET, (uint32_t)i, (uint32_t)episode->number);
  sg_env_obs_float(envs->envs[i], envs->obs + (size_t)i * (size_t)envs->nobs);
  episode->sum = 0;
  episode->length = 0;
  episode->number++;
}


void sg_envs_step(SgEnvs* envs) {
  for (int i = 0; i < envs->n; i++) {
    const float* act = envs->act + (size_t)i * (size_t)envs->nact;
    envs->steps[i] = sg_env_step_act(envs->envs[i], act);
    sg_env_obs_float(envs->envs[i], envs->obs + (size_t)i * (size_t)envs->nobs);
    if (!envs->steps[i].failed) {
      envs->episodes[i].sum += envs->steps[i].reward;
      envs->episodes[i].length++;
    }
  }
}
