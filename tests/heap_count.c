// glibc keeps its own functions under other names, so that a program may put itself in front.

#include "heap_count.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define SANITIZED
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define SANITIZED
#endif
#endif

#ifdef SANITIZED

long heap_count(void) {
  return -1;
}

#else
#define VISIBLE __attribute__((visibility("default")))

static atomic_long calls;

extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* old, size_t size);
extern void* __libc_memalign(size_t align, size_t size);


long heap_count(void) {
  return calls;
}


VISIBLE void* malloc(size_t size) {
  calls++;
  return __libc_malloc(size);
}


VISIBLE void* calloc(size_t count, size_t size) {
  calls++;
  return __libc_calloc(count, size);
}


VISIBLE void* realloc(void* old, size_t size) {
  calls++;
  return __libc_realloc(old, size);
}


VISIBLE void* mmap(void* at, size_t size, int protection, int flags, int file, off_t from) {
  calls++;
  return (void*)syscall(SYS_mmap, at, size, protection, flags, file, from);
}


// what libraries built for large files call it
VISIBLE void* mmap64(void* at, size_t size, int protection, int flags, int file, off64_t from) {
  calls++;
  return (void*)syscall(SYS_mmap, at, size, protection, flags, file, from);
}


VISIBLE void* memalign(size_t align, size_t size) {
  calls++;
  return __libc_memalign(align, size);
}


VISIBLE void* aligned_alloc(size_t align, size_t size) {
  calls++;
  return __libc_memalign(align, size);
}


VISIBLE int posix_memalign(void** out, size_t align, size_t size) {
  calls++;
  void* block = __libc_memalign(align, size);
  if (!block) {
    return ENOMEM;
  }
  *out = block;
  return 0;
}

#endif
