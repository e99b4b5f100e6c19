/* A control: layers whose sums run from the last input to the first. */

#include "policy/strict_float.h"
/* the pragma above must come first */

#include "policy/linear.h"


size_t sg_linear_pad(size_t nout) {
  return (nout + SG_LINEAR_PAD - 1) / SG_LINEAR_PAD * SG_LINEAR_PAD;
}


static void linear_reversed(float* y, const float* x, const float* weight, const float* bias,
                            int nin, int noutpad) {
  for (int j = 0; j < noutpad; j++) {
    y[j] = bias[j];
    for (int i = nin - 1; i >= 0; i--) {
      y[j] += x[i] * weight[(size_t)i * (size_t)noutpad + (size_t)j];
    }
  }
}


SgLinear* sg_linear_best(void) {
  return linear_reversed;
}
