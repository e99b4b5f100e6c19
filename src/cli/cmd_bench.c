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

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/machine.h"
#include "cli/command.h"
#include "math/peak.h"
#include "sac/sac.h"
#include "task/task.h"

static const SgFlag FLAGS[] = {
    {"--threads", "N", "threads (1)"},
    {"--set", "KEY=VALUE", "any key of `softgait config`; may be repeated"},
    {"--json", NULL, "one JSON object per row on stdout"},
};

enum {
  MAX_SAMPLE = 200,
  MIN_SAMPLE = 30,
  ROWS = 100000,
  WARM_UP = 20
};

static const double SECONDS = 8, SAMPLE_SECONDS = 0.1;

// what is timed
typedef struct Bench {
  SgPool* pool;
  SgSac* sac;
  SgReplay* replay;
  SgRng sample;
  const SgGemm* gemm;
  int nthread, nsample;
  double rate[MAX_SAMPLE], peak[MAX_SAMPLE];  // per sample: updates/s, flop/s of all threads
} Bench;


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


static SgStatus make_bench(Bench* b, const SgSacConfig* config, const SgConfig* keys,
                           SgError* error) {
  bool ref = strcmp(keys->backend, "ref") == 0;
  b->gemm = ref ? sg_gemm_ref() : sg_gemm_blas(error);
  b->pool = b->gemm ? sg_pool_create(b->nthread, error) : NULL;
  b->sac = b->pool ? sg_sac_create(config, b->gemm, b->pool, error) : NULL;
  b->replay = b->sac ? sg_replay_create(ROWS, 1, config->nobs, config->nact, error) : NULL;
  if (!b->replay) {
    return error->status;
  }
  fill_replay(b, config->nobs, config->nact);
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


static SgStatus one_update(Bench* b, SgError* error) {
  SgSacInfo info;
  sg_replay_sample(b->replay, &b->sample, sg_sac_batch(b->sac));
  return sg_sac_update(b->sac, sg_sac_batch(b->sac), &info, error);
}


// samples of a tenth of a second, each beside the peak of its moment
static SgStatus run_samples(Bench* b, SgError* error) {
  SgStatus status = SG_OK;
  double begin = sg_clock();
  for (int i = 0; i < WARM_UP && status == SG_OK; i++) {
    status = one_update(b, error);
  }
  while (status == SG_OK && b->nsample < MAX_SAMPLE &&
         (b->nsample < MIN_SAMPLE || sg_clock() - begin < SECONDS)) {
    double peak = peak_now(b), from = sg_clock();
    int n = 0;
    do {
      status = one_update(b, error);
      n++;
    } while (status == SG_OK && sg_clock() - from < SAMPLE_SECONDS);
    b->rate[b->nsample] = n / (sg_clock() - from);
    b->peak[b->nsample++] = fmax(peak, peak_now(b));
  }
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


static void print_row(const Bench* b, double flops, bool json) {
  double shares[MAX_SAMPLE];
  for (int i = 0; i < b->nsample; i++) {
    shares[i] = b->rate[i] * flops / b->peak[i];
  }
  double rate = median(b->rate, b->nsample), peak = median(b->peak, b->nsample);
  double share = median(shares, b->nsample);
  if (json) {
    printf(
        "{\"name\": \"update\", \"threads\": %d, \"rate\": %.17g, \"unit\": \"updates/s\", "
        "\"gflops\": "
        "%.17g, \"peak_gflops\": %.17g, \"peak_share\": %.17g}\n",
        b->nthread, rate, rate * flops / 1e9, peak / 1e9, share);
    return;
  }
  printf("%-8s %7s %10s %12s %12s %8s\n", "name", "threads", "updates/s", "GFLOP/s", "peak",
         "share");
  printf("%-8s %7d %10.1f %12.1f %12.1f %7.1f%%\n", "update", b->nthread, rate, rate * flops / 1e9,
         peak / 1e9, 100 * share);
  printf("%s (%s), %.1f MFLOP per update, median of %d samples\n", b->gemm->name, b->gemm->core,
         flops / 1e6, b->nsample);
}


// sizes: 17 and 6, or a task's
static SgStatus take_sizes(const SgArgs* args, int* nobs, int* nact, SgError* error) {
  char path[1024];
  *nobs = 17;
  *nact = 6;
  if (args->nword < 2) {
    return SG_OK;
  }
  SgStatus status = sg_task_find(args->words[1], path, sizeof(path), error);
  SgTask* task = status == SG_OK ? sg_task_load(path, NULL, 0, error) : NULL;
  if (!task) {
    return error->status;
  }
  *nobs = sg_task_info(task)->nobs;
  *nact = sg_task_info(task)->nact;
  sg_task_free(task);
  return SG_OK;
}


static int run_bench(const SgArgs* args, SgError* error) {
  static Bench bench;
  static SgConfig keys;
  int nobs = 0, nact = 0;
  int64_t nthread = 1;
  if (args->nword > 0 && strcmp(args->words[0], "update") != 0) {
    return sg_fail(error, SG_USAGE, "bench knows 'update', not '%.60s'", args->words[0]);
  }
  SgStatus status = sg_command_config_from(&keys, args, error);
  if (status == SG_OK) {
    status = sg_args_int(args, "--threads", 1, 256, &nthread, error);
  }
  if (status == SG_OK) {
    status = take_sizes(args, &nobs, &nact, error);
  }
  if (status == SG_OK) {
    status = sg_config_resolve(&keys, nact, error);
  }
  if (status == SG_OK) {
    SgSacConfig config = sg_config_sac(&keys, nobs, nact);
    bench.nthread = (int)nthread;
    status = make_bench(&bench, &config, &keys, error);
    status = status == SG_OK ? run_samples(&bench, error) : status;
    if (status == SG_OK) {
      print_row(&bench, textbook_flops(&config), sg_args_has(args, "--json"));
    }
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
