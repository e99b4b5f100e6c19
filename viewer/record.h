// Recording: a policy's episodes as pictures, drawn off screen.
//
//   episode ──state──> scene ──┐
//   progress.csv ──> figures ──┴─> pixels ──> video, or one PNG

#ifndef SG_VIEWER_RECORD_H_
#define SG_VIEWER_RECORD_H_

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"
#include "train/player.h"

/// What to record, checked: sizes from 64 to 4096, even ones for a video.
typedef struct SgRecordConfig {
  const char* out;     ///< where the picture or video goes
  const char* camera;  ///< of the model; NULL: follow the robot
  bool still;          ///< one PNG, else a video
  bool progress;       ///< the curves of the player's run beside the robot
  int episodes, width, height, fps;
  uint64_t seed;
  double at;  ///< seconds into the last episode of a still; negative: its middle

  FILE* report;  ///< gets a line per episode, with its return; NULL: none
  FILE* live;    ///< gets a line that is written over, how far it is; NULL: none
  const volatile sig_atomic_t* stop;  ///< not zero: stop, leave nothing behind; NULL: never
} SgRecordConfig;

/// Record. SG_USAGE for a camera that the model has not, or curves of a policy that lies in no run;
/// SG_FILE for a table that cannot be read; SG_MACHINE where OpenGL, ffmpeg or the disk fails;
/// SG_INTERRUPTED when stopped. On failure there is no file at config->out that was not there.
SgStatus sg_record(const SgPlayer* player, const SgRecordConfig* config, SgError* error);

#endif  // SG_VIEWER_RECORD_H_
