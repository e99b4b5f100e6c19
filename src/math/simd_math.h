// Functions of a vector: e^x, log, tanh, cosine, and random words. No call, no branch, no table.
//
// Each is a reduction to a short interval and there a Taylor series, long enough that what it
// leaves out is below float's rounding. Bounds, over dense sweeps of the range
// (tests/test_kernels.c, tests/speed):
//
//   function           range                   error
//   vec_exp            [-87, 88]               2 units in the last place; below: e^-87, above: e^88
//   vec_tanh           all                     2 units
//   vec_log            (0, 1]                  3 units, absolute 1.2e-7 near 1
//   vec_log1p_unit     [0, 1]                  3 units
//   vec_cos_turns      [0, 1] turns            2e-7, absolute
//   vec_normal         every draw              4e-6 + 2e-7 / radius, at most 6e-4, absolute: next to 1
//                                              a word rounds, and the root of its logarithm is steep
//
// NaN goes in and comes out.

#ifndef SG_MATH_SIMD_MATH_H_
#define SG_MATH_SIMD_MATH_H_

#include "math/simd.h"


// |x|
SG_INLINE Vec vec_abs(Vec x) {
  return (Vec)((VecInt)x & 0x7fffffff);
}


// the nearest integer, for |x| below 2^22: adding 1.5 2^23 leaves no room for a fraction. The empty asm
// keeps the compiler from taking it away again
SG_INLINE Vec vec_round(Vec x) {
  const float magic = 12582912.0f;
  Vec y = x + magic;
  __asm__("" : "+x"(y));
  return y - magic;
}


// x held within [low, high]; NaN stays NaN
SG_INLINE Vec vec_hold(Vec x, float low, float high) {
  x = vec_select(x < low, vec_all(low), x);
  return vec_select(x > high, vec_all(high), x);
}


// e^x = 2^n e^r with n = round(x / ln 2), |r| <= ln 2 / 2; the series leaves out r^8 / 8! < 6e-9
SG_INLINE Vec vec_exp(Vec x) {
  const float log2e = 1.44269504f, ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
  x = vec_hold(x, -87.0f, 88.0f);
  Vec n = vec_round(x * log2e);
  Vec r = (x - n * ln2_high) - n * ln2_low;

  Vec y = r * (1.0f / 5040) + 1.0f / 720;
  y = y * r + 1.0f / 120;
  y = y * r + 1.0f / 24;
  y = y * r + 1.0f / 6;
  y = y * r + 0.5f;
  y = y * r * r + r + 1;

  // times 2^n, by its exponent bits
  VecInt bits = (__builtin_convertvector(n, VecInt) + 127) << 23;
  return y * (Vec)bits;
}


// log(1 + e) = 2 atanh(z) with z = e / (2 + e) <= 1/3; the series leaves out z^16 / 17 of it < 2e-9
SG_INLINE Vec vec_log1p_unit(Vec e) {
  Vec z = e / (e + 2), s = z * z;
  Vec y = s * (1.0f / 15) + 1.0f / 13;
  y = y * s + 1.0f / 11;
  y = y * s + 1.0f / 9;
  y = y * s + 1.0f / 7;
  y = y * s + 1.0f / 5;
  y = y * s + 1.0f / 3;
  return 2 * z + 2 * z * s * y;
}


// log(x) = n ln 2 + 2 atanh((f - 1) / (f + 1)) with x = 2^n f, f in [sqrt 1/2, sqrt 2]
SG_INLINE Vec vec_log(Vec x) {
  const float ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
  VecInt bits = (VecInt)x - 0x3f3504f3;  // exponent and fraction counted from sqrt 1/2
  VecInt n = bits >> 23;
  Vec f = (Vec)((bits & 0x007fffff) + 0x3f3504f3);
  Vec z = (f - 1) / (f + 1), s = z * z, scale = __builtin_convertvector(n, Vec);

  // z <= 0.1716: the series leaves out z^10 / 11 of it < 3e-9
  Vec y = s * (1.0f / 9) + 1.0f / 7;
  y = y * s + 1.0f / 5;
  y = y * s + 1.0f / 3;
  return scale * ln2_high + (2 * z + (2 * z * s * y + scale * ln2_low));
}


// tanh: its series near zero, 1 - 2 / (e^2|x| + 1) beyond
SG_INLINE Vec vec_tanh(Vec x) {
  Vec size = vec_abs(x), s = x * x;

  // |x| < 0.55: leaves out less than 2e-8 of it
  Vec near = s * (-929569.0f / 638512875.0f) + 21844.0f / 6081075.0f;
  near = near * s - 1382.0f / 155925;
  near = near * s + 62.0f / 2835;
  near = near * s - 17.0f / 315;
  near = near * s + 2.0f / 15;
  near = near * s - 1.0f / 3;
  near = near * s * size + size;

  Vec far = 1 - 2 / (vec_exp(2 * size) + 1);
  VecInt sign = (VecInt)x & (VecInt)vec_all(-0.0f);
  return (Vec)((VecInt)vec_select(size < 0.55f, near, far) | sign);
}


// cos(2 pi v) for v in [0, 1]: by symmetry sin(2 pi (1/4 - |v - round v|)), an angle within a right one
SG_INLINE Vec vec_cos_turns(Vec v) {
  const float two_pi = 6.28318531f;
  Vec x = two_pi * (0.25f - vec_abs(v - vec_round(v))), s = x * x;

  // leaves out x^15 / 15! < 7e-10
  Vec y = s * (1.0f / 6227020800) - 1.0f / 39916800;
  y = y * s + 1.0f / 362880;
  y = y * s - 1.0f / 5040;
  y = y * s + 1.0f / 120;
  y = y * s - 1.0f / 6;
  return x + x * s * y;
}


// high and low halves of the 64-bit products a b, lane by lane
SG_INLINE void vec_product(VecWord* high, VecWord* low, VecWord a, uint32_t b) {
#if SG_LANES == 16
  const __m512i by = _mm512_set1_epi32((int)b);
  __m512i even = _mm512_mul_epu32((__m512i)a, by);
  __m512i odd = _mm512_mul_epu32(_mm512_srli_epi64((__m512i)a, 32), by);
  *low = (VecWord)_mm512_mask_blend_epi32(0xaaaa, even, _mm512_slli_epi64(odd, 32));
  *high = (VecWord)_mm512_mask_blend_epi32(0xaaaa, _mm512_srli_epi64(even, 32), odd);
#else
  VecWord h = {0}, l = {0};
  for (int i = 0; i < SG_LANES; i++) {
    uint64_t p = (uint64_t)a[i] * b;
    h[i] = (uint32_t)(p >> 32);
    l[i] = (uint32_t)p;
  }
  *high = h;
  *low = l;
#endif
}


// Philox4x32-10 of SG_LANES counters in a row: base/rng.c's words, lane by lane
SG_INLINE void vec_words(VecWord c[4], const SgRng* rng) {
  uint32_t k0 = (uint32_t)rng->seed, k1 = (uint32_t)(rng->seed >> 32);
#if SG_LANES == 16
  const VecWord lane = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
#else
  const VecWord lane = {0, 1, 2, 3, 4, 5, 6, 7};
#endif
  c[0] = lane + (uint32_t)rng->counter;
  c[1] = (uint32_t)(rng->counter >> 32) - (VecWord)(c[0] < lane);  // minus -1 where the sum wrapped
  c[2] = (VecWord){0} + (uint32_t)rng->stream;
  c[3] = (VecWord){0} + (uint32_t)(rng->stream >> 32);

  for (int round = 0; round < 10; round++) {
    VecWord high0, low0, high1, low1;
    vec_product(&high0, &low0, c[0], 0xD2511F53u);
    vec_product(&high1, &low1, c[2], 0xCD9E8D57u);
    c[0] = high1 ^ c[1] ^ k0;
    c[1] = low1;
    c[2] = high0 ^ c[3] ^ k1;
    c[3] = low0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
}


// words as numbers in (0, 1]: by halves, because there is no conversion of unsigned words
// everywhere
SG_INLINE Vec vec_unit(VecWord w) {
  Vec high = __builtin_convertvector((VecInt)(w >> 16), Vec);
  Vec low = __builtin_convertvector((VecInt)(w & 0xffff), Vec);
  return (high * 65536.0f + low) * 0x1p-32f + 0x1p-33f;
}


// standard normal numbers from SG_LANES draws, by Box and Muller
SG_INLINE Vec vec_normal(const SgRng* rng) {
  VecWord w[4];
  vec_words(w, rng);
  Vec square = -2 * vec_log(vec_unit(w[0]));
  Vec radius;
#if SG_LANES == 16
  radius = (Vec)_mm512_sqrt_ps((__m512)square);
#else
  radius = (Vec)_mm256_sqrt_ps((__m256)square);
#endif
  return radius * vec_cos_turns(vec_unit(w[2]));
}

#endif  // SG_MATH_SIMD_MATH_H_
