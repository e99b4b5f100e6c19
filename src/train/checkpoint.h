// The checkpoint: everything that a run's future depends on, in one file, old or new and never a
// mixture. A run that goes on from it ends with the same bytes as one that was never stopped.
//
//   runs/<task>/<run>/checkpoints/state.ckpt
//
//   | "SGCKPT01" | fingerprint (64) | section | section | ... | XXH3-128 of all before (16) |
//   section:  | name (32, zero padded) | size (8) | bytes |
//
// The sections follow the same list that the state's digest walks, plus what is told: the epoch
// under way, the best return, the length of progress.csv. Numbers are this machine's own: a
// checkpoint belongs to machines with the same fingerprint, and says so when it meets another.

#ifndef SG_TRAIN_CHECKPOINT_H_
#define SG_TRAIN_CHECKPOINT_H_

#include <stdio.h>

#include "train/trainer.h"

enum {
  SG_CHECKPOINT_SIZES = 8  ///< whole numbers in the first section, "sizes": nobs and nact lead
};

/// What stands before a section's bytes.
typedef struct SgCheckpointLabel {
  char name[32];  ///< zero padded
  uint64_t size;  ///< of the bytes
} SgCheckpointLabel;

/// Write the checkpoint: beside, synced, renamed, the folder synced. SG_MACHINE with path and
/// reason; then the old one is untouched.
SgStatus sg_checkpoint_save(SgTrainer* t, SgError* error);

/// Put a trainer that was set up from the same configuration into the state of its run's
/// checkpoint, and progress.csv back to its length then. SG_FILE for a damaged file or one of other
/// settings, SG_MACHINE for another fingerprint.
SgStatus sg_checkpoint_load(SgTrainer* t, SgError* error);

/// Open the checkpoint of the run in folder `run`, whole by its digest, at its first section; the
/// caller closes it. fingerprint: of the machine that wrote it (64 characters and a zero); may be
/// NULL. SG_FILE for a missing or damaged file or one of another version; *file is NULL then.
SgStatus sg_checkpoint_open(const char* run, FILE** file, char fingerprint[65], SgError* error);

#endif  // SG_TRAIN_CHECKPOINT_H_
