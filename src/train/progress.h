// The table of a run: one row per evaluation, the columns of progress.csv in their order.
//
// The first 27 columns are Spinning Up's for SAC, by name and order; ours follow; the task's reward
// terms come last. A value that does not exist is NaN here, empty in the csv, null in JSON.

#ifndef SG_TRAIN_PROGRESS_H_
#define SG_TRAIN_PROGRESS_H_

#include <stdint.h>
#include <stdio.h>

#include "base/status.h"
#include "sac/sac.h"

enum {
  SG_MAX_COLUMN = 64
};

/// A row being gathered: columns by name, values by position.
typedef struct SgProgress {
  int ncolumn;
  const char* names[SG_MAX_COLUMN];
  double values[SG_MAX_COLUMN];  ///< NaN: no value
} SgProgress;

/// The value of a column by name; NaN when there is no such column or no value.
double sg_progress_get(const SgProgress* progress, const char* name);

/// The row as one JSON object on one line without a line break, malloc'ed by the caller's side of
/// stdio: written to file. NaN becomes null.
void sg_progress_json(const SgProgress* progress, FILE* file);

#endif  // SG_TRAIN_PROGRESS_H_
