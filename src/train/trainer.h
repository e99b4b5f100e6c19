// A run in the making: what the training loop's files share. Not for others.
//
//   train.c          the loop: act, step, store, update
//   train_setup.c    everything that must exist before the first step
//   train_row.c      a row: evaluate, save, write, tell
//   train_feed.c     what others may see of it

#ifndef SG_TRAIN_TRAINER_H_
#define SG_TRAIN_TRAINER_H_

#include "base/pool.h"
#include "sac/replay.h"
#include "sac/sac.h"
#include "train/envs.h"
#include "train/live_write.h"
#include "train/recorder.h"
#include "train/run.h"
#include "train/train.h"

/// Everything of one run. Zeroed, then filled by sg_trainer_set_up.
typedef struct SgTrainer {
  const SgTrainOptions* options;
  SgConfig config;        ///< resolved
  SgConfigChecks checks;  ///< what the run is run with
  char fingerprint[65];   ///< of this machine's arithmetic
  bool resuming;          ///< the run's folder is there already

  // what learns and what is learned from
  SgTask* task;
  const SgTaskInfo* info;
  SgPool* pool;
  SgSac* sac;
  SgReplay* replay;
  SgRng sample;  ///< stream of replay rows
  SgEnvs envs;
  SgRecorder recorder;  ///< the environments' last states
  SgEnv* eval_env;

  // what is told
  SgRun* run;
  SgProgress progress;
  SgEpoch epoch;
  SgTotals totals;
  int64_t before;                 ///< steps before the iteration under way
  int64_t owed;                   ///< updates that are still to follow it
  int64_t row_step;               ///< step of the last row, -1: none yet
  double checkpointed;            ///< clock of the last checkpoint
  double started, epoch_started;  ///< clock
  SgTrainTimes times;             ///< where the time went
  double last_return, best_return, final_return;

  // what is shown
  SgLiveWriter* live;              ///< NULL: no feed
  SgLiveFrame frame;               ///< as it was published last
  double next_publish, next_mark;  ///< clock before which none is due
} SgTrainer;

/// Make everything; the run folder comes last, so that what cannot be run leaves no trace.
SgStatus sg_trainer_set_up(SgTrainer* t, SgError* error);

/// Free everything. Half-made is allowed.
void sg_trainer_tear_down(SgTrainer* t);

/// Finish a row: evaluate the policy's bytes, save them as latest and perhaps best, append to
/// progress.csv, tell the watcher, begin a new epoch.
SgStatus sg_trainer_row(SgTrainer* t, SgError* error);

/// Save the policy as the latest without an evaluation; as the best, too, when there is none.
SgStatus sg_trainer_save(SgTrainer* t, SgError* error);

/// Write a checkpoint; a failure is a note to the watcher, not the end of the run. False then.
bool sg_trainer_checkpoint(SgTrainer* t);

/// Physics went wrong in environment i: keep its last states, the first time, and say so.
void sg_trainer_failed(SgTrainer* t, int i);

/// Whether the run was asked to stop.
bool sg_trainer_stopping(const SgTrainer* t);

/// Make the live feed; when it cannot be had, the watcher gets a note and the run goes on.
void sg_trainer_feed_open(SgTrainer* t);

/// After every environment step: publish, when the last time was long enough ago. clock: now. Makes
/// no heap call.
void sg_trainer_feed(SgTrainer* t, double clock);

/// An evaluation begins: nothing will move for a while.
void sg_trainer_feed_evaluating(SgTrainer* t);

/// The last publish: how the run ended.
void sg_trainer_feed_end(SgTrainer* t, SgLiveState state);

/// The watcher's calls.
void sg_trainer_tell_note(const SgTrainer* t, const char* note);
void sg_trainer_tell_start(const SgTrainer* t);
void sg_trainer_tell_now(const SgTrainer* t);

#endif  // SG_TRAIN_TRAINER_H_
