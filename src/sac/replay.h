// The replay: every transition seen, one ring per environment, no observation stored twice.
//
//   row      0      1      2      3      4      5           cur
//   obs     s0     s1     s2     s3     S0     S1           S2      s.. one episode, S.. the next
//   act     a0     a1     a2     --     A0     A1           --
//   rew     r0     r1     r2     --     R0     R1           --
//   kind   step   step   step   END   step   step
//
// A row's next observation is the next row's obs; the newest row's is `cur`, the environment's
// current one. An episode that is truncated (or whose last transition was dropped) appends an end
// row that holds only its last observation and is never sampled; one that terminates needs none,
// because nothing is bootstrapped from it.

#ifndef SG_SAC_REPLAY_H_
#define SG_SAC_REPLAY_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/rng.h"
#include "base/status.h"
#include "math/real.h"

/// Transitions for one update, batch-major. Memory is the holder's.
typedef struct SgBatch {
  int n;                ///< rows
  sg_real* obs;         ///< (n, nobs)
  sg_real* act;         ///< (n, nact), in [-1, 1]
  sg_real* rew;         ///< (n)
  sg_real* terminated;  ///< (n), 1 or 0; truncation is not here: it does not stop the bootstrap
  sg_real* obs2;        ///< (n, nobs), what followed, before any reset
} SgBatch;

/// The rings. Opaque; owns one block.
typedef struct SgReplay SgReplay;

/// Bytes that a replay of these sizes will take when full.
size_t sg_replay_bytes(int64_t rows, int nenv, int nobs, int nact);

/// Create rings of floor(rows / nenv) rows each, at least 2. NULL with SG_MACHINE and a sentence
/// when it would not fit in the memory available now.
SgReplay* sg_replay_create(int64_t rows, int nenv, int nobs, int nact, SgError* error);

/// Free a replay. NULL is allowed.
void sg_replay_free(SgReplay* replay);

/// An episode of environment env begins at obs (nobs).
void sg_replay_begin(SgReplay* replay, int env, const float* obs);

/// One transition: from the current observation by act (nact) to obs2 (nobs), the true last one,
/// which becomes current. truncated and not terminated appends the end row; when both are set,
/// terminated wins: it is a fact of the task, the other one of the clock. After either, call
/// sg_replay_begin.
void sg_replay_step(SgReplay* replay, int env, const float* act, float rew, bool terminated,
                    bool truncated, const float* obs2);

/// The episode ended and its last transition is dropped (physics failed): append the end row
/// without it. Follow with sg_replay_begin.
void sg_replay_drop(SgReplay* replay, int env);

/// Rows that can be sampled now.
int64_t sg_replay_size(const SgReplay* replay);

/// Rows of all rings together, and bytes they take.
int64_t sg_replay_capacity(const SgReplay* replay);

/// Fill batch->n rows drawn uniformly with replacement from all that can be sampled. The stream is
/// advanced by every draw, refused ones included. At least one row must be there.
void sg_replay_sample(const SgReplay* replay, SgRng* rng, SgBatch* batch);

/// The same rows, copied by a pool's threads; NULL: by the caller.
void sg_replay_sample_on(const SgReplay* replay, SgPool* pool, SgRng* rng, SgBatch* batch);

/// Visit the parts whose bytes are the replay's state: rows in use, cursors, current observations.
void sg_replay_visit(SgReplay* replay,
                     void (*visit)(void* arg, const char* name, void* bytes, size_t size),
                     void* arg);

#endif  // SG_SAC_REPLAY_H_
