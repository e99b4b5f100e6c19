// Stepping and resetting take no memory: every allocation of the process is counted while they run.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "task_fixture.h"

// sanitizers bring their own allocator, which must not be replaced
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define COUNTS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define COUNTS 0
#endif
#endif
#ifndef COUNTS
#define COUNTS 1
#endif

static int calls;

#if COUNTS
#define VISIBLE __attribute__((visibility("default")))

// glibc's own, under the names that it keeps for this purpose
extern void* __libc_malloc(size_t size);
extern void* __libc_calloc(size_t count, size_t size);
extern void* __libc_realloc(void* old, size_t size);
extern void* __libc_memalign(size_t align, size_t size);

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


VISIBLE void* aligned_alloc(size_t align, size_t size) {
  calls++;
  return __libc_memalign(align, size);
}


VISIBLE int posix_memalign(void** out, size_t align, size_t size) {
  calls++;
  *out = __libc_memalign(align, size);
  return *out ? 0 : -1;
}
#endif


static void steps_and_resets_take_no_memory(void** state) {
  (void)state;
  int n;
  const char* const* names = sg_task_names(&n);
  if (!COUNTS) {
    skip();
  }
  for (int i = 0; i < n; i++) {
    SgTask* task = ship(names[i], 0, NULL);
    int before = calls;
    SgEnv* env = make_env(task);
    assert_true(calls > before);  // counting works

    sg_env_reset(env, 1, SG_RNG_TEST, 0, 0);
    before = calls;
    for (int k = 0; k < 40; k++) {
      wiggle(env, task, k);
      if (k % 15 == 14) {
        sg_env_reset(env, 1, SG_RNG_TEST, 0, (uint32_t)k);
      }
    }
    assert_int_equal(calls, before);
    sg_env_free(env);
    sg_task_free(task);
  }
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(steps_and_resets_take_no_memory),
  };
  return cmocka_run_group_tests(tests, fixture_begin, fixture_end);
}
