// An environment's insides: for env.c, and for batch.c, which lends each environment a simulation
// for the length of a step.

#ifndef SG_TASK_ENV_INTERNAL_H_
#define SG_TASK_ENV_INTERNAL_H_

#include "task/env.h"
#include "task/task_internal.h"

struct SgEnv {
  const SgTask* task;
  mjData* d;          // owned by sg_env_create's, lent to a batch's
  double* obs;        // (nobs)
  double* terms;      // (nreward) values of the last step
  double* positions;  // (nreward) where velocity terms' coordinates are
  double* ctrl;       // (nact) controls of an action in [-1, 1]
  double* scratch;    // (nscratch) of the reward terms
  int steps;          // since the reset
  bool broken;        // MuJoCo raised an error: only a reset helps
};

/// Make an environment's own memory, without a simulation. False when there is none.
bool sg_env_init(SgEnv* env, const SgTask* task);

/// Free what sg_env_init made.
void sg_env_clear(SgEnv* env);

/// What an environment keeps besides the simulation's state: observation, terms, positions, steps,
/// broken. Size, read, write back.
int sg_env_own_size(const SgEnv* env);
void sg_env_own_get(const SgEnv* env, double* own);
void sg_env_own_set(SgEnv* env, const double* own);

#endif  // SG_TASK_ENV_INTERNAL_H_
