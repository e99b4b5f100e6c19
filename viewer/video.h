// Videos in files: raw frames through a pipe into the program ffmpeg.
//
//   frames ──pipe──> ffmpeg ──> FILE.XXXXXX ──rename──> FILE
//
// Without ffmpeg the frames become PNG files in the folder FILE-frames, and the end says so.

#ifndef SG_VIEWER_VIDEO_H_
#define SG_VIEWER_VIDEO_H_

#include "base/status.h"

/// A video being written. Opaque.
typedef struct SgVideo SgVideo;

/// Begin an mp4 (H.264) of that size, even numbers, and frames per second. NULL with SG_MACHINE
/// when nothing can be written beside path, when neither ffmpeg nor a new folder for frames can be
/// had, or out of memory. SIGPIPE must be ignored.
SgVideo* sg_video_open(const char* path, int width, int height, int fps, SgError* error);

/// Add a frame: (height, width, 3) red, green, blue, the lowest row first. SG_MACHINE when ffmpeg
/// or the disk refuses it; then close without finishing.
SgStatus sg_video_add(SgVideo* video, const unsigned char* rgb, SgError* error);

/// Put the video in its place. SG_MACHINE when ffmpeg failed, and also when it is missing and the
/// frames lie in their folder instead; the sentence says which.
SgStatus sg_video_finish(SgVideo* video, SgError* error);

/// Free it; what was not finished is removed from the disk. NULL is allowed.
void sg_video_close(SgVideo* video);

#endif  // SG_VIEWER_VIDEO_H_
