// The live mode's half: a run's feed, its past, and the model that its environments are drawn with.
//
//   runs/<task>/<run>/live          ──> states of the training environments, where the run stands
//   runs/<task>/<run>/progress.csv  ──> the curves, from the beginning
//   runs/<task>/<run>/model/        ──> the model, for drawing
//
// Only reads; the run never learns of it.

#ifndef SG_VIEWER_FEED_H_
#define SG_VIEWER_FEED_H_

#include <stdbool.h>

#include "base/status.h"
#include "task/task.h"
#include "train/live.h"
#include "train/run_read.h"

/// A run that is watched. The fields are for reading; env may be set.
typedef struct SgFeed {
  char folder[1024];
  char name[64];                ///< the task's
  SgTask* task;                 ///< the run's own copy
  SgLive* live;                 ///< reader
  const SgLiveFrame* frame;     ///< the newest; NULL while there is none
  SgLiveState state;            ///< how the run stands, asked once a second
  double age;                   ///< of the frame in seconds, NaN without one
  bool fits;                    ///< the frame's sizes are the model's
  char trouble[1024];           ///< why there is nothing new to see; "" when all is well
  SgRunSummary summary;         ///< of the folder, for runs without a feed
  SgTable table;                ///< progress.csv as it was last read
  int table_count;              ///< grows when the table is read anew
  int env;                      ///< the environment that is shown, from 0
  struct SgFeedInside* inside;  ///< feed.c's own
} SgFeed;

/// Open a run folder; the feed need not be there. On failure nothing is left to close. SG_FILE when
/// it is no run, or its model cannot be read.
SgStatus sg_feed_open(SgFeed* feed, const char* folder, SgError* error);

/// Free all. A zeroed one is allowed.
void sg_feed_close(SgFeed* feed);

/// Look at the feed, and once a second at the files. now: seconds of any steady clock. True when
/// there is a new state to show.
bool sg_feed_poll(SgFeed* feed, double now);

/// The environment that is shown; NULL when there is none.
const SgLiveEnv* sg_feed_env(const SgFeed* feed);

/// Seconds until the planned step, evaluations included; NaN when that cannot be said.
double sg_feed_left(const SgFeed* feed);

#endif  // SG_VIEWER_FEED_H_
