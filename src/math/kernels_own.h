// Our own kernels, one table per instruction set; kernels_own.c chooses. A table's file is compiled
// for its instruction set and must not be called on a processor that lacks it.

#ifndef SG_MATH_KERNELS_OWN_H_
#define SG_MATH_KERNELS_OWN_H_

#include "math/kernels.h"

extern const SgKernels sg_kernels_avx512;
extern const SgKernels sg_kernels_avx2;
extern const SgKernels sg_kernels_avx;

/// A table of the functions that simd_map.h and simd_tile.h define in the file that names it.
#define SG_KERNELS(set, rows_per_task)                                                  \
  {                                                                                     \
    .name = "own", .core = set, .isa = set, .rows = rows_per_task, .forward = forward,  \
    .backward_data = backward_data, .backward_weight = backward_weight,                 \
    .column_sum = map_column_sum, .transpose = map_transpose, .adam = map_adam,         \
    .finite = map_finite, .exp = map_exp, .tanh = map_tanh, .log_sech2 = map_log_sech2, \
    .sech2 = map_sech2, .normal = map_normal,                                           \
  }

#endif  // SG_MATH_KERNELS_OWN_H_
