// The words of `softgait record`, read by the same code in the two programs they pass through:
// softgait, which tells help and mistakes, and softgait-record, which draws.

#ifndef SG_CLI_RECORD_WORDS_H_
#define SG_CLI_RECORD_WORDS_H_

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "cli/args.h"

/// What to record. Texts are borrowed from the arguments.
typedef struct SgRecordWords {
  const char* what;    ///< RUN or POLICY; NULL: the newest run
  const char* out;     ///< FILE.mp4 or FILE.png
  const char* model;   ///< NULL: the run's or the shipped one
  const char* camera;  ///< NULL: follow the robot
  bool still;          ///< out is a PNG
  bool progress;       ///< the run's curves beside the robot
  int episodes;
  int width, height, fps;
  int64_t seed;
  double at;  ///< seconds into the episode of a still; negative: its middle
} SgRecordWords;

enum {
  SG_RECORD_NFLAG = 10
};

/// The flags.
extern const SgFlag sg_record_flags[SG_RECORD_NFLAG];

/// Read and check the words: SG_USAGE with a sentence for those that are wrong.
SgStatus sg_record_words(SgRecordWords* words, const SgArgs* args, SgError* error);

#endif  // SG_CLI_RECORD_WORDS_H_
