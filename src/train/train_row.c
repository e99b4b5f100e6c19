// A row of the table: evaluate, save, write, tell.
//
//   learner ─> bytes of a policy file ─┬─> the runtime reads them ─> evaluation ─> progress.csv
//                                      └─> policy/latest, and policy/best when none was better

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/machine.h"
#include "policy/policy.h"
#include "train/checkpoint.h"
#include "train/eval.h"
#include "train/policy_write.h"
#include "train/trainer.h"


bool sg_trainer_stopping(const SgTrainer* t) {
  return t->options->stop && *t->options->stop;
}


//-------------------------------- telling -------------------------------------------------------

void sg_trainer_tell_note(const SgTrainer* t, const char* note) {
  const SgTrainWatcher* w = &t->options->watcher;
  if (w->note) {
    w->note(w->arg, note);
  }
}


// how the run differs from the one whose config.yaml it repeats
static void tell_checks(const SgTrainer* t) {
  const SgConfigChecks *then = &t->config.checks, *now = &t->checks;
  const struct {
    const char *what, *then, *now;
  } pairs[] = {{"task", then->task, now->task},
               {"task file", then->task_sha256, now->task_sha256},
               {"model", then->model_sha256, now->model_sha256},
               {"MuJoCo", then->mujoco, now->mujoco},
               {"backend", then->backend, now->backend},
               {"instruction set", then->isa, now->isa},
               {"networks to begin with", then->from_sha256, now->from_sha256}};
  for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
    char note[1400];
    if (pairs[i].then[0] && strcmp(pairs[i].then, pairs[i].now) != 0) {
      snprintf(note, sizeof(note),
               "%s: was written by a run with %s %.64s, here it is %.64s; numbers will differ",
               t->config.file, pairs[i].what, pairs[i].then, pairs[i].now);
      sg_trainer_tell_note(t, note);
    }
  }
}


void sg_trainer_tell_start(const SgTrainer* t) {
  const SgTrainWatcher* w = &t->options->watcher;
  int nobs = t->info->nobs, nact = t->info->nact;
  SgTrainStart start = {
      .config = &t->config,
      .task = t->info,
      .run = sg_run_folder(t->run),
      .backend = t->checks.backend,
      .nthread = t->options->nthread,
      .replay_rows = sg_replay_capacity(t->replay),
      .replay_mb = (double)sg_replay_bytes(t->config.replay, t->envs.n, nobs, nact) / 1e6};
  if (w->start) {
    w->start(w->arg, &start);
  }
  if (t->info->warning[0]) {
    char note[1400];
    snprintf(note, sizeof(note), "%s: MuJoCo warns: %s", t->info->model_path, t->info->warning);
    sg_trainer_tell_note(t, note);
  }
  tell_checks(t);
}


void sg_trainer_tell_now(const SgTrainer* t) {
  const SgTrainWatcher* w = &t->options->watcher;
  if (!w->now) {
    return;
  }
  double clock = sg_clock(), late = clock - t->epoch_started;
  SgTrainNow now = {.step = t->totals.step,
                    .steps = t->config.steps,
                    .episodes = t->totals.episodes,
                    .updates = t->totals.updates,
                    .last_return = t->last_return,
                    .seconds = clock - t->started,
                    .steps_per_second = late > 0 ? (double)t->epoch.nstep / late : 0,
                    .times = t->times};
  w->now(w->arg, &now);
}


void sg_trainer_failed(SgTrainer* t, int i) {
  char path[1100], note[1400];
  SgError why = {0};
  if (sg_recorder_save(&t->recorder, i, t->totals.step, sg_run_folder(t->run), path, sizeof(path),
                       &why) != SG_OK) {
    sg_trainer_tell_note(t, why.text);
  } else if (path[0]) {
    snprintf(note, sizeof(note),
             "physics went wrong in environment %d at step %lld, its episode ends and the run goes "
             "on; what "
             "led there is in %s",
             i, (long long)t->totals.step, path);
    sg_trainer_tell_note(t, note);
  }
}


bool sg_trainer_checkpoint(SgTrainer* t) {
  SgError why = {0};
  bool saved = sg_checkpoint_save(t, &why) == SG_OK;
  if (!saved) {
    sg_trainer_tell_note(t, why.text);
  }
  t->checkpointed = sg_clock();
  return saved;
}


//-------------------------------- saving --------------------------------------------------------

// the bytes as they ship; NULL with a sentence
static char* policy_bytes(const SgTrainer* t, size_t* size, SgError* error) {
  SgPolicySummary summary = {.step = t->totals.step,
                             .updates = t->totals.updates,
                             .seed = t->config.seed,
                             .preset = t->config.preset,
                             .model_sha256 = t->checks.model_sha256};
  return sg_policy_bytes(t->sac, t->task, &summary, size, error);
}


SgStatus sg_trainer_save(SgTrainer* t, SgError* error) {
  size_t size;
  char* bytes = policy_bytes(t, &size, error);
  SgStatus status = bytes ? SG_OK : SG_FAIL;
  if (status == SG_OK) {
    status = sg_run_policy_save(t->run, "latest", bytes, size, error);
  }
  if (status == SG_OK && isnan(t->best_return)) {
    status = sg_run_policy_save(t->run, "best", bytes, size, error);
  }
  sg_file_free(bytes);
  return status;
}


// the policy as the latest, and as the best unless an earlier one was better
static SgStatus save_evaluated(SgTrainer* t, const char* bytes, size_t size, double score,
                               SgError* error) {
  SgStatus status = sg_run_policy_save(t->run, "latest", bytes, size, error);
  if (status == SG_OK && !(score < t->best_return)) {
    status = sg_run_policy_save(t->run, "best", bytes, size, error);
    t->best_return = score;
  }
  t->final_return = score;
  return status;
}


//-------------------------------- a row ---------------------------------------------------------

// those bytes through the runtime; the start states are the same at every row
static SgStatus evaluate(const SgTrainer* t, const char* bytes, size_t size, SgEvalResult* result,
                         SgError* error) {
  char why[256];
  SgPolicy* policy = sg_policy_load(bytes, size, why, sizeof(why));
  if (!policy) {
    return sg_fail(error, SG_FAIL, "the policy just made does not load: %s", why);
  }
  SgStatus status = sg_eval(policy, t->eval_env, t->info, (int)t->config.eval_episodes,
                            (uint64_t)t->config.seed, SG_RNG_EVAL_RESET, result, error);
  sg_policy_free(policy);
  return status;
}


// in progress.csv and before the watcher; counted as logging, not as a part of the evaluation
// around it
static SgStatus write_row(SgTrainer* t, const SgEvalResult* eval, SgError* error) {
  const SgTrainWatcher* w = &t->options->watcher;
  double from = sg_clock();
  t->totals.row++;
  t->totals.seconds = sg_clock() - t->started;
  sg_progress_fill(&t->progress, &t->epoch, &t->totals, eval);
  SgStatus status = sg_run_row(t->run, &t->progress, error);
  if (status == SG_OK && w->row) {
    w->row(w->arg, &t->progress);
  }
  double spent = sg_clock() - from;
  t->times.log += spent;
  t->times.evaluate -= spent;
  return status;
}


SgStatus sg_trainer_row(SgTrainer* t, SgError* error) {
  size_t size;
  SgEvalResult eval;
  t->totals.train_seconds = sg_clock() - t->epoch_started;  // what follows is no training
  sg_trainer_feed_evaluating(t);

  char* bytes = policy_bytes(t, &size, error);
  SgStatus status = bytes ? evaluate(t, bytes, size, &eval, error) : error->status;
  if (status == SG_OK) {
    status = save_evaluated(t, bytes, size, eval.mean_return, error);
  }
  sg_file_free(bytes);
  if (status == SG_OK) {
    status = write_row(t, &eval, error);
  }
  t->row_step = t->totals.step;
  t->epoch = (SgEpoch){0};
  t->epoch_started = sg_clock();
  return status;
}
