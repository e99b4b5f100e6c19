// What training looks like: the opening lines, the boxed table, the progress line.

#ifndef SG_CLI_SHOW_H_
#define SG_CLI_SHOW_H_

#include <stdbool.h>

#include "train/train.h"

/// Where and how to show. Made by sg_show_make.
typedef struct SgShow {
  bool quiet, json;
  bool terminal;  ///< stdout is one: progress line, carriage returns
  bool colour;    ///< terminal, and neither NO_COLOR nor TERM=dumb
  bool live;      ///< a progress line stands on the screen
  int width;      ///< columns of the terminal
  double next;    ///< clock of the next progress line
  double best;    ///< best evaluation so far
  int nrow;       ///< rows shown
} SgShow;

/// Look at stdout and the environment.
SgShow sg_show_make(bool quiet, bool json);

/// A watcher that shows a run on stdout; show must outlive the run.
SgTrainWatcher sg_show_watcher(SgShow* show);

/// Close the table: its bottom line, the progress line wiped.
void sg_show_end(SgShow* show);

#endif  // SG_CLI_SHOW_H_
