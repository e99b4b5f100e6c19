// The rings. A row is one record of 32-bit words, so that sampling touches one place in memory and
// its successor:
//
//   | obs (nobs) | act (nact) | rew | kind |        kind: STEP, LAST (a step that terminated), END
//
//   ring of environment e:   rows e*R .. e*R + R - 1;  head: where the next row goes
//
// A batch is drawn when its update is due, not while the one before is under way: with one update
// per step the newest transition must be among those that can be drawn, and it is not there yet.
// What could be hidden is small. On two cores of a Zen 4 sampling takes 20 of 2700 microseconds
// with 25-word rows and 120 of 5400 with 367-word ones, prefetched, on huge pages, copied by both
// threads.

#include "sac/replay.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/check.h"
#include "base/machine.h"
#include "math/mutant.h"

// what a row is
enum {
  STEP = 1,
  LAST = 2,
  END = 3
};

// one environment's cursor
typedef struct Ring {
  int64_t head;   // where the next row goes
  int64_t nrow;   // rows in use, end rows included
  int64_t nstep;  // rows that can be sampled
} Ring;

struct SgReplay {
  SgArena arena;  // owns all below
  int nenv, nobs, nact;
  int64_t capacity;  // rows per ring
  size_t stride;     // words per row
  float* rows;       // (nenv, capacity, stride)
  float* current;    // (nenv, nobs) the environments' current observations
  Ring* rings;       // (nenv)
};


// words per row: observation, action, reward, kind
static size_t row_words(int nobs, int nact) {
  return (size_t)nobs + (size_t)nact + 2;
}


size_t sg_replay_bytes(int64_t rows, int nenv, int nobs, int nact) {
  int64_t capacity = rows / nenv;
  return (size_t)(capacity * nenv) * row_words(nobs, nact) * sizeof(float);
}


// the one list of all memory
static void layout(SgReplay* r, SgArena* arena) {
  size_t nenv = (size_t)r->nenv;
  r->rows = sg_arena_take(arena, nenv * (size_t)r->capacity * r->stride, sizeof(float));
  r->current = sg_arena_take(arena, nenv * (size_t)r->nobs, sizeof(float));
  r->rings = sg_arena_take(arena, nenv, sizeof(Ring));
}


SgReplay* sg_replay_create(int64_t rows, int nenv, int nobs, int nact, SgError* error) {
  SG_ASSERT(nenv > 0 && nobs > 0 && nact > 0);
  if (rows / nenv < 2) {
    sg_fail(error, SG_USAGE,
            "a replay of %lld rows is too small for %d environments, it needs "
            "at least 2 rows each; raise sac.replay",
            (long long)rows, nenv);
    return NULL;
  }
  size_t bytes = sg_replay_bytes(rows, nenv, nobs, nact),
         free_bytes = sg_machine_memory_available();
  if (bytes > free_bytes) {
    sg_fail(error, SG_MACHINE,
            "a replay of %lld rows takes %.0f MB, but only %.0f MB of memory are "
            "available; lower sac.replay to %lld",
            (long long)rows, (double)bytes / 1e6, (double)free_bytes / 1e6,
            (long long)((double)rows * 0.8 * (double)free_bytes / (double)bytes));
    return NULL;
  }
  SgReplay* r = calloc(1, sizeof(SgReplay));
  if (!r) {
    sg_fail(error, SG_MACHINE, "out of memory for the replay");
    return NULL;
  }
  *r = (SgReplay){.nenv = nenv,
                  .nobs = nobs,
                  .nact = nact,
                  .capacity = rows / nenv,
                  .stride = row_words(nobs, nact)};

  // measure, reserve, carve
  layout(r, &r->arena);
  if (sg_arena_reserve(&r->arena, error) != SG_OK) {
    sg_replay_free(r);
    return NULL;
  }
  layout(r, &r->arena);
  sg_arena_done(&r->arena);
  return r;
}


void sg_replay_free(SgReplay* r) {
  if (r) {
    sg_arena_free(&r->arena);
    free(r);
  }
}


//-------------------------------- rows ----------------------------------------------------------

static float* row_at(const SgReplay* r, int env, int64_t i) {
  return r->rows + (size_t)(env * r->capacity + i) * r->stride;
}


static int row_kind(const SgReplay* r, const float* row) {
  return (int)row[r->stride - 1];
}


static bool can_sample(int kind) {
  return kind == STEP || kind == LAST;
}


static float* current_of(const SgReplay* r, int env) {
  return r->current + (size_t)env * (size_t)r->nobs;
}


// write the current observation as a new row of some kind; returns the row for act and rew
static float* append(SgReplay* r, int env, int kind) {
  Ring* ring = &r->rings[env];
  float* row = row_at(r, env, ring->head);

  // a full ring gives up its oldest row
  if (ring->nrow == r->capacity) {
    ring->nstep -= can_sample(row_kind(r, row));
  } else {
    ring->nrow++;
  }
  ring->nstep += can_sample(kind);
  ring->head = (ring->head + 1) % r->capacity;

  memset(row, 0, r->stride * sizeof(float));
  memcpy(row, current_of(r, env), (size_t)r->nobs * sizeof(float));
  row[r->stride - 1] = (float)kind;
  return row;
}


void sg_replay_begin(SgReplay* r, int env, const float* obs) {
  SG_ASSERT(env >= 0 && env < r->nenv);
  memcpy(current_of(r, env), obs, (size_t)r->nobs * sizeof(float));
}


void sg_replay_step(SgReplay* r, int env, const float* act, float rew, bool terminated,
                    bool truncated, const float* obs2) {
  SG_ASSERT(env >= 0 && env < r->nenv);
  if (SG_MUTANT(TRUNCATION_TERMINATES)) {
    terminated = terminated || truncated;
  }
  if (SG_MUTANT(BOTH_FLAGS)) {
    terminated = terminated && !truncated;
  }

  // the transition itself
  float* row = append(r, env, terminated ? LAST : STEP);
  memcpy(row + r->nobs, act, (size_t)r->nact * sizeof(float));
  row[r->nobs + r->nact] = rew;
  memcpy(current_of(r, env), obs2, (size_t)r->nobs * sizeof(float));

  // a cut episode keeps its last observation: the value there is bootstrapped
  if (truncated && !terminated && !SG_MUTANT(NEXT_AFTER_RESET)) {
    append(r, env, END);
  }
}


void sg_replay_drop(SgReplay* r, int env) {
  SG_ASSERT(env >= 0 && env < r->nenv);
  append(r, env, END);
}


int64_t sg_replay_size(const SgReplay* r) {
  int64_t size = 0;
  for (int env = 0; env < r->nenv; env++) {
    size += r->rings[env].nstep;
  }
  return size;
}


int64_t sg_replay_capacity(const SgReplay* r) {
  return r->capacity * r->nenv;
}


//-------------------------------- sampling ------------------------------------------------------

// a row drawn uniformly from all in use, end rows too; its ring and place
static const float* draw_row(const SgReplay* r, int64_t nrow, SgRng* rng, int* env,
                             int64_t* place) {
  int64_t i = (int64_t)sg_rng_below(rng, (uint64_t)nrow);

  *env = 0;
  while (i >= r->rings[*env].nrow) {
    i -= r->rings[*env].nrow;
    (*env)++;
  }
  *place = i;
  return row_at(r, *env, i);
}


// what followed row i: the next row's observation, or the current one after the newest row
static const float* next_obs(const SgReplay* r, int env, int64_t i) {
  int64_t next = (i + 1) % r->capacity;
  return next == r->rings[env].head ? current_of(r, env) : row_at(r, env, next);
}


static void to_real(sg_real* res, const float* x, int n) {
  for (int i = 0; i < n; i++) {
    res[i] = (sg_real)x[i];
  }
}


// a row that was drawn: the transition, and where what followed it stands
typedef struct Pick {
  const float *row, *next;
} Pick;

enum {
  AHEAD = 64,   // rows drawn before any of them is looked at: their cache misses then overlap
  PICKS = 512,  // rows drawn before any of them is copied
  SMALL = 64,   // words of a row that is small
  TASK = 16     // rows that one task copies
};

// copying under way
typedef struct Copying {
  const SgReplay* replay;
  const Pick* picks;
  SgBatch* batch;
  int first, count;  // rows of the batch that picks belong to
} Copying;


// ask for the cache lines of count numbers
static void prefetch(const float* x, int count) {
  for (int i = 0; i < count; i += SG_ALIGN / (int)sizeof(float)) {
    __builtin_prefetch(x + i);
  }
}


static void prefetch_pick(const SgReplay* r, const Pick* pick) {
  prefetch(pick->row, (int)r->stride);
  prefetch(pick->next, r->nobs);
}


// small rows are asked for as they are drawn; a whole batch of large ones would not stay near, so
// only their kind, and the rest by the task that copies them
static bool is_small(const SgReplay* r) {
  return r->stride <= SMALL;
}


// any row, end rows too
static Pick draw_pick(const SgReplay* r, int64_t nrow, SgRng* rng) {
  int env;
  int64_t i;
  const float* row = draw_row(r, nrow, rng, &env, &i);
  Pick pick = {row, next_obs(r, env, i)};
  if (is_small(r)) {
    prefetch_pick(r, &pick);
  } else {
    __builtin_prefetch(pick.row + r->stride - 1);
  }
  return pick;
}


// a pick becomes row b of the batch
static void copy_pick(const SgReplay* r, const Pick* pick, SgBatch* batch, ptrdiff_t b) {
  int nobs = r->nobs, nact = r->nact;
  to_real(batch->obs + b * nobs, pick->row, nobs);
  to_real(batch->act + b * nact, pick->row + nobs, nact);
  batch->rew[b] = (sg_real)pick->row[nobs + nact];
  batch->terminated[b] = row_kind(r, pick->row) == LAST;
  to_real(batch->obs2 + b * nobs, pick->next, nobs);
}


// n rows that may be sampled
static void draw_picks(const SgReplay* r, int64_t nrow, SgRng* rng, Pick* picks, int n) {
  for (int from = 0; from < n; from += AHEAD) {
    int to = n - from < AHEAD ? n : from + AHEAD;
    for (int i = from; i < to; i++) {
      picks[i] = draw_pick(r, nrow, rng);
    }
    for (int i = from; i < to; i++) {
      while (!can_sample(row_kind(r, picks[i].row))) {
        picks[i] = draw_pick(r, nrow, rng);  // end rows are drawn again
      }
    }
  }
}


static void copy_some(void* arg, int task) {
  const Copying* c = arg;
  int from = task * TASK, to = c->count - from < TASK ? c->count : from + TASK;
  for (int i = from; i < to && !is_small(c->replay); i++) {
    prefetch_pick(c->replay, &c->picks[i]);
  }
  for (int i = from; i < to; i++) {
    copy_pick(c->replay, &c->picks[i], c->batch, c->first + i);
  }
}


void sg_replay_sample_on(const SgReplay* r, SgPool* pool, SgRng* rng, SgBatch* batch) {
  Pick picks[PICKS];
  int64_t nrow = 0;
  SG_ASSERT(sg_replay_size(r) > 0);
  for (int env = 0; env < r->nenv; env++) {
    nrow += r->rings[env].nrow;
  }

  // who is drawn depends on who was refused, so that is for one thread; copying is for all
  for (int b = 0; b < batch->n; b += PICKS) {
    Copying copying = {r, picks, batch, b, batch->n - b < PICKS ? batch->n - b : PICKS};
    int ntask = (copying.count + TASK - 1) / TASK;
    draw_picks(r, nrow, rng, picks, copying.count);
    if (pool) {
      sg_pool_run(pool, copy_some, &copying, ntask);
    }
    for (int task = 0; !pool && task < ntask; task++) {
      copy_some(&copying, task);
    }
  }
}


void sg_replay_sample(const SgReplay* r, SgRng* rng, SgBatch* batch) {
  sg_replay_sample_on(r, NULL, rng, batch);
}


void sg_replay_visit(SgReplay* r,
                     void (*visit)(void* arg, const char* name, void* bytes, size_t size),
                     void* arg) {
  visit(arg, "replay.rings", r->rings, (size_t)r->nenv * sizeof(Ring));
  visit(arg, "replay.current", r->current, (size_t)r->nenv * (size_t)r->nobs * sizeof(float));
  for (int env = 0; env < r->nenv; env++) {
    visit(arg, "replay.rows", row_at(r, env, 0),
          (size_t)r->rings[env].nrow * r->stride * sizeof(float));
  }
}
