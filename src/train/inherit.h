// A run that begins with what another has learned (`train --from RUN`):
//
//   RUN/checkpoints/state.ckpt            the new run
//   networks, targets, temperature  ───>  the same values
//   optimisers, replay, counters          fresh
//
// The temperature is taken where the new run learns its own; one that is fixed by a setting stays.

#ifndef SG_TRAIN_INHERIT_H_
#define SG_TRAIN_INHERIT_H_

#include "train/config.h"

/// Fill a new learner, made from a resolved config, with the networks of the run in folder `run`.
/// sha256: of what was taken, in hexadecimal. SG_FILE with a sentence when there is no such run,
/// its checkpoint is missing or damaged, or its networks have other sizes; the learner is of no use
/// then.
SgStatus sg_inherit(SgSac* sac, const SgConfig* config, const char* run, char sha256[65],
                    SgError* error);

#endif  // SG_TRAIN_INHERIT_H_
