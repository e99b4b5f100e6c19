// Rows side by side.

#ifndef SG_MATH_VEC_H_
#define SG_MATH_VEC_H_

#include "math/real.h"

/// Rows first .. first + count - 1 of res (n, ma + mb) = [a (n, ma) | b (n, mb)].
void sg_vec_concat(sg_real* res, const sg_real* a, int ma, const sg_real* b, int mb, int first,
                   int count);

#endif  // SG_MATH_VEC_H_
