// An environment: one simulation under a task's rules. Physics in double; the learner's float
// begins where the caller converts.
//
//   reset ─> obs ─┬─> step(act) ─> obs, reward terms, terminated, truncated ─┐
//                 └──────────────────────────────────────────────────────────┘
//
// `terminated` and `truncated` are two facts. The observation after an end is the true last one;
// the caller resets. Draws of a reset are addressed by (seed, env, episode), so they do not depend
// on what happened before.

#ifndef SG_TASK_ENV_H_
#define SG_TASK_ENV_H_

#include "base/rng.h"
#include "task/task.h"

/// One simulation. Opaque; used by one thread at a time.
typedef struct SgEnv SgEnv;

/// What one step gave, besides the observation.
typedef struct SgStep {
  double reward;    ///< sum of the terms in file order
  bool terminated;  ///< the task's own end
  bool truncated;   ///< the time limit, or a simulation that failed
  bool failed;  ///< physics went wrong: MuJoCo warned, reset itself, raised an error, or a number
                ///< is not finite; truncated is set, the transition must be dropped
} SgStep;

/// Create an environment of a task, which must outlive it. NULL with SG_MACHINE when out of memory.
SgEnv* sg_env_create(const SgTask* task, SgError* error);

/// Free an environment. NULL is allowed.
void sg_env_free(SgEnv* env);

/// Begin an episode with reset noise from the stream (purpose, index, episode) of seed.
void sg_env_reset(SgEnv* env, uint64_t seed, SgRngPurpose purpose, uint32_t index,
                  uint32_t episode);

/// Begin an episode from a given state without noise: qpos (nq), qvel (nv), ctrl and act zero. The
/// time limit counts from here.
void sg_env_reset_to(SgEnv* env, const mjtNum* qpos, const mjtNum* qvel);

/// Advance by one step with controls in the environment's own units, unclipped. ctrl: (nact).
SgStep sg_env_step(SgEnv* env, const mjtNum* ctrl);

/// The same with an action in [-1, 1], mapped by the task's scale and offset. act: (nact).
SgStep sg_env_step_act(SgEnv* env, const float* act);

/// Push a body during the coming steps, until the next push or reset: force (N) and torque (N m)
/// about its mass centre, world frame, 3 numbers each; NULL lets go. For people who play with a
/// policy; training never pushes.
void sg_env_push(SgEnv* env, int body, const mjtNum force[6]);

/// The observation now. Borrowed, (nobs), valid until the next step or reset.
const mjtNum* sg_env_obs(const SgEnv* env);

/// The observation now, in float; writes (nobs).
void sg_env_obs_float(const SgEnv* env, float* obs);

/// The reward terms of the last step, (nreward), zero after a reset. Borrowed.
const double* sg_env_reward_terms(const SgEnv* env);

/// The simulation, for viewers, traces and checkpoints. Borrowed.
const mjData* sg_env_data(const SgEnv* env);

/// Steps since the last reset.
int sg_env_steps(const SgEnv* env);

/// Everything the environment's future depends on, as doubles: MuJoCo's integration state, the
/// current observation, the lagged values and the bookkeeping. Size, read, write back (without any
/// mj_forward: the next step equals the one that would have followed).
int sg_env_state_size(const SgEnv* env);
void sg_env_state_get(const SgEnv* env, double* state);
void sg_env_state_set(SgEnv* env, const double* state);

#endif  // SG_TASK_ENV_H_
