// The live feed: what is published is read; what is torn, cut, foreign, stale or lying is not.

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <fcntl.h>
#include <math.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/machine.h"
#include "live_frame.h"
#include "temp_folder.h"
#include "train/live_words.h"
#include "train/live_write.h"


//-------------------------------- help ----------------------------------------------------------

static SgLiveWriter* create(const char* folder, LiveOwned* o) {
  SgError error = {0};
  SgLiveWriter* writer = sg_live_create(folder, &o->frame, &error);
  if (!writer) {
    fail_msg("%s", error.text);
  }
  return writer;
}


static SgLive* attach(const char* folder) {
  SgLive* live = sg_live_open(folder, NULL);
  assert_non_null(live);
  return live;
}


// the feed as words, malloc'ed; size: how many
static uint64_t* words_of(const char* path, size_t* size) {
  uint64_t* words = (uint64_t*)temp_read(path);
  struct stat info;
  assert_int_equal(stat(path, &info), 0);
  *size = (size_t)info.st_size / 8;
  return words;
}


static void put(const char* path, const void* bytes, size_t size) {
  SgError error = {0};
  if (sg_file_write(path, bytes, size, &error) != SG_OK) {
    fail_msg("%s", error.text);
  }
}


static void sign(uint64_t* words, size_t size) {
  words[SG_LIVE_CHECKSUM] = sg_live_checksum(words + SG_LIVE_HEAD, (int)size - SG_LIVE_HEAD);
}


// a poll that must be BAD with these words in its sentence
static void expect_bad(const char* folder, const char* words) {
  SgError error = {0};
  SgLive* live = attach(folder);
  assert_int_equal(sg_live_poll(live, &error), SG_LIVE_BAD);
  if (!strstr(error.text, words)) {
    fail_msg("wanted '%s', have '%s'", words, error.text);
  }
  assert_int_equal(error.status, SG_FILE);
  assert_null(sg_live_frame(live));
  sg_live_close(live);
}


//-------------------------------- what is written is read ---------------------------------------

static void check_equal(const SgLiveFrame* a, const SgLiveFrame* b) {
  assert_string_equal(a->task, b->task);
  assert_int_equal(a->pid, b->pid);
  assert_int_equal(a->nshown, b->nshown);
  assert_int_equal(a->nenv, b->nenv);
  assert_int_equal(a->steps, b->steps);
  assert_int_equal(a->step, b->step);
  assert_true(!(a->dt < b->dt) && !(a->dt > b->dt));
  for (int i = 0; i < a->ncolumn; i++) {
    assert_string_equal(a->columns[i], b->columns[i]);
  }
  assert_memory_equal(a->values, b->values, (size_t)a->ncolumn * sizeof(double));
  for (int i = 0; i < a->nreward; i++) {
    assert_string_equal(a->rewards[i], b->rewards[i]);
  }
  for (int i = 0; i < a->nshown; i++) {
    const SgLiveEnv *x = &a->envs[i], *y = &b->envs[i];
    assert_memory_equal(x->qpos, y->qpos, (size_t)a->nq * sizeof(double));
    assert_memory_equal(x->qvel, y->qvel, (size_t)a->nv * sizeof(double));
    assert_memory_equal(x->act, y->act, (size_t)a->na * sizeof(double));
    assert_memory_equal(x->ctrl, y->ctrl, (size_t)a->nu * sizeof(double));
    assert_memory_equal(x->terms, y->terms, (size_t)a->nreward * sizeof(double));
    assert_int_equal(x->length, y->length);
  }
}


static void test_reads_what_was_written(void** state) {
  const LiveShape* shapes[] = {&LIVE_SMALL, &LIVE_LARGE, &LIVE_LEAST};
  (void)state;
  for (int i = 0; i < 3; i++) {
    LiveOwned o = live_owned_make(shapes[i], 3);
    for (int j = 0; j < o.frame.nshown * (o.frame.nq + o.frame.nv); j++) {
      o.numbers[j] = 0.5 * j - 7;
    }
    SgLiveWriter* writer = create(".", &o);
    SgLive* live = attach(".");
    assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_NEW);
    check_equal(sg_live_frame(live), &o.frame);
    assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_SAME);

    // the next one has the next number
    uint64_t before = sg_live_frame(live)->sequence;
    o.frame.step++;
    assert_true(sg_live_publish(writer, &o.frame));
    assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_NEW);
    check_equal(sg_live_frame(live), &o.frame);
    assert_int_equal(sg_live_frame(live)->sequence, before + 2);
    sg_live_close(live);
    sg_live_destroy(writer);
    live_owned_free(&o);
  }
}


static void test_no_number_is_changed(void** state) {
  double odd[] = {(double)NAN, -(double)INFINITY, -0.0, 5e-324, 1.7976931348623157e308, 0.1};
  (void)state;
  LiveOwned o = live_owned_make(&LIVE_SMALL, 0);
  memcpy(o.numbers, odd, sizeof(odd));
  SgLiveWriter* writer = create(".", &o);
  SgLive* live = attach(".");
  assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_NEW);
  assert_memory_equal(sg_live_frame(live)->envs[0].qpos, odd, sizeof(odd));
  sg_live_close(live);
  sg_live_destroy(writer);
  live_owned_free(&o);
}


// a state of many thousand numbers: fewer environments, in the end none, and what cannot be at all
static void test_shows_as_many_as_fit(void** state) {
  LiveShape huge = {5000, 5000, 0, 100, 8, 3, 39}, vast = {12000, 12000, 0, 0, 2, 3, 39},
            beyond = {20000, 0, 0, 0, 1, 0, 0};
  SgError error = {0};
  (void)state;
  LiveOwned o = live_owned_make(&huge, 1), p = live_owned_make(&vast, 1),
            q = live_owned_make(&beyond, 1);
  sg_live_destroy(create(".", &o));
  assert_int_equal(o.frame.nshown, 1);
  sg_live_destroy(create(".", &p));
  assert_int_equal(p.frame.nshown, 0);
  SgLive* live = attach(".");
  assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_NEW);
  assert_int_equal(sg_live_frame(live)->nshown, 0);
  assert_null(sg_live_create(".", &q.frame, &error));
  assert_non_null(strstr(error.text, "too large"));
  sg_live_close(live);
  live_owned_free(&o);
  live_owned_free(&p);
  live_owned_free(&q);
}


//-------------------------------- torn ----------------------------------------------------------

enum {
  ENOUGH = 100
};

// a writer that publishes almost as fast as it can
typedef struct Storm {
  SgLiveWriter* writer;
  LiveOwned owned;
  int stop;  // atomic
  int64_t published;
} Storm;


static void* rage(void* arg) {
  Storm* storm = arg;
  while (!__atomic_load_n(&storm->stop, __ATOMIC_RELAXED)) {
    live_owned_mark(&storm->owned, (double)++storm->published);
    sg_live_publish(storm->writer, &storm->owned.frame);
    usleep(20);
  }
  return NULL;
}


// how many of n reads without the lock show two publishes at once
static int count_torn(int n) {
  static uint64_t words[SG_LIVE_MAX_WORD];
  int torn = 0, file = open("live", O_RDONLY);
  for (int i = 0; i < n; i++) {
    SgLiveFrame frame;
    double mark;
    ssize_t size = pread(file, words, sizeof(words), 0);
    torn += sg_live_unpack(&frame, words, (int)(size / 8)) && !live_frame_is_whole(&frame, &mark);
  }
  close(file);
  return torn;
}


static void test_never_shows_two_publishes_at_once(void** state) {
  Storm storm = {.owned = live_owned_make(&LIVE_LARGE, 0)};
  pthread_t thread;
  int64_t seen = 0, busy = 0;
  int torn = 0;
  double last = -1, mark, until;
  (void)state;
  storm.writer = create(".", &storm.owned);
  SgLive* live = attach(".");
  assert_int_equal(pthread_create(&thread, NULL, rage, &storm), 0);
  double start = sg_clock();
  while (sg_clock() < start + 1 || (seen < ENOUGH && sg_clock() < start + 30)) {
    SgLivePoll poll = sg_live_poll(live, NULL);
    assert_true(poll == SG_LIVE_NEW || poll == SG_LIVE_SAME || poll == SG_LIVE_BUSY);
    busy += poll == SG_LIVE_BUSY;
    if (poll != SG_LIVE_NEW) {
      continue;
    }
    assert_true(live_frame_is_whole(sg_live_frame(live), &mark));
    assert_true(mark > last);
    last = mark;
    seen++;
  }

  // the same storm without the lock: the check above can fail
  for (until = sg_clock() + 10; torn == 0 && sg_clock() < until;) {
    torn += count_torn(1000);
  }
  __atomic_store_n(&storm.stop, 1, __ATOMIC_RELAXED);
  pthread_join(thread, NULL);
  print_message("%lld publishes, %lld read whole, %lld times busy; without the lock %d torn\n",
                (long long)storm.published, (long long)seen, (long long)busy, torn);
  assert_true(seen >= ENOUGH);
  assert_true(torn > 0);

  // when the storm is over the last one is there
  assert_true(sg_live_poll(live, NULL) <= SG_LIVE_SAME);
  assert_int_equal(sg_live_frame(live)->step, storm.published);
  sg_live_close(live);
  sg_live_destroy(storm.writer);
  live_owned_free(&storm.owned);
}


// the writer died between two words: the sequence is odd for ever
static void test_half_written_is_busy(void** state) {
  size_t size;
  (void)state;
  LiveOwned o = live_owned_make(&LIVE_SMALL, 1);
  SgLiveWriter* writer = create(".", &o);
  SgLive* live = attach(".");
  assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_NEW);
  uint64_t* words = words_of("live", &size);
  words[SG_LIVE_SEQUENCE]++;
  put("live", words, size * 8);
  assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_BUSY);
  assert_int_equal(sg_live_frame(live)->step, 1);  // the old one stays
  put("live", "", 0);
  assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_BUSY);
  memset(words, 0, size * 8);
  put("live", words, size * 8);
  assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_BUSY);
  free(words);
  sg_live_close(live);
  sg_live_destroy(writer);
  live_owned_free(&o);
}


//-------------------------------- what is no feed -----------------------------------------------

static void test_none(void** state) {
  (void)state;
  SgLive *here = attach("."), *nowhere = attach("there/is/no/such/folder");
  assert_int_equal(sg_live_poll(here, NULL), SG_LIVE_NONE);
  assert_int_equal(sg_live_poll(nowhere, NULL), SG_LIVE_NONE);
  assert_null(sg_live_frame(here));
  assert_int_equal(sg_live_state(here), SG_LIVE_DEAD);
  assert_true(isnan(sg_live_age(here)));
  sg_live_close(here);
  sg_live_close(nowhere);
}


static void test_cut_anywhere(void** state) {
  size_t size;
  (void)state;
  LiveOwned o = live_owned_make(&LIVE_SMALL, 1);
  sg_live_destroy(create(".", &o));
  uint64_t* words = words_of("live", &size);
  for (size_t bytes = 8; bytes < size * 8; bytes += 1 + bytes / 16) {
    put("live", words, bytes);
    expect_bad(".", "cut short");
  }
  free(words);
  live_owned_free(&o);
}


static void test_foreign(void** state) {
  (void)state;
  temp_write("a/live", "step,return\n0,1\n");
  expect_bad("a", "cut short");
  temp_write(
      "b/live",
      "A text of somebody else's that is long enough to be a head, and then some more of it.");
  expect_bad("b", "is no live feed of softgait's");
  assert_int_equal(mkdir("c", 0777) | mkdir("c/live", 0777), 0);
  expect_bad("c", "no regular file");
  assert_int_equal(mkdir("d", 0777) | mkfifo("d/live", 0666), 0);
  expect_bad("d", "no regular file");
  assert_int_equal(mkdir("e", 0777) | symlink("/dev/zero", "e/live"), 0);
  expect_bad("e", "no regular file");
}


static void test_another_version(void** state) {
  size_t size;
  (void)state;
  LiveOwned o = live_owned_make(&LIVE_SMALL, 1);
  sg_live_destroy(create(".", &o));
  uint64_t* words = words_of("live", &size);
  words[SG_LIVE_FORMAT] = SG_LIVE_VERSION + 1;
  put("live", words, size * 8);
  expect_bad(".", "version 2, this softgait reads version 1");
  words[SG_LIVE_FORMAT] = SG_LIVE_VERSION;
  words[SG_LIVE_MAGIC] = __builtin_bswap64(words[SG_LIVE_MAGIC]);
  put("live", words, size * 8);
  expect_bad(".", "is no live feed of softgait's");
  free(words);
  live_owned_free(&o);
}


// counts that promise more than there is, each with a checksum that holds
static void test_sizes_that_lie(void** state) {
  static const int64_t lies[] = {-1, INT64_MIN, INT64_MAX, 1 << 20, 97, 17, (int64_t)1 << 32};
  size_t size;
  SgError error = {0};
  (void)state;
  LiveOwned o = live_owned_make(&LIVE_SMALL, 1);
  sg_live_destroy(create(".", &o));
  uint64_t* words = words_of("live", &size);
  uint64_t *copy = malloc(size * 8), first = SG_LIVE_HEAD + 4, last = first + 8;
  assert_non_null(copy);

  // nq nv na nu nenv nshown nreward ncolumn
  int refused = 0;
  for (uint64_t at = first; at < last; at++) {
    for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
      memcpy(copy, words, size * 8);
      copy[at] = (uint64_t)lies[i];
      sign(copy, size);
      put("live", copy, size * 8);
      SgLive* live = attach(".");
      SgLivePoll poll = sg_live_poll(live, &error);
      bool enough_envs = at == first + 4 && lies[i] > 0 && lies[i] <= INT32_MAX;
      assert_int_equal(poll, enough_envs ? SG_LIVE_NEW : SG_LIVE_BAD);
      refused += poll == SG_LIVE_BAD;
      sg_live_close(live);
    }
  }
  assert_int_equal(refused, 8 * 7 - 3);

  // the size itself
  static const uint64_t sizes[] = {0, 4, SG_LIVE_MAX_WORD + 1, UINT64_MAX, 1 + (UINT64_MAX >> 3)};
  for (size_t i = 0; i < sizeof(sizes) / sizeof(sizes[0]); i++) {
    memcpy(copy, words, size * 8);
    copy[SG_LIVE_SIZE] = sizes[i];
    put("live", copy, size * 8);
    expect_bad(".", "the size it tells is impossible");
  }

  // one bit anywhere behind the head
  memcpy(copy, words, size * 8);
  copy[size - 1] ^= 1;
  put("live", copy, size * 8);
  expect_bad(".", "its checksum does not hold");
  free(copy);
  free(words);
  live_owned_free(&o);
}


static void test_names_are_made_printable(void** state) {
  (void)state;
  LiveOwned o = live_owned_make(&LIVE_SMALL, 1);
  o.frame.task = "a\x1b[2Jb\n";
  snprintf(o.names[0], SG_LIVE_NAME, "long%s",
           "long enough to be cut, and then some more of it....");
  sg_live_destroy(create(".", &o));
  SgLive* live = attach(".");
  assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_NEW);
  assert_string_equal(sg_live_frame(live)->task, "a?[2Jb?");
  assert_string_equal(sg_live_frame(live)->columns[0], o.names[0]);
  sg_live_close(live);
  live_owned_free(&o);
}


//-------------------------------- whose feed it is ----------------------------------------------

static void test_state(void** state) {
  (void)state;
  LiveOwned o = live_owned_make(&LIVE_SMALL, 1);
  SgLive* live = attach(".");

  // no feed yet, but somebody holds the run
  int lock = open("lock", O_CREAT | O_RDWR, 0666);
  assert_int_equal(flock(lock, LOCK_EX), 0);
  assert_int_equal(sg_live_state(live), SG_LIVE_RUNNING);
  close(lock);
  assert_int_equal(sg_live_state(live), SG_LIVE_DEAD);

  // our own process is alive
  SgLiveWriter* writer = create(".", &o);
  assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_NEW);
  assert_int_equal(sg_live_state(live), SG_LIVE_RUNNING);
  assert_true(sg_live_age(live) >= 0 && sg_live_age(live) < 60);

  // another process of this number, another start of the machine
  o.frame.born++;
  assert_true(sg_live_publish(writer, &o.frame));
  assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_NEW);
  assert_int_equal(sg_live_state(live), SG_LIVE_DEAD);
  o.frame.born--;
  o.frame.boot[0] ^= 1;
  assert_true(sg_live_publish(writer, &o.frame));
  assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_NEW);
  assert_int_equal(sg_live_state(live), SG_LIVE_DEAD);
  assert_true(isnan(sg_live_age(live)));

  // in another container its number says nothing, the lock does
  lock = open("lock", O_CREAT | O_RDWR, 0666);
  assert_int_equal(flock(lock, LOCK_EX), 0);
  assert_int_equal(sg_live_state(live), SG_LIVE_RUNNING);
  close(lock);

  // it ended as it should just before we asked
  o.frame.state = SG_LIVE_FINISHED;
  assert_true(sg_live_publish(writer, &o.frame));
  assert_int_equal(sg_live_state(live), SG_LIVE_FINISHED);
  sg_live_close(live);
  sg_live_destroy(writer);
  live_owned_free(&o);
}


// a trainer that is killed: its feed says running for ever
static void test_killed(void** state) {
  int status, ready[2];
  char byte;
  (void)state;
  SgLive* live = attach(".");
  assert_int_equal(pipe(ready), 0);
  pid_t child = fork();
  assert_true(child >= 0);
  if (child == 0) {
    LiveOwned o = live_owned_make(&LIVE_SMALL, 1);
    _exit(sg_live_create(".", &o.frame, NULL) && write(ready[1], "x", 1) == 1 ? pause() : 1);
  }
  assert_int_equal(read(ready[0], &byte, 1), 1);
  assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_NEW);
  assert_int_equal(sg_live_state(live), SG_LIVE_RUNNING);
  kill(child, SIGKILL);

  // also before anybody has reaped it
  siginfo_t info;
  assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
  assert_int_equal(sg_live_state(live), SG_LIVE_DEAD);
  assert_int_equal(waitpid(child, &status, 0), child);
  assert_int_equal(sg_live_state(live), SG_LIVE_DEAD);
  close(ready[0]);
  close(ready[1]);
  sg_live_close(live);
}


static void test_a_new_feed_is_picked_up(void** state) {
  (void)state;
  LiveOwned o = live_owned_make(&LIVE_SMALL, 1), p = live_owned_make(&LIVE_LARGE, 1);
  SgLive* live = attach(".");
  SgLiveWriter* writer = create(".", &o);
  assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_NEW);
  sg_live_destroy(writer);
  writer = create(".", &p);
  assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_NEW);
  assert_int_equal(sg_live_frame(live)->nq, LIVE_LARGE.nq);
  sg_live_close(live);
  sg_live_destroy(writer);
  live_owned_free(&o);
  live_owned_free(&p);
}


//-------------------------------- the disk ------------------------------------------------------

// a stranger cuts the file, scribbles over it: the next publish makes it whole
static void test_heals(void** state) {
  (void)state;
  LiveOwned o = live_owned_make(&LIVE_LARGE, 1);
  SgLiveWriter* writer = create(".", &o);
  SgLive* live = attach(".");
  for (off_t cut = 0; cut < 20000; cut += 4999) {
    assert_int_equal(truncate("live", cut), 0);
    assert_int_not_equal(sg_live_poll(live, NULL), SG_LIVE_NEW);
    live_owned_mark(&o, (double)cut);
    assert_true(sg_live_publish(writer, &o.frame));
    assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_NEW);
    assert_int_equal(sg_live_frame(live)->step, cut);
  }
  sg_live_close(live);
  sg_live_destroy(writer);
  live_owned_free(&o);
}


static void expect_no_feed(const char* folder) {
  char path[64];
  SgError error = {0};
  LiveOwned o = live_owned_make(&LIVE_LARGE, 1);
  snprintf(path, sizeof(path), "%s/live", folder);
  assert_null(sg_live_create(folder, &o.frame, &error));
  assert_int_equal(error.status, SG_MACHINE);
  assert_non_null(strstr(error.text, path));
  assert_false(sg_file_exists(path));
  live_owned_free(&o);
}


static void test_file_that_may_not_grow(void** state) {
  struct rlimit before, small;
  (void)state;
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
  small = before;
  small.rlim_cur = 4096;
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
  expect_no_feed(".");
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
}


static void test_full_disk(void** state) {
  (void)state;
  assert_int_equal(mkdir("disk", 0777), 0);
  if (mount("softgait-test", "disk", "tmpfs", 0, "size=64k") != 0) {
    print_message("no small file system can be mounted here: left out\n");
    return;
  }
  expect_no_feed("disk");

  // reserved in time, a feed is written to whatever fills the disk afterwards
  LiveOwned o = live_owned_make(&LIVE_SMALL, 1);
  SgLiveWriter* writer = create("disk", &o);
  SgLive* live = attach("disk");
  char block[4096] = {0};
  int file = open("disk/rest", O_CREAT | O_WRONLY, 0666);
  while (write(file, block, sizeof(block)) > 0) {
  }
  close(file);
  o.frame.step = 2;
  assert_true(sg_live_publish(writer, &o.frame));
  assert_int_equal(sg_live_poll(live, NULL), SG_LIVE_NEW);
  assert_int_equal(sg_live_frame(live)->step, 2);

  // one that a stranger cuts then cannot be written, and says so
  assert_int_equal(truncate("disk/live", 0), 0);
  file = open("disk/rest", O_WRONLY | O_APPEND);
  while (write(file, block, sizeof(block)) > 0) {
  }
  close(file);
  assert_false(sg_live_publish(writer, &o.frame));
  assert_int_not_equal(sg_live_poll(live, NULL), SG_LIVE_NEW);
  sg_live_close(live);
  sg_live_destroy(writer);
  live_owned_free(&o);
  assert_int_equal(umount2("disk", MNT_DETACH), 0);
}


static void test_no_such_folder(void** state) {
  (void)state;
  expect_no_feed("nowhere");
}


#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, temp_folder_enter, temp_folder_leave)


int main(void) {
  const struct CMUnitTest tests[] = {
      IN_FOLDER(test_reads_what_was_written),
      IN_FOLDER(test_no_number_is_changed),
      IN_FOLDER(test_shows_as_many_as_fit),
      IN_FOLDER(test_never_shows_two_publishes_at_once),
      IN_FOLDER(test_half_written_is_busy),
      IN_FOLDER(test_none),
      IN_FOLDER(test_cut_anywhere),
      IN_FOLDER(test_foreign),
      IN_FOLDER(test_another_version),
      IN_FOLDER(test_sizes_that_lie),
      IN_FOLDER(test_names_are_made_printable),
      IN_FOLDER(test_state),
      IN_FOLDER(test_killed),
      IN_FOLDER(test_a_new_feed_is_picked_up),
      IN_FOLDER(test_heals),
      IN_FOLDER(test_file_that_may_not_grow),
      IN_FOLDER(test_full_disk),
      IN_FOLDER(test_no_such_folder),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
