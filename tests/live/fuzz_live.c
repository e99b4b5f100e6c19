// Mutated feeds: whatever the file holds, the reader answers, and what it hands out keeps to its
// caps.
//
//   fuzz_live COUNT SEED
//
// Half of the feeds get a checksum that holds, or nothing would be looked at behind it. Those that
// do not must never pass when a word behind the head was changed.

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/rng.h"
#include "live_frame.h"
#include "train/live_words.h"
#include "train/live_write.h"

enum {
  NSHAPE = 3,
  ROOM = SG_LIVE_MAX_WORD + 8,
  NPOLL = SG_LIVE_BAD + 1
};

// a feed as it should be
typedef struct Base {
  uint64_t words[SG_LIVE_MAX_WORD];
  int size;
} Base;


static void make_base(Base* base, const LiveShape* shape) {
  LiveOwned o = live_owned_make(shape, 2);
  SgLiveWriter* writer = sg_live_create(".", &o.frame, NULL);
  int file = open("live", O_RDONLY);
  if (!writer || file < 0) {
    abort();
  }
  base->size = (int)(read(file, base->words, sizeof(base->words)) / 8);
  close(file);
  sg_live_destroy(writer);
  live_owned_free(&o);
}


// a number that somebody might stumble over
static uint64_t spicy(SgRng* rng) {
  static const uint64_t list[] = {
      0,  1,  UINT64_MAX, INT64_MAX, 1ULL << 63, 1ULL << 32, 1ULL << 31, 16,
      17, 96, 97,         16384,     16385,      UINT32_MAX, 1 << 24,    0xfff8ULL << 48};
  return sg_rng_below(rng, 4) == 0 ? sg_rng_below(rng, UINT64_MAX)
                                   : list[sg_rng_below(rng, sizeof(list) / sizeof(list[0]))];
}


// one change; the first words, where the counts are, get most of them
static void mutate(uint64_t* words, int* size, SgRng* rng) {
  int near = *size < 48 ? *size : 48;
  int at = (int)sg_rng_below(rng, (uint64_t)(sg_rng_below(rng, 3) ? near : *size));
  int from = (int)sg_rng_below(rng, (uint64_t)*size);
  switch (sg_rng_below(rng, 6)) {
    case 0: words[at] ^= 1ULL << sg_rng_below(rng, 64); break;
    case 1: words[at] = spicy(rng); break;
    case 2: words[at] += sg_rng_below(rng, 3) - 1; break;
    case 3: words[at] = words[from]; break;
    case 4: *size = 1 + (int)sg_rng_below(rng, ROOM); break;
    default:
      ((unsigned char*)words)[sg_rng_below(rng, (uint64_t)*size * 8)] = (unsigned char)spicy(rng);
  }
}


// over what was there: a file that is emptied and written anew is flushed to the disk at every
// close
static void put(const uint64_t* words, size_t bytes) {
  int file = open("live", O_CREAT | O_WRONLY, 0666);
  if (file < 0 || pwrite(file, words, bytes, 0) != (ssize_t)bytes ||
      ftruncate(file, (off_t)bytes) != 0) {
    abort();
  }
  close(file);
}


// a feed, looked at by a reader that has a frame already and by one that has none
static SgLivePoll look(SgLive* old, bool* fine) {
  double sum = 0;
  SgLive* fresh = sg_live_open(".", NULL);
  if (!fresh) {
    abort();
  }
  SgLivePoll poll = sg_live_poll(fresh, NULL), second = sg_live_poll(old, NULL);
  const SgLiveFrame *frame = sg_live_frame(fresh), *kept = sg_live_frame(old);
  *fine = (frame != NULL) == (poll == SG_LIVE_NEW) && (!frame || live_frame_touch(frame, &sum)) &&
          (!kept || live_frame_touch(kept, &sum)) && (second == poll || second == SG_LIVE_SAME);
  sg_live_close(fresh);
  return poll;
}


int main(int argc, char** argv) {
  static Base bases[NSHAPE];
  static uint64_t words[ROOM];
  const LiveShape* shapes[NSHAPE] = {&LIVE_SMALL, &LIVE_LARGE, &LIVE_LEAST};
  char folder[] = "/tmp/softgait-fuzz-XXXXXX";
  long counts[NPOLL] = {0}, wrong = 0, count = argc > 1 ? atol(argv[1]) : 20000;
  SgRng rng = sg_rng_make(argc > 2 ? (uint64_t)atol(argv[2]) : 0, SG_RNG_TEST, 0, 0);
  if (!mkdtemp(folder) || chdir(folder) != 0) {
    return 1;
  }
  for (int i = 0; i < NSHAPE; i++) {
    make_base(&bases[i], shapes[i]);
  }
  SgLive* old = sg_live_open(".", NULL);

  for (long n = 0; n < count; n++) {
    // some changes to one of the feeds
    const Base* base = &bases[sg_rng_below(&rng, 10) == 0 ? 1 : 2 * sg_rng_below(&rng, 2)];
    int size = base->size;
    memset(words, 0, sizeof(words));
    memcpy(words, base->words, (size_t)size * 8);
    for (uint64_t k = sg_rng_below(&rng, 4); k < 4; k++) {
      mutate(words, &size, &rng);
    }

    // half of them signed, the file cut within a word now and then
    bool is_signed = size > SG_LIVE_HEAD && size <= SG_LIVE_MAX_WORD && sg_rng_below(&rng, 2) == 0;
    if (is_signed) {
      words[SG_LIVE_SIZE] = (uint64_t)size;
      words[SG_LIVE_CHECKSUM] = sg_live_checksum(words + SG_LIVE_HEAD, size - SG_LIVE_HEAD);
    }
    put(words, (size_t)size * 8 - (sg_rng_below(&rng, 50) == 0 ? sg_rng_below(&rng, 8) : 0));

    // the answer
    bool fine;
    SgLivePoll poll = look(old, &fine);
    bool changed = memcmp(words + SG_LIVE_HEAD, base->words + SG_LIVE_HEAD,
                          (size_t)(base->size - SG_LIVE_HEAD) * 8) != 0;
    if (!fine || (poll == SG_LIVE_NEW && changed && !is_signed)) {
      fprintf(stderr, "feed %ld: answer %d, %s\n", n, (int)poll,
              fine ? "though it was changed and not signed" : "but what was handed out is wrong");
      wrong++;
    }
    counts[poll]++;
  }
  sg_live_close(old);
  unlink("live");
  rmdir(folder);
  printf("%ld mutated feeds: %ld read, %ld busy, %ld refused, %ld wrong\n", count,
         counts[SG_LIVE_NEW], counts[SG_LIVE_BUSY], counts[SG_LIVE_BAD], wrong);

  // an outcome that never comes would mean that nothing was tried
  return wrong > 0 || counts[SG_LIVE_NEW] == 0 || counts[SG_LIVE_BUSY] == 0 ||
         counts[SG_LIVE_BAD] == 0;
}
