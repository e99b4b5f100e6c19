// A training step takes no memory, at the sizes that users train with: half_cheetah, two layers of
// 256, two threads, 1000 steps after the first hundred updates. And the count itself: each of the
// six ways to take memory is seen, from this file, from libraries and from other threads.

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <cmocka.h>

#include "heap_count.h"
#include "temp_folder.h"
#include "train/train.h"

enum {
  START = 200,
  WARM_UP = 100,
  STEPS = 1000
};


//-------------------------------- the count -----------------------------------------------------

// keeps the compiler from taking a call away
static void* volatile kept;


static void take_malloc(void) {
  kept = malloc(10);
  free(kept);
}


static void take_calloc(void) {
  kept = calloc(10, 10);
  free(kept);
}


static void take_realloc(void) {
  kept = realloc(NULL, 10);
  free(kept);
}


static void take_aligned_alloc(void) {
  kept = aligned_alloc(64, 640);
  free(kept);
}


static void take_posix_memalign(void) {
  void* block = NULL;
  assert_int_equal(posix_memalign(&block, 64, 640), 0);
  assert_int_equal((uintptr_t)block % 64, 0);
  kept = block;
  free(kept);
}


static void take_mmap(void) {
  kept = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  assert_true(kept != MAP_FAILED);
  munmap(kept, 4096);
}


// the C library's own call
static void take_strdup(void) {
  kept = strdup("twelve bytes");
  free(kept);
}


static void* take_on_a_thread(void* arg) {
  (void)arg;
  take_malloc();
  return NULL;
}


static void every_way_to_take_memory_is_counted(void** state) {
  (void)state;
  static void (*const ways[])(void) = {take_malloc,        take_calloc,         take_realloc,
                                       take_aligned_alloc, take_posix_memalign, take_mmap,
                                       take_strdup};
  if (heap_count() < 0) {
    skip();
  }
  for (int i = 0; i < 7; i++) {
    long before = heap_count();
    ways[i]();
    assert_int_equal(heap_count(), before + 1);
  }

  // nothing taken, nothing counted; other threads count
  long before = heap_count();
  assert_int_equal(heap_count(), before);
  pthread_t thread;
  assert_int_equal(pthread_create(&thread, NULL, take_on_a_thread, NULL), 0);
  pthread_join(thread, NULL);
  assert_true(heap_count() > before);
}


//-------------------------------- a run ---------------------------------------------------------

// what the watcher saw
typedef struct Seen {
  long heap;       // count when the last step was told
  int64_t steps;   // steps counted
  long calls;      // calls in them
  bool forgetful;  // the watcher takes memory itself: the negative control
} Seen;


static void see(void* arg, const SgTrainNow* now) {
  Seen* seen = arg;
  if (now->updates > WARM_UP && seen->steps < STEPS) {
    seen->steps++;
    seen->calls += heap_count() - seen->heap;
  }
  seen->heap = heap_count();
  if (seen->forgetful && now->updates == WARM_UP + 10) {
    take_malloc();
  }
}


// a row is an evaluation: not counted
static void see_row(void* arg, const SgProgress* progress) {
  Seen* seen = arg;
  (void)progress;
  seen->heap = heap_count();
}


static Seen train(const char* run, int64_t steps, bool forgetful) {
  static SgConfig config;
  SgError error = {0};
  Seen seen = {.forgetful = forgetful};
  char text[32];
  snprintf(text, sizeof(text), "%d", (int)steps);
  sg_config_preset(&config, "sac", NULL);
  snprintf(config.task, sizeof(config.task), "half_cheetah");
  const char* const settings[][2] = {{"sac.start_steps", "200"},
                                     {"sac.replay", "10000"},
                                     {"train.steps", text},
                                     {"train.eval_every", "100000"},
                                     {"train.eval_episodes", "1"}};
  for (int i = 0; i < 5; i++) {
    assert_int_equal(sg_config_set(&config, settings[i][0], settings[i][1], SG_FROM_SET, &error),
                     SG_OK);
  }
  SgTrainOptions options = {.config = &config,
                            .run = run,
                            .command = "test",
                            .nthread = 2,
                            .watcher = {.arg = &seen, .now = see, .row = see_row}};
  SgTrainResult result;
  if (sg_train(&options, &result, &error) != SG_OK) {
    fail_msg("%s", error.text);
  }
  return seen;
}


static void a_thousand_steps_take_no_memory(void** state) {
  (void)state;
  if (heap_count() < 0) {
    skip();
  }
  Seen seen = train("run", START + WARM_UP + STEPS + 1, false);
  print_message("  %ld calls in %d steps\n", seen.calls, (int)seen.steps);
  assert_int_equal(seen.steps, STEPS);
  assert_int_equal(seen.calls, 0);
}


static void one_call_in_one_step_is_seen(void** state) {
  (void)state;
  if (heap_count() < 0) {
    skip();
  }
  Seen seen = train("forgetful", START + WARM_UP + 50, true);
  assert_int_equal(seen.calls, 1);
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_way_to_take_memory_is_counted),
      cmocka_unit_test(a_thousand_steps_take_no_memory),
      cmocka_unit_test(one_call_in_one_step_is_seen),
  };
  return cmocka_run_group_tests(tests, temp_folder_enter, temp_folder_leave);
}
