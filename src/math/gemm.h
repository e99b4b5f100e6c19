// The seam under all matrix products: one function behind a name.
//
//   C (m, n)  =  op(A) (m, k)  op(B) (k, n)  [+ C]
//
// All matrices are row-major with a leading dimension. Two backends: `ref` (three loops, the oracle)
// and `openblas` (one thread, opened when chosen). A backend may be called from several threads at
// once and gives the same bytes for the same call.

#ifndef SG_MATH_GEMM_H_
#define SG_MATH_GEMM_H_

#include <stdbool.h>

#include "base/status.h"
#include "math/real.h"

/// Multiply. ta: A is stored (k, m) and used transposed; tb: B is stored (n, k) likewise. add: add to
/// C instead of replacing it. lda, ldb, ldc: elements between rows as stored.
typedef void SgGemmFunction(bool ta, bool tb, int m, int n, int k, const sg_real* a, int lda,
                            const sg_real* b, int ldb, bool add, sg_real* c, int ldc);

/// A backend.
typedef struct SgGemm {
  const char* name;  ///< "ref", "openblas"
  const char* core;  ///< which kernels it runs: "scalar", OpenBLAS's core name
  SgGemmFunction* multiply;
} SgGemm;

/// The three loops: oracle, fallback and the double build's only backend.
const SgGemm* sg_gemm_ref(void);

/// OpenBLAS, opened on first use and told to use one thread. NULL with SG_MACHINE and the package's
/// name when it is not installed. Float build only.
const SgGemm* sg_gemm_blas(SgError* error);

#endif  // SG_MATH_GEMM_H_
