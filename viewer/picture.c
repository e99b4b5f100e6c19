// PNG by libpng, in memory first, so that the file appears whole.

#include "picture.h"

#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"


// encode into bytes, which grows libpng's way: once to measure, once to write
static bool encode(const SgPicture* picture, void** bytes, size_t* size) {
  png_image image = {.version = PNG_IMAGE_VERSION,
                     .width = (png_uint_32)picture->width,
                     .height = (png_uint_32)picture->height,
                     .format = PNG_FORMAT_RGB};
  png_alloc_size_t room = 0;
  png_int_32 stride = (png_int_32)picture->width * 3 * (picture->bottom_up ? -1 : 1);
  if (!png_image_write_to_memory(&image, NULL, &room, 0, picture->rgb, stride, NULL)) {
    return false;
  }
  *bytes = malloc(room);
  if (!*bytes || !png_image_write_to_memory(&image, *bytes, &room, 0, picture->rgb, stride, NULL)) {
    free(*bytes);
    *bytes = NULL;
    return false;
  }
  *size = room;
  return true;
}


SgStatus sg_picture_write(const SgPicture* picture, const char* path, SgError* error) {
  void* bytes = NULL;
  size_t size = 0;
  if (!encode(picture, &bytes, &size)) {
    return sg_fail(error, SG_MACHINE, "%s: out of memory for a picture of %d x %d", path,
                   picture->width, picture->height);
  }
  SgStatus status = sg_file_write(path, bytes, size, error);
  free(bytes);
  return status;
}
