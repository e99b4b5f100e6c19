// The control register of SSE and AVX arithmetic.

#include "math/denormal.h"

#if defined(__x86_64__)
#include <xmmintrin.h>

enum {
  FLUSH_TO_ZERO = 0x8000,
  DENORMALS_ARE_ZERO = 0x0040
};


unsigned sg_denormal_flush(void) {
  unsigned word = _mm_getcsr();
  _mm_setcsr(word | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO);
  return word;
}


void sg_denormal_restore(unsigned word) {
  _mm_setcsr(word);
}

#else
#error "softgait's learner is written for x86-64; the policy runtime runs everywhere"
#endif
