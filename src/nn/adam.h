// Adam (Kingma and Ba, 2015, algorithm 1) and how fast targets follow. The pass over the parameters
// is a kernel (math/kernels.h); here are the numbers it goes by.

#ifndef SG_NN_ADAM_H_
#define SG_NN_ADAM_H_

#include <stdint.h>

#include "math/kernels.h"

/// What step number t (from 1) goes by: beta 0.9 and 0.999, epsilon 1e-8 outside the root.
SgAdam sg_adam(double lr, int64_t t);

/// What targets go by: targ += tau (param - targ).
sg_real sg_polyak_rate(double tau);

#endif  // SG_NN_ADAM_H_
