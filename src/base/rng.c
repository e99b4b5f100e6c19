// Philox4x32-10: ten rounds of two multiplications and a key schedule by addition.
//
// Salmon, Moraes, Dror, Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011. Checked
// against the known answers of the authors' library in tests/test_rng.c.

#include "base/rng.h"

#include <math.h>

#include "base/check.h"


uint64_t sg_rng_stream(SgRngPurpose purpose, uint32_t env, uint32_t episode) {
  SG_ASSERT(env < 1u << 24);
  return (uint64_t)purpose << 56 | (uint64_t)env << 32 | episode;
}


SgRng sg_rng_make(uint64_t seed, SgRngPurpose purpose, uint32_t env, uint32_t episode) {
  return (SgRng){seed, sg_rng_stream(purpose, env, episode), 0};
}


void sg_rng_words(uint32_t words[4], uint64_t seed, uint64_t stream, uint64_t counter) {
  uint32_t k0 = (uint32_t)seed, k1 = (uint32_t)(seed >> 32);
  uint32_t c0 = (uint32_t)counter, c1 = (uint32_t)(counter >> 32);
  uint32_t c2 = (uint32_t)stream, c3 = (uint32_t)(stream >> 32);

  for (int round = 0; round < 10; round++) {
    uint64_t p0 = (uint64_t)0xD2511F53u * c0, p1 = (uint64_t)0xCD9E8D57u * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += 0x9E3779B9u;
    k1 += 0xBB67AE85u;
  }
  words[0] = c0;
  words[1] = c1;
  words[2] = c2;
  words[3] = c3;
}


// two words as a double in [0, 1)
static double unit(uint32_t high, uint32_t low) {
  return (double)(((uint64_t)high << 32 | low) >> 11) * 0x1p-53;
}


double sg_rng_uniform(SgRng* rng) {
  uint32_t w[4];
  sg_rng_words(w, rng->seed, rng->stream, rng->counter++);
  return unit(w[0], w[1]);
}


double sg_rng_normal(SgRng* rng) {
  const double two_pi = 6.283185307179586476925286766559;
  uint32_t w[4];
  sg_rng_words(w, rng->seed, rng->stream, rng->counter++);

  // 1 - u lies in (0, 1], where the logarithm is finite
  return sqrt(-2 * log(1 - unit(w[0], w[1]))) * cos(two_pi * unit(w[2], w[3]));
}


uint64_t sg_rng_below(SgRng* rng, uint64_t n) {
  uint32_t w[4];
  SG_ASSERT(n > 0);
  sg_rng_words(w, rng->seed, rng->stream, rng->counter++);

  // the high half of a 64 by 64 bit product
  return (uint64_t)((unsigned __int128)((uint64_t)w[0] << 32 | w[1]) * n >> 64);
}
