// The ground floor: random numbers, text, files, memory, threads.

#include <errno.h>
#include <fcntl.h>
#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/base64.h"
#include "base/file.h"
#include "base/machine.h"
#include "base/pool.h"
#include "base/rng.h"
#include "base/text.h"


//-------------------------------- random numbers ------------------------------------------------

static void philox_gives_the_known_answers(void** state) {
  (void)state;
  // the authors' known-answer vectors: counter words, key words, result words
  static const uint32_t known[3][10] = {
      {0, 0, 0, 0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8},
      {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff, 0x408f276d,
       0x41c83b0e, 0xa20bc7c6, 0x6d5451fd},
      {0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344, 0xa4093822, 0x299f31d0, 0xd16cfe09,
       0x94fdcceb, 0x5001e420, 0x24126ea1}};
  for (int i = 0; i < 3; i++) {
    const uint32_t* k = known[i];
    uint32_t words[4];
    sg_rng_words(words, (uint64_t)k[5] << 32 | k[4], (uint64_t)k[3] << 32 | k[2],
                 (uint64_t)k[1] << 32 | k[0]);
    assert_memory_equal(words, k + 6, sizeof(words));
  }
}


static void draws_have_their_distributions(void** state) {
  (void)state;
  enum {
    N = 200000
  };
  SgRng rng = sg_rng_make(1, SG_RNG_TEST, 2, 3);
  double sum = 0, square = 0, usum = 0, low = 1, high = 0;
  for (int i = 0; i < N; i++) {
    double x = sg_rng_normal(&rng), u = sg_rng_uniform(&rng);
    sum += x;
    square += x * x;
    usum += u;
    low = fmin(low, u);
    high = fmax(high, u);
  }
  assert_int_equal(rng.counter, 2 * N);

  // five standard errors each
  assert_true(fabs(sum / N) < 5 / sqrt(N) && fabs(square / N - 1) < 5 * sqrt(2.0 / N));
  assert_true(fabs(usum / N - 0.5) < 5 * sqrt(1.0 / 12 / N) && low >= 0 && high < 1);

  int counts[7] = {0};
  for (int i = 0; i < N; i++) {
    counts[sg_rng_below(&rng, 7)]++;
  }
  for (int i = 0; i < 7; i++) {
    assert_true(abs(counts[i] - N / 7) < 5 * sqrt(N / 7.0));
  }
}


static void streams_differ_by_purpose_environment_and_episode(void** state) {
  (void)state;
  SgRng a = sg_rng_make(1, SG_RNG_RESET, 0, 0), b = sg_rng_make(1, SG_RNG_ACT, 0, 0);
  SgRng c = sg_rng_make(1, SG_RNG_RESET, 1, 0), d = sg_rng_make(1, SG_RNG_RESET, 0, 1);
  SgRng again = a;
  double x = sg_rng_uniform(&a);
  assert_true(x != sg_rng_uniform(&b) && x != sg_rng_uniform(&c) && x != sg_rng_uniform(&d));
  assert_true(x == sg_rng_uniform(&again));
}


//-------------------------------- text ----------------------------------------------------------

static void numbers_read_whole_or_not_at_all(void** state) {
  (void)state;
  static const char* const wrong[] = {"",   " 1",  "1 ", "1,5", "1.5abc",   "abc",
                                      "0x", "--1", "+",  ".",   "infinity", "1e"};
  double x = 7;
  int64_t n = 7;
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
    assert_false(sg_text_double(wrong[i], &x));
    assert_false(sg_text_int(wrong[i], &n));
  }
  assert_true(x == 7 && n == 7);
  assert_true(sg_text_double("-1.5e-3", &x) && x == -1.5e-3);
  assert_true(sg_text_double(".inf", &x) && isinf(x) && sg_text_double("-inf", &x) && x < 0);
  assert_true(sg_text_int("-42", &n) && n == -42);

  // beyond all doubles: no number, and said so; the largest and the tiny are numbers
  static const char* const beyond[] = {"1e400", "-1e309", "0x1p1024", "9e99999999999999999999"};
  x = 7;
  for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
    assert_true(!sg_text_double(beyond[i], &x) && sg_text_too_large(beyond[i]) && x == 7);
  }
  assert_false(sg_text_too_large("inf") || sg_text_too_large("1e308") || sg_text_too_large("a"));
  assert_true(sg_text_double("1.7976931348623157e308", &x) && x == DBL_MAX);
  assert_true(sg_text_double("-1e-400", &x) && x == 0);
  assert_false(sg_text_int("1e6", &n) || sg_text_int("99999999999999999999", &n));
}


static void numbers_write_short_and_read_back(void** state) {
  (void)state;
  static const double values[] = {
      0.1, 1e6, 1.0 / 3, 5e-324, DBL_MAX, -0.4, 0.40000000596046448, 123456789};
  char text[32];
  for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
    double back = 0;
    sg_text_number(text, sizeof(text), values[i]);
    assert_true(sg_text_double(text, &back) && back == values[i]);
  }
  sg_text_number(text, sizeof(text), 0.1);
  assert_string_equal(text, "0.1");
}


static void nearest_name_is_found_when_it_is_near(void** state) {
  (void)state;
  static const char* const names[] = {"hopper", "walker2d", "half_cheetah"};
  assert_string_equal(sg_text_nearest("hoper", names, 3), "hopper");
  assert_string_equal(sg_text_nearest("halfcheetah", names, 3), "half_cheetah");
  assert_null(sg_text_nearest("dog", names, 3));
}


static void base64_is_the_standards(void** state) {
  (void)state;
  static const char* const known[][2] = {{"", ""},
                                         {"f", "Zg=="},
                                         {"fo", "Zm8="},
                                         {"foo", "Zm9v"},
                                         {"foob", "Zm9vYg=="},
                                         {"fooba", "Zm9vYmE="},
                                         {"foobar", "Zm9vYmFy"},
                                         {"\xff\xef\xbe", "/+++"}};
  static const char* const wrong[] = {"Z", "Zg=", "Zg", "Z===", "Zg==Zg==", "Zm9v-", "=", "Zm=v"};
  size_t size;
  for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
    char* text = sg_base64_encode(known[i][0], strlen(known[i][0]));
    char* bytes = sg_base64_decode(known[i][1], &size);
    assert_string_equal(text, known[i][1]);
    assert_int_equal(size, strlen(known[i][0]));
    assert_memory_equal(bytes, known[i][0], size);
    free(text);
    free(bytes);
  }
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
    assert_null(sg_base64_decode(wrong[i], &size));
  }

  // blanks are skipped; the place of what does not belong is told
  char* bytes = sg_base64_decode(" Zm 9v\n\tYm\r\nFy ", &size);
  assert_int_equal(size, 6);
  assert_memory_equal(bytes, "foobar", 6);
  free(bytes);
  assert_null(sg_base64_decode("Zm9v Y!Fy", &size));
  assert_int_equal(size, 6);
}


//-------------------------------- files ---------------------------------------------------------

static void files_are_replaced_whole_or_not_at_all(void** state) {
  (void)state;
  char folder[] = "/tmp/softgait-file-XXXXXX", path[128], deep[128];
  SgError error = {0};
  size_t size;
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof(path), "%s/x", folder);
  assert_int_equal(sg_file_write(path, "one", 3, &error), SG_OK);
  assert_int_equal(sg_file_write(path, "three", 5, &error), SG_OK);
  char* bytes = sg_file_read(path, 100, &size, &error);
  assert_true(bytes && size == 5 && memcmp(bytes, "three", 6) == 0);
  sg_file_free(bytes);

  // too large, missing, a folder, a place where nothing can be written
  assert_null(sg_file_read(path, 4, &size, &error));
  assert_int_equal(error.status, SG_FILE);
  assert_null(sg_file_read("/nonexistent/x", 4, &size, &error));
  assert_null(sg_file_read(folder, 4, &size, &error));
  assert_int_equal(sg_file_write("/proc/nothing/x", "a", 1, &error), SG_MACHINE);
  assert_int_equal(sg_folder_make("/proc/nothing/x", &error), SG_MACHINE);

  snprintf(deep, sizeof(deep), "%s/a/b/c", folder);
  assert_int_equal(sg_folder_make(deep, &error), SG_OK);
  assert_int_equal(sg_folder_make(deep, &error), SG_OK);
  assert_true(sg_folder_exists(deep));
  char command[160];
  snprintf(command, sizeof(command), "test $(find %s -type f | wc -l) = 1 && rm -rf %s", folder,
           folder);
  assert_int_equal(system(command), 0);  // no temporary file was left
}


// a file renamed over a pipe or over /dev/null would take its place
static void pipes_are_written_to_and_stay_pipes(void** state) {
  (void)state;
  char folder[] = "/tmp/softgait-pipe-XXXXXX", path[128], bytes[8] = {0};
  struct stat info;
  SgError error = {0};
  assert_non_null(mkdtemp(folder));
  snprintf(path, sizeof(path), "%s/p", folder);
  assert_int_equal(mkfifo(path, 0600), 0);
  int reader = open(path, O_RDONLY | O_NONBLOCK);
  assert_true(reader >= 0);
  assert_int_equal(sg_file_write(path, "four", 4, &error), SG_OK);
  assert_int_equal(read(reader, bytes, sizeof(bytes)), 4);
  assert_string_equal(bytes, "four");
  assert_true(stat(path, &info) == 0 && S_ISFIFO(info.st_mode));
  close(reader);
  unlink(path);
  assert_int_equal(rmdir(folder), 0);  // nothing beside it was left
}


//-------------------------------- memory --------------------------------------------------------

// a layout: small pieces, or with a large one among them
static void take_three(SgArena* arena, size_t middle, char* pieces[3]) {
  pieces[0] = sg_arena_take(arena, 3, 1);
  pieces[1] = sg_arena_take(arena, middle, 8);
  pieces[2] = sg_arena_take(arena, 0, 8);
}


static void arena_measures_then_carves(void** state) {
  (void)state;
  static const size_t sizes[] = {5, 1 << 20};
  for (int i = 0; i < 2; i++) {
    SgArena arena = {0};
    SgError error = {0};
    char* pieces[3];
    take_three(&arena, sizes[i], pieces);
    assert_true(!pieces[0] && !pieces[1]);
    assert_int_equal(sg_arena_reserve(&arena, &error), SG_OK);
    take_three(&arena, sizes[i], pieces);
    sg_arena_done(&arena);
    assert_true((uintptr_t)pieces[0] % SG_ALIGN == 0 && (uintptr_t)pieces[1] % SG_ALIGN == 0 &&
                !pieces[2]);
    assert_true(pieces[1][0] == 0 && pieces[1][sizes[i] * 8 - 1] == 0);
    sg_arena_free(&arena);
  }

  // sizes that no machine has
  SgArena arena = {0};
  SgError error = {0};
  sg_arena_take(&arena, SIZE_MAX / 4, 8);
  assert_int_equal(sg_arena_reserve(&arena, &error), SG_MACHINE);
}


//-------------------------------- threads -------------------------------------------------------

static void count_task(void* arg, int index) {
  atomic_int* counts = arg;
  counts[index]++;
}


static void pool_runs_every_task_once(void** state) {
  (void)state;
  static const int sizes[] = {1, 2, 5};
  for (int s = 0; s < 3; s++) {
    SgError error = {0};
    SgPool* pool = sg_pool_create(sizes[s], &error);
    atomic_int counts[16] = {0};
    assert_non_null(pool);
    assert_int_equal(sg_pool_nthread(pool), sizes[s]);
    for (int round = 0; round < 2000; round++) {
      sg_pool_run(pool, count_task, counts, round % 17);
      if (round % 500 == 0) {
        usleep(2000);  // long enough for the workers to fall asleep
      }
    }
    int total = 0;
    for (int i = 0; i < 16; i++) {
      total += counts[i];
    }
    int wanted = 0;
    for (int round = 0; round < 2000; round++) {
      wanted += round % 17;
    }
    assert_int_equal(total, wanted);
    sg_pool_destroy(pool);
  }
}


// workers that got no task of the last round may still be waking when the pool ends; what they read
// then must be theirs to read (ThreadSanitizer sees it otherwise)
static void pool_ends_while_its_workers_wake(void** state) {
  (void)state;
  for (int i = 0; i < 300; i++) {
    SgPool* pool = sg_pool_create(4, NULL);
    atomic_int counts[2] = {0};
    assert_non_null(pool);
    for (int round = 0; round < i % 3; round++) {
      sg_pool_run(pool, count_task, counts, 2);
    }
    sg_pool_destroy(pool);
    assert_int_equal(counts[0] + counts[1], 2 * (i % 3));
  }
}


static void machine_has_a_processor_and_memory(void** state) {
  (void)state;
  char name[64];
  double before = sg_clock();
  sg_machine_cpu_name(name, sizeof(name));
  assert_true(sg_machine_ncpu() >= 1 && sg_machine_memory_available() > 1 << 20 && name[0]);
  assert_true(sg_clock() >= before);
}


static void machine_tells_processes_apart(void** state) {
  (void)state;
  uint64_t boot[2], again[2];
  sg_machine_boot(boot);
  sg_machine_boot(again);
  assert_true(boot[0] != 0 && boot[1] != 0 && boot[0] == again[0] && boot[1] == again[1]);
  uint64_t ours = sg_machine_process(getpid()), first = sg_machine_process(1);
  assert_true(ours > 0 && ours == sg_machine_process(getpid()) && first > 0 && first <= ours);
  assert_int_equal(sg_machine_process(-1), 0);
  assert_int_equal(sg_machine_process((int64_t)1 << 40), 0);
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(philox_gives_the_known_answers),
      cmocka_unit_test(draws_have_their_distributions),
      cmocka_unit_test(streams_differ_by_purpose_environment_and_episode),
      cmocka_unit_test(numbers_read_whole_or_not_at_all),
      cmocka_unit_test(numbers_write_short_and_read_back),
      cmocka_unit_test(nearest_name_is_found_when_it_is_near),
      cmocka_unit_test(base64_is_the_standards),
      cmocka_unit_test(files_are_replaced_whole_or_not_at_all),
      cmocka_unit_test(pipes_are_written_to_and_stay_pipes),
      cmocka_unit_test(arena_measures_then_carves),
      cmocka_unit_test(pool_runs_every_task_once),
      cmocka_unit_test(pool_ends_while_its_workers_wake),
      cmocka_unit_test(machine_has_a_processor_and_memory),
      cmocka_unit_test(machine_tells_processes_apart),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
