// What a run shows of itself: filled from the trainer, handed to the feed's writer. Nothing here
// changes anything else, and no failure is more than a note.

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/machine.h"
#include "train/live_write.h"
#include "train/trainer.h"

// together at most 60 publishes a second: 50 after steps, 10 more for what must not wait
static const double EVERY_STEP = 1.0 / 50, EVERY_MARK = 1.0 / 10;

// after the disk refused a publish
static const double EVERY_FAILURE = 1;


//-------------------------------- filling -------------------------------------------------------

// what stays: sizes, names, and where the environments' numbers are
static void fill_facts(SgTrainer* t) {
  const mjModel* m = sg_task_model(t->task);
  SgLiveFrame* f = &t->frame;
  *f = (SgLiveFrame){.task = t->info->name,
                     .pid = getpid(),
                     .born = sg_machine_process(getpid()),
                     .nq = (int)m->nq,
                     .nv = (int)m->nv,
                     .na = (int)m->na,
                     .nu = (int)m->nu,
                     .nenv = t->envs.n,
                     .nshown = t->envs.n < SG_LIVE_MAX_ENV ? t->envs.n : SG_LIVE_MAX_ENV,
                     .nreward = t->info->nreward,
                     .ncolumn = t->progress.ncolumn,
                     .seed = t->config.seed,
                     .steps = t->config.steps,
                     .dt = t->info->dt,
                     .first_step = t->totals.step};
  sg_machine_boot(f->boot);
  memcpy(f->columns, t->progress.names, (size_t)f->ncolumn * sizeof(f->columns[0]));
  for (int i = 0; i < f->nreward; i++) {
    f->rewards[i] = t->info->rewards[i];
  }
  for (int i = 0; i < f->nshown; i++) {
    f->envs[i] = (SgLiveEnv){.qpos = sg_batch_env_qpos(t->envs.batch, i),
                             .qvel = sg_batch_env_qvel(t->envs.batch, i),
                             .act = sg_batch_env_act(t->envs.batch, i),
                             .ctrl = sg_batch_env_ctrl(t->envs.batch, i),
                             .terms = sg_batch_env_terms(t->envs.batch, i)};
  }
}


// means over the updates since the last row
static void fill_means(const SgEpoch* e, SgLiveFrame* f) {
  double n = e->nupdate > 0 ? (double)e->nupdate : (double)NAN;
  f->alpha = e->alpha / n;
  f->entropy = e->entropy / n;
  f->saturation = e->saturation / n;
  f->loss_pi = e->loss_pi / n;
  f->loss_q = e->loss_q / n;
  f->q1 = e->q[0].count > 0 ? e->q[0].sum / (double)e->q[0].count : (double)NAN;
  f->q2 = e->q[1].count > 0 ? e->q[1].sum / (double)e->q[1].count : (double)NAN;
}


static void fill_now(SgTrainer* t, double clock) {
  SgLiveFrame* f = &t->frame;
  double late = clock - t->epoch_started;
  f->clock = clock;
  f->step = t->totals.step;
  f->episodes = t->totals.episodes;
  f->updates = t->totals.updates;
  f->bad_updates = t->totals.bad_updates;
  f->failed_episodes = t->totals.failed_episodes;
  f->seconds = clock - t->started;
  f->steps_per_second = late > 0 ? (double)t->epoch.nstep / late : 0;
  f->last_return = t->last_return;
  f->eval_return = t->final_return;
  f->best_return = t->best_return;
  f->simulate_seconds = t->times.simulate;
  f->update_seconds = t->times.update;
  f->evaluate_seconds = t->times.evaluate;
  f->checkpoint_seconds = t->times.checkpoint;
  f->row = t->totals.row;
  memcpy(f->values, t->progress.values, (size_t)f->ncolumn * sizeof(double));
  fill_means(&t->epoch, f);
  for (int i = 0; i < f->nshown; i++) {
    const SgEpisode* episode = &t->envs.episodes[i];
    f->envs[i].reward = episode->length > 0 ? t->envs.steps[i].reward : 0;
    f->envs[i].sum = episode->sum;
    f->envs[i].length = episode->length;
    f->envs[i].episode = (int64_t)episode->number;
  }
}


// how it stands and what it does, with everything else as it is now
static void publish(SgTrainer* t, double clock, SgLiveState state, SgLiveDoing doing) {
  fill_now(t, clock);
  t->frame.state = state;
  t->frame.doing = doing;
  bool fine = sg_live_publish(t->live, &t->frame);
  t->next_publish = clock + (fine ? EVERY_STEP : EVERY_FAILURE);
}


static SgLiveDoing doing(const SgTrainer* t) {
  return t->totals.updates == 0 ? SG_LIVE_EXPLORING : SG_LIVE_LEARNING;
}


//-------------------------------- publishing ----------------------------------------------------

void sg_trainer_feed_open(SgTrainer* t) {
  SgError why = {0};
  if (t->options->no_feed) {
    return;
  }
  fill_facts(t);
  fill_now(t, sg_clock());
  t->frame.state = SG_LIVE_RUNNING;
  t->frame.doing = doing(t);
  t->live = sg_live_create(sg_run_folder(t->run), &t->frame, &why);
  if (!t->live) {
    char note[1400];
    snprintf(note, sizeof(note), "%s; the run goes on, but cannot be watched", why.text);
    sg_trainer_tell_note(t, note);
  }
}


void sg_trainer_feed(SgTrainer* t, double clock) {
  if (t->live && clock >= t->next_publish) {
    publish(t, clock, SG_LIVE_RUNNING, doing(t));
  }
}


void sg_trainer_feed_evaluating(SgTrainer* t) {
  double clock = sg_clock();
  if (t->live && clock >= t->next_mark) {
    publish(t, clock, SG_LIVE_RUNNING, SG_LIVE_EVALUATING);
    t->next_mark = clock + EVERY_MARK;
  }
}


void sg_trainer_feed_end(SgTrainer* t, SgLiveState state) {
  if (t->live) {
    publish(t, sg_clock(), state, doing(t));
  }
}
