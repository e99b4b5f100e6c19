// One block per long-lived object: measure, reserve, carve.
//
//   first pass   base == NULL: sg_arena_take only counts        used: 0 -> size
//   reserve      one zeroed, 64-byte aligned block of that size
//   second pass  the same calls in the same order hand out      used: 0 -> size
//
//   |<-- take a -->|pad|<---- take b ---->|pad|<-- take c -->|pad|
//   ^ 64-byte boundary ^                      ^
//
// An object writes one layout function and calls it twice, so that the two passes cannot differ;
// sg_arena_done asserts that the carving ended exactly where the measuring did.

#ifndef SG_BASE_ARENA_H_
#define SG_BASE_ARENA_H_

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/// The alignment of every piece, in bytes: a cache line and the widest vector.
enum {
  SG_ALIGN = 64
};

/// A block being measured (base NULL) or carved. Start from `SgArena arena = {0}`.
typedef struct SgArena {
  unsigned char* base;  ///< NULL while measuring; else the block, owned by whoever frees the arena
  size_t used;          ///< bytes handed out so far, a multiple of SG_ALIGN
  size_t size;          ///< bytes reserved; 0 while measuring
  bool overflow;        ///< the measured size does not fit in size_t
} SgArena;

/// Take room for count elements of elemsize bytes, zeroed after a reserve. Return NULL while
/// measuring and for count 0.
void* sg_arena_take(SgArena* arena, size_t count, size_t elemsize);

/// Reserve what was measured and start over from its beginning. Large blocks come straight from the
/// system and take up memory only as they are touched. On failure: SG_MACHINE and a sentence.
SgStatus sg_arena_reserve(SgArena* arena, SgError* error);

/// Assert that carving ended exactly at the measured size.
void sg_arena_done(const SgArena* arena);

/// Give the block back. An empty arena is allowed.
void sg_arena_free(SgArena* arena);

#endif  // SG_BASE_ARENA_H_
