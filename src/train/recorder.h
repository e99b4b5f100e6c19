// The flight recorder: the last 100 states and actions of every environment, and two files of them
// the first time physics goes wrong.
//
//   runs/<task>/<run>/failed/env<i>-step<n>-start.csv      the oldest recorded state
//   runs/<task>/<run>/failed/env<i>-step<n>-actions.csv    what was done from there to the failure
//
// `softgait rollout TASK --start ...-start.csv --actions ...-actions.csv --out trace.csv` plays
// them. Nothing in it feeds back into the run.

#ifndef SG_TRAIN_RECORDER_H_
#define SG_TRAIN_RECORDER_H_

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "train/envs.h"

/// States kept per environment.
enum {
  SG_RECORDED = 100
};

/// A recorder. Made by sg_recorder_create; owns its memory.
typedef struct SgRecorder {
  const SgTask* task;
  int nenv, stride;  ///< numbers per state: nq + nv + nact
  int64_t* count;    ///< (nenv) steps recorded of the episode under way
  double* states;    ///< (nenv, SG_RECORDED, stride)
  bool used;         ///< the files have been written
} SgRecorder;

/// Create a recorder for the environments of a task. SG_MACHINE when out of memory.
SgStatus sg_recorder_create(SgRecorder* recorder, const SgTask* task, int nenv, SgError* error);

/// Free it. A zeroed recorder is allowed.
void sg_recorder_free(SgRecorder* recorder);

/// Note every environment's state and the action it is about to take. Makes no heap call.
void sg_recorder_note(SgRecorder* recorder, const SgEnvs* envs);

/// Environment i's episode ended: forget it.
void sg_recorder_forget(SgRecorder* recorder, int i);

/// Write environment i's recording into folder/failed, the first time only; step is the run's. path
/// (size bytes) is the start file's, "" when nothing was written.
SgStatus sg_recorder_save(SgRecorder* recorder, int i, int64_t step, const char* folder, char* path,
                          int size, SgError* error);

#endif  // SG_TRAIN_RECORDER_H_
