// From options to a trainer, and back to nothing.
//
//   task ─> learner, replay ─> environments ─> a first policy file ─> run folder
//
// Each stage needs the ones before. The policy file is made once before anything is trained: a
// model that cannot be told in one is refused now and not after an hour.

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "sac/sac.h"
#include "task/task.h"
#include "train/fingerprint.h"
#include "train/inherit.h"
#include "train/model_digest.h"
#include "train/policy_write.h"
#include "train/trainer.h"


// a setting that the task refuses: the command line's fault unless all came from the file
static SgStatus blame(const SgConfig* config, SgError* error) {
  char text[sizeof(error->text)];
  bool file = config->nsetting > 0;
  for (int i = 0; i < config->nsetting; i++) {
    file = file && config->settings[i].source == SG_FROM_FILE;
  }
  if (error->status != SG_USAGE || !file) {
    return error->status;
  }
  memcpy(text, error->text, sizeof(text));
  return sg_fail(error, SG_FILE, "%.200s: %.800s", config->file, text);
}


static SgStatus make_task(SgTrainer* t, SgError* error) {
  SgTaskSetting settings[SG_MAX_SETTING];
  char path[1024];
  int n = sg_config_settings(&t->config, settings);
  SgStatus status = sg_task_find(t->config.task, path, sizeof(path), error);
  if (status != SG_OK) {
    return status;
  }
  t->task = sg_task_load(path, settings, n, error);
  if (!t->task) {
    return blame(&t->config, error);
  }
  t->info = sg_task_info(t->task);
  if (t->info->episode_steps == 0) {
    return sg_fail(error, SG_FILE,
                   "%s: has no time limit, so an evaluation might never end; give it control: "
                   "{episode_steps: N}",
                   path);
  }
  status = sg_progress_init(&t->progress, t->info, error);
  return status == SG_OK ? sg_config_resolve(&t->config, t->info->nact, error) : status;
}


static SgStatus make_learner(SgTrainer* t, SgError* error) {
  const SgKernels* kernels = sg_kernels_choose(t->config.backend, t->config.isa, error);
  SgSacConfig config = sg_config_sac(&t->config, t->info->nobs, t->info->nact);
  if (kernels) {
    snprintf(t->checks.backend, sizeof(t->checks.backend), "%s (%s)", kernels->name, kernels->core);
    snprintf(t->checks.isa, sizeof(t->checks.isa), "%s", kernels->isa);
    t->pool = sg_pool_create(t->options->nthread, error);
  }
  if (t->pool) {
    t->sac = sg_sac_create(&config, kernels, t->pool, error);
  }
  if (t->sac) {
    t->replay = sg_replay_create(t->config.replay, (int)t->config.envs, t->info->nobs,
                                 t->info->nact, error);
  }
  t->sample = sg_rng_make((uint64_t)t->config.seed, SG_RNG_SAMPLE, 0, 0);
  return t->replay ? SG_OK : error->status;
}


// with --from: what another run has learned. A run that goes on has it behind it
static SgStatus make_start(SgTrainer* t, SgError* error) {
  if (t->resuming) {
    memcpy(t->checks.from_sha256, t->config.checks.from_sha256, sizeof(t->checks.from_sha256));
  }
  return t->resuming || !t->config.from[0]
             ? SG_OK
             : sg_inherit(t->sac, &t->config, t->config.from, t->checks.from_sha256, error);
}


static SgStatus make_envs(SgTrainer* t, SgError* error) {
  SgStatus status = sg_envs_create(&t->envs, t->task, (int)t->config.envs, t->pool,
                                   (uint64_t)t->config.seed, error);
  if (status == SG_OK) {
    status = sg_recorder_create(&t->recorder, t->task, t->envs.n, error);
  }
  if (status == SG_OK) {
    t->eval_env = sg_env_create(t->task, error);
    status = t->eval_env ? SG_OK : error->status;
  }
  return status;
}


// a run that goes on needs the files that it began with, or it would not end with the same bytes
static SgStatus check_same(const SgTrainer* t, const char* what, const char* path, const char* then,
                           const char* now, SgError* error) {
  if (!t->resuming || !then[0] || strcmp(then, now) == 0) {
    return SG_OK;
  }
  return sg_fail(error, SG_FILE,
                 "%s: %s was changed since the run began; put it back to resume, or begin another "
                 "run with `softgait train %s --from %s`",
                 path, what, t->info->task_path, t->options->run);
}


// what the run's bytes depend on besides its keys
static SgStatus make_checks(SgTrainer* t, SgError* error) {
  const SgConfigChecks* then = &t->config.checks;
  snprintf(t->checks.task, sizeof(t->checks.task), "%s", t->info->name);
  snprintf(t->checks.mujoco, sizeof(t->checks.mujoco), "%s", mj_versionString());
  SgStatus status = sg_task_digest(t->task, t->checks.task_sha256, error);
  if (status == SG_OK) {
    status = sg_model_digest(t->task, t->checks.model_sha256, error);
  }
  if (status == SG_OK) {
    status = check_same(t, "the task", t->info->task_path, then->task_sha256, t->checks.task_sha256,
                        error);
  }
  return status != SG_OK ? status
                         : check_same(t, "the model", t->info->model_path, then->model_sha256,
                                      t->checks.model_sha256, error);
}


// the untrained policy as a file, for the sake of what may be wrong with it
static SgStatus try_policy(SgTrainer* t, SgError* error) {
  size_t size;
  SgPolicySummary summary = {.preset = t->config.preset, .model_sha256 = t->checks.model_sha256};
  char* bytes = sg_policy_bytes(t->sac, t->task, &summary, &size, error);
  sg_file_free(bytes);
  return bytes ? SG_OK : error->status;
}


// how this machine computes
static SgStatus make_fingerprint(SgTrainer* t, SgError* error) {
  const SgKernels* kernels = sg_kernels_choose(t->config.backend, t->config.isa, error);
  return kernels ? sg_fingerprint(kernels, t->task, t->fingerprint, error) : error->status;
}


static SgStatus make_run(SgTrainer* t, SgError* error) {
  if (t->resuming) {
    t->run = sg_run_open(t->options->run, error);
    return t->run ? SG_OK : error->status;
  }
  SgRunFacts facts = {
      .command = t->options->command, .checks = t->checks, .nthread = t->options->nthread};
  t->run = sg_run_create(t->options->run, &t->config, t->task, &facts, error);
  return t->run ? SG_OK : error->status;
}


SgStatus sg_trainer_set_up(SgTrainer* t, SgError* error) {
  static SgStatus (*const stages[])(SgTrainer*, SgError*) = {
      make_task,   make_learner, make_start,       make_envs,
      make_checks, try_policy,   make_fingerprint, make_run};
  SgStatus status = SG_OK;
  for (size_t i = 0; status == SG_OK && i < sizeof(stages) / sizeof(stages[0]); i++) {
    status = stages[i](t, error);
  }
  return status;
}


void sg_trainer_tear_down(SgTrainer* t) {
  sg_live_destroy(t->live);
  sg_run_close(t->run);
  sg_env_free(t->eval_env);
  sg_recorder_free(&t->recorder);
  sg_envs_free(&t->envs);
  sg_replay_free(t->replay);
  sg_sac_destroy(t->sac);
  sg_pool_destroy(t->pool);
  sg_task_free(t->task);
}
