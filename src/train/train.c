// The training loop. sg_train is the story; the rest are its sentences.
//
//   set up ─> ┌ act ─> step ─> store ─> update ─> (row: evaluate, save, tell) ┐ ─> finish
//             └───────────────────────────────────────────────────────────────┘
//
// What belongs to the run's state is addressed by counters (step, episode, update) and the seed, so
// the same configuration gives the same bytes, whatever the threads, the clock or the watcher do.
//
// A run that is stopped writes no row: the table then holds what a run that goes on would hold.

#include "train/train.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/machine.h"
#include "train/checkpoint.h"
#include "train/state_hash.h"
#include "train/trainer.h"


//-------------------------------- acting --------------------------------------------------------

// uniform in [-1, 1]; the draw of a step is addressed by the step's number
static void act_randomly(SgTrainer* t) {
  SgRng rng = sg_rng_make((uint64_t)t->config.seed, SG_RNG_EXPLORE, 0, 0);
  rng.counter = (uint64_t)t->totals.step * (uint64_t)t->info->nact;
  for (int i = 0; i < t->envs.n * t->info->nact; i++) {
    t->envs.act[i] = (float)(2 * sg_rng_uniform(&rng) - 1);
  }
}


static void choose_actions(SgTrainer* t) {
  if (t->totals.step < t->config.start_steps) {
    act_randomly(t);
  } else {
    sg_sac_act(t->sac, t->envs.act, t->envs.obs, t->envs.n, false, (uint64_t)t->totals.step);
  }
}


//-------------------------------- storing -------------------------------------------------------

// the next episode of every environment in envs.ids
static void begin_episodes(SgTrainer* t, int nid) {
  sg_envs_begin(&t->envs, t->envs.ids, nid);
  for (int i = 0; i < nid; i++) {
    int env = t->envs.ids[i];
    sg_replay_begin(t->replay, env, t->envs.obs + (size_t)env * (size_t)t->info->nobs);
  }
}


// the books of an episode that ended
static void end_episode(SgTrainer* t, int i) {
  const SgEpisode* episode = &t->envs.episodes[i];
  sg_recorder_forget(&t->recorder, i);
  t->last_return = episode->sum;
  t->totals.episodes++;
  if (t->envs.steps[i].failed) {
    t->totals.failed_episodes++;
  } else {
    sg_spread_add(&t->epoch.returns, episode->sum);
    t->epoch.length_sum += (double)episode->length;
  }
}


// what environment i's step gave, into the replay and the books; returns whether its episode ended
static bool store(SgTrainer* t, int i) {
  const SgStep* step = &t->envs.steps[i];
  const float* obs = t->envs.obs + (size_t)i * (size_t)t->info->nobs;
  const float* act = t->envs.act + (size_t)i * (size_t)t->info->nact;
  const double* terms = sg_batch_env_terms(t->envs.batch, i);
  t->epoch.nstep++;

  // when physics went wrong, what led there is kept, the step itself is not
  if (step->failed) {
    sg_replay_drop(t->replay, i);
    sg_trainer_failed(t, i);
    end_episode(t, i);
    return true;
  }
  sg_replay_step(t->replay, i, act, (float)step->reward, step->terminated, step->truncated, obs);
  t->epoch.nreward++;
  for (int j = 0; j < t->info->nreward; j++) {
    t->epoch.terms[j] += terms[j];
  }
  bool ended = step->terminated || step->truncated;
  if (ended) {
    end_episode(t, i);
  }
  return ended;
}


//-------------------------------- updating ------------------------------------------------------

// updates owed for the environment steps (before, now]: every update_every steps as many as make up
// for all of them, so that there are updates_per_step on average (Spinning Up: 50 after every 50)
static int64_t updates_due(const SgTrainer* t, int64_t before) {
  int64_t due = 0;
  for (int64_t s = before + 1; s <= t->totals.step; s++) {
    bool group = s > t->config.update_after && s % t->config.update_every == 0;
    due += group ? t->config.update_every * t->config.updates_per_step : 0;
  }
  return sg_replay_size(t->replay) > 0 ? due : 0;
}


// an update that gave numbers that are not finite was not applied: stop there, or count it and go
// on
static SgStatus bad_update(SgTrainer* t, const SgError* why, SgError* error) {
  t->totals.bad_updates++;
  if (t->config.on_bad_step == SG_SKIP) {
    return SG_OK;
  }
  return sg_fail(error, SG_DIVERGED, "step %lld, %s; the last good policy is in %s/policy",
                 (long long)t->totals.step, why->text, sg_run_folder(t->run));
}


// pay what is owed, unless asked to stop: what is left then is paid when the run goes on
static SgStatus update(SgTrainer* t, SgError* error) {
  SgStatus status = SG_OK;
  while (status == SG_OK && t->owed > 0 && !sg_trainer_stopping(t)) {
    SgSacInfo info;
    SgError why = {0};
    sg_replay_sample_on(t->replay, t->pool, &t->sample, sg_sac_batch(t->sac));
    t->totals.updates++;
    t->owed--;
    if (sg_sac_update(t->sac, sg_sac_batch(t->sac), &info, &why) == SG_OK) {
      sg_epoch_update(&t->epoch, &info);
    } else {
      status = bad_update(t, &why, error);
    }
  }
  return status;
}


//-------------------------------- the story -----------------------------------------------------

// a row is due at the end of the random phase, at every multiple of eval_every, and at the end.
// With several environments steps come by the handful, so what counts is that one was crossed
static bool row_due(const SgTrainer* t) {
  int64_t before = t->before, now = t->totals.step;
  int64_t start = t->config.start_steps, every = t->config.eval_every;
  bool crossed = before / every != now / every || (before < start && now >= start);
  return now > t->row_step && (crossed || now >= t->config.steps);
}


// act, step, store; begin where an episode ended
static void advance(SgTrainer* t) {
  t->before = t->totals.step;
  choose_actions(t);
  sg_recorder_note(&t->recorder, &t->envs);
  sg_envs_step(&t->envs);
  t->totals.step += t->envs.n;
  int nended = 0;
  for (int i = 0; i < t->envs.n; i++) {
    if (store(t, i)) {
      t->envs.ids[nended++] = i;
    }
  }
  begin_episodes(t, nended);
  t->owed = updates_due(t, t->before);
}


// whether the last row stands at the planned end
static bool is_finished(const SgTrainer* t) {
  return t->row_step >= t->config.steps;
}


// the time since *from, which moves to now
static double lap(double* from) {
  double now = sg_clock(), past = now - *from;
  *from = now;
  return past;
}


// every turn takes up where the last one left off, also when that was in another process
static SgStatus loop(SgTrainer* t, SgError* error) {
  SgStatus status = SG_OK;
  double clock = sg_clock();
  while (status == SG_OK && !is_finished(t) && !sg_trainer_stopping(t)) {
    // act, step, store
    if (t->owed == 0 && !row_due(t)) {
      advance(t);
    }
    t->times.simulate += lap(&clock);

    // learn
    status = update(t, error);
    t->times.update += lap(&clock);

    // let others see
    sg_trainer_feed(t, clock);
    t->times.live += lap(&clock);

    // evaluate and tell
    if (status == SG_OK && t->owed == 0 && row_due(t) && !sg_trainer_stopping(t)) {
      status = sg_trainer_row(t, error);
    }
    t->times.evaluate += lap(&clock);
    sg_trainer_tell_now(t);
    t->times.log += lap(&clock);

    // be ready to die
    if (status == SG_OK && clock - t->checkpointed >= t->config.checkpoint_seconds) {
      sg_trainer_checkpoint(t);
    }
    t->times.checkpoint += lap(&clock);
  }
  return status;
}


static SgStatus fill_result(SgTrainer* t, SgTrainResult* result, SgError* error) {
  SgTrainState state = {.sac = t->sac,
                        .replay = t->replay,
                        .envs = &t->envs,
                        .sample = &t->sample,
                        .totals = &t->totals};
  result->step = t->totals.step;
  result->best_return = t->best_return;
  result->final_return = t->final_return;
  snprintf(result->run, sizeof(result->run), "%s", sg_run_folder(t->run));
  snprintf(result->policy, sizeof(result->policy), "%.900s/policy/best.safetensors", result->run);
  return sg_state_sha256(&state, result->state_sha256, error);
}


// the first episodes of a run that begins; a run that goes on takes up its state instead
static SgStatus begin(SgTrainer* t, SgError* error) {
  SgStatus status = SG_OK;
  if (t->resuming) {
    status = sg_checkpoint_load(t, error);
  }
  if (status == SG_OK && t->options->save_config) {
    status = sg_run_config_save(t->run, &t->config, t->task, &t->config.checks, error);
  }
  t->started = sg_clock() - t->totals.seconds;
  t->epoch_started = t->checkpointed = sg_clock();
  if (t->resuming) {
    return status;
  }
  for (int i = 0; i < t->envs.n; i++) {
    t->envs.ids[i] = i;
  }
  begin_episodes(t, t->envs.n);
  sg_trainer_checkpoint(t);
  return SG_OK;
}


// the whole of a run, whether it begins or goes on
static SgStatus run(SgTrainer* t, SgTrainResult* result, SgError* error) {
  // everything that must exist
  SgStatus status = sg_trainer_set_up(t, error);
  if (status == SG_OK) {
    status = begin(t, error);
  }
  if (status != SG_OK) {
    return status;
  }
  sg_trainer_feed_open(t);
  sg_trainer_tell_start(t);

  // train
  bool was_finished = is_finished(t);
  status = loop(t, error);

  // leave policy and checkpoint behind in any case: after a bad update the weights are those before
  // it
  if (status == SG_DIVERGED) {
    sg_trainer_save(t, NULL);
  } else if (status == SG_OK && !is_finished(t)) {
    status = sg_trainer_save(t, error);
  }
  result->saved = was_finished || (status == SG_OK && sg_trainer_checkpoint(t));

  // say what came of it
  result->stopped = status == SG_OK && !is_finished(t);
  sg_trainer_feed_end(t, status != SG_OK   ? SG_LIVE_FAILED
                         : result->stopped ? SG_LIVE_STOPPED
                                           : SG_LIVE_FINISHED);
  SgStatus filled = fill_result(t, result, status == SG_OK ? error : NULL);
  return status == SG_OK ? filled : status;
}


static const double NONE = (double)NAN;


SgStatus sg_train(const SgTrainOptions* options, SgTrainResult* result, SgError* error) {
  SgError local = {0};
  SgTrainer t = {.options = options,
                 .config = *options->config,
                 .resuming = options->resume,
                 .row_step = -1,
                 .last_return = NONE,
                 .best_return = NONE,
                 .final_return = NONE};
  *result = (SgTrainResult){.best_return = NONE, .final_return = NONE};
  SgStatus status = run(&t, result, error ? error : &local);
  sg_trainer_tear_down(&t);
  return status;
}
