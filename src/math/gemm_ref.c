// The three loops: slow, obvious, and the judge of every faster backend.

#include <stddef.h>

#include "math/gemm.h"


// C (m, n) = op(A) (m, k) op(B) (k, n) [+ C], one dot product per entry, in index order
static void multiply(bool ta, bool tb, int m, int n, int k, const sg_real* a, int lda,
                     const sg_real* b, int ldb, bool add, sg_real* c, int ldc) {
  // strides of op(A) and op(B) along their rows and columns
  ptrdiff_t arow = ta ? 1 : lda, acol = ta ? lda : 1;
  ptrdiff_t brow = tb ? 1 : ldb, bcol = tb ? ldb : 1;

  for (ptrdiff_t i = 0; i < m; i++) {
    for (ptrdiff_t j = 0; j < n; j++) {
      sg_real sum = add ? c[i * ldc + j] : 0;

      for (ptrdiff_t t = 0; t < k; t++) {
        sum += a[i * arow + t * acol] * b[t * brow + j * bcol];
      }
      c[i * ldc + j] = sum;
    }
  }
}


const SgGemm* sg_gemm_ref(void) {
  static const SgGemm ref = {"ref", "scalar", multiply};
  return &ref;
}
