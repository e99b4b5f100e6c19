// Writing the live feed: what live.h describes, from the trainer's side. Costs microseconds per
// publish, never waits for a reader, and no reader can do it harm.

#ifndef SG_TRAIN_LIVE_WRITE_H_
#define SG_TRAIN_LIVE_WRITE_H_

#include "base/status.h"
#include "train/live.h"

/// A feed being written. Opaque.
typedef struct SgLiveWriter SgLiveWriter;

/// Create folder/live in place of one that an earlier process left, reserve its space and publish
/// the frame. nshown is lowered to what fits. NULL with SG_MACHINE and a sentence when it cannot be
/// had (no space, a folder of that name); then no file remains.
SgLiveWriter* sg_live_create(const char* folder, SgLiveFrame* frame, SgError* error);

/// Publish a frame: its counts must be those it was created with, its names and arrays are read
/// during the call only. Three system calls, no heap call. False when the disk refused; the feed
/// can then not be read until a later publish succeeds.
bool sg_live_publish(SgLiveWriter* writer, SgLiveFrame* frame);

/// Close a feed; the file stays. NULL is allowed.
void sg_live_destroy(SgLiveWriter* writer);

#endif  // SG_TRAIN_LIVE_WRITE_H_
