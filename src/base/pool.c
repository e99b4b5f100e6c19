// Threads that wait cheaply.
//
//   caller                         worker t (1 .. nthread-1)
//   ------                         -------------------------
//   write job; nleft = nthread-1   wait until round changes: spin, then sleep on `round`
//   round++  ......................> run tasks t, t + nthread, ...
//   run tasks 0, nthread, ...      nleft--  ............ last one wakes the caller
//   wait until nleft == 0: spin, then sleep on `nleft`
//
// Both waits spin for a few microseconds, which is how long the other side usually takes, and then
// sleep in a futex. The sleepers are counted, so that nobody makes a system call for no one.

#include "base/pool.h"

#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/check.h"

enum {
  MAX_THREAD = 256,
  SPIN = 300,  // pauses before sleeping: some 10 microseconds
};

struct SgPool {
  int nthread;
  pthread_t threads[MAX_THREAD];

  // the job, written before the round begins
  void (*task)(void* arg, int index);
  void* arg;
  int ntask;
  bool quit;

  _Atomic uint32_t round;   // begins with every job; workers wait on it
  _Atomic uint32_t nleft;   // workers still busy; the caller waits on it
  _Atomic uint32_t asleep;  // workers sleeping on round
  _Atomic uint32_t caller;  // 1: the caller sleeps on nleft
};

// what a starting worker is told
typedef struct Start {
  SgPool* pool;
  int index;
} Start;


static void futex_wait(_Atomic uint32_t* word, uint32_t value) {
  syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}


static void futex_wake(_Atomic uint32_t* word, int count) {
  syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0);
}


static void pause_briefly(void) {
  __builtin_ia32_pause();
}


static void run_share(SgPool* pool, int thread) {
  for (int i = thread; i < pool->ntask; i += pool->nthread) {
    pool->task(pool->arg, i);
  }
}


// wait for a round other than `seen`; returns it
static uint32_t wait_round(SgPool* pool, uint32_t seen) {
  for (int i = 0; i < SPIN; i++) {
    uint32_t round = atomic_load(&pool->round);
    if (round != seen) {
      return round;
    }
    pause_briefly();
  }
  atomic_fetch_add(&pool->asleep, 1);
  while (atomic_load(&pool->round) == seen) {
    futex_wait(&pool->round, seen);
  }
  atomic_fetch_sub(&pool->asleep, 1);
  return atomic_load(&pool->round);
}


static void* work(void* arg) {
  Start start = *(Start*)arg;
  free(arg);
  uint32_t seen = 0;

  for (;;) {
    seen = wait_round(start.pool, seen);
    if (start.pool->quit) {
      return NULL;
    }
    run_share(start.pool, start.index);

    // the last one wakes a sleeping caller
    if (atomic_fetch_sub(&start.pool->nleft, 1) == 1 && atomic_load(&start.pool->caller)) {
      futex_wake(&start.pool->nleft, 1);
    }
  }
}


static void begin_round(SgPool* pool) {
  atomic_fetch_add(&pool->round, 1);
  if (atomic_load(&pool->asleep)) {
    futex_wake(&pool->round, MAX_THREAD);
  }
}


static void wait_workers(SgPool* pool) {
  for (int i = 0; i < SPIN; i++) {
    if (atomic_load(&pool->nleft) == 0) {
      return;
    }
    pause_briefly();
  }
  atomic_store(&pool->caller, 1);
  for (uint32_t left; (left = atomic_load(&pool->nleft)) != 0;) {
    futex_wait(&pool->nleft, left);
  }
  atomic_store(&pool->caller, 0);
}


// start thread `index` with all signals blocked: they belong to the program's main thread
static bool start_worker(SgPool* pool, int index) {
  Start* start = malloc(sizeof(Start));
  if (!start) {
    return false;
  }
  *start = (Start){pool, index};

  sigset_t all, old;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &old);
  int failed = pthread_create(&pool->threads[index], NULL, work, start);
  pthread_sigmask(SIG_SETMASK, &old, NULL);
  if (failed) {
    free(start);
  }
  return !failed;
}


SgPool* sg_pool_create(int nthread, SgError* error) {
  SG_ASSERT(nthread >= 1 && nthread <= MAX_THREAD);
  SgPool* pool = calloc(1, sizeof(SgPool));
  if (!pool) {
    sg_fail(error, SG_MACHINE, "out of memory for %d threads", nthread);
    return NULL;
  }
  for (pool->nthread = 1; pool->nthread < nthread; pool->nthread++) {
    if (!start_worker(pool, pool->nthread)) {
      sg_fail(error, SG_MACHINE, "thread %d of %d cannot be started; try fewer threads",
              pool->nthread + 1, nthread);
      sg_pool_destroy(pool);
      return NULL;
    }
  }
  return pool;
}


void sg_pool_run(SgPool* pool, void (*task)(void* arg, int index), void* arg, int ntask) {
  pool->task = task;
  pool->arg = arg;
  pool->ntask = ntask;
  if (pool->nthread > 1 && ntask > 1) {
    atomic_store(&pool->nleft, (uint32_t)(pool->nthread - 1));
    begin_round(pool);
    run_share(pool, 0);
    wait_workers(pool);
    return;
  }

  // alone: all of them, in order
  for (int i = 0; i < ntask; i++) {
    task(arg, i);
  }
}


int sg_pool_nthread(const SgPool* pool) {
  return pool->nthread;
}


void sg_pool_destroy(SgPool* pool) {
  if (!pool) {
    return;
  }
  pool->quit = true;
  begin_round(pool);
  for (int i = 1; i < pool->nthread; i++) {
    pthread_join(pool->threads[i], NULL);
  }
  free(pool);
}
