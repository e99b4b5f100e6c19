// tanh in two pieces, each a polynomial in float:
//
//   |x| < 0.625    x + x^3 P(x^2)                  P fitted to (tanh(x) - x) / x^3
//   otherwise      1 - 2 / (exp(2|x|) + 1)         cancellation is harmless there
//   exp(y)         2^n exp(r),  r = y - n ln 2 in two parts,  exp(r) = 1 + r + r^2 Q(r)
//
// The coefficients are least-squares fits at Chebyshev points with weights that even the error out,
// rounded to float.

#include "policy/strict_float.h"
// the pragma above must come first

#include <stdint.h>
#include <string.h>

#include "policy/tanh.h"


// 2 to the n as a float, -126 <= n <= 127
static float power_of_two(int32_t n) {
  uint32_t bits = (uint32_t)(n + 127) << 23;
  float x;
  memcpy(&x, &bits, sizeof(x));
  return x;
}


// e to the y, 0 <= y < 20
static float exponential(float y) {
  int32_t n = (int32_t)(y * 1.44269504f + 0.5f);
  float t = (float)n;

  // ln 2 in two parts: the first has so few bits that its product with n is exact
  float r = (y - t * 0.693359375f) - t * -2.12194440e-4f;
  float q = 0.0013941109646111727f;
  q = q * r + 0.008363179862499237f;
  q = q * r + 0.04166637361049652f;
  q = q * r + 0.16666576266288757f;
  q = q * r + 0.5f;
  return ((r * r) * q + r + 1.0f) * power_of_two(n);
}


float sg_policy_tanh(float x) {
  uint32_t bits, sign;
  float size, y;
  memcpy(&bits, &x, sizeof(bits));
  sign = bits & 0x80000000u;
  bits ^= sign;
  memcpy(&size, &bits, sizeof(size));

  if (!(size < 9.02f)) {
    // saturated, or NaN
    y = size >= 9.02f ? 1.0f : size;
  } else if (size < 0.625f) {
    float z = size * size;
    float p = -0.0061131748370826244f;
    p = p * z + 0.02101006731390953f;
    p = p * z + -0.053854066878557205f;
    p = p * z + 0.13332794606685638f;
    p = p * z + -0.333333283662796f;
    y = size + (size * z) * p;
  } else {
    y = 1.0f - 2.0f / (exponential(size + size) + 1.0f);
  }

  // odd to the bit, zero included
  memcpy(&bits, &y, sizeof(bits));
  bits ^= sign;
  memcpy(&y, &bits, sizeof(y));
  return y;
}
