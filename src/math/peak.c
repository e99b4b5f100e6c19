// Loops of multiply-adds by vector width. With fused multiply-add one instruction does both;
// without it, a multiplication and an addition are issued side by side.

#include "math/peak.h"

#include "base/machine.h"

enum {
  ROUNDS = 4096,
  SUMS = 12
};

typedef float Wide4 __attribute__((vector_size(16)));
typedef float Wide8 __attribute__((vector_size(32)));
typedef float Wide16 __attribute__((vector_size(64)));

// let the compiler fuse here, whatever the rest of the program is built with
#if defined(__clang__)
#pragma STDC FP_CONTRACT ON
#define FUSE
#else
#define FUSE , optimize("fp-contract=fast")
#endif

// the loop for one width: SUMS independent sums in registers, ROUNDS multiply-adds each. The empty
// asm keeps the compiler from doing the arithmetic itself; unrolling keeps the sums out of memory
#define PEAK_LOOP(name, vector, isa)                                \
  __attribute__((target(isa) FUSE)) static float name(float seed) { \
    vector sums[SUMS], a = {0}, b = {0};                            \
    a += 0.999f;                                                    \
    b += seed;                                                      \
    _Pragma("GCC unroll 16") for (int i = 0; i < SUMS; i++) {       \
      sums[i] = b * (float)i;                                       \
    }                                                               \
    for (int round = 0; round < ROUNDS; round++) {                  \
      _Pragma("GCC unroll 16") for (int i = 0; i < SUMS; i++) {     \
        sums[i] = sums[i] * a + b;                                  \
        __asm__ volatile("" : "+x"(sums[i]));                       \
      }                                                             \
    }                                                               \
    _Pragma("GCC unroll 16") for (int i = 1; i < SUMS; i++) {       \
      sums[0] += sums[i];                                           \
    }                                                               \
    return sums[0][0];                                              \
  }

// clang-format off
PEAK_LOOP(loop_sse, Wide4, "sse2")
PEAK_LOOP(loop_avx, Wide8, "avx")
PEAK_LOOP(loop_fma, Wide8, "avx2,fma")
PEAK_LOOP(loop_avx512, Wide16, "avx512f,fma")
// clang-format on

// a width: its loop, its numbers per vector
typedef struct Width {
  float (*loop)(float seed);
  int numbers;
} Width;


// the widths that this processor has; returns how many
static int widths(Width list[4]) {
  int n = 0;
  list[n++] = (Width){loop_sse, 4};
  if (__builtin_cpu_supports("avx")) {
    list[n++] = (Width){loop_avx, 8};
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    list[n++] = (Width){loop_fma, 8};
  }
  if (__builtin_cpu_supports("avx512f")) {
    list[n++] = (Width){loop_avx512, 16};
  }
  return n;
}


double sg_peak_flops(double seconds) {
  static volatile float sink;
  Width list[4];
  int n = widths(list);
  double best = 0, end = sg_clock() + seconds;

  do {
    for (int i = 0; i < n; i++) {
      double before = sg_clock();
      sink = list[i].loop(sink * 1e-30f + 0.001f);
      double rate = 2.0 * SUMS * ROUNDS * list[i].numbers / (sg_clock() - before);
      best = rate > best ? rate : best;
    }
  } while (sg_clock() < end);
  return best;
}
