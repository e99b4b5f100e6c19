// Frames for the tests of the live feed: every number in one tells which publish it belongs to.

#ifndef SG_TESTS_LIVE_FRAME_H_
#define SG_TESTS_LIVE_FRAME_H_

#include "train/live.h"

/// Sizes of a model and its task.
typedef struct LiveShape {
  int nq, nv, na, nu, nenv, nreward, ncolumn;
} LiveShape;

/// A small robot, many large ones, and the least there can be.
extern const LiveShape LIVE_SMALL, LIVE_LARGE, LIVE_LEAST;

/// A frame with room for its arrays and names, to be freed.
typedef struct LiveOwned {
  SgLiveFrame frame;
  double* numbers;
  char (*names)[SG_LIVE_NAME];
} LiveOwned;

/// Make a frame in which every number of now is `mark`.
LiveOwned live_owned_make(const LiveShape* shape, double mark);

/// Make every number of now another one.
void live_owned_mark(LiveOwned* owned, double mark);

void live_owned_free(LiveOwned* owned);

/// Whether all numbers of a frame's now are the same one; touches everything that the frame points
/// at. mark: that number.
bool live_frame_is_whole(const SgLiveFrame* frame, double* mark);

/// Touch everything that a frame points at, and check its counts against their caps; false when one
/// is out of its range. sum: of what was touched, so that it is not left out.
bool live_frame_touch(const SgLiveFrame* frame, double* sum);

#endif  // SG_TESTS_LIVE_FRAME_H_
