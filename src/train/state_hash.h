// The digest of a run's whole state, from live memory: two runs that agree in it will go on alike.

#ifndef SG_TRAIN_STATE_HASH_H_
#define SG_TRAIN_STATE_HASH_H_

#include <stddef.h>

#include "policy/sha256.h"

/// A visitor for sg_sac_visit and the like; arg: an SgSha256. Takes in name, size and bytes.
void sg_state_add(void* arg, const char* name, void* bytes, size_t size);

#endif  // SG_TRAIN_STATE_HASH_H_
