// The table of a run: one row per evaluation, the columns of progress.csv in their order.
//
// The first 27 columns are Spinning Up's for SAC, by name and order; ours follow; the task's reward
// terms come last, under their own names, averaged per training step. A value that does not exist
// is NaN here, empty in the csv, null in JSON.
//
//   loop ─ every step, episode, update ─> SgEpoch ─┐
//   SgTotals: where the run stands ────────────────┼─> SgProgress ─> csv, JSON, the table on the screen
//   SgEvalResult ──────────────────────────────────┘

#ifndef SG_TRAIN_PROGRESS_H_
#define SG_TRAIN_PROGRESS_H_

#include <stdint.h>
#include <stdio.h>

#include "base/status.h"
#include "sac/sac.h"
#include "task/task.h"
#include "train/eval.h"

enum {
  SG_MAX_COLUMN = 96  ///< of progress.csv, reward terms included
};

/// A row: columns by name, values by position. Names are borrowed from the task.
typedef struct SgProgress {
  int ncolumn;
  const char* names[SG_MAX_COLUMN];
  double values[SG_MAX_COLUMN];  ///< NaN: no value
} SgProgress;

/// Everything measured between two rows. Start from zero.
typedef struct SgEpoch {
  SgSpread returns;     ///< of finished training episodes, failed ones left out
  double length_sum;    ///< their lengths
  SgSpread q[2], logp;  ///< over all rows of all updates
  double loss_pi, loss_q, loss_alpha, alpha, entropy, saturation;  ///< sums over updates
  int64_t nupdate;                                                 ///< updates that were applied
  int64_t nstep;                                                   ///< environment steps
  int64_t nreward;              ///< of them those with a reward: the others failed
  double terms[SG_MAX_COLUMN];  ///< sums of reward terms over steps
} SgEpoch;

/// Where the run stands.
typedef struct SgTotals {
  int64_t row;              ///< rows written, this one included
  int64_t step;             ///< environment steps, over all environments
  int64_t updates;          ///< tried, bad ones included
  int64_t episodes;         ///< ended, failed ones included
  int64_t bad_updates;      ///< not applied, because a number was not finite
  int64_t failed_episodes;  ///< ended by physics that went wrong
  double seconds;           ///< since the start
  double train_seconds;     ///< of this epoch, evaluation not counted
} SgTotals;

/// Count one applied update.
void sg_epoch_update(SgEpoch* epoch, const SgSacInfo* info);

/// Name the columns for a task; no value yet. SG_FILE when a reward term's name cannot be a
/// column's: no plain word, taken by another column, or one too many.
SgStatus sg_progress_init(SgProgress* progress, const SgTaskInfo* task, SgError* error);

/// Fill a row. eval: NULL when this row has no evaluation.
void sg_progress_fill(SgProgress* progress, const SgEpoch* epoch, const SgTotals* totals,
                      const SgEvalResult* eval);

/// The value of a column by name; NaN when there is no such column or no value.
double sg_progress_get(const SgProgress* progress, const char* name);

/// The header, or a row, as one csv line with its line break. Numbers have as few digits as read
/// back equal.
void sg_progress_csv_header(const SgProgress* progress, FILE* file);
void sg_progress_csv_row(const SgProgress* progress, FILE* file);

/// The row as one JSON object without a line break; a missing value is null.
void sg_progress_json(const SgProgress* progress, FILE* file);

#endif  // SG_TRAIN_PROGRESS_H_
