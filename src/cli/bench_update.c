// softgait bench update: how fast gradient steps are, as a share of what the processor can do.
//
// Textbook work of one update, multiply-add counted two, batch B, with P the weights of a network:
//
//   2 B P_a            actor at s'                     2 B P_a            actor at s
//   2 * 2 B P_c        target critics at (s', a')      2 * 2 B P_c        critics at (s, a)
//   2 * 2 B P_c        critics, weight gradients       2 * 2 B P_h        critics, hidden gradients
//   2 * 2 B P_c        critics at (s, fresh a)         2 * 2 B (P_h + nact h)   down to the action
//   2 B (P_a - W_0)    actor, hidden gradients         2 B P_a            actor, weight gradients
//
// where P_h leaves out the first layer and W_0 is the actor's first layer: 577.1 MFLOP for 17/6,
// two layers of 256, batch 256; 1080.3 for 348/17. Savings that leave the result exact count for
// us.
//
// Nothing is timed before the products of every layer agree with the oracle's
// (math/kernels_check.h).
//
// Behind the whole update its stages follow, each with its share of the time, measured in updates
// of their own; "sample" is the replay's part, "between" what is left: waits, sums, the
// temperature.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/machine.h"
#include "cli/bench.h"
#include "math/kernels_check.h"
#include "math/peak.h"
#include "sac/sac.h"
#include "task/task.h"

enum {
  MAX_SAMPLE = 200,
  MIN_SAMPLE = 30,
  ROWS = 100000,
  NROW = SG_STAGE_COUNT + 3
};

static const double SECONDS = 8, SAMPLE_SECONDS = 0.1, WARM_UP_SECONDS = 0.3, STAGE_SECONDS = 1.5;

// what is timed
typedef struct Bench {
  SgSacConfig config;
  const SgKernels* kernels;
  SgPool* pool;
  SgSac* sac;
  SgReplay* replay;
  SgRng sample;
  int nthread, nsample;
  double rate[MAX_SAMPLE], peak[MAX_SAMPLE];  // per sample: updates/s, flop/s of all threads
  double sample_seconds;                      // spent in the replay
} Bench;

// multiply-adds per row of the batch
typedef struct Work {
  double stage[SG_STAGE_COUNT];
  double total;
} Work;


//-------------------------------- work ----------------------------------------------------------

// weights of a network; first: those of its first layer
static double weights(int nin, const int* hidden, int nhidden, int nout, double* first) {
  double sum = 0;
  int from = nin;
  for (int i = 0; i <= nhidden; i++) {
    int to = i < nhidden ? hidden[i] : nout;
    *first = i == 0 ? (double)from * to : *first;
    sum += (double)from * to;
    from = to;
  }
  return sum;
}


// the textbook's multiply-adds, by stage
static Work textbook(const SgSacConfig* c) {
  double actor_first = 0, critic_first = 0;
  double actor = weights(c->nobs, c->hidden, c->nhidden, 2 * c->nact, &actor_first);
  double critic = weights(c->nobs + c->nact, c->critic_hidden, c->ncritic_hidden, 1, &critic_first);
  double upper = critic - critic_first, to_action = (double)c->nact * c->critic_hidden[0];

  Work work = {.stage = {[SG_STAGE_DRAW] = 2 * actor,
                         [SG_STAGE_VALUE] = 4 * critic,
                         [SG_STAGE_REGRESS] = 2 * upper,
                         [SG_STAGE_GRADIENT] = 2 * critic,
                         [SG_STAGE_JUDGE] = 2 * critic,
                         [SG_STAGE_ACTION] = 2 * (upper + to_action),
                         [SG_STAGE_POLICY] = actor - actor_first,
                         [SG_STAGE_ACTOR] = actor}};
  for (int i = 0; i < SG_STAGE_COUNT; i++) {
    work.total += work.stage[i];
  }
  return work;
}


//-------------------------------- running -------------------------------------------------------

// random transitions, some of them ends
static void fill_replay(Bench* b, int nobs, int nact) {
  SgRng rng = sg_rng_make(0, SG_RNG_TEST, 0, 0);
  float* row = malloc((size_t)(nobs + nact) * sizeof(float));
  for (int i = 0; row && i <= ROWS; i++) {
    for (int j = 0; j < nobs + nact; j++) {
      row[j] = (float)(2 * sg_rng_uniform(&rng) - 1);
    }
    if (i == 0) {
      sg_replay_begin(b->replay, 0, row);
    } else {
      sg_replay_step(b->replay, 0, row + nobs, row[0], i % 1000 == 0, false, row);
    }
  }
  free(row);
}


// a network's layers against the oracle, as many rows as a task has and one more
static SgStatus check_layers(const SgKernels* kernels, int nin, const int* hidden, int nhidden,
                             int nout, SgError* error) {
  SgStatus status = SG_OK;
  for (int i = 0; status == SG_OK && i <= nhidden; i++) {
    int to = i < nhidden ? hidden[i] : nout;
    status = sg_kernels_check(kernels, kernels->rows + 1, nin, to, error);
    nin = to;
  }
  return status;
}


// what is to be timed computes what it should
static SgStatus check_kernels(const SgKernels* kernels, const SgSacConfig* c, SgError* error) {
  SgStatus status = check_layers(kernels, c->nobs, c->hidden, c->nhidden, 2 * c->nact, error);
  return status != SG_OK ? status
                         : check_layers(kernels, c->nobs + c->nact, c->critic_hidden,
                                        c->ncritic_hidden, 1, error);
}


static SgStatus make_bench(Bench* b, const SgConfig* keys, SgError* error) {
  b->kernels = sg_kernels_choose(keys->backend, keys->isa, error);
  if (!b->kernels || check_kernels(b->kernels, &b->config, error) != SG_OK) {
    return error->status;
  }
  b->pool = sg_pool_create(b->nthread, error);
  b->sac = b->pool ? sg_sac_create(&b->config, b->kernels, b->pool, error) : NULL;
  b->replay = b->sac ? sg_replay_create(ROWS, 1, b->config.nobs, b->config.nact, error) : NULL;
  if (!b->replay) {
    return error->status;
  }
  fill_replay(b, b->config.nobs, b->config.nact);
  b->sample = sg_rng_make(0, SG_RNG_SAMPLE, 0, 0);
  return SG_OK;
}


static void peak_task(void* arg, int i) {
  double* peaks = arg;
  peaks[i] = sg_peak_flops(0.004);
}


// the peak of all threads together, measured on them
static double peak_now(Bench* b) {
  double peaks[256], sum = 0;
  sg_pool_run(b->pool, peak_task, peaks, b->nthread);
  for (int i = 0; i < b->nthread; i++) {
    sum += peaks[i];
  }
  return sum;
}


// updates for so many seconds, at least one; how many per second in rate
static SgStatus take_updates(Bench* b, double seconds, double* rate, SgError* error) {
  SgBatch* batch = sg_sac_batch(b->sac);
  SgSacInfo info;
  SgStatus status = SG_OK;
  double from = sg_clock();
  int n = 0;
  do {
    double before = sg_clock();
    sg_replay_sample_on(b->replay, b->pool, &b->sample, batch);
    b->sample_seconds += sg_clock() - before;
    status = sg_sac_update(b->sac, batch, &info, error);
    n++;
  } while (status == SG_OK && sg_clock() - from < seconds);
  *rate = n / (sg_clock() - from);
  return status;
}


// samples of a tenth of a second, each beside the peak of its moment
static SgStatus run_samples(Bench* b, SgError* error) {
  double begin = sg_clock();
  SgStatus status = take_updates(b, WARM_UP_SECONDS, &b->rate[0], error);
  while (status == SG_OK && b->nsample < MAX_SAMPLE &&
         (b->nsample < MIN_SAMPLE || sg_clock() - begin < SECONDS)) {
    double peak = peak_now(b);
    status = take_updates(b, SAMPLE_SECONDS, &b->rate[b->nsample], error);
    b->peak[b->nsample++] = fmax(peak, peak_now(b));
  }
  return status;
}


// the same once more with a clock around every stage; returns seconds of the whole, those per stage
// in seconds (SG_STAGE_COUNT)
static double run_stages(Bench* b, double* seconds, SgError* error) {
  double rate, from;
  sg_sac_time_stages(b->sac, seconds);
  b->sample_seconds = 0;
  from = sg_clock();
  SgStatus status = take_updates(b, STAGE_SECONDS, &rate, error);
  double whole = sg_clock() - from;
  sg_sac_time_stages(b->sac, NULL);
  return status == SG_OK ? whole : 0;
}


//-------------------------------- telling -------------------------------------------------------

// the whole update: medians over the samples
static SgBenchRow update_row(const Bench* b, const Work* work) {
  double shares[MAX_SAMPLE], flops = 2 * b->config.batch * work->total;
  for (int i = 0; i < b->nsample; i++) {
    shares[i] = b->rate[i] * flops / b->peak[i];
  }
  SgBenchRow row = sg_bench_row("update", "updates/s", b->nthread);
  row.rate = sg_bench_median(b->rate, b->nsample);
  row.flops = row.rate * flops;
  row.peak_flops = row.flops / sg_bench_median(shares, b->nsample);
  return row;
}


// a part of the whole: work is what it did in all
static SgBenchRow part_row(const char* name, const SgBenchRow* whole, double seconds,
                           double all_seconds, double flops_per_update) {
  SgBenchRow row = sg_bench_row(name, "updates/s", whole->threads);
  row.share = seconds / all_seconds;
  row.rate = whole->rate / row.share;
  if (flops_per_update > 0) {
    row.flops = flops_per_update * row.rate;
    row.peak_flops = whole->peak_flops;
  }
  return row;
}


// the whole, then its parts
static void fill_rows(SgBenchRow rows[NROW], const Bench* b, const double* seconds, double whole) {
  Work work = textbook(&b->config);
  double left = whole - b->sample_seconds;
  rows[0] = update_row(b, &work);
  rows[1] = part_row("sample", &rows[0], b->sample_seconds, whole, 0);
  for (int i = 0; i < SG_STAGE_COUNT; i++) {
    rows[2 + i] = part_row(sg_sac_stage_name((SgSacStage)i), &rows[0], seconds[i], whole,
                           2 * b->config.batch * work.stage[i]);
    left -= seconds[i];
  }
  rows[NROW - 1] = part_row("between", &rows[0], left, whole, 0);
}


//-------------------------------- the bench -----------------------------------------------------

// sizes: half_cheetah's 17 and 6, or a task's as its parameters make them
static SgStatus take_sizes(const char* word, const SgConfig* keys, int* nobs, int* nact,
                           SgError* error) {
  SgTaskSetting settings[SG_MAX_SETTING];
  char path[1024];
  *nobs = 17;
  *nact = 6;
  if (!word) {
    return SG_OK;
  }
  SgStatus status = sg_task_find(word, path, sizeof(path), error);
  int n = sg_config_settings(keys, settings);
  SgTask* task = status == SG_OK ? sg_task_load(path, settings, n, error) : NULL;
  if (!task) {
    return error->status;
  }
  *nobs = sg_task_info(task)->nobs;
  *nact = sg_task_info(task)->nact;
  sg_task_free(task);
  return SG_OK;
}


// a learner of a task's sizes, a replay full of noise
static SgStatus begin_bench(Bench* b, SgConfig* keys, const char* task, int nthread,
                            SgError* error) {
  int nobs = 0, nact = 0;
  *b = (Bench){.nthread = nthread};
  SgStatus status = take_sizes(task, keys, &nobs, &nact, error);
  if (status == SG_OK) {
    status = sg_config_resolve(keys, nact, error);
  }
  if (status == SG_OK) {
    b->config = sg_config_sac(keys, nobs, nact);
    status = make_bench(b, keys, error);
  }
  return status;
}


static void end_bench(Bench* b) {
  sg_replay_free(b->replay);
  sg_sac_destroy(b->sac);
  sg_pool_destroy(b->pool);
}


SgStatus sg_bench_update_rate(SgConfig* keys, const char* task, int nthread, double* rate,
                              SgError* error) {
  static Bench bench;
  SgStatus status = begin_bench(&bench, keys, task, nthread, error);
  for (int i = -2; status == SG_OK && i < MIN_SAMPLE; i++) {
    status = take_updates(&bench, SAMPLE_SECONDS, &bench.rate[i < 0 ? 0 : i], error);
  }
  if (status == SG_OK) {
    *rate = sg_bench_median(bench.rate, MIN_SAMPLE);
  }
  end_bench(&bench);
  return status;
}


SgStatus sg_bench_update(SgConfig* keys, const char* task, int nthread, bool json, SgError* error) {
  static Bench bench;
  double seconds[SG_STAGE_COUNT] = {0}, whole = 0;

  // measure
  SgStatus status = begin_bench(&bench, keys, task, nthread, error);
  if (status == SG_OK) {
    status = run_samples(&bench, error);
  }
  if (status == SG_OK) {
    whole = run_stages(&bench, seconds, error);
    status = whole > 0 ? SG_OK : error->status;
  }

  // tell
  if (status == SG_OK) {
    SgBenchRow rows[NROW];
    fill_rows(rows, &bench, seconds, whole);
    if (!json) {
      sg_bench_print_header("of time");
    }
    sg_bench_print_rows(rows, NROW, json);
  }
  if (status == SG_OK && !json) {
    printf("%d observations, %d actions, batch %d: %.1f MFLOP per update; %s (%s), %d samples\n",
           bench.config.nobs, bench.config.nact, bench.config.batch,
           2 * bench.config.batch * textbook(&bench.config).total / 1e6, bench.kernels->name,
           bench.kernels->core, bench.nsample);
  }
  end_bench(&bench);
  return status;
}
