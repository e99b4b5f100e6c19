// The run folder, written: everything that a run leaves behind, never over what is there.
//
//   runs/<task>/<date-time>-s<seed>-<4 hex>/
//     config.yaml       every key with its source; `softgait train --config` runs it again
//     command.txt       the words that started it
//     environment.txt   machine and versions
//     model/            the task and model files that were used
//     progress.csv      the table
//     policy/           latest.safetensors, best.safetensors
//     lock              held while the run is alive
//   runs/latest         -> the newest run

#ifndef SG_TRAIN_RUN_H_
#define SG_TRAIN_RUN_H_

#include <stdio.h>

#include "base/status.h"
#include "task/task.h"
#include "train/config.h"
#include "train/progress.h"

/// An open run folder. Opaque.
typedef struct SgRun SgRun;

/// What is written at the start besides the configuration.
typedef struct SgRunFacts {
  const char* command;       ///< command line
  const char* backend;       ///< "openblas (Cooperlake)"
  const char* model_sha256;  ///< 64 hex digits
  int nthread;
} SgRunFacts;

/// Make a run folder and write what is known at the start. folder: NULL for a new one under runs/; one
/// that holds a run is refused with SG_USAGE. NULL and SG_MACHINE when it cannot be written.
SgRun* sg_run_create(const char* folder, const SgConfig* config, const SgTask* task,
                     const SgRunFacts* facts, SgError* error);

/// Close a run: the lock is let go. NULL is allowed.
void sg_run_close(SgRun* run);

/// Its path. Borrowed.
const char* sg_run_folder(const SgRun* run);

/// Append a row to progress.csv; the file is whole afterwards.
SgStatus sg_run_row(SgRun* run, const SgProgress* progress, SgError* error);

/// Replace policy/<name>.safetensors, name "latest" or "best".
SgStatus sg_run_policy_save(SgRun* run, const char* name, const char* bytes, size_t size,
                            SgError* error);

/// The digest of a task's model files, in order, as 64 hex digits.
SgStatus sg_model_digest(const SgTask* task, char hex[65], SgError* error);

#endif  // SG_TRAIN_RUN_H_
