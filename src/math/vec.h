// Elementwise kernels and the few reductions around the matrix products. Row-major, contiguous.

#ifndef SG_MATH_VEC_H_
#define SG_MATH_VEC_H_

#include <stdbool.h>
#include <stddef.h>

#include "math/real.h"

/// Every row of y (n, m) becomes bias (m).
void sg_vec_rows(sg_real* y, const sg_real* bias, int n, int m);

/// y (count) = max(y, 0).
void sg_vec_relu(sg_real* y, size_t count);

/// dy (count) = dy where y > 0, else 0: the backward of ReLU from its output.
void sg_vec_relu_backward(sg_real* dy, const sg_real* y, size_t count);

/// res (m) = sum over the rows of y (n, m), in row order.
void sg_vec_column_sum(sg_real* res, const sg_real* y, int n, int m);

/// Rows side by side: res (n, ma + mb) = [a (n, ma) | b (n, mb)].
void sg_vec_concat(sg_real* res, const sg_real* a, int ma, const sg_real* b, int mb, int n);

/// Whether every entry of x (count) is finite.
bool sg_vec_finite(const sg_real* x, size_t count);

#endif  // SG_MATH_VEC_H_
