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
// where P_h leaves out the first layer and W_0 is the actor's first layer: 577.1 MFLOP for 17/6, two
// layers of 256, batch 256; 1080.3 for 348/17. Savings that leave the result exact count for us.
//
// A second row tells the matrix products apart: a learner with a metered backend takes the same
// updates, and what its threads spend inside the seam is their share.

#include <math.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/machine.h"
#include "cli/command.h"
#include "math/peak.h"
#include "sac/sac.h"
#include "task/task.h"

static const SgFlag FLAGS[] = {
    {"--threads", "N", "threads; default: the processors we may run on"},
    {"--set", "KEY=VALUE", "any key of `softgait config`; may be repeated"},
    {"--json", NULL, "one JSON object per row on stdout"},
};

enum {
  MAX_SAMPLE = 200,
  MIN_SAMPLE = 30,
  ROWS = 100000
};

static const double SECONDS = 8, SAMPLE_SECONDS = 0.1, WARM_UP_SECONDS = 0.3, STAGE_SECONDS = 1.5;

// what is timed
typedef struct Bench {
  SgSacConfig config;
  const SgGemm* gemm;
  SgPool* pool;
  SgSac* sac;
  SgReplay* replay;
  SgRng sample;
  int nthread, nsample;
  double rate[MAX_SAMPLE], peak[MAX_SAMPLE];  // per sample: updates/s, flop/s of all threads
} Bench;

// a row of the result
typedef struct Row {
  const char *name, *unit;
  double rate;               // of `unit`
  double flops, peak_flops;  // flop/s of all threads together
  double peak_share;
  double share;  // of the threads' time; NaN: of a whole, not of a stage
} Row;


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


// floating-point operations of one textbook update
static double textbook_flops(const SgSacConfig* c) {
  double actor_first = 0, critic_first = 0;
  double actor = weights(c->nobs, c->hidden, c->nhidden, 2 * c->nact, &actor_first);
  double critic = weights(c->nobs + c->nact, c->critic_hidden, c->ncritic_hidden, 1, &critic_first);
  double upper = critic - critic_first, to_action = (double)c->nact * c->critic_hidden[0];

  double multiply_adds = 2 * actor                         // actor forward, twice
                         + 2 * (3 * critic)                // critics and targets forward
                         + 2 * critic + 2 * upper          // critics backward
                         + 2 * (upper + to_action)         // down to the action
                         + (actor - actor_first) + actor;  // actor backward
  return 2 * c->batch * multiply_adds;
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


static SgStatus make_bench(Bench* b, bool ref, SgError* error) {
  b->gemm = ref ? sg_gemm_ref() : sg_gemm_blas(error);
  b->pool = b->gemm ? sg_pool_create(b->nthread, error) : NULL;
  b->sac = b->pool ? sg_sac_create(&b->config, b->gemm, b->pool, error) : NULL;
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
static SgStatus take_updates(Bench* b, SgSac* sac, double seconds, double* rate, SgError* error) {
  SgSacInfo info;
  SgStatus status = SG_OK;
  double from = sg_clock();
  int n = 0;
  do {
    sg_replay_sample(b->replay, &b->sample, sg_sac_batch(sac));
    status = sg_sac_update(sac, sg_sac_batch(sac), &info, error);
    n++;
  } while (status == SG_OK && sg_clock() - from < seconds);
  *rate = n / (sg_clock() - from);
  return status;
}


// samples of a tenth of a second, each beside the peak of its moment
static SgStatus run_samples(Bench* b, SgError* error) {
  double begin = sg_clock();
  SgStatus status = take_updates(b, b->sac, WARM_UP_SECONDS, &b->rate[0], error);
  while (status == SG_OK && b->nsample < MAX_SAMPLE &&
         (b->nsample < MIN_SAMPLE || sg_clock() - begin < SECONDS)) {
    double peak = peak_now(b);
    status = take_updates(b, b->sac, SAMPLE_SECONDS, &b->rate[b->nsample], error);
    b->peak[b->nsample++] = fmax(peak, peak_now(b));
  }
  return status;
}


//-------------------------------- matrix products -----------------------------------------------

// what went through the seam, over all threads
static struct Meter {
  const SgGemm* gemm;
  atomic_llong nanoseconds, multiply_adds, calls;
} meter;


static void multiply_metered(bool ta, bool tb, int m, int n, int k, const sg_real* a, int lda,
                             const sg_real* b, int ldb, bool add, sg_real* c, int ldc) {
  double from = sg_clock();
  meter.gemm->multiply(ta, tb, m, n, k, a, lda, b, ldb, add, c, ldc);
  meter.nanoseconds += (long long)(1e9 * (sg_clock() - from));
  meter.multiply_adds += (long long)m * n * k;
  meter.calls++;
}


// the same updates by a learner whose products are metered
static SgStatus run_products(Bench* b, Row* row, SgError* error) {
  SgGemm metered = {b->gemm->name, b->gemm->core, multiply_metered};
  double rate;
  meter.gemm = b->gemm;
  SgSac* sac = sg_sac_create(&b->config, &metered, b->pool, error);
  SgStatus status = sac ? take_updates(b, sac, WARM_UP_SECONDS, &rate, error) : error->status;
  meter.nanoseconds = meter.multiply_adds = meter.calls = 0;
  double peak = peak_now(b), from = sg_clock();
  if (status == SG_OK) {
    status = take_updates(b, sac, STAGE_SECONDS, &rate, error);
  }
  double wall = sg_clock() - from, inside = 1e-9 * (double)meter.nanoseconds / b->nthread;
  *row = (Row){.name = "products",
               .unit = "products/s",
               .rate = (double)meter.calls / wall,
               .flops = 2 * (double)meter.multiply_adds / inside,
               .peak_flops = fmax(peak, peak_now(b)),
               .share = inside / wall};
  row->peak_share = row->flops / row->peak_flops;
  sg_sac_destroy(sac);
  return status;
}


//-------------------------------- telling -------------------------------------------------------

static int by_size(const void* a, const void* b) {
  double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}


static double median(const double* values, int n) {
  double sorted[MAX_SAMPLE];
  memcpy(sorted, values, (size_t)n * sizeof(double));
  qsort(sorted, (size_t)n, sizeof(double), by_size);
  return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}


// the whole update: medians over the samples
static Row update_row(const Bench* b) {
  double shares[MAX_SAMPLE], flops = textbook_flops(&b->config);
  for (int i = 0; i < b->nsample; i++) {
    shares[i] = b->rate[i] * flops / b->peak[i];
  }
  double rate = median(b->rate, b->nsample);
  return (Row){.name = "update",
               .unit = "updates/s",
               .rate = rate,
               .flops = rate * flops,
               .peak_flops = median(b->peak, b->nsample),
               .peak_share = median(shares, b->nsample),
               .share = (double)NAN};
}


static void print_json(const Row* row, int nthread) {
  printf(
      "{\"name\": \"%s\", \"threads\": %d, \"rate\": %.17g, \"unit\": \"%s\", \"gflops\": %.17g, "
      "\"peak_gflops\": %.17g, \"peak_share\": %.17g",
      row->name, nthread, row->rate, row->unit, row->flops / 1e9, row->peak_flops / 1e9,
      row->peak_share);
  if (!isnan(row->share)) {
    printf(", \"share\": %.17g", row->share);
  }
  printf("}\n");
}


static void print_text(const Row* row, int nthread) {
  printf("%-9s  %7d  %10.1f %-10s  %8.1f  %8.1f  %7.1f%%", row->name, nthread, row->rate, row->unit,
         row->flops / 1e9, row->peak_flops / 1e9, 100 * row->peak_share);
  if (!isnan(row->share)) {
    printf("  %7.1f%%", 100 * row->share);
  }
  printf("\n");
}


static void print_rows(const Bench* b, const Row* rows, int nrow, bool json) {
  if (!json) {
    printf("%-9s  %7s  %-21s  %8s  %8s  %8s  %8s\n", "", "threads", "      rate", "GFLOP/s", "peak",
           "of peak", "of time");
  }
  for (int i = 0; i < nrow; i++) {
    if (json) {
      print_json(&rows[i], b->nthread);
    } else {
      print_text(&rows[i], b->nthread);
    }
  }
  if (!json) {
    printf("%d observations, %d actions, batch %d: %.1f MFLOP per update; %s (%s), %d samples\n",
           b->config.nobs, b->config.nact, b->config.batch, textbook_flops(&b->config) / 1e6,
           b->gemm->name, b->gemm->core, b->nsample);
  }
}


//-------------------------------- the command ---------------------------------------------------

// sizes: half_cheetah's 17 and 6, or a task's as its parameters make them
static SgStatus take_sizes(const SgArgs* args, const SgConfig* keys, int* nobs, int* nact,
                           SgError* error) {
  SgTaskSetting settings[SG_MAX_SETTING];
  char path[1024];
  *nobs = 17;
  *nact = 6;
  if (args->nword < 2) {
    return SG_OK;
  }
  SgStatus status = sg_task_find(args->words[1], path, sizeof(path), error);
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


static SgStatus run_bench(const SgArgs* args, SgError* error) {
  static Bench bench;
  static SgConfig keys;
  Row rows[2];
  int nobs = 0, nact = 0;
  int64_t nthread = sg_machine_ncpu();
  if (args->nword > 0 && strcmp(args->words[0], "update") != 0) {
    return sg_fail(error, SG_USAGE, "bench knows 'update', not '%.60s'", args->words[0]);
  }

  // sizes and threads, by flags
  SgStatus status = sg_command_config_from(&keys, args, error);
  if (status == SG_OK) {
    status = sg_args_int(args, "--threads", 1, 256, &nthread, error);
  }
  if (status == SG_OK) {
    status = take_sizes(args, &keys, &nobs, &nact, error);
  }
  if (status == SG_OK) {
    status = sg_config_resolve(&keys, nact, error);
  }

  // measure
  if (status == SG_OK) {
    bench.config = sg_config_sac(&keys, nobs, nact);
    bench.nthread = (int)nthread;
    status = make_bench(&bench, strcmp(keys.backend, "ref") == 0, error);
  }
  if (status == SG_OK) {
    status = run_samples(&bench, error);
  }
  if (status == SG_OK) {
    rows[0] = update_row(&bench);
    status = run_products(&bench, &rows[1], error);
  }
  if (status == SG_OK) {
    print_rows(&bench, rows, 2, sg_args_has(args, "--json"));
  }
  sg_replay_free(bench.replay);
  sg_sac_destroy(bench.sac);
  sg_pool_destroy(bench.pool);
  return status;
}


const SgCommand sg_command_bench = {
    .name = "bench",
    .summary = "measure gradient steps against the processor's peak",
    .usage = "softgait bench [update] [TASK] [flags]",
    .examples =
        "  softgait bench update                    17 observations, 6 actions, 2x256, batch 256\n"
        "  softgait bench update hopper --threads 2 --json\n",
    .max_words = 2,
    .nflag = sizeof(FLAGS) / sizeof(FLAGS[0]),
    .flags = FLAGS,
    .run = run_bench,
};
