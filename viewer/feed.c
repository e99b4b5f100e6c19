// Polling a run: the feed at every picture, the files once a second.

#include "feed.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"

struct SgFeedInside {
  double looked;      // when the files were looked at last
  struct stat table;  // progress.csv as it was when it was read
};

static const double LOOK_EVERY = 1;  // seconds
static const double STALE = 5;       // seconds without news that are worth a line


//-------------------------------- life ----------------------------------------------------------

// the task file of the run's copy; for drawing the parameters do not matter
static SgStatus load_task(SgFeed* f, SgError* error) {
  char path[1200];
  snprintf(path, sizeof(path), "%s/model/%s.yaml", f->folder, f->name);
  if (!sg_file_exists(path)) {
    SgStatus status = sg_task_find(f->name, path, sizeof(path), error);
    if (status != SG_OK) {
      return sg_fail(error, SG_FILE, "%s: has no copy of its model, and task '%s' is not here",
                     f->folder, f->name);
    }
  }
  f->task = sg_task_load(path, NULL, 0, error);
  return f->task ? SG_OK : error->status;
}


SgStatus sg_feed_open(SgFeed* f, const char* folder, SgError* error) {
  memset(f, 0, sizeof(*f));
  snprintf(f->folder, sizeof(f->folder), "%s", folder);
  SgStatus status = sg_run_summary(folder, &f->summary, error);
  if (status == SG_OK && !f->summary.task[0]) {
    status = sg_fail(error, SG_FILE, "%s: its config.yaml cannot be read", folder);
  }
  if (status == SG_OK) {
    snprintf(f->name, sizeof(f->name), "%s", f->summary.task);
    status = load_task(f, error);
  }
  if (status == SG_OK) {
    f->live = sg_live_open(folder, error);
    f->inside = calloc(1, sizeof(struct SgFeedInside));
    status = f->live && f->inside ? SG_OK : sg_fail(error, SG_MACHINE, "out of memory for a feed");
  }
  if (status != SG_OK) {
    sg_feed_close(f);
    return status;
  }
  f->inside->looked = -INFINITY;
  sg_feed_poll(f, 0);
  f->inside->looked = -INFINITY;
  return SG_OK;
}


void sg_feed_close(SgFeed* f) {
  sg_live_close(f->live);
  sg_table_free(&f->table);
  sg_task_free(f->task);
  free(f->inside);
  memset(f, 0, sizeof(*f));
}


//-------------------------------- looking -------------------------------------------------------

// read progress.csv anew when it changed; a row that is being written comes with the next look
static void look_at_table(SgFeed* f) {
  char path[1100];
  struct stat file;
  SgTable table = {0};
  snprintf(path, sizeof(path), "%s/progress.csv", f->folder);
  struct stat* old = &f->inside->table;
  if (stat(path, &file) != 0 || (file.st_size == old->st_size && file.st_ino == old->st_ino &&
                                 file.st_mtim.tv_sec == old->st_mtim.tv_sec &&
                                 file.st_mtim.tv_nsec == old->st_mtim.tv_nsec)) {
    return;
  }
  if (sg_table_read(path, &table, NULL) == SG_OK) {
    sg_table_free(&f->table);
    f->table = table;
    f->table_count++;
    *old = file;
  }
}


// whether the frame belongs to the model that is drawn
static bool frame_fits(const SgFeed* f) {
  const mjModel* m = sg_task_model(f->task);
  const SgLiveFrame* frame = f->frame;
  return frame && frame->nq == m->nq && frame->nv == m->nv && frame->nu == m->nu;
}


static void explain(SgFeed* f, SgLivePoll poll, const SgError* why) {
  f->trouble[0] = '\0';
  if (poll == SG_LIVE_BAD) {
    snprintf(f->trouble, sizeof(f->trouble), "%s", why->text);
  } else if (poll == SG_LIVE_NONE || !f->frame) {
    snprintf(f->trouble, sizeof(f->trouble), "this run has no live feed%s",
             f->state == SG_LIVE_RUNNING ? " yet" : "");
  } else if (!f->fits || f->frame->nshown == 0) {
    snprintf(f->trouble, sizeof(f->trouble), "%s",
             f->fits ? "the model's state is too large for the feed: no robot to show"
                     : "the feed belongs to another model than the run folder's copy");
  } else if (f->state == SG_LIVE_RUNNING && f->age > STALE &&
             f->frame->doing != SG_LIVE_EVALUATING) {
    snprintf(f->trouble, sizeof(f->trouble), "no news from the trainer for %.0f s", f->age);
  }
}


bool sg_feed_poll(SgFeed* f, double now) {
  SgError why = {0};
  SgLivePoll poll = sg_live_poll(f->live, &why);
  f->frame = sg_live_frame(f->live);
  if (poll == SG_LIVE_NEW) {
    f->fits = frame_fits(f);
  }
  if (f->frame && f->frame->nshown > 0) {
    f->env = ((f->env % f->frame->nshown) + f->frame->nshown) % f->frame->nshown;
  }

  // what costs system calls, now and then
  if (now - f->inside->looked >= LOOK_EVERY) {
    f->inside->looked = now;
    f->state = sg_live_state(f->live);
    look_at_table(f);
    if (!f->frame) {
      sg_run_summary(f->folder, &f->summary, NULL);
    }
  }
  f->age = sg_live_age(f->live);
  explain(f, poll, &why);
  return poll == SG_LIVE_NEW;
}


const SgLiveEnv* sg_feed_env(const SgFeed* f) {
  bool any = f->frame && f->fits && f->env < f->frame->nshown;
  return any ? &f->frame->envs[f->env] : NULL;
}


double sg_feed_left(const SgFeed* f) {
  const SgLiveFrame* frame = f->frame;
  if (!frame || !(frame->steps_per_second > 0) || f->state != SG_LIVE_RUNNING) {
    return (double)NAN;
  }

  // the rate leaves evaluations and checkpoints out: they take their share of the time that is left
  // too
  double busy = frame->simulate_seconds + frame->update_seconds;
  double rest = frame->evaluate_seconds + frame->checkpoint_seconds;
  double share = busy > 0 && rest > 0 ? 1 + rest / busy : 1;
  return (double)(frame->steps - frame->step) / frame->steps_per_second * share;
}
