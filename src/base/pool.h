// A few threads that do one thing together, then wait cheaply.
//
//   sg_pool_run(pool, task, arg, n):   task(arg, 0) task(arg, 1) ... task(arg, n - 1), then return
//
// Every thread gets an equal share of neighbouring tasks and helps the others when it is done; the
// caller is thread 0. The partition of work into tasks is the caller's and follows sizes, never the
// thread count, and tasks do not depend on each other, so results do not depend on who runs what.
// Waiting spins for some 50 microseconds and then sleeps in a futex: a busy neighbour must not make
// two threads slower than one.

#ifndef SG_BASE_POOL_H_
#define SG_BASE_POOL_H_

#include "base/status.h"

/// Threads. Owns them; used by one caller at a time.
typedef struct SgPool SgPool;

/// Create a pool of nthread threads, 1 to 256, the caller's included: nthread - 1 are started. On
/// failure return NULL with SG_MACHINE and a sentence.
SgPool* sg_pool_create(int nthread, SgError* error);

/// Run ntask tasks, fewer than 65536, and return when all have ended. Everything a task wrote is
/// visible afterwards. Makes no heap call.
void sg_pool_run(SgPool* pool, void (*task)(void* arg, int index), void* arg, int ntask);

/// The number of threads, the caller's included.
int sg_pool_nthread(const SgPool* pool);

/// Stop and join the threads. NULL is allowed.
void sg_pool_destroy(SgPool* pool);

#endif  // SG_BASE_POOL_H_
