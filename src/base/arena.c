// One block per long-lived object.

#include "base/arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.h"

// blocks from this size on come as pages of their own, zero and untouched until used
enum {
  LARGE = 1 << 20,
  HUGE = 2 << 20  // a huge page: fewer of them to remember
};


void* sg_arena_take(SgArena* arena, size_t count, size_t elemsize) {
  size_t bytes, end;

  // round up to whole cache lines, watching for overflow
  if (__builtin_mul_overflow(count, elemsize, &bytes) ||
      __builtin_add_overflow(bytes, SG_ALIGN - 1, &bytes) ||
      __builtin_add_overflow(arena->used, bytes / SG_ALIGN * SG_ALIGN, &end)) {
    arena->overflow = true;
    return NULL;
  }
  void* piece = arena->base && count > 0 ? arena->base + arena->used : NULL;
  SG_ASSERT(!arena->base || end <= arena->size);
  arena->used = end;
  return piece;
}


// pages from the system that begin where a huge page can; NULL when there are none
static void* map_aligned(size_t size) {
  size_t room = size + HUGE;
  unsigned char* raw = mmap(NULL, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (raw == MAP_FAILED) {
    return NULL;
  }

  // give back what stands before and behind, in whole pages
  size_t page = (size_t)sysconf(_SC_PAGESIZE), pages = (size + page - 1) / page * page;
  size_t before = (HUGE - (uintptr_t)raw % HUGE) % HUGE, behind = room - before - pages;
  if (before > 0) {
    munmap(raw, before);
  }
  if (behind > 0) {
    munmap(raw + before + pages, behind);
  }
  madvise(raw + before, size, MADV_HUGEPAGE);
  return raw + before;
}


SgStatus sg_arena_reserve(SgArena* arena, SgError* error) {
  SG_ASSERT(!arena->base);
  size_t size = arena->used;
  if (arena->overflow || size > PTRDIFF_MAX - 2 * HUGE) {
    return sg_fail(error, SG_MACHINE, "a block of memory would be larger than any machine's");
  }

  // pages from the system, or a small zeroed piece of the heap
  void* base;
  if (size >= LARGE) {
    base = map_aligned(size);
  } else {
    base = aligned_alloc(SG_ALIGN, size + (size == 0 ? SG_ALIGN : 0));
    if (base) {
      memset(base, 0, size);
    }
  }
  if (!base) {
    return sg_fail(error, SG_MACHINE, "out of memory: %.1f MB were asked for", (double)size / 1e6);
  }
  *arena = (SgArena){.base = base, .size = size};
  return SG_OK;
}


void sg_arena_done(const SgArena* arena) {
  SG_ASSERT(arena->used == arena->size && !arena->overflow);
}


void sg_arena_free(SgArena* arena) {
  if (arena->size >= LARGE) {
    munmap(arena->base, arena->size);
  } else {
    free(arena->base);
  }
  *arena = (SgArena){0};
}
