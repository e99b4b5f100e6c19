// Rows side by side.

#include "math/vec.h"

#include <stddef.h>
#include <string.h>


void sg_vec_concat(sg_real* res, const sg_real* a, int ma, const sg_real* b, int mb, int first,
                   int count) {
  size_t na = (size_t)ma, nb = (size_t)mb;

  for (size_t i = (size_t)first; i < (size_t)first + (size_t)count; i++) {
    memcpy(res + i * (na + nb), a + i * na, na * sizeof(sg_real));
    memcpy(res + i * (na + nb) + na, b + i * nb, nb * sizeof(sg_real));
  }
}
