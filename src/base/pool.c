// Threads that share tasks and wait cheaply.
//
//   share of thread t:   | round 32 | next 16 | end 16 |        one atomic word each
//
//   caller                            worker t (1 .. nthread-1)
//   ------                            -------------------------
//   ndone = 0; write job              wait until round changes: spin, then sleep on `round`
//   write all shares; round++ ......> take the next task of its own share, later of others'
//   take tasks likewise               run it; ndone++  .......... the last one wakes the caller
//   wait until ndone == ntask         nothing left anywhere: wait for the next round
//
// A task is taken by raising `next` in a share with compare-and-swap. The word carries its round,
// so a worker that wakes late takes tasks of the round that is on, or none; and the job cannot
// change while a task of it is out. A worker that is kept from its processor loses its share to the
// others, so a busy neighbour costs the time of a task, not of the whole stage.
//
// Both waits spin for a while, because the other side can be late by up to a task, and then sleep
// in a futex. The sleepers are counted, so that nobody makes a system call for no one. How long,
// measured in turns on two cores of a virtual Zen 4, where waking a sleeper costs more than a short
// spin saves (17 observations, two threads, share of peak; the last column is
// tests/bench/neighbour.sh, two threads beside a busy neighbour as a share of one thread):
//
//   pauses   microseconds   share of peak   beside a neighbour
//      100         3          77 to 85 %
//      300         8          83 to 87 %
//     1000        26          84 to 91 %         0.999
//     3000        77          89 to 91 %         0.945

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
  SPIN = 1000,  // pauses before sleeping
};

// a thread's share of the tasks, on a cache line of its own
typedef struct Share {
  _Alignas(64) _Atomic uint64_t word;  // round, next, end
} Share;

struct SgPool {
  int nthread;
  pthread_t threads[MAX_THREAD];

  // the job, written before the shares
  void (*task)(void* arg, int index);
  void* arg;
  uint32_t ntask;

  _Atomic uint32_t round;   // begins with every job; workers wait on it
  _Atomic uint32_t ndone;   // tasks done; the caller waits on it
  _Atomic uint32_t asleep;  // workers sleeping on round
  _Atomic uint32_t caller;  // 1: the caller sleeps on ndone
  atomic_bool quit;         // no more rounds; a worker that is late may see it early
  Share shares[MAX_THREAD];
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


//-------------------------------- tasks ---------------------------------------------------------

// the next task of a share, or -1 when it is used up
static int take(Share* share) {
  uint64_t word = atomic_load(&share->word);
  for (;;) {
    uint32_t next = word >> 16 & 0xffff, end = word & 0xffff;
    if (next >= end) {
      return -1;
    }
    if (atomic_compare_exchange_weak(&share->word, &word, word + (1 << 16))) {
      return (int)next;
    }
  }
}


// run tasks until there is none left to take: one's own first, then the others'
static void run_tasks(SgPool* pool, int thread) {
  for (int i = 0; i < pool->nthread; i++) {
    Share* share = &pool->shares[(thread + i) % pool->nthread];
    for (int task; (task = take(share)) >= 0;) {
      pool->task(pool->arg, task);

      // the last one wakes a sleeping caller
      uint32_t ntask = pool->ntask;
      if (atomic_fetch_add(&pool->ndone, 1) + 1 == ntask && atomic_load(&pool->caller)) {
        futex_wake(&pool->ndone, 1);
      }
    }
  }
}


// neighbouring tasks to one thread: what they share is then near it
static void deal(SgPool* pool, uint32_t ntask) {
  uint64_t round = atomic_load(&pool->round) + 1, n = (uint64_t)pool->nthread;
  for (uint64_t t = 0; t < n; t++) {
    uint64_t next = t * ntask / n, end = (t + 1) * ntask / n;
    atomic_store(&pool->shares[t].word, round << 32 | next << 16 | end);
  }
}


//-------------------------------- waiting -------------------------------------------------------

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
    if (atomic_load(&start.pool->quit)) {
      return NULL;
    }
    run_tasks(start.pool, start.index);
  }
}


static void begin_round(SgPool* pool) {
  atomic_fetch_add(&pool->round, 1);
  if (atomic_load(&pool->asleep)) {
    futex_wake(&pool->round, MAX_THREAD);
  }
}


static void wait_tasks(SgPool* pool) {
  for (int i = 0; i < SPIN; i++) {
    if (atomic_load(&pool->ndone) == pool->ntask) {
      return;
    }
    pause_briefly();
  }
  atomic_store(&pool->caller, 1);
  for (uint32_t done; (done = atomic_load(&pool->ndone)) != pool->ntask;) {
    futex_wait(&pool->ndone, done);
  }
  atomic_store(&pool->caller, 0);
}


//-------------------------------- the pool's life -----------------------------------------------

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
  SgPool* pool = aligned_alloc(_Alignof(SgPool), sizeof(SgPool));
  if (!pool) {
    sg_fail(error, SG_MACHINE, "out of memory for %d threads", nthread);
    return NULL;
  }
  memset(pool, 0, sizeof(SgPool));
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
  SG_ASSERT(ntask >= 0 && ntask < 1 << 16);

  // alone: all of them, in order
  if (pool->nthread == 1 || ntask <= 1) {
    for (int i = 0; i < ntask; i++) {
      task(arg, i);
    }
    return;
  }

  pool->task = task;
  pool->arg = arg;
  pool->ntask = (uint32_t)ntask;
  atomic_store(&pool->ndone, 0);
  deal(pool, (uint32_t)ntask);
  begin_round(pool);
  run_tasks(pool, 0);
  wait_tasks(pool);
}


int sg_pool_nthread(const SgPool* pool) {
  return pool->nthread;
}


void sg_pool_destroy(SgPool* pool) {
  if (!pool) {
    return;
  }
  atomic_store(&pool->quit, true);
  begin_round(pool);
  for (int i = 1; i < pool->nthread; i++) {
    pthread_join(pool->threads[i], NULL);
  }
  free(pool);
}
