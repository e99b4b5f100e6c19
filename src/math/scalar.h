// The C library's functions at the learner's precision, by one name each.

#ifndef SG_MATH_SCALAR_H_
#define SG_MATH_SCALAR_H_

#include <math.h>

#include "math/real.h"

/// e to the x.
static inline sg_real sg_exp(sg_real x) {
  return sizeof(sg_real) == sizeof(float) ? (sg_real)expf((float)x) : (sg_real)exp((double)x);
}


/// ln(1 + x), exact for small x.
static inline sg_real sg_log1p(sg_real x) {
  return sizeof(sg_real) == sizeof(float) ? (sg_real)log1pf((float)x) : (sg_real)log1p((double)x);
}


/// Hyperbolic tangent.
static inline sg_real sg_tanh(sg_real x) {
  return sizeof(sg_real) == sizeof(float) ? (sg_real)tanhf((float)x) : (sg_real)tanh((double)x);
}


/// Square root; the compiler vectorises it.
static inline sg_real sg_sqrt(sg_real x) {
  return sizeof(sg_real) == sizeof(float) ? (sg_real)sqrtf((float)x) : (sg_real)sqrt((double)x);
}


/// Absolute value.
static inline sg_real sg_abs(sg_real x) {
  return x < 0 ? -x : x;
}

#endif  // SG_MATH_SCALAR_H_
