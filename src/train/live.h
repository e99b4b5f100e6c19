// The live feed: the file `live` of a run folder, by which anybody can watch a run. Its layout, and
// how to read it.
//
//   trainer ── at most 60 times a second ──> runs/<task>/<run>/live ── pread ──> any number of readers
//
// The file is an array of 64-bit words (whole numbers, or the bits of a double) in the machine's
// byte order:
//
//   | head: magic version sequence size checksum | facts | now | row | environments | texts |
//     SG_LIVE_HEAD words                           the frame: `size` words with the head
//
// The sequence lock: the writer makes `sequence` odd, writes the rest, makes it even again, two
// more than before. A reader takes the whole and is content when it saw the same even number before
// and after, and the checksum holds over everything behind the head. So nobody waits for anybody,
// and the trainer never learns that it is watched. Every publish writes the whole file anew: what a
// stranger did to it is healed a moment later.
//
// A reader believes nothing: a feed may be half-written, cut short, left by a dead trainer, of
// another version or no feed at all. Counts are capped before they are used.

#ifndef SG_TRAIN_LIVE_H_
#define SG_TRAIN_LIVE_H_

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/// Caps that writer and reader share.
enum {
  SG_LIVE_VERSION = 1,
  SG_LIVE_MAX_WORD = 16384,  ///< words of a feed: 128 KiB
  SG_LIVE_MAX_ENV = 16,      ///< environments shown, the first ones; fewer where they do not fit
  SG_LIVE_MAX_COLUMN = 96,   ///< columns of progress.csv
  SG_LIVE_MAX_REWARD = 96,   ///< reward terms
  SG_LIVE_NAME = 64,         ///< bytes of a name with its final zero
};

/// How a run stands.
typedef enum SgLiveState {
  SG_LIVE_RUNNING = 1,  ///< its trainer is at work
  SG_LIVE_FINISHED,     ///< ended at the planned step
  SG_LIVE_STOPPED,      ///< ended before, asked to; `softgait resume` goes on
  SG_LIVE_FAILED,       ///< ended before with an error: diverged, disk full
  SG_LIVE_DEAD,  ///< the feed says running, but its trainer is gone: killed, or the power went
} SgLiveState;

/// What the trainer is doing.
typedef enum SgLiveDoing {
  SG_LIVE_EXPLORING = 1,  ///< random actions, no updates yet
  SG_LIVE_LEARNING,       ///< acting and updating
  SG_LIVE_EVALUATING,     ///< no environment moves meanwhile: seconds at most, for most tasks
} SgLiveDoing;

/// One training environment as it stands. All pointers are borrowed from the frame.
typedef struct SgLiveEnv {
  const double* qpos;   ///< (nq)
  const double* qvel;   ///< (nv)
  const double* act;    ///< (na) activations of actuators that have one
  const double* ctrl;   ///< (nu) what the actuators got last
  const double* terms;  ///< (nreward) the reward terms of the last step, zero after a reset
  double reward;        ///< their sum
  double sum;           ///< return of the episode so far
  int64_t length;       ///< its steps so far
  int64_t episode;      ///< its number in this environment, from 1
} SgLiveEnv;

/// One publish. Values that do not exist are NaN. Everything is borrowed from the reader and stays
/// until its next poll that gives SG_LIVE_NEW.
typedef struct SgLiveFrame {
  uint64_t sequence;  ///< even, grows by 2 per publish

  // facts, the same in all publishes of a trainer
  const char* task;    ///< its name, "hopper"
  int64_t pid;         ///< the trainer's process
  uint64_t born;       ///< when that process was started, in the kernel's ticks since boot
  uint64_t boot[2];    ///< which start of the machine: tells this process from later ones
  int nq, nv, na, nu;  ///< the model's sizes; na and nu as MuJoCo counts them
  int nenv;            ///< environments in training
  int nshown;          ///< of them in env[], the first ones; 0: the model's state is too large
  int nreward;         ///< reward terms
  int ncolumn;         ///< columns of progress.csv
  int64_t seed;
  int64_t steps;       ///< planned total
  double dt;           ///< seconds per environment step
  int64_t first_step;  ///< where this process took the run up: 0 unless resumed

  // now
  SgLiveState state;  ///< as the trainer wrote it: never SG_LIVE_DEAD; see sg_live_state
  SgLiveDoing doing;
  double clock;             ///< when it was published, on sg_clock of the trainer's machine
  int64_t step;             ///< environment steps taken
  int64_t episodes;         ///< ended
  int64_t updates;          ///< tried
  int64_t bad_updates;      ///< not applied, because a number was not finite
  int64_t failed_episodes;  ///< ended by physics that went wrong
  double seconds;           ///< of the run, over all its processes
  double steps_per_second;  ///< since the last row, evaluations left out
  double last_return;       ///< of the newest finished training episode
  double eval_return;       ///< mean of the last evaluation
  double best_return;       ///< of the best one
  double alpha, entropy, saturation;  ///< means over the updates since the last row
  double q1, q2, loss_pi, loss_q;     ///< the same
  double simulate_seconds, update_seconds, evaluate_seconds,
      checkpoint_seconds;  ///< time went into

  // the newest row of progress.csv
  int64_t row;  ///< rows written so far; values are NaN until this process has written one
  const char* columns[SG_LIVE_MAX_COLUMN];  ///< (ncolumn) names in the file's order
  double values[SG_LIVE_MAX_COLUMN];        ///< (ncolumn)

  const char* rewards[SG_LIVE_MAX_REWARD];  ///< (nreward) names in the task file's order
  SgLiveEnv envs[SG_LIVE_MAX_ENV];          ///< (nshown)
} SgLiveFrame;

/// What came of a poll.
typedef enum SgLivePoll {
  SG_LIVE_NEW,   ///< a publish that was not seen before is in the frame
  SG_LIVE_SAME,  ///< nothing new since the last one
  SG_LIVE_BUSY,  ///< caught half-written, every time; try again soon. The old frame stays
  SG_LIVE_NONE,  ///< there is no feed: the run has not begun, or had no space for one
  SG_LIVE_BAD,   ///< there is a file, but no feed that can be read: foreign, cut short, of another
                 ///< version. The sentence says what; the old frame stays. Try again at leisure
} SgLivePoll;

/// A reader of one run folder's feed. Opaque; used by one thread at a time.
typedef struct SgLive SgLive;

/// Create a reader. The folder need hold no feed yet. NULL with SG_MACHINE when out of memory.
SgLive* sg_live_open(const char* folder, SgError* error);

/// Free a reader with its frame. NULL is allowed.
void sg_live_close(SgLive* live);

/// Look at the feed: bounded, never waits, makes no heap call; takes microseconds, so call it at
/// every picture. A trainer that takes the run up again writes a new feed, which is picked up by
/// itself: pid and first_step change, sequence starts over. error: filled for SG_LIVE_BAD; may be
/// NULL.
SgLivePoll sg_live_poll(SgLive* live, SgError* error);

/// The newest frame; NULL before the first SG_LIVE_NEW. Borrowed.
const SgLiveFrame* sg_live_frame(const SgLive* live);

/// How the run stands: the frame's state, but SG_LIVE_DEAD when it says running and neither the
/// trainer's process is there nor the run folder's lock is held. Some system calls: ask about once
/// a second. Before it says so it polls once more, so the frame may be renewed. Without a frame:
/// SG_LIVE_RUNNING while the lock is held, else SG_LIVE_DEAD.
SgLiveState sg_live_state(SgLive* live);

/// The age of the newest frame in seconds; NaN without one, or when it was written before this
/// machine last started.
double sg_live_age(const SgLive* live);

#endif  // SG_TRAIN_LIVE_H_
