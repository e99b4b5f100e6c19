// A frame of the live feed as words and back: one list for writer and reader, so that they cannot
// disagree. Not for others.

#ifndef SG_TRAIN_LIVE_WORDS_H_
#define SG_TRAIN_LIVE_WORDS_H_

#include <stdbool.h>
#include <stdint.h>

#include "train/live.h"

/// The words that a feed begins with.
enum {
  SG_LIVE_MAGIC,
  SG_LIVE_FORMAT,  ///< SG_LIVE_VERSION
  SG_LIVE_SEQUENCE,
  SG_LIVE_SIZE,      ///< words, these included
  SG_LIVE_CHECKSUM,  ///< over the words behind these
  SG_LIVE_HEAD       ///< how many these are
};

/// The bytes "SGLIVE" 1 2; on a machine of the other byte order they stand the other way round.
#define SG_LIVE_MAGIC_WORD UINT64_C(0x02014556494c4753)

/// Put a frame behind the head. words: (SG_LIVE_MAX_WORD). Return how many words there are then,
/// the head included; 0 when they do not fit. The frame is only read.
int sg_live_pack(SgLiveFrame* frame, uint64_t* words);

/// Get a frame out of size words. Its names and arrays are borrowed from words, in which
/// unprintable characters of names become '?'. False when they hold no frame of just that size.
bool sg_live_unpack(SgLiveFrame* frame, uint64_t* words, int size);

/// A digest of words by which torn and damaged ones show; no guard against malice.
uint64_t sg_live_checksum(const uint64_t* words, int n);

#endif  // SG_TRAIN_LIVE_WORDS_H_
