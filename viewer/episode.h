// An episode of a policy as `softgait eval` plays it, step by step, for those who want to see it.
//
// The same environment, the same bytes of the policy, the same start states, no noise in the
// actions: episode i of a seed has the return that eval gives it.

#ifndef SG_VIEWER_EPISODE_H_
#define SG_VIEWER_EPISODE_H_

#include <mujoco/mujoco.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "task/env.h"
#include "train/player.h"

/// An episode that is being played. Fields are for reading.
typedef struct SgEpisode {
  double sum;           ///< return so far
  int steps;            ///< so far
  double time;          ///< seconds so far
  bool over;            ///< terminated, truncated or failed
  bool failed;          ///< physics or policy ended it; the last reward is not in the return
  const double* terms;  ///< (nreward) reward terms of the last step

  const SgPlayer* player;
  SgEnv* env;
  void* memory;          ///< one block behind what follows
  SgPolicyState* state;  ///< the policy's: history and scratch
  double* ctrl;          ///< (nact)
  mjtNum* before;        ///< MuJoCo's integration state at the last step's beginning
  float *obs, *act;      ///< (nobs), (nact)
  mjData* between;       ///< a simulation of its own: what lies between two steps
} SgEpisode;

/// Make one for a player, which must outlive it; begin it before the first step. NULL with SG_FILE
/// for a task without a time limit or with other sizes, SG_MACHINE when out of memory.
SgEpisode* sg_episode_create(const SgPlayer* player, SgError* error);

/// Free it. NULL is allowed.
void sg_episode_free(SgEpisode* episode);

/// Begin episode `number` (from 0) of seed.
void sg_episode_begin(SgEpisode* episode, uint64_t seed, uint32_t number);

/// Play one step of the environment. Return false, without a step, when the episode is over.
bool sg_episode_step(SgEpisode* episode);

/// The simulation at a time within the last step, to the model's own time step: the environment's
/// where that is its end, else the last step simulated again up to there. Borrowed until the next
/// call.
const mjData* sg_episode_at(SgEpisode* episode, double time);

#endif  // SG_VIEWER_EPISODE_H_
