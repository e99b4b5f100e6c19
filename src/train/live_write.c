// The sequence lock's writing side, by pwrite:
//
//   sequence odd  ─>  all words, the sequence still odd  ─>  sequence even
//
// Not by a mapping: whoever writes to a mapped file that a stranger has cut short is killed by
// SIGBUS, and so would the run be; pwrite makes the file whole again. A kernel copies words whole,
// and what a weaker one might tear the checksum tells.

#include "train/live_write.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/check.h"
#include "base/file.h"
#include "train/live_words.h"

struct SgLiveWriter {
  int file;
  int size;  // words
  uint64_t words[SG_LIVE_MAX_WORD];
};


// show as many environments as fit; their arrays are not looked at yet, only counted
static SgStatus fit(SgLiveWriter* writer, SgLiveFrame* frame, const char* path, SgError* error) {
  int most = frame->nenv < SG_LIVE_MAX_ENV ? frame->nenv : SG_LIVE_MAX_ENV;
  frame->nshown = frame->nshown < most ? frame->nshown : most;
  while ((writer->size = sg_live_pack(frame, writer->words)) == 0 && frame->nshown > 0) {
    frame->nshown--;
  }
  return writer->size > 0
             ? SG_OK
             : sg_fail(error, SG_MACHINE, "%s: the model is too large for a live feed", path);
}


// a file of our own with its space reserved: a full disk is met now and not in the middle
static SgStatus make_file(SgLiveWriter* writer, const char* path, SgError* error) {
  unlink(path);
  writer->file = open(path, O_CREAT | O_EXCL | O_WRONLY | O_CLOEXEC, 0666);
  int why = writer->file < 0 ? errno : posix_fallocate(writer->file, 0, (off_t)writer->size * 8);
  if (why == 0) {
    return SG_OK;
  }
  if (writer->file >= 0) {
    unlink(path);
  }
  return sg_fail(error, SG_MACHINE, "%s: cannot be made: %s", path, strerror(why));
}


SgLiveWriter* sg_live_create(const char* folder, SgLiveFrame* frame, SgError* error) {
  char path[1100];
  SgLiveWriter* writer = calloc(1, sizeof(SgLiveWriter));
  if (!writer) {
    sg_fail(error, SG_MACHINE, "out of memory for the live feed");
    return NULL;
  }
  writer->file = -1;
  sg_path_join(path, sizeof(path), folder, "live");
  SgStatus status = fit(writer, frame, path, error);
  if (status == SG_OK) {
    status = make_file(writer, path, error);
  }
  if (status == SG_OK && !sg_live_publish(writer, frame)) {
    status = sg_fail(error, SG_MACHINE, "%s: cannot be written: %s", path, strerror(errno));
    unlink(path);
  }
  if (status != SG_OK) {
    sg_live_destroy(writer);
    return NULL;
  }
  return writer;
}


// n words from a place on; interrupted writes go on
static bool write_words(const SgLiveWriter* writer, int first, int n) {
  const char* bytes = (const char*)(writer->words + first);
  size_t done = 0, size = (size_t)n * 8;
  while (done < size) {
    ssize_t m = pwrite(writer->file, bytes + done, size - done, (off_t)((size_t)first * 8 + done));
    if (m < 0 && errno != EINTR) {
      return false;
    }
    done += m > 0 ? (size_t)m : 0;
  }
  return true;
}


bool sg_live_publish(SgLiveWriter* writer, SgLiveFrame* frame) {
  uint64_t* words = writer->words;
  int size = sg_live_pack(frame, words);
  SG_ASSERT(size == writer->size);
  words[SG_LIVE_MAGIC] = SG_LIVE_MAGIC_WORD;
  words[SG_LIVE_FORMAT] = SG_LIVE_VERSION;
  words[SG_LIVE_SIZE] = (uint64_t)size;
  words[SG_LIVE_CHECKSUM] = sg_live_checksum(words + SG_LIVE_HEAD, size - SG_LIVE_HEAD);

  // odd: keep away; an attempt that failed left it so
  words[SG_LIVE_SEQUENCE] |= 1;
  bool fine = write_words(writer, SG_LIVE_SEQUENCE, 1) && write_words(writer, 0, size);
  if (fine) {
    words[SG_LIVE_SEQUENCE]++;
    fine = write_words(writer, SG_LIVE_SEQUENCE, 1);
  }
  return fine;
}


void sg_live_destroy(SgLiveWriter* writer) {
  if (writer && writer->file >= 0) {
    close(writer->file);
  }
  free(writer);
}
