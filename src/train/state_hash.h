// The digest of a run's whole state, from live memory: two runs that agree in it will go on alike.
//
//   learner   parameters, targets, Adam moments, alpha, counters       (sg_sac_visit)
//   replay    rows, cursors, current observations                      (sg_replay_visit)
//   worlds    every simulation, its observation and bookkeeping        (sg_batch_env_state_get)
//   counters  places in the random streams, steps, updates, episodes
//
// Not in it: paths, times, threads, what was logged or evaluated.

#ifndef SG_TRAIN_STATE_HASH_H_
#define SG_TRAIN_STATE_HASH_H_

#include "base/rng.h"
#include "base/status.h"
#include "sac/replay.h"
#include "sac/sac.h"
#include "train/envs.h"
#include "train/progress.h"

/// What a run's future depends on. Borrowed; nothing is changed.
typedef struct SgTrainState {
  SgSac* sac;
  SgReplay* replay;
  const SgEnvs* envs;
  const SgRng* sample;     ///< the stream of replay rows
  const SgTotals* totals;  ///< only what it counts of steps, updates and episodes
} SgTrainState;

/// Write the SHA-256 of a state as 64 hex digits. SG_MACHINE when out of memory.
SgStatus sg_state_sha256(const SgTrainState* state, char hex[65], SgError* error);

#endif  // SG_TRAIN_STATE_HASH_H_
