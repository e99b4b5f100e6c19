// The training loop. sg_train is the story; the rest are its sentences.
//
//   set up ─> ┌ act ─> step ─> store ─> update ─> (row: evaluate, save, tell) ┐ ─> finish
//             └───────────────────────────────────────────────────────────────┘
//
// What belongs to the run's state is addressed by counters (step, episode, update) and the seed, so
// the same configuration gives the same bytes, whatever the threads, the clock or the watcher do.

#include "train/train.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/machine.h"
#include "sac/sac.h"
#include "task/env.h"
#include "train/eval.h"
#include "train/policy_write.h"
#include "train/run.h"
#include "train/state_hash.h"

// where one environment's episode stands
typedef struct Episode {
  double sum;  // return so far
  int64_t length;
  uint64_t number;  // episodes begun before this one
} Episode;

typedef struct Trainer {
  const SgTrainOptions* options;
  SgConfig config;
  char model_sha256[65], backend[64];

  // what learns and what is learned from
  SgTask* task;
  const SgTaskInfo* info;
  SgPool* pool;
  SgSac* sac;
  SgReplay* replay;
  SgRng sample;  // stream of replay rows
  int nenv;
  SgEnv** envs;       // (nenv)
  Episode* episodes;  // (nenv)
  float *obs, *act;   // (nenv, nobs), (nenv, nact)
  SgEnv* eval_env;

  // what is told
  SgRun* run;
  SgProgress progress;
  SgEpoch epoch;
  SgTotals totals;
  double started, epoch_started;  // clock
  double last_return, best_return, final_return;
} Trainer;


//-------------------------------- setting up ----------------------------------------------------

static SgStatus load_task(Trainer* t, SgError* error) {
  SgTaskSetting settings[SG_MAX_SETTING];
  char path[1024];
  int n = sg_config_settings(&t->config, settings);
  SgStatus status = sg_task_find(t->config.task, path, sizeof(path), error);
  if (status != SG_OK) {
    return status;
  }
  t->task = sg_task_load(path, settings, n, error);
  if (!t->task) {
    return error->status;
  }
  t->info = sg_task_info(t->task);
  if (t->info->episode_steps == 0) {
    return sg_fail(error, SG_FILE,
                   "%s: has no time limit, so an evaluation might never end; give it control: "
                   "episode_steps",
                   path);
  }
  status = sg_config_resolve(&t->config, t->info->nact, error);
  return status == SG_OK ? sg_model_digest(t->task, t->model_sha256, error) : status;
}


static SgStatus make_learner(Trainer* t, SgError* error) {
  bool ref = strcmp(t->config.backend, "ref") == 0;
  const SgGemm* gemm = ref ? sg_gemm_ref() : sg_gemm_blas(error);
  SgSacConfig config = sg_config_sac(&t->config, t->info->nobs, t->info->nact);
  if (gemm) {
    snprintf(t->backend, sizeof(t->backend), "%s (%s)", gemm->name, gemm->core);
    t->pool = sg_pool_create(t->options->nthread, error);
  }
  if (t->pool) {
    t->sac = sg_sac_create(&config, gemm, t->pool, error);
  }
  if (t->sac) {
    t->replay = sg_replay_create(t->config.replay, t->nenv, t->info->nobs, t->info->nact, error);
  }
  t->sample = sg_rng_make((uint64_t)t->config.seed, SG_RNG_SAMPLE, 0, 0);
  return t->replay ? SG_OK : error->status;
}


static SgStatus make_envs(Trainer* t, SgError* error) {
  size_t n = (size_t)t->nenv;
  t->envs = calloc(n, sizeof(SgEnv*));
  t->episodes = calloc(n, sizeof(Episode));
  t->obs = calloc(n * (size_t)t->info->nobs, sizeof(float));
  t->act = calloc(n * (size_t)t->info->nact, sizeof(float));
  if (!t->envs || !t->episodes || !t->obs || !t->act) {
    return sg_fail(error, SG_MACHINE, "out of memory for %d environments", t->nenv);
  }
  for (int i = 0; i < t->nenv; i++) {
    t->envs[i] = sg_env_create(t->task, error);
    if (!t->envs[i]) {
      return error->status;
    }
  }
  t->eval_env = sg_env_create(t->task, error);
  return t->eval_env ? SG_OK : error->status;
}


static SgStatus make_run(Trainer* t, SgError* error) {
  SgRunFacts facts = {.command = t->options->command,
                      .backend = t->backend,
                      .model_sha256 = t->model_sha256,
                      .nthread = t->options->nthread};
  t->run = sg_run_create(t->options->run, &t->config, t->task, &facts, error);
  if (t->run) {
    sg_progress_init(&t->progress, t->info);
  }
  return t->run ? SG_OK : error->status;
}


static void tear_down(Trainer* t) {
  sg_run_close(t->run);
  sg_env_free(t->eval_env);
  for (int i = 0; t->envs && i < t->nenv; i++) {
    sg_env_free(t->envs[i]);
  }
  free(t->envs);
  free(t->episodes);
  free(t->obs);
  free(t->act);
  sg_replay_free(t->replay);
  sg_sac_destroy(t->sac);
  sg_pool_destroy(t->pool);
  sg_task_free(t->task);
}


//-------------------------------- telling -------------------------------------------------------

static void tell_start(Trainer* t) {
  const SgTrainWatcher* w = &t->options->watcher;
  SgTrainStart start = {
      .config = &t->config,
      .task = t->info,
      .run = sg_run_folder(t->run),
      .backend = t->backend,
      .nthread = t->options->nthread,
      .replay_rows = sg_replay_capacity(t->replay),
      .replay_mb =
          (double)sg_replay_bytes(t->config.replay, t->nenv, t->info->nobs, t->info->nact) / 1e6};
  if (w->start) {
    w->start(w->arg, &start);
  }
  if (w->note && t->info->warning[0]) {
    char note[1200];
    snprintf(note, sizeof(note), "MuJoCo says of %s: %s", t->info->model_path, t->info->warning);
    w->note(w->arg, note);
  }
}


static void tell_now(Trainer* t) {
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
                    .steps_per_second = late > 0 ? (double)t->epoch.nstep / late : 0};
  w->now(w->arg, &now);
}


static bool stopping(const Trainer* t) {
  return t->options->stop && *t->options->stop;
}


//-------------------------------- acting and storing --------------------------------------------

static void begin_episode(Trainer* t, int i) {
  float* obs = t->obs + (size_t)i * (size_t)t->info->nobs;
  sg_env_reset(t->envs[i], (uint64_t)t->config.seed, SG_RNG_RESET, (uint32_t)i,
               (uint32_t)t->episodes[i].number);
  sg_env_obs_float(t->envs[i], obs);
  sg_replay_begin(t->replay, i, obs);
}


// uniform in [-1, 1]; the draw of a step is addressed by the step's number
static void act_randomly(Trainer* t) {
  SgRng rng = sg_rng_make((uint64_t)t->config.seed, SG_RNG_EXPLORE, 0, 0);
  rng.counter = (uint64_t)t->totals.step * (uint64_t)t->info->nact;
  for (int i = 0; i < t->nenv * t->info->nact; i++) {
    t->act[i] = (float)(2 * sg_rng_uniform(&rng) - 1);
  }
}


static void choose_actions(Trainer* t) {
  if (t->totals.step < t->config.start_steps) {
    act_randomly(t);
  } else {
    sg_sac_act(t->sac, t->act, t->obs, t->nenv, false, (uint64_t)t->totals.step);
  }
}


static void end_episode(Trainer* t, int i, bool failed) {
  Episode* episode = &t->episodes[i];
  t->last_return = episode->sum;
  t->totals.failed_episodes += failed;
  t->totals.episodes++;
  if (!failed) {
    sg_spread_add(&t->epoch.returns, episode->sum);
    t->epoch.length_sum += (double)episode->length;
  }
  *episode = (Episode){.number = episode->number + 1};
  begin_episode(t, i);
}


// one environment's step, into the replay and the books
static void step_env(Trainer* t, int i) {
  float* obs = t->obs + (size_t)i * (size_t)t->info->nobs;
  const float* act = t->act + (size_t)i * (size_t)t->info->nact;
  SgStep step = sg_env_step_act(t->envs[i], act);
  const double* terms = sg_env_reward_terms(t->envs[i]);
  t->epoch.nstep++;

  // physics went wrong: what led there is kept, the step itself is not
  if (step.failed) {
    sg_replay_drop(t->replay, i);
    end_episode(t, i, true);
    return;
  }
  sg_env_obs_float(t->envs[i], obs);
  sg_replay_step(t->replay, i, act, (float)step.reward, step.terminated, step.truncated, obs);

  // the books
  t->episodes[i].sum += step.reward;
  t->episodes[i].length++;
  for (int j = 0; j < t->info->nreward; j++) {
    t->epoch.terms[j] += terms[j];
  }
  if (step.terminated || step.truncated) {
    end_episode(t, i, false);
  }
}


//-------------------------------- updating ------------------------------------------------------

// updates owed for the environment steps (before, now]: update_every at a time, so that their number
// per step stays updates_per_step
static int64_t updates_due(const Trainer* t, int64_t before) {
  int64_t due = 0;
  for (int64_t s = before + 1; s <= t->totals.step; s++) {
    bool group = s > t->config.update_after && s % t->config.update_every == 0;
    due += group ? t->config.update_every * t->config.updates_per_step : 0;
  }
  return sg_replay_size(t->replay) > 0 ? due : 0;
}


static SgStatus update(Trainer* t, int64_t count, SgError* error) {
  for (int64_t i = 0; i < count && !stopping(t); i++) {
    SgSacInfo info;
    sg_replay_sample(t->replay, &t->sample, sg_sac_batch(t->sac));
    SgStatus status = sg_sac_update(t->sac, sg_sac_batch(t->sac), &info, error);
    t->totals.updates++;
    if (status == SG_OK) {
      sg_epoch_update(&t->epoch, &info);
    } else if (t->config.on_bad_step == SG_STOP) {
      return status;
    } else {
      t->totals.bad_updates++;
    }
  }
  return SG_OK;
}


//-------------------------------- rows ----------------------------------------------------------

// whether a multiple of every lies in (before, now]
static bool crossed(int64_t before, int64_t now, int64_t every) {
  return before / every != now / every;
}


static bool row_due(const Trainer* t, int64_t before) {
  int64_t now = t->totals.step, start = t->config.start_steps;
  return crossed(before, now, t->config.eval_every) || now >= t->config.steps ||
         (before < start && now >= start);
}


// the bytes as they ship
static char* policy_bytes(Trainer* t, size_t* size, SgError* error) {
  SgPolicySummary summary = {.step = t->totals.step,
                             .updates = t->totals.updates,
                             .seed = t->config.seed,
                             .preset = t->config.preset,
                             .model_sha256 = t->model_sha256};
  return sg_policy_bytes(t->sac, t->task, &summary, size, error);
}


// evaluate those bytes through the runtime; the start states are the same at every row
static SgStatus evaluate(Trainer* t, const char* bytes, size_t size, SgEvalResult* result,
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


// the policy as the latest, and as the best when it is
static SgStatus save_policy(Trainer* t, const char* bytes, size_t size, double score,
                            SgError* error) {
  SgStatus status = sg_run_policy_save(t->run, "latest", bytes, size, error);
  if (status == SG_OK && !(score < t->best_return)) {
    status = sg_run_policy_save(t->run, "best", bytes, size, error);
    t->best_return = score;
  }
  return status;
}


// evaluate, save, write and tell; the time this takes is no training time
static SgStatus finish_row(Trainer* t, SgError* error) {
  size_t size;
  SgEvalResult eval;
  t->totals.train_seconds = sg_clock() - t->epoch_started;

  char* bytes = policy_bytes(t, &size, error);
  SgStatus status = bytes ? evaluate(t, bytes, size, &eval, error) : error->status;
  if (status == SG_OK) {
    t->final_return = eval.mean_return;
    status = save_policy(t, bytes, size, eval.mean_return, error);
  }
  sg_file_free(bytes);
  if (status != SG_OK) {
    return status;
  }

  t->totals.row++;
  t->totals.seconds = sg_clock() - t->started;
  sg_progress_fill(&t->progress, &t->epoch, &t->totals, &eval);
  status = sg_run_row(t->run, &t->progress, error);
  if (status == SG_OK && t->options->watcher.row) {
    t->options->watcher.row(t->options->watcher.arg, &t->progress);
  }
  t->epoch = (SgEpoch){0};
  t->epoch_started = sg_clock();
  return status;
}


// stopped between rows: the policy as it is, without an evaluation
static SgStatus save_stopped(Trainer* t, SgError* error) {
  size_t size;
  char* bytes = policy_bytes(t, &size, error);
  if (!bytes) {
    return SG_FAIL;
  }
  SgStatus status = sg_run_policy_save(t->run, "latest", bytes, size, error);
  if (status == SG_OK && isnan(t->best_return)) {
    status = sg_run_policy_save(t->run, "best", bytes, size, error);
  }
  sg_file_free(bytes);
  return status;
}


//-------------------------------- the end -------------------------------------------------------

// the digest of everything that the future depends on
static SgStatus hash_state(Trainer* t, char hex[65], SgError* error) {
  SgSha256 sha;
  int size = sg_env_state_size(t->envs[0]);
  double* state = malloc((size_t)size * sizeof(double));
  if (!state) {
    return sg_fail(error, SG_MACHINE, "out of memory for the state's digest");
  }
  sg_sha256_init(&sha);
  sg_sac_visit(t->sac, sg_state_add, &sha);
  sg_replay_visit(t->replay, sg_state_add, &sha);
  for (int i = 0; i < t->nenv; i++) {
    sg_env_state_get(t->envs[i], state);
    sg_state_add(&sha, "env", state, (size_t)size * sizeof(double));
    sg_state_add(&sha, "episode.sum", &t->episodes[i].sum, sizeof(double));
    sg_state_add(&sha, "episode.length", &t->episodes[i].length, sizeof(int64_t));
    sg_state_add(&sha, "episode.number", &t->episodes[i].number, sizeof(uint64_t));
  }
  sg_state_add(&sha, "sample", &t->sample.counter, sizeof(uint64_t));
  sg_state_add(&sha, "step", &t->totals.step, sizeof(int64_t));
  sg_state_add(&sha, "updates", &t->totals.updates, sizeof(int64_t));
  sg_sha256_hex(&sha, hex);
  free(state);
  return SG_OK;
}


static SgStatus fill_result(Trainer* t, SgTrainResult* result, SgError* error) {
  *result = (SgTrainResult){.step = t->totals.step,
                            .stopped = t->totals.step < t->config.steps || stopping(t),
                            .best_return = t->best_return,
                            .final_return = t->final_return};
  snprintf(result->run, sizeof(result->run), "%s", sg_run_folder(t->run));
  snprintf(result->policy, sizeof(result->policy), "%.900s/policy/best.safetensors", result->run);
  return hash_state(t, result->state_sha256, error);
}


//-------------------------------- the story -----------------------------------------------------

// all that must exist before the first step
static SgStatus set_up(Trainer* t, SgError* error) {
  SgStatus status = load_task(t, error);
  t->nenv = (int)t->config.envs;
  if (status == SG_OK) {
    status = make_learner(t, error);
  }
  if (status == SG_OK) {
    status = make_envs(t, error);
  }
  if (status == SG_OK) {
    status = make_run(t, error);
  }
  return status;
}


static SgStatus loop(Trainer* t, SgError* error) {
  SgStatus status = SG_OK;
  while (status == SG_OK && t->totals.step < t->config.steps && !stopping(t)) {
    int64_t before = t->totals.step;

    // act, step, store
    choose_actions(t);
    for (int i = 0; i < t->nenv; i++) {
      step_env(t, i);
    }
    t->totals.step += t->nenv;

    // learn
    status = update(t, updates_due(t, before), error);

    // evaluate and tell
    if (status == SG_OK && !stopping(t) && row_due(t, before)) {
      status = finish_row(t, error);
    }
    tell_now(t);
  }
  return status;
}


SgStatus sg_train(const SgTrainOptions* options, SgTrainResult* result, SgError* error) {
  SgError local = {0};
  SgError* why = error ? error : &local;
  Trainer t = {.options = options,
               .config = *options->config,
               .last_return = (double)NAN,
               .best_return = (double)NAN,
               .final_return = (double)NAN};

  SgStatus status = set_up(&t, why);
  if (status == SG_OK) {
    // begin
    tell_start(&t);
    t.started = t.epoch_started = sg_clock();
    for (int i = 0; i < t.nenv; i++) {
      begin_episode(&t, i);
    }

    // train
    status = loop(&t, why);

    // leave the policy behind in any case: after a bad step the weights are those before it
    bool unfinished = t.totals.step < t.config.steps || stopping(&t);
    if (status == SG_OK && unfinished) {
      status = save_stopped(&t, why);
    } else if (status == SG_DIVERGED) {
      save_stopped(&t, NULL);
    }
    if (status == SG_OK) {
      status = fill_result(&t, result, why);
    }
  }
  tear_down(&t);
  return status;
}
