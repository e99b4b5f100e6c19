// A backend's products against the oracle's, before anybody relies on their speed.

#ifndef SG_MATH_KERNELS_CHECK_H_
#define SG_MATH_KERNELS_CHECK_H_

#include "math/kernels.h"

/// Compare forward, both backwards and the column sum of x (n, k), w (k, m) with sg_kernels_ref's,
/// on random numbers in [-1, 1]. SG_FAIL and a sentence that names product, shape and entry when
/// one is further off than rounding explains; SG_MACHINE without memory.
SgStatus sg_kernels_check(const SgKernels* kernels, int n, int k, int m, SgError* error);

#endif  // SG_MATH_KERNELS_CHECK_H_
