// softgait bench infer: how long one step of the policy runtime takes, batch 1, on one core.
//
// The policy is the one that an untrained learner of the task would ship, read back by the runtime
// that ships. N steps on N different observations, each timed by itself; the clock's own time,
// measured in the same way, is in every number.
//
//   infer            the lower decile: what the code takes when nothing else is in the way
//   infer.median .p99 .p9999 .max    what a control loop sees; the last ones are the system's doing

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/machine.h"
#include "cli/bench.h"
#include "math/peak.h"
#include "policy/policy.h"
#include "task/task.h"
#include "train/model_digest.h"
#include "train/policy_write.h"

enum {
  STEPS = 200000,
  WARM_UP = 20000,
  OBSERVATIONS = 512,
  NROW = 6
};


// the policy that an untrained learner would ship
static SgPolicy* make_policy(SgConfig* keys, const SgTask* task, SgError* error) {
  const SgTaskInfo* info = sg_task_info(task);
  char digest[65], why[256];
  if (sg_config_resolve(keys, info->nact, error) != SG_OK ||
      sg_model_digest(task, digest, error) != SG_OK) {
    return NULL;
  }
  SgSacConfig config = sg_config_sac(keys, info->nobs, info->nact);
  SgPolicySummary summary = {.preset = keys->preset, .model_sha256 = digest};
  const SgKernels* kernels = sg_kernels_choose(keys->backend, keys->isa, error);
  SgPool* pool = kernels ? sg_pool_create(1, error) : NULL;
  SgSac* sac = pool ? sg_sac_create(&config, kernels, pool, error) : NULL;
  size_t size = 0;
  char* bytes = sac ? sg_policy_bytes(sac, task, &summary, &size, error) : NULL;
  SgPolicy* policy = bytes ? sg_policy_load(bytes, size, why, sizeof(why)) : NULL;
  if (bytes && !policy) {
    sg_fail(error, SG_FAIL, "the policy cannot be loaded: %s", why);
  }
  sg_file_free(bytes);
  sg_sac_destroy(sac);
  sg_pool_destroy(pool);
  return policy;
}


// multiply-adds of one step
static double work_of(const SgConfig* keys, const SgTaskInfo* info) {
  SgSacConfig config = sg_config_sac(keys, info->nobs, info->nact);
  double sum = 0;
  int from = info->nobs;
  for (int i = 0; i <= config.nhidden; i++) {
    int to = i < config.nhidden ? config.hidden[i] : info->nact;
    sum += (double)from * to;
    from = to;
  }
  return sum;
}


static int by_size(const void* a, const void* b) {
  double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}


// time each step by itself; microseconds (STEPS) in increasing order
static void time_steps(const SgPolicy* policy, double* microseconds, float* obs, float* act,
                       void* scratch) {
  int nobs = sg_policy_nobs(policy);
  SgRng rng = sg_rng_make(0, SG_RNG_TEST, 1, 0);
  for (int i = 0; i < OBSERVATIONS * nobs; i++) {
    obs[i] = (float)(2 * sg_rng_uniform(&rng) - 1);
  }
  for (int k = -WARM_UP; k < STEPS; k++) {
    const float* row = obs + (k & (OBSERVATIONS - 1)) * nobs;
    double begin = sg_clock();
    sg_policy_step(policy, row, act, scratch);
    microseconds[k < 0 ? 0 : k] = 1e6 * (sg_clock() - begin);
  }
  qsort(microseconds, STEPS, sizeof(double), by_size);
}


static void fill_rows(SgBenchRow rows[NROW], const double* microseconds, double work, double peak) {
  static const struct {
    const char* name;
    int place;
  } AT[NROW] = {{"infer", STEPS / 10},
                {"infer.median", STEPS / 2},
                {"infer.p99", STEPS - 1 - STEPS / 100},
                {"infer.p999", STEPS - 1 - STEPS / 1000},
                {"infer.p9999", STEPS - 1 - STEPS / 10000},
                {"infer.max", STEPS - 1}};
  for (int i = 0; i < NROW; i++) {
    rows[i] = sg_bench_row(AT[i].name, "us", 1);
    rows[i].rate = microseconds[AT[i].place];
  }
  rows[0].flops = 2 * work / (rows[0].rate * 1e-6);
  rows[0].peak_flops = peak;
}


static SgStatus run_policy(SgConfig* keys, const SgTask* task, SgBenchRow rows[NROW],
                           SgError* error) {
  const SgTaskInfo* info = sg_task_info(task);
  SgPolicy* policy = make_policy(keys, task, error);
  if (!policy) {
    return error->status;
  }
  size_t nobs = (size_t)info->nobs, nact = (size_t)info->nact;
  double* microseconds = malloc(STEPS * sizeof(double));
  float* obs = malloc(OBSERVATIONS * nobs * sizeof(float));
  float* act = malloc(nact * sizeof(float) + sg_policy_scratch(policy));
  SgStatus status = SG_OK;
  if (microseconds && obs && act) {
    time_steps(policy, microseconds, obs, act, act + nact);
    fill_rows(rows, microseconds, work_of(keys, info), sg_peak_flops(0.05));
  } else {
    status = sg_fail(error, SG_MACHINE, "out of memory for %d times", STEPS);
  }
  free(act);
  free(obs);
  free(microseconds);
  sg_policy_free(policy);
  return status;
}


SgStatus sg_bench_infer(SgConfig* keys, const char* word, int nthread, bool json, SgError* error) {
  SgTaskSetting settings[SG_MAX_SETTING];
  SgBenchRow rows[NROW];
  char path[1024];
  (void)nthread;
  SgStatus status = sg_task_find(word ? word : "half_cheetah", path, sizeof(path), error);
  int n = sg_config_settings(keys, settings);
  SgTask* task = status == SG_OK ? sg_task_load(path, settings, n, error) : NULL;
  if (!task) {
    return error->status;
  }
  status = run_policy(keys, task, rows, error);
  if (status == SG_OK) {
    if (!json) {
      sg_bench_print_header("");
    }
    sg_bench_print_rows(rows, NROW, json);
  }
  if (status == SG_OK && !json) {
    printf("%s: %d observations, %d actions; %d steps timed one by one, after %d to warm up\n",
           sg_task_info(task)->name, sg_task_info(task)->nobs, sg_task_info(task)->nact, STEPS,
           WARM_UP);
  }
  sg_task_free(task);
  return status;
}
