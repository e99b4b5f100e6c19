// Training, from a configuration to a run folder with a policy in it. The loop is train.c.

#ifndef SG_TRAIN_TRAIN_H_
#define SG_TRAIN_TRAIN_H_

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "train/config.h"
#include "train/progress.h"

/// What a run is about to do; told once, before the first step.
typedef struct SgTrainStart {
  const SgConfig* config;  ///< resolved
  const SgTaskInfo* task;
  const char* run;      ///< run folder
  const char* backend;  ///< "openblas (Cooperlake)"
  int nthread;
  int64_t replay_rows;  ///< rows of the replay
  double replay_mb;     ///< what they take when full, in 10^6 bytes
} SgTrainStart;

/// Seconds that a run has spent, by what they went into.
typedef struct SgTrainTimes {
  double simulate;    ///< acting, stepping, storing
  double update;      ///< sampling, gradient steps
  double evaluate;    ///< evaluating and saving the policy
  double log;         ///< writing rows, telling the watcher
  double checkpoint;  ///< writing checkpoints
  double live;        ///< publishing in the live feed
} SgTrainTimes;

/// Where a run stands; told often, cheap.
typedef struct SgTrainNow {
  int64_t step, steps;  ///< environment steps taken, and planned
  int64_t episodes, updates;
  double last_return;       ///< of the newest finished episode, NaN before the first
  double seconds;           ///< since the start
  double steps_per_second;  ///< of late
  SgTrainTimes times;       ///< since this process took up the run
} SgTrainNow;

/// Whom to tell. All may be NULL. Called on the training thread; they must not change the run.
typedef struct SgTrainWatcher {
  void* arg;
  void (*start)(void* arg, const SgTrainStart* start);
  void (*row)(void* arg, const SgProgress* progress);  ///< a table row was written
  void (*now)(void* arg, const SgTrainNow* now);       ///< after every environment step
  void (*note)(void* arg, const char* sentence);       ///< something worth a line on stderr
} SgTrainWatcher;

/// What a run is asked to do.
typedef struct SgTrainOptions {
  const SgConfig* config;  ///< set, not yet resolved
  const char* run;         ///< folder to make, or NULL for runs/<task>/<date-time>-s<seed>-<hex>
  bool save_config;        ///< resuming: write config.yaml anew, its total of steps has changed
  bool resume;             ///< `run` is there: go on from its checkpoint; config is its config.yaml
  const char* command;     ///< the command line, for command.txt
  int nthread;             ///< 1 or more
  bool no_feed;            ///< write no live feed, to measure what it costs
  volatile sig_atomic_t* stop;  ///< nonzero: finish the update, save, return; may be NULL
  SgTrainWatcher watcher;
} SgTrainOptions;

/// What came of a run.
typedef struct SgTrainResult {
  char run[1024];         ///< run folder, "" when it came to none
  char policy[1024];      ///< run/policy/best.safetensors: the best evaluated one; when a run is
                          ///< stopped before its first evaluation, the policy as it was then
  char state_sha256[65];  ///< over live memory at the end: state_hash.h
  int64_t step;           ///< environment steps taken
  bool stopped;           ///< ended by `stop` before the last row
  bool saved;             ///< the last checkpoint was written: the run can go on
  double best_return;     ///< highest mean of one evaluation, NaN when there was none
  double final_return;    ///< mean of the last evaluation, NaN when there was none
} SgTrainResult;

/// Train from the beginning to config.steps (with several environments to the next multiple of
/// their number) or to `stop`. SG_DIVERGED names step and gradient. On failure status and sentence
/// say why, and the run folder keeps what was written and the last good policy.
SgStatus sg_train(const SgTrainOptions* options, SgTrainResult* result, SgError* error);

#endif  // SG_TRAIN_TRAIN_H_
