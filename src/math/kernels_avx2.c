// The kernels for processors with AVX2 and FMA. CMakeLists.txt gives this file its flags.

#define SG_LANES 8
#define SG_TILE_ROWS 6

#include "math/kernels_own.h"
#include "math/simd_map.h"
#include "math/simd_tile.h"

// four tasks of a batch of 256, so that two threads get 132 and 124 rows where a stage has one
// network
const SgKernels sg_kernels_avx2 = SG_KERNELS("avx2", 66);
