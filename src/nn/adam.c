// Bias corrections are made in double from the integer step, once per step: in float 1 - 0.999^t
// would lose digits for small t. They are pulled out of the loop over the parameters:
//
//   param -= lr mhat / (sqrt(vhat) + eps)   =   (lr / correct1) m / (sqrt(v) / sqrt(correct2) + eps)

#include "nn/adam.h"

#include <math.h>

#include "math/exp.h"
#include "math/mutant.h"

// ln 0.9 and ln 0.999: powers are taken as exponentials
static const double LOG_BETA1 = -0.10536051565782628, LOG_BETA2 = -0.0010005003335835344;


SgAdam sg_adam(double lr, int64_t t) {
  const double beta1 = 0.9, beta2 = 0.999;
  double correct1 = 1 - sg_exp_double((double)t * LOG_BETA1);
  double correct2 = 1 - sg_exp_double((double)t * LOG_BETA2);
  if (SG_MUTANT(NO_BIAS_CORRECTION)) {
    correct1 = correct2 = 1;
  }
  return (SgAdam){.keep1 = (sg_real)beta1,
                  .add1 = (sg_real)(1 - beta1),
                  .keep2 = (sg_real)beta2,
                  .add2 = (sg_real)(1 - beta2),
                  .step = (sg_real)(lr / correct1),
                  .root = (sg_real)(1 / sqrt(correct2)),
                  .eps = (sg_real)(SG_MUTANT(ADAM_EPSILON) ? 1e-4 : 1e-8)};
}


sg_real sg_polyak_rate(double tau) {
  return (sg_real)(SG_MUTANT(POLYAK_SWAPPED) ? 1 - tau : tau);
}
