// Reading a feed: by pread, never by a mapping, because a file that is cut short under a mapping
// kills its reader. The file is opened anew at every poll, so that a new feed of a resumed run is
// seen.
//
//   head as last time? ──> SG_LIVE_SAME
//   all words ─> sequence even, and the same afterwards? ─> checksum ─> counts ─> frame

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/machine.h"
#include "train/live.h"
#include "train/live_words.h"
#include "train/run_read.h"

enum {
  PATH = 1100,
  ATTEMPTS = 5  // at one poll, when the writer is met at work
};

struct SgLive {
  char folder[PATH - 64], path[PATH];
  uint64_t head[SG_LIVE_HEAD];  // of the newest frame
  SgLiveFrame frame, next;      // the newest, and room for one that is being read
  bool have;                    // there is a frame
  int filled;                   // which words the frame borrows from
  uint64_t words[2][SG_LIVE_MAX_WORD];
};


SgLive* sg_live_open(const char* folder, SgError* error) {
  SgLive* live = calloc(1, sizeof(SgLive));
  if (!live) {
    sg_fail(error, SG_MACHINE, "out of memory for reading a live feed");
    return NULL;
  }
  if (snprintf(live->folder, sizeof(live->folder), "%s", folder) >= (int)sizeof(live->folder)) {
    sg_fail(error, SG_MACHINE, "%.200s...: the path is too long", folder);
    free(live);
    return NULL;
  }
  sg_path_join(live->path, sizeof(live->path), folder, "live");
  return live;
}


void sg_live_close(SgLive* live) {
  free(live);
}


//-------------------------------- one look ------------------------------------------------------

static SgLivePoll bad(const SgLive* live, SgError* error, const char* why) {
  sg_fail(error, SG_FILE, "%s: %s", live->path, why);
  return SG_LIVE_BAD;
}


// whether a head is that of a feed of our version; a file that is just being made is empty or zero
static SgLivePoll check_head(const SgLive* live, const uint64_t* head, ssize_t n, SgError* error) {
  char why[160];
  bool zero = true;
  for (ssize_t i = 0; i < n / 8 && i < SG_LIVE_HEAD; i++) {
    zero = zero && head[i] == 0;
  }
  if (zero) {
    return SG_LIVE_BUSY;
  }
  if (n < SG_LIVE_HEAD * 8) {
    return bad(live, error, "is no live feed, or one that was cut short");
  }
  if (head[SG_LIVE_MAGIC] != SG_LIVE_MAGIC_WORD) {
    return bad(live, error, "is no live feed of softgait's");
  }
  if (head[SG_LIVE_FORMAT] != SG_LIVE_VERSION) {
    snprintf(why, sizeof(why),
             "is a live feed of version %" PRIu64 ", this softgait reads version %d",
             head[SG_LIVE_FORMAT], SG_LIVE_VERSION);
    return bad(live, error, why);
  }
  if (head[SG_LIVE_SIZE] < SG_LIVE_HEAD || head[SG_LIVE_SIZE] > SG_LIVE_MAX_WORD) {
    return bad(live, error, "is a damaged live feed: the size it tells is impossible");
  }
  return head[SG_LIVE_SEQUENCE] % 2 == 0 ? SG_LIVE_NEW : SG_LIVE_BUSY;
}


static SgLivePoll look(SgLive* live, int file, SgError* error) {
  // the head alone tells whether there is anything new
  uint64_t head[SG_LIVE_HEAD] = {0}, after = 0, *words = live->words[!live->filled];
  ssize_t n = pread(file, head, sizeof(head), 0);
  if (n < 0) {
    return bad(live, error, strerror(errno));
  }
  SgLivePoll poll = check_head(live, head, n, error);
  if (poll != SG_LIVE_NEW) {
    return poll;
  }
  if (live->have && memcmp(head, live->head, sizeof(head)) == 0) {
    return SG_LIVE_SAME;
  }

  // everything, and once more what tells whether it was torn
  size_t size = (size_t)head[SG_LIVE_SIZE];
  n = pread(file, words, size * 8, 0);
  ssize_t m = pread(file, &after, 8, SG_LIVE_SEQUENCE * 8);
  if (n < (ssize_t)(size * 8)) {
    return bad(live, error, "is a live feed that was cut short");
  }
  if (m != 8 || after != head[SG_LIVE_SEQUENCE] || memcmp(words, head, sizeof(head)) != 0) {
    return SG_LIVE_BUSY;
  }

  // what it says must hold together
  if (sg_live_checksum(words + SG_LIVE_HEAD, (int)size - SG_LIVE_HEAD) != head[SG_LIVE_CHECKSUM]) {
    return bad(live, error, "is a damaged live feed: its checksum does not hold");
  }
  if (!sg_live_unpack(&live->next, words, (int)size)) {
    return bad(live, error, "is a damaged live feed: its counts do not fit its size");
  }
  memcpy(live->head, head, sizeof(head));
  return SG_LIVE_NEW;
}


SgLivePoll sg_live_poll(SgLive* live, SgError* error) {
  struct stat info;
  SgLivePoll poll = SG_LIVE_BUSY;

  // no pipe or device may stop us
  int file = open(live->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
  if (file < 0) {
    return errno == ENOENT || errno == ENOTDIR ? SG_LIVE_NONE : bad(live, error, strerror(errno));
  }
  if (fstat(file, &info) != 0 || !S_ISREG(info.st_mode)) {
    poll = bad(live, error, "is no regular file, so no live feed");
  }
  for (int i = 0; poll == SG_LIVE_BUSY && i < ATTEMPTS; i++) {
    poll = look(live, file, error);
  }
  close(file);
  if (poll == SG_LIVE_NEW) {
    live->frame = live->next;
    live->frame.sequence = live->head[SG_LIVE_SEQUENCE];
    live->filled = !live->filled;
    live->have = true;
  }
  return poll;
}


//-------------------------------- what it means -------------------------------------------------

const SgLiveFrame* sg_live_frame(const SgLive* live) {
  return live->have ? &live->frame : NULL;
}


// whether the frame was written since this machine was started
static bool same_boot(const SgLiveFrame* frame) {
  uint64_t boot[2];
  sg_machine_boot(boot);
  return memcmp(boot, frame->boot, sizeof(boot)) == 0;
}


// the process may live where its number tells us nothing, in another container; the lock does not
static bool is_alive(const SgLive* live) {
  const SgLiveFrame* f = &live->frame;
  bool process =
      live->have && f->born != 0 && same_boot(f) && sg_machine_process(f->pid) == f->born;
  return process || sg_run_is_locked(live->folder);
}


SgLiveState sg_live_state(SgLive* live) {
  bool alive = (live->have && live->frame.state != SG_LIVE_RUNNING) || is_alive(live);
  if (!alive) {
    sg_live_poll(live, NULL);  // it may have ended in the meantime as it should
  }
  if (live->have && live->frame.state != SG_LIVE_RUNNING) {
    return live->frame.state;
  }
  return alive ? SG_LIVE_RUNNING : SG_LIVE_DEAD;
}


double sg_live_age(const SgLive* live) {
  return live->have && same_boot(&live->frame) ? sg_clock() - live->frame.clock : (double)NAN;
}
