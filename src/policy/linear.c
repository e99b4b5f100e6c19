// The sums of some columns stay in registers while the inputs go by:
//
//        weight (nin, noutpad)
//        ┌───────────┬───────────┬──
//   x[0] │ ........  │           │        s0 s1 s2 ...  one register each, lanes are columns
//   x[1] │ ........  │           │        s += x[i] * w[i]     product and sum are two roundings
//    :   │    :      │           │
//        └───────────┴───────────┴──
//          a block     the next one
//
// A block's width differs between instruction sets, the order of an output's sum does not. 32-bit
// ARM keeps to plain C, because its vector unit flushes denormals to zero.

#include "policy/strict_float.h"
// the pragma above must come first

#include <string.h>

#include "policy/linear.h"


size_t sg_linear_pad(size_t nout) {
  return (nout + SG_LINEAR_PAD - 1) / SG_LINEAR_PAD * SG_LINEAR_PAD;
}


// the definition: what all other forms must equal to the bit
static void linear_plain(float* y, const float* x, const float* weight, const float* bias, int nin,
                         int noutpad) {
  memcpy(y, bias, sizeof(float) * (size_t)noutpad);
  for (int i = 0; i < nin; i++) {
    const float* w = weight + (size_t)i * (size_t)noutpad;
    float xi = x[i];
    for (int j = 0; j < noutpad; j++) {
      y[j] += xi * w[j];
    }
  }
}


//-------------------------------- vectors -------------------------------------------------------

#if defined(__GNUC__) && (defined(__x86_64__) || defined(__aarch64__))

// vectors of 4, 8 and 16 floats at any address
typedef float V4 __attribute__((vector_size(16), aligned(4), may_alias));
#if defined(__x86_64__)
typedef float V8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef float V16 __attribute__((vector_size(64), aligned(4), may_alias));
#endif

// an action for each of the first n registers of a block
#define ON_1(DO, V) DO(V, 0)
#define ON_2(DO, V) ON_1(DO, V) DO(V, 1)
#define ON_4(DO, V) ON_2(DO, V) DO(V, 2) DO(V, 3)
#define ON_8(DO, V) ON_4(DO, V) DO(V, 4) DO(V, 5) DO(V, 6) DO(V, 7)
#define ON_16(DO, V) \
  ON_8(DO, V)        \
  DO(V, 8) DO(V, 9) DO(V, 10) DO(V, 11) DO(V, 12) DO(V, 13) DO(V, 14) DO(V, 15)

#define LANES(V) ((int)(sizeof(V) / sizeof(float)))
#define TAKE(V, k) V s##k = *(const V*)(bias + j + k * LANES(V));
#define SUM(V, k) s##k += xi * *(const V*)(w + k * LANES(V));
#define GIVE(V, k) *(V*)(y + j + k * LANES(V)) = s##k;

// blocks of n registers, from column j on, as long as they fit
#define BLOCKS(V, n)                                              \
  for (; j + n * LANES(V) <= noutpad; j += n * LANES(V)) {        \
    const float* w = weight + j;                                  \
    ON_##n(TAKE, V) for (int i = 0; i < nin; i++, w += noutpad) { \
      float xi = x[i];                                            \
      ON_##n(SUM, V)                                              \
    }                                                             \
    ON_##n(GIVE, V)                                               \
  }

#define HEAD(name)                                                                            \
  static void name(float* y, const float* x, const float* weight, const float* bias, int nin, \
                   int noutpad)


HEAD(linear_4) {
  int j = 0;
  BLOCKS(V4, 8)
  BLOCKS(V4, 4)
}

#if defined(__x86_64__)
#define HAS_X86

__attribute__((target("avx2"))) HEAD(linear_8) {
  int j = 0;
  BLOCKS(V8, 8)
  BLOCKS(V8, 2)
}


__attribute__((target("avx512f"))) HEAD(linear_16) {
  int j = 0;
  BLOCKS(V16, 16)
  BLOCKS(V16, 4)
  BLOCKS(V16, 1)
}
#endif
#endif


//-------------------------------- choice --------------------------------------------------------

// slowest first
static const struct {
  const char* name;
  SgLinear* run;
} FORMS[] = {
    {"plain C", linear_plain},
#ifdef LANES
    {"4 lanes", linear_4},
#endif
#ifdef HAS_X86
    {"8 lanes (AVX2)", linear_8},
    {"16 lanes (AVX-512)", linear_16},
#endif
};


int sg_linear_count(void) {
  return (int)(sizeof(FORMS) / sizeof(FORMS[0]));
}


const char* sg_linear_name(int form) {
  return FORMS[form].name;
}


SgLinear* sg_linear_form(int form) {
#ifdef HAS_X86
  __builtin_cpu_init();
  if ((form == 2 && !__builtin_cpu_supports("avx2")) ||
      (form == 3 && !__builtin_cpu_supports("avx512f"))) {
    return NULL;
  }
#endif
  return FORMS[form].run;
}


SgLinear* sg_linear_best(void) {
  int form = sg_linear_count() - 1;
  while (form > 0 && !sg_linear_form(form)) {
    form--;
  }
  return sg_linear_form(form);
}
