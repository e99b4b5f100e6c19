// What training looks like: the opening lines, the boxed table, the progress line.

#ifndef SG_CLI_SHOW_H_
#define SG_CLI_SHOW_H_

#include <stdbool.h>

#include "train/train.h"

/// Where and how to show. Made by sg_show_make.
typedef struct SgShow {
  bool quiet, json;
  bool colour;     ///< stdout is a terminal, and neither NO_COLOR nor TERM=dumb is set
  bool live;       ///< stderr is a terminal that can move its cursor: one line, written over
  bool standing;   ///< a progress line stands on the screen
  unsigned shown;  ///< columns of the open box, a bit each; 0: no box is open
  double next;     ///< clock of the next progress line
  double best;     ///< best evaluation so far
  int nrow;        ///< rows shown since the last heading
} SgShow;

/// Look at stdout, stderr and the environment.
SgShow sg_show_make(bool quiet, bool json);

/// A watcher that shows a run: the table on stdout, progress and notes on stderr. show must outlive
/// the run.
SgTrainWatcher sg_show_watcher(SgShow* show);

/// A line on stderr that even --quiet does not keep back.
void sg_show_line(SgShow* show, const char* line);

/// Close the table: its bottom line, the progress line wiped.
void sg_show_end(SgShow* show);

#endif  // SG_CLI_SHOW_H_
