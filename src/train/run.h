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

#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "task/task.h"
#include "train/config.h"
#include "train/progress.h"

/// An open run folder. Opaque.
typedef struct SgRun SgRun;

/// What is written at the start besides the configuration. Texts are borrowed during the call.
typedef struct SgRunFacts {
  const char* command;    ///< command line
  SgConfigChecks checks;  ///< task, model, versions: what the run's bytes depend on
  int nthread;
} SgRunFacts;

/// Make a run folder and write what is known at the start; config.yaml comes last and makes it a
/// run. folder: NULL for a new one under runs/; one that holds a run or parts of one is refused
/// with SG_USAGE. NULL and SG_MACHINE with path and reason when it cannot be written; then nothing
/// half-made remains.
SgRun* sg_run_create(const char* folder, const SgConfig* config, const SgTask* task,
                     const SgRunFacts* facts, SgError* error);

/// Open a run folder to go on in it: SG_USAGE while another softgait writes to it, SG_FILE when it
/// is no run folder.
SgRun* sg_run_open(const char* folder, SgError* error);

/// Write config.yaml anew, for a run that goes on to another total of steps.
SgStatus sg_run_config_save(SgRun* run, const SgConfig* config, const SgTask* task,
                            const SgConfigChecks* checks, SgError* error);

/// Bytes of progress.csv now; cut it back to fewer, for a run that goes on from before.
int64_t sg_run_csv_size(const SgRun* run);
SgStatus sg_run_csv_cut(SgRun* run, int64_t size, SgError* error);

/// Close a run: the lock is let go. NULL is allowed.
void sg_run_close(SgRun* run);

/// Its path. Borrowed.
const char* sg_run_folder(const SgRun* run);

/// Append a row to progress.csv, after the header if it is the first. The file holds whole lines
/// afterwards, whether the row could be written or not.
SgStatus sg_run_row(SgRun* run, const SgProgress* progress, SgError* error);

/// Replace policy/<name>.safetensors, name "latest" or "best", as one act.
SgStatus sg_run_policy_save(SgRun* run, const char* name, const char* bytes, size_t size,
                            SgError* error);

/// Copy the task file and the model's files into folder so that the copy loads by itself. The task
/// file becomes folder/<task>.yaml; when the model uses files above the task's folder, everything
/// keeps its place relative to the folder that holds them all. Writes where the task file went,
/// relative to folder (size bytes). A file that is named by an absolute path is copied, but the
/// copy still names the original.
SgStatus sg_model_copy(const SgTask* task, const char* folder, char* task_file, int size,
                       SgError* error);

#endif  // SG_TRAIN_RUN_H_
