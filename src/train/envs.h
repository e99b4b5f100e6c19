// The training environments: N simulations that take one step together, and where their episodes
// stand.
//
//   act (n, nact) ─> sg_envs_step ─> obs (n, nobs), steps (n)      then sg_envs_begin for those that ended
//
// Both are one pass over MuJoCo's batch. For given actions an environment's trajectory does not
// depend on how many others there are, nor on the threads: its resets are addressed by (seed,
// environment, episode).

#ifndef SG_TRAIN_ENVS_H_
#define SG_TRAIN_ENVS_H_

#include <stdint.h>

#include "base/status.h"
#include "task/batch.h"

/// Where one environment's episode stands.
typedef struct SgEpisode {
  double sum;       ///< return so far
  int64_t length;   ///< steps so far
  uint64_t number;  ///< episodes begun so far, this one included
} SgEpisode;

/// Environments and what they gave last. Made by sg_envs_create; owns all of it.
typedef struct SgEnvs {
  int n, nobs, nact;
  uint64_t seed;
  SgBatchEnv* batch;
  SgEpisode* episodes;  ///< (n)
  float* obs;           ///< (n, nobs) the current observations
  float* act;           ///< (n, nact) the next actions in [-1, 1], for the caller to fill
  SgStep* steps;        ///< (n) what the last step gave
  int* ids;             ///< (n) scratch: which are to begin
  uint32_t* numbers;    ///< (n) scratch: their episodes' numbers
} SgEnvs;

/// Create n environments of a task for a pool's threads; both must outlive them. SG_MACHINE when
/// out of memory; free with sg_envs_free then, too.
SgStatus sg_envs_create(SgEnvs* envs, const SgTask* task, int n, SgPool* pool, uint64_t seed,
                        SgError* error);

/// Free what was created. A zeroed struct is allowed.
void sg_envs_free(SgEnvs* envs);

/// Begin the next episode of the environments ids[0 .. nid-1], ascending: their resets, their first
/// observations. Makes no heap call.
void sg_envs_begin(SgEnvs* envs, const int* ids, int nid);

/// Take one step with act everywhere: obs, steps and the episodes' sums and lengths follow. A step
/// that failed counts in no sum. Makes no heap call.
void sg_envs_step(SgEnvs* envs);

#endif  // SG_TRAIN_ENVS_H_
