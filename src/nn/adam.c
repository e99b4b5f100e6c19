// Adam and Polyak averaging. Bias corrections are made in double from the integer step, once per
// call: in float 1 - 0.999^t would lose digits for small t.

#include "nn/adam.h"

#include <math.h>

#include "math/mutant.h"
#include "math/scalar.h"


void sg_adam_step(sg_real* restrict param, const sg_real* restrict grad, sg_real* restrict m,
                  sg_real* restrict v, size_t count, double lr, int64_t t) {
  const double beta1 = 0.9, beta2 = 0.999;
  double correct1 = 1 - pow(beta1, (double)t), correct2 = 1 - pow(beta2, (double)t);
  if (SG_MUTANT(NO_BIAS_CORRECTION)) {
    correct1 = correct2 = 1;
  }

  // param -= lr mhat / (sqrt(vhat) + eps), with the corrections pulled out of the loop
  sg_real step = (sg_real)(lr / correct1), root = (sg_real)(1 / sqrt(correct2));
  sg_real b1 = (sg_real)beta1, b2 = (sg_real)beta2;
  sg_real c1 = (sg_real)(1 - beta1), c2 = (sg_real)(1 - beta2), eps = (sg_real)1e-8;

  for (size_t i = 0; i < count; i++) {
    sg_real g = grad[i];
    m[i] = b1 * m[i] + c1 * g;
    v[i] = b2 * v[i] + c2 * g * g;
    param[i] -= step * m[i] / (sg_sqrt(v[i]) * root + eps);
  }
}


void sg_polyak(sg_real* restrict targ, const sg_real* restrict param, size_t count, double tau) {
  sg_real rate = (sg_real)(SG_MUTANT(POLYAK_SWAPPED) ? 1 - tau : tau);

  for (size_t i = 0; i < count; i++) {
    targ[i] += rate * (param[i] - targ[i]);
  }
}
