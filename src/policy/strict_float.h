/* Included first by every file of the runtime that computes: the promise of equal bytes, stated to the
 * compiler. A product and a sum stay two roundings (no fused multiply-add), float stays float, and
 * nothing may be reordered. */

#ifndef SG_POLICY_STRICT_FLOAT_H_
#define SG_POLICY_STRICT_FLOAT_H_

#include <float.h>

#if defined(__FAST_MATH__) || defined(__ASSOCIATIVE_MATH__) || defined(__RECIPROCAL_MATH__)
#error \
    "softgait's policy runtime must not be compiled with -ffast-math: its output bytes are a promise"
#endif
#if defined(__FINITE_MATH_ONLY__) && __FINITE_MATH_ONLY__ > 0
#error "softgait's policy runtime must not be compiled with -ffinite-math-only: it refuses NaN"
#endif
#if FLT_EVAL_METHOD != 0
#error \
    "softgait's policy runtime needs float arithmetic in float (on 32-bit x86: -msse2 -mfpmath=sse)"
#endif

#if defined(__clang__)
#pragma STDC FP_CONTRACT OFF
#elif defined(__GNUC__)
#pragma GCC optimize("fp-contract=off")
#endif

#endif /* SG_POLICY_STRICT_FLOAT_H_ */
