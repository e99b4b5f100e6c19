// The arithmetic fingerprint: whether this machine computes as that one did.
//
// Same binary, configuration and seed give the same bytes where the fingerprint is the same. It is
// the SHA-256 of a fixed three-update probe of the learner and of a hundred physics steps of the
// run's model: kernels chosen by processor, another MuJoCo or another libm show in it.

#ifndef SG_TRAIN_FINGERPRINT_H_
#define SG_TRAIN_FINGERPRINT_H_

#include "base/status.h"
#include "math/kernels.h"
#include "task/task.h"

/// Compute the fingerprint of a backend and a task on this machine, 64 hex digits. Takes
/// milliseconds.
SgStatus sg_fingerprint(const SgKernels* kernels, const SgTask* task, char hex[65], SgError* error);

#endif  // SG_TRAIN_FINGERPRINT_H_
