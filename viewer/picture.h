// Pictures in files: PNG, written whole or not at all.

#ifndef SG_VIEWER_PICTURE_H_
#define SG_VIEWER_PICTURE_H_

#include <stdbool.h>

#include "base/status.h"

/// A picture: rows of red, green, blue bytes without padding, as mjr_readPixels gives them.
typedef struct SgPicture {
  int width, height;         ///< pixels, at least 1
  bool bottom_up;            ///< the first row is the lowest, as OpenGL has it
  const unsigned char* rgb;  ///< (height, width, 3); borrowed
} SgPicture;

/// Write a PNG as one act: into a file beside path, renamed at the end. SG_MACHINE when it cannot
/// be written; then nothing remains of it and an older file by that name is as it was.
SgStatus sg_picture_write(const SgPicture* picture, const char* path, SgError* error);

#endif  // SG_VIEWER_PICTURE_H_
