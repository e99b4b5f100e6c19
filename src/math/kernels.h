// The seam under all arithmetic of the learner: a table of functions behind a name.
//
//   backend     name       core                       products         elementwise
//   own         own        avx512, avx2, avx          simd_tile.h      simd_map.h
//   OpenBLAS    openblas   the library's core name    kernels_blas.c   simd_map.h
//   the oracle  ref        scalar                     three loops      libm
//
// All matrices are row-major and contiguous. A kernel may be called from several threads at once
// and gives the same bytes for the same call. With ref and own, a row of a result never depends on
// the rows beside it; OpenBLAS does not promise that, so work is always cut in the same places.
//
// Weights come twice where gradients go down through them: w (k, m), and wt (m, k), its transposed
// copy, which lets every product read its right operand along rows. A backend takes the one it
// likes.

#ifndef SG_MATH_KERNELS_H_
#define SG_MATH_KERNELS_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/rng.h"
#include "base/status.h"
#include "math/real.h"

/// One step of Adam over a flat range, corrections already in: see nn/adam.c.
typedef struct SgAdam {
  sg_real keep1, add1;  ///< beta1 and 1 - beta1, each rounded on its own
  sg_real keep2, add2;  ///< beta2 and 1 - beta2
  sg_real step;         ///< learning rate / (1 - beta1^t)
  sg_real root;         ///< 1 / sqrt(1 - beta2^t)
  sg_real eps;          ///< added outside the root
} SgAdam;

/// A backend.
typedef struct SgKernels {
  const char* name;  ///< "own", "openblas", "ref"
  const char* core;  ///< whose products: "avx512", OpenBLAS's core name, "scalar"
  const char* isa;   ///< instructions of everything else: "avx512", "avx2", "avx", "scalar"
  int rows;  ///< rows that one task should have; a multiple of what the kernels hold at once

  /// y (n, m) = x (n, k) w (k, m) + bias (m), through ReLU when asked; NaN passes through ReLU.
  void (*forward)(sg_real* y, const sg_real* x, const sg_real* w, const sg_real* bias, int n, int k,
                  int m, bool relu);

  /// dx (n, k) = dy (n, m) w^T, and zero where h (n, k) is not positive; h NULL: everywhere kept.
  void (*backward_data)(sg_real* dx, const sg_real* dy, const sg_real* w, const sg_real* wt,
                        const sg_real* h, int n, int k, int m);

  /// Rows first .. first + count - 1 of dw (k, m) = x (n, k)^T dy (n, m). dw: the whole matrix.
  void (*backward_weight)(sg_real* dw, const sg_real* x, const sg_real* dy, int n, int k, int m,
                          int first, int count);

  /// res (m) = sum over the rows of y (n, m), in row order.
  void (*column_sum)(sg_real* res, const sg_real* y, int n, int m);

  /// Columns first .. first + count - 1 of res (m, n): the rows of the same number of x (n, m).
  void (*transpose)(sg_real* res, const sg_real* x, int n, int m, int first, int count);

  /// Adam: m, v and param (count) move by grad; targ, when given, then follows param by tau.
  void (*adam)(sg_real* param, const sg_real* grad, sg_real* m, sg_real* v, sg_real* targ,
               size_t count, const SgAdam* adam, sg_real tau);

  /// Whether every entry of x (count) is finite.
  bool (*finite)(const sg_real* x, size_t count);

  /// y (count) = e^x, tanh x, log(1 - tanh(x)^2), 1 - tanh(x)^2; y may be x.
  void (*exp)(sg_real* y, const sg_real* x, size_t count);
  void (*tanh)(sg_real* y, const sg_real* x, size_t count);
  void (*log_sech2)(sg_real* y, const sg_real* x, size_t count);
  void (*sech2)(sg_real* y, const sg_real* x, size_t count);

  /// y (count): standard normal numbers, the draws rng.counter, rng.counter + 1, ... of a stream.
  void (*normal)(sg_real* y, SgRng rng, size_t count);
} SgKernels;

/// The three loops: oracle, fallback and the double build's only backend.
const SgKernels* sg_kernels_ref(void);

/// OpenBLAS, opened on first use and told to use one thread. NULL with SG_MACHINE and the package's
/// name when it is not installed. Float build only.
const SgKernels* sg_kernels_blas(SgError* error);

/// Our own kernels for an instruction set: "avx512", "avx2", "avx", or "auto" for the best that
/// this processor has. NULL with SG_MACHINE when the processor lacks it. Float build only.
const SgKernels* sg_kernels_own(const char* isa, SgError* error);

/// The backend that the keys math.backend and math.isa name: "own", "openblas", "ref" or "auto",
/// which is own where a tuned kernel exists (avx512, avx2) and openblas elsewhere. Float build
/// only.
const SgKernels* sg_kernels_choose(const char* backend, const char* isa, SgError* error);

#endif  // SG_MATH_KERNELS_H_
