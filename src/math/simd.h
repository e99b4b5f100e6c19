// Vectors by one name: the compiler's vector extensions, and the few things they lack.
//
// A kernel file says which instruction set it is compiled for and includes the rest, so that one
// source serves all:
//
//   file               compiled with          SG_LANES   tile held in registers
//   kernels_avx512.c   -mavx512f,bw,dq,vl       16        8 rows x 32 columns
//   kernels_avx2.c     -mavx2 -mfma              8        6 rows x 16
//   kernels_avx.c      -mavx                     8        4 rows x 16
//
// -ffp-contract=fast turns a multiplication and an addition into one fused instruction where there
// is one. Intrinsics appear only where the extensions have no word: loads and stores of part of a
// vector.

#ifndef SG_MATH_SIMD_H_
#define SG_MATH_SIMD_H_

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

typedef float Vec __attribute__((vector_size(4 * SG_LANES)));
typedef int32_t VecInt __attribute__((vector_size(4 * SG_LANES)));
typedef uint32_t VecWord __attribute__((vector_size(4 * SG_LANES)));
typedef Vec VecLoose __attribute__((aligned(4), may_alias));  // anywhere in memory

#define SG_INLINE static inline __attribute__((always_inline))


// the same number in every lane
SG_INLINE Vec vec_all(float x) {
  return x - (Vec){0};  // subtracting zero changes nothing; adding it would turn -0 into 0
}


SG_INLINE Vec vec_load(const float* p) {
  return *(const VecLoose*)p;
}


SG_INLINE void vec_store(float* p, Vec x) {
  *(VecLoose*)p = x;
}


// x where the mask is set, else 0
SG_INLINE Vec vec_where(VecInt mask, Vec x) {
  return (Vec)((VecInt)x & mask);
}


// x where the mask is set, else y
SG_INLINE Vec vec_select(VecInt mask, Vec x, Vec y) {
  return (Vec)(((VecInt)x & mask) | ((VecInt)y & ~mask));
}


// the first n lanes, n below SG_LANES; the others read as zero and are not touched in memory
#if SG_LANES == 16
SG_INLINE Vec vec_load_part(const float* p, int n) {
  return (Vec)_mm512_maskz_loadu_ps((__mmask16)((1u << n) - 1), p);
}


SG_INLINE void vec_store_part(float* p, Vec x, int n) {
  _mm512_mask_storeu_ps(p, (__mmask16)((1u << n) - 1), (__m512)x);
}
#else
SG_INLINE __m256i vec_part(int n) {
  const VecInt lane = {0, 1, 2, 3, 4, 5, 6, 7};
  return (__m256i)(lane < n);
}


SG_INLINE Vec vec_load_part(const float* p, int n) {
  return (Vec)_mm256_maskload_ps(p, vec_part(n));
}


SG_INLINE void vec_store_part(float* p, Vec x, int n) {
  _mm256_maskstore_ps(p, vec_part(n), (__m256)x);
}
#endif


// the sum of all lanes, halves first
SG_INLINE float vec_sum(Vec x) {
  float lane[SG_LANES];
  memcpy(lane, &x, sizeof(lane));
  for (int half = SG_LANES / 2; half > 0; half /= 2) {
    for (int i = 0; i < half; i++) {
      lane[i] += lane[i + half];
    }
  }
  return lane[0];
}

#endif  // SG_MATH_SIMD_H_
