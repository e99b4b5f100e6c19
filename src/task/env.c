// An environment's step, in Gymnasium's order: controls, frame_skip times mj_step, one
// mj_rnePostConstraint for the contact forces, then reward, ends and observation of what is there,
// without another forward pass.
//
//   fresh after a step:   qpos, qvel                      lagged:   everything derived from them
//
// Velocities are displacements of a coordinate that may itself be lagged, so the coordinate's place
// is kept from step to step, with the observation: no MuJoCo state holds them.

#include "task/env.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "task/env_internal.h"
#include "task/guard.h"

//-------------------------------- life ----------------------------------------------------------

// numbers of an environment's own, one block: obs, terms, positions, ctrl, scratch
static int block_size(const SgTask* task) {
  return task->info.nobs + 2 * task->nreward + task->info.nact + task->nscratch;
}


bool sg_env_init(SgEnv* env, const SgTask* task) {
  double* numbers = calloc((size_t)block_size(task), sizeof(double));
  *env = (SgEnv){.task = task, .obs = numbers};
  if (!numbers) {
    return false;
  }

  // one block, carved
  env->terms = env->obs + task->info.nobs;
  env->positions = env->terms + task->nreward;
  env->ctrl = env->positions + task->nreward;
  env->scratch = env->ctrl + task->info.nact;
  return true;
}


void sg_env_clear(SgEnv* env) {
  free(env->obs);
}


// memory for the simulation; MuJoCo raises an error when there is none
static void make_data(void* arg) {
  SgEnv* env = arg;
  env->d = mj_makeData(env->task->model);
}


SgEnv* sg_env_create(const SgTask* task, SgError* error) {
  SgEnv* env = calloc(1, sizeof(SgEnv));
  if (env && sg_env_init(env, task)) {
    sg_guard_call(make_data, env, NULL);
  }
  if (!env || !env->d) {
    sg_env_free(env);
    sg_fail(error, SG_MACHINE, "out of memory for an environment of %s", task->info.name);
    return NULL;
  }
  return env;
}


void sg_env_free(SgEnv* env) {
  if (env) {
    mj_deleteData(env->d);
    sg_env_clear(env);
    free(env);
  }
}


//-------------------------------- reset ---------------------------------------------------------

static void forward(void* arg) {
  SgEnv* env = arg;
  mj_forward(env->task->model, env->d);
}


// the state is set: derive the rest, observe, forget the last episode
static void begin(SgEnv* env) {
  const SgTask* task = env->task;
  env->steps = 0;
  env->broken = sg_guard_call(forward, env, NULL) != SG_OK;
  memset(env->terms, 0, (size_t)task->nreward * sizeof(double));
  for (int i = 0; i < task->nreward; i++) {
    env->positions[i] = sg_reward_position(&task->rewards[i], task->model, env->d);
  }
  sg_observe(env->obs, task->channels, task->info.nobs, env->d, true);
}


void sg_env_reset(SgEnv* env, uint64_t seed, SgRngPurpose purpose, uint32_t index,
                  uint32_t episode) {
  SgRng rng = sg_rng_make(seed, purpose, index, episode);
  mj_resetData(env->task->model, env->d);
  for (int i = 0; i < env->task->nreset; i++) {
    sg_reset_apply(&env->task->resets[i], env->d, &rng);
  }
  begin(env);
}


void sg_env_reset_to(SgEnv* env, const mjtNum* qpos, const mjtNum* qvel) {
  const mjModel* m = env->task->model;
  mj_resetData(m, env->d);
  memcpy(env->d->qpos, qpos, (size_t)m->nq * sizeof(mjtNum));
  memcpy(env->d->qvel, qvel, (size_t)m->nv * sizeof(mjtNum));
  begin(env);
}


//-------------------------------- step ----------------------------------------------------------

static void advance(void* arg) {
  SgEnv* env = arg;
  const mjModel* m = env->task->model;
  for (int i = 0; i < env->task->info.frame_skip; i++) {
    mj_step(m, env->d);
  }
  mj_rnePostConstraint(m, env->d);
}


// MuJoCo warned during the step: the simulation is not the one that was asked for. By default it
// resets the state and goes on, counters included, so they are cleared before every step
static bool has_warned(const mjData* d) {
  int count = 0;
  for (int i = 0; i < mjNWARNING; i++) {
    count += d->warning[i].number;
  }
  return count > 0;
}


// all terms, each from the state after the step; returns their sum
static double add_rewards(SgEnv* env, const mjtNum* ctrl) {
  const SgTask* task = env->task;
  SgMoment moment = {.d = env->d,
                     .ctrl = ctrl,
                     .nact = task->info.nact,
                     .dt = task->info.dt,
                     .scratch = env->scratch};

  for (int i = 0; i < task->nreward; i++) {
    const SgReward* reward = &task->rewards[i];
    double position = sg_reward_position(reward, task->model, env->d);
    moment.moved = position - env->positions[i];
    moment.holds =
        reward->condition < 0 || sg_condition_holds(&task->conditions[reward->condition], env->d);
    env->terms[i] = sg_reward_value(reward, &moment);
    env->positions[i] = position;
  }
  return sg_reward_total(task->rewards, env->terms, task->nreward);
}


static bool has_terminated(const SgEnv* env) {
  for (int i = 0; i < env->task->nterminate; i++) {
    const SgTerminate* end = &env->task->terminates[i];
    if (sg_condition_holds(&env->task->conditions[end->condition], env->d) != end->unless) {
      return true;
    }
  }
  return false;
}


static bool all_finite(const double* x, int n) {
  for (int i = 0; i < n; i++) {
    if (!isfinite(x[i])) {
      return false;
    }
  }
  return true;
}


SgStep sg_env_step(SgEnv* env, const mjtNum* ctrl) {
  const SgTask* task = env->task;
  int limit = task->info.episode_steps;
  SgStep step = {0};
  memset(env->d->warning, 0, sizeof(env->d->warning));

  // controls, then physics
  for (int i = 0; i < task->info.nact; i++) {
    env->d->ctrl[task->controls[i]] = ctrl[i];
  }
  env->broken = env->broken || sg_guard_call(advance, env, NULL) != SG_OK;
  env->steps++;

  // what it was worth, whether it ends, what is seen
  step.reward = add_rewards(env, ctrl);
  step.terminated = has_terminated(env);
  step.truncated = limit > 0 && env->steps >= limit;
  sg_observe(env->obs, task->channels, task->info.nobs, env->d, false);

  // a simulation that failed is neither an end of the task's nor a time limit
  step.failed = env->broken || has_warned(env->d) || !isfinite(step.reward) ||
                !all_finite(env->obs, task->info.nobs);
  if (step.failed) {
    step.truncated = true;
    step.terminated = false;
  }
  return step;
}


SgStep sg_env_step_act(SgEnv* env, const float* act) {
  const SgTaskInfo* info = &env->task->info;
  for (int i = 0; i < info->nact; i++) {
    env->ctrl[i] = info->act_scale[i] * (double)act[i] + info->act_offset[i];
  }
  return sg_env_step(env, env->ctrl);
}


void sg_env_push(SgEnv* env, int body, const mjtNum force[6]) {
  const mjModel* m = env->task->model;
  mju_zero(env->d->xfrc_applied, 6 * (int)m->nbody);
  if (force) {
    SG_ASSERT(body > 0 && body < m->nbody);
    mju_copy(env->d->xfrc_applied + 6 * body, force, 6);
  }
}


//-------------------------------- looking inside ------------------------------------------------

const mjtNum* sg_env_obs(const SgEnv* env) {
  return env->obs;
}


void sg_env_obs_float(const SgEnv* env, float* obs) {
  for (int i = 0; i < env->task->info.nobs; i++) {
    obs[i] = (float)env->obs[i];
  }
}


const double* sg_env_reward_terms(const SgEnv* env) {
  return env->terms;
}


const mjData* sg_env_data(const SgEnv* env) {
  return env->d;
}


int sg_env_steps(const SgEnv* env) {
  return env->steps;
}


//-------------------------------- state ---------------------------------------------------------

int sg_env_own_size(const SgEnv* env) {
  return env->task->info.nobs + 2 * env->task->nreward + 2;
}


// obs, terms and positions lie one behind the other
void sg_env_own_get(const SgEnv* env, double* own) {
  int n = sg_env_own_size(env) - 2;
  memcpy(own, env->obs, (size_t)n * sizeof(double));
  own[n] = env->steps;
  own[n + 1] = env->broken;
}


void sg_env_own_set(SgEnv* env, const double* own) {
  int n = sg_env_own_size(env) - 2;
  memcpy(env->obs, own, (size_t)n * sizeof(double));
  env->steps = (int)own[n];
  env->broken = own[n + 1] != 0;
}


int sg_env_state_size(const SgEnv* env) {
  return (int)mj_stateSize(env->task->model, mjSTATE_INTEGRATION) + sg_env_own_size(env);
}


void sg_env_state_get(const SgEnv* env, double* state) {
  sg_env_own_get(env, state);
  mj_getState(env->task->model, env->d, state + sg_env_own_size(env), mjSTATE_INTEGRATION);
}


void sg_env_state_set(SgEnv* env, const double* state) {
  sg_env_own_set(env, state);
  mj_resetData(env->task->model, env->d);
  mj_setState(env->task->model, env->d, state + sg_env_own_size(env), mjSTATE_INTEGRATION);
}
