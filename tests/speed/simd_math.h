// The functions of math/simd_math.h that no kernel has by itself, one copy per instruction set.

#ifndef SG_TESTS_SPEED_SIMD_MATH_H_
#define SG_TESTS_SPEED_SIMD_MATH_H_

#include <stddef.h>

/// Which function.
typedef enum SimdFunction {
  SIMD_LOG,        ///< log x
  SIMD_LOG1P,      ///< log(1 + x), x in [0, 1]
  SIMD_COS_TURNS,  ///< cos(2 pi x), x in [0, 1]
} SimdFunction;

/// y (count) = f(x), count a multiple of 16. Each only where the processor has the instructions.
void simd_map_avx512(SimdFunction f, float* y, const float* x, size_t count);
void simd_map_avx2(SimdFunction f, float* y, const float* x, size_t count);
void simd_map_avx(SimdFunction f, float* y, const float* x, size_t count);

#endif  // SG_TESTS_SPEED_SIMD_MATH_H_
