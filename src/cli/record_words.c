// The words of `softgait record` and their ranges.

#include "cli/record_words.h"

#include <string.h>

#include "base/text.h"

const SgFlag sg_record_flags[SG_RECORD_NFLAG] = {
    {"--out", "FILE", "FILE.mp4: a video; FILE.png: one still (needed)"},
    {"--episodes", "N", "episodes, one after the other (1)"},
    {"--width", "N", "pixels (1280)"},
    {"--height", "N", "pixels (720)"},
    {"--fps", "N", "frames per second, at the speed of life (30)"},
    {"--camera", "NAME", "a camera of the model (follow the robot)"},
    {"--progress", NULL, "the run's learning curves beside the robot"},
    {"--at", "SECONDS", "a still: how far into the episode (its middle)"},
    {"--seed", "N", "seed of the start states (0), as in eval"},
    {"--model", "FILE", "MODEL.xml or TASK.yaml in place of the run's copy"},
};


// a whole number into an int
static SgStatus take(const SgArgs* args, const char* name, int low, int high, int* value,
                     SgError* error) {
  int64_t number = *value;
  SgStatus status = sg_args_int(args, name, low, high, &number, error);
  *value = (int)number;
  return status;
}


static SgStatus take_numbers(SgRecordWords* w, const SgArgs* args, SgError* error) {
  SgStatus status = take(args, "--episodes", 1, 1000, &w->episodes, error);
  if (status == SG_OK) {
    status = take(args, "--width", 64, 4096, &w->width, error);
  }
  if (status == SG_OK) {
    status = take(args, "--height", 64, 4096, &w->height, error);
  }
  if (status == SG_OK) {
    status = take(args, "--fps", 1, 240, &w->fps, error);
  }
  if (status == SG_OK) {
    status = sg_args_int(args, "--seed", 0, (int64_t)1 << 53, &w->seed, error);
  }
  const char* at = sg_args_text(args, "--at", NULL);
  if (status == SG_OK && at && !(sg_text_double(at, &w->at) && w->at >= 0 && w->at <= 1e6)) {
    return sg_fail(error, SG_USAGE, "--at is '%.60s', it must be seconds from 0 to 1000000", at);
  }
  return status;
}


// what goes together
static SgStatus check(const SgRecordWords* w, SgError* error) {
  if (!w->out) {
    return sg_fail(error, SG_USAGE, "record needs --out FILE.mp4 or --out FILE.png");
  }
  if (!w->still && !sg_text_ends(w->out, ".mp4")) {
    return sg_fail(error, SG_USAGE, "--out is '%.200s', it must end in .mp4 or .png", w->out);
  }
  if (!w->still && w->at >= 0) {
    return sg_fail(error, SG_USAGE, "--at is for a still (FILE.png), not for a video");
  }
  if (!w->still && (w->width % 2 || w->height % 2)) {
    return sg_fail(error, SG_USAGE, "a video of %d x %d pixels: both must be even", w->width,
                   w->height);
  }
  return SG_OK;
}


SgStatus sg_record_words(SgRecordWords* w, const SgArgs* args, SgError* error) {
  *w = (SgRecordWords){.what = args->nword > 0 ? args->words[0] : NULL,
                       .out = sg_args_text(args, "--out", NULL),
                       .model = sg_args_text(args, "--model", NULL),
                       .camera = sg_args_text(args, "--camera", NULL),
                       .progress = sg_args_has(args, "--progress"),
                       .episodes = 1,
                       .width = 1280,
                       .height = 720,
                       .fps = 30,
                       .at = -1};
  w->still = w->out && sg_text_ends(w->out, ".png");
  SgStatus status = take_numbers(w, args, error);
  return status == SG_OK ? check(w, error) : status;
}
