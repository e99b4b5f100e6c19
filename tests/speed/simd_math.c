// Compiled once per instruction set, with SG_LANES and SIMD_MAP by CMakeLists.txt.

#include "simd_math.h"

#include "base/rng.h"
#include "math/simd_math.h"


void SIMD_MAP(SimdFunction f, float* y, const float* x, size_t count) {
  for (size_t i = 0; i < count; i += SG_LANES) {
    Vec v = vec_load(x + i);
    switch (f) {
      case SIMD_LOG: v = vec_log(v); break;
      case SIMD_LOG1P: v = vec_log1p_unit(v); break;
      case SIMD_COS_TURNS: v = vec_cos_turns(v); break;
    }
    vec_store(y + i, v);
  }
}
