// Evaluation: the shipped bytes on environments of their own, without noise in the actions.

#include "train/eval.h"

#include <math.h>
#include <stdlib.h>

#include "sac/sac.h"


// one episode; returns its return, and how it went
static double run_episode(const SgPolicy* policy, SgEnv* env, const SgTaskInfo* task, float* obs,
                          float* act, double* ctrl, void* scratch, bool* failed) {
  double sum = 0;
  for (;;) {
    sg_env_obs_float(env, obs);
    SgPolicyStatus status = sg_policy_step(policy, obs, act, scratch);
    for (int i = 0; i < task->nact; i++) {
      ctrl[i] = (double)act[i];
    }
    SgStep step = sg_env_step(env, ctrl);
    if (step.failed || status != SG_POLICY_OK) {
      *failed = true;
      return sum;
    }
    sum += step.reward;
    if (step.terminated || step.truncated) {
      return sum;
    }
  }
}


SgStatus sg_eval(const SgPolicy* policy, SgEnv* env, const SgTaskInfo* task, int episodes,
                 uint64_t seed, SgRngPurpose purpose, SgEvalResult* result, SgError* error) {
  if (sg_policy_nobs(policy) != task->nobs || sg_policy_nact(policy) != task->nact) {
    return sg_fail(error, SG_FILE,
                   "the policy takes %d observations and gives %d actions, task %s has %d and %d",
                   sg_policy_nobs(policy), sg_policy_nact(policy), task->name, task->nobs,
                   task->nact);
  }
  if (task->episode_steps == 0) {
    return sg_fail(error, SG_FILE,
                   "task %s has no time limit (control: episode_steps), so an episode "
                   "may never end and cannot be evaluated",
                   task->name);
  }

  // one small block: observation, action, controls, the policy's scratch
  size_t nobs = (size_t)task->nobs, nact = (size_t)task->nact;
  double* block =
      malloc(nact * sizeof(double) + (nobs + nact) * sizeof(float) + sg_policy_scratch(policy));
  if (!block) {
    return sg_fail(error, SG_MACHINE, "out of memory for an evaluation");
  }
  float *obs = (float*)(block + nact), *act = obs + nobs;
  SgSpread returns = {0};
  double length = 0;
  *result = (SgEvalResult){.episodes = episodes};

  for (int i = 0; i < episodes; i++) {
    bool failed = false;
    sg_env_reset(env, seed, purpose, 0, (uint32_t)i);
    sg_spread_add(&returns, run_episode(policy, env, task, obs, act, block, act + nact, &failed));
    length += sg_env_steps(env);
    result->failed += failed;
  }
  free(block);

  // the spread of the episodes, two passes being unnecessary at these sizes
  double n = episodes;
  result->mean_return = returns.sum / n;
  result->std_return =
      sqrt(fmax(returns.sum_square / n - result->mean_return * result->mean_return, 0));
  result->min_return = returns.min;
  result->max_return = returns.max;
  result->mean_length = length / n;
  return SG_OK;
}
