#include "live_frame.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/machine.h"

const LiveShape LIVE_SMALL = {6, 6, 0, 3, 1, 3, 39};
const LiveShape LIVE_LARGE = {180, 179, 17, 173, 64, 5, 41};
const LiveShape LIVE_LEAST = {0, 0, 0, 0, 1, 0, 0};


LiveOwned live_owned_make(const LiveShape* s, double mark) {
  LiveOwned o = {0};
  SgLiveFrame* f = &o.frame;
  int nname = s->ncolumn + s->nreward, each = s->nq + s->nv + s->na + s->nu + s->nreward;
  int nshown = s->nenv < SG_LIVE_MAX_ENV ? s->nenv : SG_LIVE_MAX_ENV;
  o.numbers = calloc((size_t)(nshown * each + 1), sizeof(double));
  o.names = calloc((size_t)nname + 1, SG_LIVE_NAME);
  if (!o.numbers || !o.names) {
    abort();
  }
  *f = (SgLiveFrame){.task = "test",
                     .pid = getpid(),
                     .born = sg_machine_process(getpid()),
                     .nq = s->nq,
                     .nv = s->nv,
                     .na = s->na,
                     .nu = s->nu,
                     .nenv = s->nenv,
                     .nshown = nshown,
                     .nreward = s->nreward,
                     .ncolumn = s->ncolumn,
                     .seed = 7,
                     .steps = 1000000,
                     .dt = 0.008,
                     .state = SG_LIVE_RUNNING,
                     .doing = SG_LIVE_LEARNING,
                     .clock = sg_clock()};
  sg_machine_boot(f->boot);
  for (int i = 0; i < nname; i++) {
    snprintf(o.names[i], SG_LIVE_NAME, "name%d", i);
  }
  for (int i = 0; i < s->ncolumn; i++) {
    f->columns[i] = o.names[i];
  }
  for (int i = 0; i < s->nreward; i++) {
    f->rewards[i] = o.names[s->ncolumn + i];
  }
  for (int i = 0; i < nshown; i++) {
    const double* at = o.numbers + i * each;
    f->envs[i] = (SgLiveEnv){.qpos = at,
                             .qvel = at + s->nq,
                             .act = at + s->nq + s->nv,
                             .ctrl = at + s->nq + s->nv + s->na,
                             .terms = at + s->nq + s->nv + s->na + s->nu};
  }
  live_owned_mark(&o, mark);
  return o;
}


void live_owned_mark(LiveOwned* o, double mark) {
  SgLiveFrame* f = &o->frame;
  int each = f->nq + f->nv + f->na + f->nu + f->nreward;
  double* scalars[] = {&f->seconds,
                       &f->steps_per_second,
                       &f->last_return,
                       &f->eval_return,
                       &f->best_return,
                       &f->alpha,
                       &f->entropy,
                       &f->saturation,
                       &f->q1,
                       &f->q2,
                       &f->loss_pi,
                       &f->loss_q,
                       &f->simulate_seconds,
                       &f->update_seconds,
                       &f->evaluate_seconds,
                       &f->checkpoint_seconds};
  int64_t* counts[] = {&f->step,        &f->episodes,        &f->updates,
                       &f->bad_updates, &f->failed_episodes, &f->row};
  for (size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++) {
    *scalars[i] = mark;
  }
  for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
    *counts[i] = (int64_t)mark;
  }
  for (int i = 0; i < f->ncolumn; i++) {
    f->values[i] = mark;
  }
  for (int i = 0; i < f->nshown; i++) {
    SgLiveEnv* e = &f->envs[i];
    e->reward = e->sum = mark;
    e->length = e->episode = (int64_t)mark;
  }
  for (int i = 0; i < f->nshown * each; i++) {
    o->numbers[i] = mark;
  }
}


void live_owned_free(LiveOwned* o) {
  free(o->numbers);
  free(o->names);
}


// the smallest and the largest number that was met
typedef struct Range {
  double low, high, sum;
} Range;


static void meet(Range* range, double x) {
  range->low = fmin(range->low, x);
  range->high = fmax(range->high, x);
  range->sum += x;
}


static void meet_all(Range* range, const double* x, int n) {
  for (int i = 0; i < n; i++) {
    meet(range, x[i]);
  }
}


static Range range_of(const SgLiveFrame* f) {
  Range r = {.low = (double)INFINITY, .high = -(double)INFINITY};
  const double numbers[] = {(double)f->step,
                            (double)f->episodes,
                            (double)f->updates,
                            (double)f->bad_updates,
                            (double)f->failed_episodes,
                            (double)f->row,
                            f->seconds,
                            f->steps_per_second,
                            f->last_return,
                            f->eval_return,
                            f->best_return,
                            f->alpha,
                            f->entropy,
                            f->saturation,
                            f->q1,
                            f->q2,
                            f->loss_pi,
                            f->loss_q,
                            f->simulate_seconds,
                            f->update_seconds,
                            f->evaluate_seconds,
                            f->checkpoint_seconds};
  meet_all(&r, numbers, sizeof(numbers) / sizeof(numbers[0]));
  meet_all(&r, f->values, f->ncolumn);
  for (int i = 0; i < f->nshown; i++) {
    const SgLiveEnv* e = &f->envs[i];
    const double own[] = {e->reward, e->sum, (double)e->length, (double)e->episode};
    meet_all(&r, own, 4);
    meet_all(&r, e->qpos, f->nq);
    meet_all(&r, e->qvel, f->nv);
    meet_all(&r, e->act, f->na);
    meet_all(&r, e->ctrl, f->nu);
    meet_all(&r, e->terms, f->nreward);
  }
  return r;
}


bool live_frame_is_whole(const SgLiveFrame* f, double* mark) {
  Range r = range_of(f);
  *mark = r.low;
  return !(r.low < r.high);
}


// a name ends within its room and can be printed
static bool name_is_fine(const char* name) {
  size_t length = strnlen(name, SG_LIVE_NAME);
  for (size_t i = 0; i < length; i++) {
    if ((unsigned char)name[i] < ' ' || name[i] == 127) {
      return false;
    }
  }
  return length < SG_LIVE_NAME;
}


bool live_frame_touch(const SgLiveFrame* f, double* sum) {
  bool fine = f->nq >= 0 && f->nv >= 0 && f->na >= 0 && f->nu >= 0 && f->nshown >= 0 &&
              f->nshown <= SG_LIVE_MAX_ENV && f->nshown <= f->nenv && f->nreward >= 0 &&
              f->nreward <= SG_LIVE_MAX_REWARD && f->ncolumn >= 0 &&
              f->ncolumn <= SG_LIVE_MAX_COLUMN && f->state >= SG_LIVE_RUNNING &&
              f->state <= SG_LIVE_FAILED && f->doing >= SG_LIVE_EXPLORING &&
              f->doing <= SG_LIVE_EVALUATING && f->sequence % 2 == 0 && name_is_fine(f->task);
  if (!fine) {
    return false;
  }
  *sum = range_of(f).sum;
  for (int i = 0; i < f->ncolumn; i++) {
    fine = fine && name_is_fine(f->columns[i]);
  }
  for (int i = 0; i < f->nreward; i++) {
    fine = fine && name_is_fine(f->rewards[i]);
  }
  return fine;
}
