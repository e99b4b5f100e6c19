// Evaluation: the shipped bytes on an environment of their own, without noise in the actions.

#include "train/eval.h"

#include <math.h>
#include <stdlib.h>

// what an evaluation works with; one block behind it
typedef struct Evaluation {
  SgEnv* env;
  int nact;
  const float* command;  // (ncommand), or NULL
  double* returns;       // (episodes)
  double* ctrl;          // (nact) the action as the environment takes it
  SgPolicyState* state;  // history and scratch
  float* obs;            // (nobs)
  float* act;            // (nact)
} Evaluation;


static SgStatus check(const SgPolicy* policy, const SgTaskInfo* task, SgError* error) {
  if (task->bare) {
    return sg_fail(error, SG_FILE,
                   "%s has no task file beside it, so nothing says what is rewarded and there is "
                   "nothing to evaluate; write one with `softgait tasks %s --init`, or look at the "
                   "policy on it with `softgait watch POLICY --model %s`",
                   task->model_path, task->model_path, task->model_path);
  }
  if (sg_policy_nchannel(policy) != task->nobs || sg_policy_nact(policy) != task->nact) {
    return sg_fail(error, SG_FILE,
                   "the policy takes %d observations and gives %d actions, task %s has %d and %d",
                   sg_policy_nchannel(policy), sg_policy_nact(policy), task->name, task->nobs,
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
  sg_policy_reset(e->state);
  for (*sum = 0;;) {
    sg_env_obs_float(e->env, e->obs);
    SgPolicyStatus status = sg_policy_step_now(e->state, e->obs, e->command, e->act);
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


SgStatus sg_eval_command(const SgPolicy* policy, SgEnv* env, const SgTaskInfo* task,
                         const float* command, int episodes, uint64_t seed, SgRngPurpose purpose,
                         SgEvalResult* result, SgError* error) {
  SgStatus status = check(policy, task, error);
  if (status != SG_OK) {
    return status;
  }
  if (episodes < 1) {
    return sg_fail(error, SG_USAGE, "an evaluation needs at least 1 episode, not %d", episodes);
  }

  // one block: returns, controls, the policy's state, observation, action
  size_t nobs = (size_t)task->nobs, nact = (size_t)task->nact, n = (size_t)episodes;
  size_t state_size = (sg_policy_state_size(policy) + 7) / 8 * 8;
  double* block = malloc((n + nact) * sizeof(double) + state_size + (nobs + nact) * sizeof(float));
  if (!block) {
    return sg_fail(error, SG_MACHINE, "out of memory for an evaluation");
  }
  Evaluation e = {
      .env = env, .nact = task->nact, .command = command, .returns = block, .ctrl = block + n};
  e.state = sg_policy_state_init(policy, e.ctrl + nact, state_size);
  e.obs = (float*)((char*)(e.ctrl + nact) + state_size);
  e.act = e.obs + nobs;

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


SgStatus sg_eval(const SgPolicy* policy, SgEnv* env, const SgTaskInfo* task, int episodes,
                 uint64_t seed, SgRngPurpose purpose, SgEvalResult* result, SgError* error) {
  return sg_eval_command(policy, env, task, NULL, episodes, seed, purpose, result, error);
}
