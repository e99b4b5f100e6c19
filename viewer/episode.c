// Episodes: what sg_eval does, a step at a time.

#include "episode.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "task/guard.h"

// what is simulated again under guard
typedef struct Again {
  const mjModel* model;
  mjData* data;
  int n;  // steps of the model
} Again;


//-------------------------------- life ----------------------------------------------------------

// one block: the policy's state, controls, MuJoCo's state, observation, action
static bool allocate(SgEpisode* e) {
  const SgTaskInfo* task = sg_task_info(e->player->task);
  const mjModel* m = sg_task_model(e->player->task);
  size_t nobs = (size_t)task->nobs, nact = (size_t)task->nact;
  size_t nstate = (size_t)mj_stateSize(m, mjSTATE_INTEGRATION);
  size_t policy = (sg_policy_state_size(e->player->policy) + 7) / 8 * 8;
  e->memory = malloc(policy + (nact + nstate) * sizeof(double) + (nobs + nact) * sizeof(float));
  if (!e->memory) {
    return false;
  }
  e->state = sg_policy_state_init(e->player->policy, e->memory, policy);
  e->ctrl = (double*)((char*)e->memory + policy);
  e->before = e->ctrl + nact;
  e->obs = (float*)(e->before + nstate);
  e->act = e->obs + nobs;
  e->between = mj_makeData(m);
  return e->between != NULL;
}


// what an evaluation would refuse as well
static SgStatus check(const SgPlayer* player, SgError* error) {
  const SgTaskInfo* task = sg_task_info(player->task);
  if (task->episode_steps == 0) {
    return sg_fail(error, SG_FILE,
                   "%s: task %s has no time limit, so an episode may never end; give it control: "
                   "{episode_steps: N}",
                   task->task_path, task->name);
  }
  int nchannel = sg_policy_nchannel(player->policy), nact = sg_policy_nact(player->policy);
  if (nchannel != task->nobs || nact != task->nact) {
    return sg_fail(error, SG_FILE,
                   "%s: takes %d observations and gives %d actions, task %s has %d and %d",
                   player->policy_path, nchannel, nact, task->name, task->nobs, task->nact);
  }
  return SG_OK;
}


SgEpisode* sg_episode_create(const SgPlayer* player, SgError* error) {
  if (check(player, error) != SG_OK) {
    return NULL;
  }
  SgEpisode* e = calloc(1, sizeof(SgEpisode));
  if (e) {
    e->player = player;
    e->over = true;
    e->env = sg_env_create(player->task, error);
  }
  if (!e || !e->env || !allocate(e)) {
    sg_episode_free(e);
    sg_fail(error, SG_MACHINE, "out of memory for an episode");
    return NULL;
  }
  return e;
}


void sg_episode_free(SgEpisode* e) {
  if (e) {
    mj_deleteData(e->between);
    sg_env_free(e->env);
    free(e->memory);
    free(e);
  }
}


//-------------------------------- playing -------------------------------------------------------

// remember where a step begins
static void keep_state(SgEpisode* e) {
  mj_getState(sg_task_model(e->player->task), sg_env_data(e->env), e->before, mjSTATE_INTEGRATION);
}


void sg_episode_begin(SgEpisode* e, uint64_t seed, uint32_t number) {
  sg_env_reset(e->env, seed, SG_RNG_EVAL, 0, number);
  sg_policy_reset(e->state);
  e->sum = e->time = 0;
  e->steps = 0;
  e->over = e->failed = false;
  e->terms = sg_env_reward_terms(e->env);
  keep_state(e);
}


bool sg_episode_step(SgEpisode* e) {
  const SgTaskInfo* task = sg_task_info(e->player->task);
  if (e->over) {
    return false;
  }
  keep_state(e);
  sg_env_obs_float(e->env, e->obs);
  SgPolicyStatus status = sg_policy_step_now(e->state, e->obs, NULL, e->act);
  for (int i = 0; i < task->nact; i++) {
    e->ctrl[i] = (double)e->act[i];
  }
  SgStep step = sg_env_step(e->env, e->ctrl);
  e->failed = step.failed || status != SG_POLICY_OK;
  e->over = e->failed || step.terminated || step.truncated;
  e->sum += e->failed ? 0 : step.reward;
  e->steps++;
  e->time = e->steps * task->dt;
  e->terms = sg_env_reward_terms(e->env);
  return true;
}


static void simulate_again(void* arg) {
  Again* again = arg;
  for (int i = 0; i < again->n; i++) {
    mj_step(again->model, again->data);
  }
}


const mjData* sg_episode_at(SgEpisode* e, double time) {
  const SgTaskInfo* task = sg_task_info(e->player->task);
  const mjModel* m = sg_task_model(e->player->task);
  const mjData* now = sg_env_data(e->env);
  double since = time - (e->time - task->dt);
  int n = (int)lround(since / m->opt.timestep);
  if (e->steps == 0 || e->failed || n >= task->frame_skip) {
    return now;
  }

  // the same state and the same controls give the same steps
  mj_setState(m, e->between, e->before, mjSTATE_INTEGRATION);
  memcpy(e->between->ctrl, now->ctrl, (size_t)m->nu * sizeof(mjtNum));
  Again again = {m, e->between, n > 0 ? n : 0};
  return sg_guard_call(simulate_again, &again, NULL) == SG_OK ? e->between : now;
}
