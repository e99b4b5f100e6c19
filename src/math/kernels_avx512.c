// The kernels for processors with AVX-512 F, BW, DQ and VL. CMakeLists.txt gives this file its
// flags.

#define SG_LANES 16
#define SG_TILE_ROWS 8

#include "math/kernels_own.h"
#include "math/simd_map.h"
#include "math/simd_tile.h"

const SgKernels sg_kernels_avx512 = SG_KERNELS("avx512", 32);
