// Elementwise kernels. Plain loops over contiguous memory that the compiler vectorises; every sum
// runs in index order, so the bytes do not depend on the vector width.

#include "math/vec.h"

#include <stdint.h>
#include <string.h>


void sg_vec_rows(sg_real* y, const sg_real* bias, int n, int m) {
  for (int i = 0; i < n; i++) {
    memcpy(y + (size_t)i * (size_t)m, bias, (size_t)m * sizeof(sg_real));
  }
}


void sg_vec_relu(sg_real* y, size_t count) {
  for (size_t i = 0; i < count; i++) {
    y[i] = y[i] < 0 ? 0 : y[i];  // this way round NaN stays NaN and is found
  }
}


void sg_vec_relu_backward(sg_real* restrict dy, const sg_real* restrict y, size_t count) {
  for (size_t i = 0; i < count; i++) {
    dy[i] = y[i] > 0 ? dy[i] : 0;
  }
}


void sg_vec_column_sum(sg_real* restrict res, const sg_real* restrict y, int n, int m) {
  memset(res, 0, (size_t)m * sizeof(sg_real));

  for (int i = 0; i < n; i++) {
    const sg_real* row = y + (size_t)i * (size_t)m;  // (m)

    for (int j = 0; j < m; j++) {
      res[j] += row[j];
    }
  }
}


void sg_vec_concat(sg_real* res, const sg_real* a, int ma, const sg_real* b, int mb, int n) {
  size_t na = (size_t)ma, nb = (size_t)mb;

  for (size_t i = 0; i < (size_t)n; i++) {
    memcpy(res + i * (na + nb), a + i * na, na * sizeof(sg_real));
    memcpy(res + i * (na + nb) + na, b + i * nb, nb * sizeof(sg_real));
  }
}


bool sg_vec_finite(const sg_real* x, size_t count) {
  // zero times a finite number is zero, times anything else it is NaN: or the bits, which the
  // compiler may do in any order because integers do not round
  uint64_t odd = 0;

  for (size_t i = 0; i < count; i++) {
    sg_real zero = x[i] * 0;
    odd |= (uint64_t)(zero != 0);
  }
  return odd == 0;
}
