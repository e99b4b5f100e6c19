// Evaluation: the shipped bytes on an environment of their own, without noise in the actions.

#include "train/eval.h"

#include <math.h>
#include <stdlib.h>

// what an evaluation works with; one block behind it
typedef struct Evaluation {
  const SgPolicy* policy;
  SgEnv* env;
  int nact;
  double* returns;  // (episodes)
  double* ctrl;     // (nact) the action as the environment takes it
  float* obs;       // (nobs)
  float* act;       // (nact)
  void* scratch;    // the policy's
} Evaluation;


static SgStatus check(const SgPolicy* policy, const SgTaskInfo* task, SgError* error) {
  if (sg_policy_nobs(policy) != task->nobs || sg_policy_nact(policy) != task->nact) {
    return sg_fail(error, SG_FILE,
                   "the policy takes %d observations and gives %d actions, task %s has %d and %d",
                   sg_policy_nobs(policy), sg_policy_nact(policy), task->name, task->nobs,
                   task->nact);
  }
  if (task->episode_steps == 0) {
    return sg_fail(error, SG_FILE,
                   "%s: task %s has no time limit, so an episode may never end and cannot be "
                   "evaluated; give it control: {episode_steps: N}",
                   task->task_path, task->name);
  }
  return SG_OK;
}


// one episode from where the environment stands; adds up its return, says whether physics ended it
static bool run_episode(const Evaluation* e, double* sum) {
  for (*sum = 0;;) {
    sg_env_obs_float(e->env, e->obs);
    SgPolicyStatus status = sg_policy_step(e->policy, e->obs, e->act, e->scratch);
    for (int i = 0; i < e->nact; i++) {
      e->ctrl[i] = (double)e->act[i];
    }
    SgStep step = sg_env_step(e->env, e->ctrl);
    if (step.failed || status != SG_POLICY_OK) {
      return true;
    }
    *sum += step.reward;
    if (step.terminated || step.truncated) {
      return false;
    }
  }
}


// mean, deviation of the whole population about it, extremes
static void summarise(SgEvalResult* result, const double* returns, int n) {
  double sum = 0, square = 0;
  result->min_return = result->max_return = returns[0];
  for (int i = 0; i < n; i++) {
    sum += returns[i];
    result->min_return = fmin(result->min_return, returns[i]);
    result->max_return = fmax(result->max_return, returns[i]);
  }
  result->mean_return = sum / n;
  for (int i = 0; i < n; i++) {
    square += (returns[i] - result->mean_return) * (returns[i] - result->mean_return);
  }
  result->std_return = sqrt(square / n);
}


SgStatus sg_eval(const SgPolicy* policy, SgEnv* env, const SgTaskInfo* task, int episodes,
                 uint64_t seed, SgRngPurpose purpose, SgEvalResult* result, SgError* error) {
  SgStatus status = check(policy, task, error);
  if (status != SG_OK) {
    return status;
  }
  if (episodes < 1) {
    return sg_fail(error, SG_USAGE, "an evaluation needs at least 1 episode, not %d", episodes);
  }

  // one block: returns, controls, observation, action, the policy's scratch
  size_t nobs = (size_t)task->nobs, nact = (size_t)task->nact, n = (size_t)episodes;
  double* block = malloc((n + nact) * sizeof(double) + (nobs + nact) * sizeof(float) +
                         sg_policy_scratch(policy));
  if (!block) {
    return sg_fail(error, SG_MACHINE, "out of memory for an evaluation");
  }
  Evaluation e = {
      .policy = policy, .env = env, .nact = task->nact, .returns = block, .ctrl = block + n};
  e.obs = (float*)(e.ctrl + nact);
  e.act = e.obs + nobs;
  e.scratch = e.act + nact;

  // the episodes
  double length = 0;
  *result = (SgEvalResult){.episodes = episodes};
  for (int i = 0; i < episodes; i++) {
    sg_env_reset(env, seed, purpose, 0, (uint32_t)i);
    result->failed += run_episode(&e, &e.returns[i]);
    length += sg_env_steps(env);
  }
  result->mean_length = length / episodes;
  summarise(result, e.returns, episodes);
  free(block);
  return SG_OK;
}
