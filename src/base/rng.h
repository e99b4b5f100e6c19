// Random numbers addressed, not generated: Philox4x32-10 (Salmon et al., SC 2011).
//
// A draw is a pure function of (seed, stream, counter). There is no hidden state to save, share or
// race on: whoever knows the three numbers knows the draw, so a resumed or re-partitioned run draws
// what the straight run drew.
//
//   key      64 bits   seed
//   counter 128 bits   | stream 64 | counter 64 |   ->   four 32-bit words
//
// A stream number packs what the draws are for:  | purpose 8 | environment 24 | episode 32 |.

#ifndef SG_BASE_RNG_H_
#define SG_BASE_RNG_H_

#include <stdint.h>

/// What a stream is for; the top byte of its number. The values are in the files: never renumber.
typedef enum SgRngPurpose {
  SG_RNG_INIT = 1,        ///< initial weights
  SG_RNG_EXPLORE = 2,     ///< uniform actions of the first steps
  SG_RNG_ACT = 3,         ///< noise of the acting policy
  SG_RNG_UPDATE = 4,      ///< noise of the actions inside an update
  SG_RNG_SAMPLE = 5,      ///< replay rows
  SG_RNG_RESET = 6,       ///< reset noise of a training environment
  SG_RNG_EVAL_RESET = 7,  ///< reset noise of an evaluation during training
  SG_RNG_TEST = 8,        ///< tests and benches
  SG_RNG_EVAL = 9,        ///< reset noise of an evaluation that a user asks for
} SgRngPurpose;

/// A place in a stream. Copy it freely; advancing one copy leaves the others alone.
typedef struct SgRng {
  uint64_t seed;
  uint64_t stream;   ///< from sg_rng_stream
  uint64_t counter;  ///< the next draw; every draw of any kind takes exactly one
} SgRng;

/// Pack a stream number. env below 2^24; episode below 2^32.
uint64_t sg_rng_stream(SgRngPurpose purpose, uint32_t env, uint32_t episode);

/// A stream from its beginning.
SgRng sg_rng_make(uint64_t seed, SgRngPurpose purpose, uint32_t env, uint32_t episode);

/// The four words at a place, without moving: Philox4x32-10.
void sg_rng_words(uint32_t words[4], uint64_t seed, uint64_t stream, uint64_t counter);

/// Uniform in [0, 1), 53 bits.
double sg_rng_uniform(SgRng* rng);

/// Standard normal by Box and Muller, in double.
double sg_rng_normal(SgRng* rng);

/// Uniform integer in [0, n), n at least 1, without bias worth naming (bias below n / 2^64).
uint64_t sg_rng_below(SgRng* rng, uint64_t n);

#endif  // SG_BASE_RNG_H_
