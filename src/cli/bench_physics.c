// softgait bench physics: environment steps per second of every task, beside a bare loop of
// mj_step.
//
//   ours   one pass of the batch per step: actions in, physics, reward, ends, observation out
//   bare   every thread runs its share of the simulations alone, all steps in a row: nothing but the same
//          controls and mj_step, frame_skip times per step; no waiting for one another, nothing read
//
// Both begin at the same states and take the same actions, so they compute the same trajectories,
// and nobody resets in between. They take turns, round after round; a row tells the median round.
//
// A third row, "episodes", is what training gets and what other libraries' figures mean:
// environments that end begin anew. A humanoid that fell and lies in contact steps slower than one
// that stands.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/machine.h"
#include "base/pool.h"
#include "cli/bench.h"
#include "task/batch.h"

enum {
  STEPS = 50,     // per round, then all begin anew
  MIN_ROUND = 5,  // rounds of each
  MAX_ROUND = 400,
  NSIZE = 2,
  NROW = 3
};

static const double SECONDS = 1.0;  // per task and size, at least
static const int SIZES[NSIZE] = {8, 64};

// one task with so many environments
typedef struct Bench {
  const SgTask* task;
  const SgTaskInfo* info;
  int n, nthread;
  SgBatchEnv* batch;
  SgPool* pool;
  mjData** sims;       // (n) the bare ones
  float *act, *obs;    // (STEPS, n, nact), (n, nobs)
  SgStep* steps;       // (n)
  uint32_t* episodes;  // (n)
  int* ids;            // (n) those that begin anew
} Bench;


//-------------------------------- life ----------------------------------------------------------

static SgStatus make_bench(Bench* b, SgError* error) {
  size_t n = (size_t)b->n, nact = (size_t)b->info->nact;
  b->pool = sg_pool_create(b->nthread, error);
  b->batch = b->pool ? sg_batch_env_create(b->task, b->n, b->pool, error) : NULL;
  if (!b->batch) {
    return error->status;
  }
  b->sims = calloc(n, sizeof(mjData*));
  b->act = calloc(STEPS * n * nact, sizeof(float));
  b->obs = calloc(n * (size_t)b->info->nobs, sizeof(float));
  b->steps = calloc(n, sizeof(SgStep));
  b->episodes = calloc(n, sizeof(uint32_t));
  b->ids = calloc(n, sizeof(int));
  if (!b->sims || !b->act || !b->obs || !b->steps || !b->episodes || !b->ids) {
    return sg_fail(error, SG_MACHINE, "out of memory for %d simulations", b->n);
  }
  for (int i = 0; i < b->n; i++) {
    b->sims[i] = mj_makeData(sg_task_model(b->task));
  }
  SgRng rng = sg_rng_make(0, SG_RNG_TEST, 0, 0);
  for (size_t i = 0; i < STEPS * n * nact; i++) {
    b->act[i] = (float)(2 * sg_rng_uniform(&rng) - 1);
  }
  return SG_OK;
}


static void free_bench(Bench* b) {
  for (int i = 0; b->sims && i < b->n; i++) {
    mj_deleteData(b->sims[i]);
  }
  free(b->sims);
  free(b->act);
  free(b->obs);
  free(b->steps);
  free(b->episodes);
  free(b->ids);
  sg_batch_env_free(b->batch);
  sg_pool_destroy(b->pool);
}


//-------------------------------- rounds --------------------------------------------------------

// both sides to the same states
static void begin_round(Bench* b, uint32_t round) {
  const mjModel* m = sg_task_model(b->task);
  for (int i = 0; i < b->n; i++) {
    b->episodes[i] = round;
  }
  sg_batch_env_reset(b->batch, NULL, 0, 0, SG_RNG_TEST, b->episodes, b->obs);
  for (int i = 0; i < b->n; i++) {
    mj_resetData(m, b->sims[i]);
    memcpy(b->sims[i]->qpos, sg_batch_env_qpos(b->batch, i), (size_t)m->nq * sizeof(mjtNum));
    memcpy(b->sims[i]->qvel, sg_batch_env_qvel(b->batch, i), (size_t)m->nv * sizeof(mjtNum));
  }
}


static double time_ours(Bench* b) {
  double from = sg_clock();
  for (int t = 0; t < STEPS; t++) {
    sg_batch_env_step(b->batch, b->act + (ptrdiff_t)t * b->n * b->info->nact, b->steps, b->obs);
  }
  return sg_clock() - from;
}


// as in training: those that ended begin their next episode
static double time_episodes(Bench* b) {
  double from = sg_clock();
  for (int t = 0; t < STEPS; t++) {
    int nid = 0;
    sg_batch_env_step(b->batch, b->act + (ptrdiff_t)t * b->n * b->info->nact, b->steps, b->obs);
    for (int i = 0; i < b->n; i++) {
      if (b->steps[i].terminated || b->steps[i].truncated) {
        b->ids[nid++] = i;
        b->episodes[i] += 1u << 16;  // another one than any round begins with
      }
    }
    if (nid > 0) {
      sg_batch_env_reset(b->batch, b->ids, nid, 0, SG_RNG_TEST, b->episodes, b->obs);
    }
  }
  return sg_clock() - from;
}


// one thread's simulations, all steps of each
static void run_bare(void* arg, int thread) {
  Bench* b = arg;
  const mjModel* m = sg_task_model(b->task);
  for (int i = thread * b->n / b->nthread; i < (thread + 1) * b->n / b->nthread; i++) {
    for (int t = 0; t < STEPS; t++) {
      const float* act = b->act + ((ptrdiff_t)t * b->n + i) * b->info->nact;
      for (int j = 0; j < b->info->nact; j++) {
        double low = b->info->act_low[j], high = b->info->act_high[j];
        b->sims[i]->ctrl[j] = low + (high - low) * ((double)act[j] + 1) / 2;
      }
      for (int k = 0; k < b->info->frame_skip; k++) {
        mj_step(m, b->sims[i]);
      }
    }
  }
}


static double time_bare(Bench* b) {
  double from = sg_clock();
  sg_pool_run(b->pool, run_bare, b, b->nthread);
  return sg_clock() - from;
}


// rounds until they say enough
static void measure(Bench* b, SgBenchRow rows[NROW], char names[NROW][64]) {
  static const char* const kinds[NROW] = {"physics", "bare", "episodes"};
  double rates[NROW][MAX_ROUND], ratio[MAX_ROUND], begin = sg_clock(), count = (double)STEPS * b->n;
  int nround = 0;
  begin_round(b, 0);
  time_ours(b);  // warm up
  while (nround < MAX_ROUND && (nround < MIN_ROUND || sg_clock() - begin < SECONDS)) {
    begin_round(b, (uint32_t)nround + 1);
    rates[0][nround] = count / time_ours(b);
    rates[1][nround] = count / time_bare(b);
    ratio[nround] = rates[0][nround] / rates[1][nround];
    begin_round(b, (uint32_t)nround + 1);
    rates[2][nround] = count / time_episodes(b);
    nround++;
  }

  for (int i = 0; i < NROW; i++) {
    snprintf(names[i], 64, "%s.%s.%d", kinds[i], b->info->name, b->n);
    rows[i] = sg_bench_row(names[i], "steps/s", b->nthread);
    rows[i].rate = sg_bench_median(rates[i], nround);
  }
  rows[0].share = sg_bench_median(ratio, nround);
}


//-------------------------------- the bench -----------------------------------------------------

static SgStatus bench_task(const char* word, const SgConfig* keys, int nthread, bool json,
                           SgError* error) {
  SgTaskSetting settings[SG_MAX_SETTING];
  char path[1024];
  SgStatus status = sg_task_find(word, path, sizeof(path), error);
  int nsetting = sg_config_settings(keys, settings);
  SgTask* task = status == SG_OK ? sg_task_load(path, settings, nsetting, error) : NULL;

  for (int i = 0; task && status == SG_OK && i < NSIZE; i++) {
    Bench bench = {.task = task, .info = sg_task_info(task), .n = SIZES[i], .nthread = nthread};
    SgBenchRow rows[NROW];
    char names[NROW][64];
    status = make_bench(&bench, error);
    if (status == SG_OK) {
      measure(&bench, rows, names);
      sg_bench_print_rows(rows, NROW, json);
      fflush(stdout);
    }
    free_bench(&bench);
  }
  sg_task_free(task);
  return task ? status : error->status;
}


SgStatus sg_bench_physics(SgConfig* keys, const char* task, int nthread, bool json,
                          SgError* error) {
  int nname = 0;
  const char* const* names = sg_task_names(&nname);
  SgStatus status = SG_OK;
  if (!json) {
    sg_bench_print_header("of bare");
  }
  if (task) {
    return bench_task(task, keys, nthread, json, error);
  }
  for (int i = 0; status == SG_OK && i < nname; i++) {
    status = bench_task(names[i], keys, nthread, json, error);
  }
  return status;
}
