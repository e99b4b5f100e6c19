// The kernels for processors with AVX, no fused multiply-add. CMakeLists.txt gives this file its
// flags.

#define SG_LANES 8
#define SG_TILE_ROWS 4

#include "math/kernels_own.h"
#include "math/simd_map.h"
#include "math/simd_tile.h"

const SgKernels sg_kernels_avx = SG_KERNELS("avx", 32);
