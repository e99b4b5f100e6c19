// Reading run folders: for eval, plot, runs, watch. Knows nothing of the learner.
//
//   runs/<task>/<date-time>-s<seed>-<4 hex>/
//     config.yaml  command.txt  environment.txt  model/  progress.csv
//     policy/latest.safetensors  policy/best.safetensors

#ifndef SG_TRAIN_RUN_READ_H_
#define SG_TRAIN_RUN_READ_H_

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/// What a run folder says of itself.
typedef struct SgRunSummary {
  char folder[1024];
  char task[64];
  int64_t seed;
  int64_t step, steps;  ///< of the last row, and planned
  double last_return;   ///< mean return of the last evaluation, NaN when none
  double best_return;   ///< of the best one, NaN when none
  char state[16];  ///< "running": its lock is held; else "finished": the last row stands at the
                   ///< planned step, "stopped": it does not; "damaged": config.yaml or
                   ///< progress.csv cannot be read
} SgRunSummary;

/// Read one folder's summary. A damaged folder gives state "damaged" and SG_OK; SG_FILE only when
/// it is not a run folder at all.
SgStatus sg_run_summary(const char* folder, SgRunSummary* summary, SgError* error);

/// Whether somebody writes to a run folder: its lock is held. Makes no heap call.
bool sg_run_is_locked(const char* folder);

/// All run folders under root ("runs"), newest last, in a malloc'ed array freed with free; count in
/// n.
SgStatus sg_run_list(const char* root, SgRunSummary** runs, int* n, SgError* error);

/// The newest run under root: its `latest` link, else the newest folder. SG_FILE when there is
/// none.
SgStatus sg_run_newest(const char* root, char* folder, int size, SgError* error);

/// What RUN|POLICY on a command line stands for: NULL (the newest run), a run folder or a policy
/// file. Writes the policy file's path (a run's best policy, else its latest), and the run folder
/// ("" when it is a bare file), both into size bytes. SG_FILE when there is none.
SgStatus sg_run_policy(const char* what, char* policy, char* folder, int size, SgError* error);

/// A csv table with one header line: names (ncolumn) and values (nrow, ncolumn), NaN where empty.
typedef struct SgTable {
  int ncolumn;
  int64_t nrow;
  char** names;
  double* values;
} SgTable;

/// Read a csv file of numbers, the same in every locale; at most 256 MB and 4096 columns. SG_FILE
/// with the line for a malformed one. Free with sg_table_free; after a failure there is nothing to
/// free.
SgStatus sg_table_read(const char* path, SgTable* table, SgError* error);
void sg_table_free(SgTable* table);

/// A column's position by name; -1 when there is none.
int sg_table_column(const SgTable* table, const char* name);

#endif  // SG_TRAIN_RUN_READ_H_
