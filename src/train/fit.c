// Comparing a contract with a model. Every check says what it found, so that a reader sees all of
// it at once and not the first mistake only.

#include "train/fit.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "policy/words.h"
#include "train/model_digest.h"

// a comparison under way
typedef struct Compare {
  SgFit* fit;
  const SgPolicy* policy;
  const SgTask* task;
  const mjModel* m;
  const SgDrive* drive;
} Compare;


//-------------------------------- findings ------------------------------------------------------

static void find(Compare* c, SgFitLevel level, const char* what, const char* name,
                 const char* format, ...) __attribute__((format(printf, 5, 6)));


// add a finding; one with the reason of an earlier one is counted there
static void find(Compare* c, SgFitLevel level, const char* what, const char* name,
                 const char* format, ...) {
  SgFit* fit = c->fit;
  SgFinding new = {.level = level, .what = what};
  va_list args;
  va_start(args, format);
  vsnprintf(new.text, sizeof(new.text), format, args);
  va_end(args);
  snprintf(new.name, sizeof(new.name), "%s", name);

  for (int i = 0; i < fit->n; i++) {
    SgFinding* old = &fit->findings[i];
    if (old->level == level && old->what == what && strcmp(old->text, new.text) == 0) {
      old->more++;
      return;
    }
  }
  fit->nwrong += level == SG_FIT_WRONG;
  if (fit->n < SG_MAX_FINDING) {
    fit->findings[fit->n++] = new;
  }
}


void sg_fit_first_wrong(const SgFit* fit, char* text, int size) {
  for (int i = 0; i < fit->n; i++) {
    const SgFinding* f = &fit->findings[i];
    if (f->level == SG_FIT_WRONG) {
      char more[32] = "";
      if (f->more > 0) {
        snprintf(more, sizeof(more), " and %d more", f->more);
      }
      snprintf(text, (size_t)size, "%s%s%s%s", f->name, more, f->name[0] ? ": " : "", f->text);
      return;
    }
  }
  snprintf(text, (size_t)size, "nothing is wrong");
}


//-------------------------------- what the contract says ----------------------------------------

// the i-th line of an entry
static const char* line_of(const SgPolicy* policy, const char* key, int i) {
  const char* line = sg_policy_meta(policy, key);
  while (i-- > 0) {
    line = sg_words_next_line(line);
  }
  return line;
}


SgStatus sg_fit_drive(SgDrive* drive, const SgPolicy* policy, SgError* error) {
  int nchannel = sg_policy_nchannel(policy), nact = sg_policy_nact(policy);
  const char** names = malloc(sizeof(names[0]) * (size_t)(nchannel + nact));
  double* limits = malloc(sizeof(limits[0]) * 2 * (size_t)nact);
  if (!names || !limits) {
    free(names);
    free(limits);
    return sg_fail(error, SG_MACHINE, "out of memory for a policy's names");
  }
  for (int i = 0; i < nchannel; i++) {
    names[i] = sg_policy_channel(policy, i);
  }
  for (int i = 0; i < nact; i++) {
    const char* line = line_of(policy, "softgait.action", i);
    names[nchannel + i] = sg_policy_actuator(policy, i);
    sg_words_number(line, "low", &limits[i]);
    sg_words_number(line, "high", &limits[nact + i]);
  }
  *drive = (SgDrive){.nchannel = nchannel,
                     .channels = names,
                     .nact = nact,
                     .actuators = names + nchannel,
                     .low = limits,
                     .high = limits + nact,
                     .period = sg_policy_period(policy)};
  return SG_OK;
}


void sg_fit_drive_free(SgDrive* drive) {
  free((void*)drive->channels);
  free((void*)drive->low);
  *drive = (SgDrive){0};
}


//-------------------------------- names that are missing ----------------------------------------

// whether a channel's element is this name: "qvel:hip:2" is of hip
static bool is_of(const char* channel, const char* element) {
  const char* at = strchr(channel, ':') + 1;
  size_t length = strlen(element);
  return strncmp(at, element, length) == 0 && (at[length] == '\0' || at[length] == ':');
}


// whether the policy itself asks for a name of the model
static bool is_wanted(const Compare* c, bool actuator, const char* name) {
  int n = actuator ? c->drive->nact : c->drive->nchannel;
  int i = 0;
  while (i < n && !(actuator ? strcmp(c->drive->actuators[i], name) == 0
                             : is_of(c->drive->channels[i], name))) {
    i++;
  }
  return i < n;
}


// among joint_1, joint_2, ... the nearest to a missing name is another one that the policy wants,
// too; one that is left over is the better guess
static void guess_again(const Compare* c, int object, int total, const char* missing,
                        SgError* why) {
  enum {
    MAX = 1024
  };
  const char* names[MAX];
  int n = 0;
  for (int i = 0; i < total && n < MAX; i++) {
    const char* name = mj_id2name(c->m, object, i);
    if (name && !is_wanted(c, object == mjOBJ_ACTUATOR, name)) {
      names[n++] = name;
    }
  }
  const char* near = sg_text_nearest(missing, names, n);
  char* guess = strstr(why->text, "; did you mean");
  size_t used = guess ? (size_t)(guess - why->text) : strlen(why->text);
  if (near) {
    snprintf(why->text + used, sizeof(why->text) - used, "; did you mean '%s'?", near);
  }
}


//-------------------------------- observation and action ----------------------------------------

// a channel that cannot be had: why
static void miss_channel(Compare* c, const char* name, SgError* why) {
  char text[128];
  snprintf(text, sizeof(text), "%s", name);
  char* element = strchr(text, ':');
  if (element && strstr(why->text, "the model has no")) {
    *element++ = '\0';
    int kind = sg_observe_kind(text);
    element[strcspn(element, ":")] = '\0';
    guess_again(c, sg_observe_facts(kind)->object, sg_observe_elements(c->m, kind), element, why);
  }
  find(c, SG_FIT_WRONG, "observation", name, "%s", why->text);
}


static void compare_channels(Compare* c) {
  int n = c->drive->nchannel, there = 0;
  for (int i = 0; i < n; i++) {
    SgChannel channel;
    SgError why = {0};
    const char* name = c->drive->channels[i];
    if (sg_observe_channel(&channel, name, c->m, &sg_linked_mujoco, &why) == SG_OK) {
      there++;
    } else {
      miss_channel(c, name, &why);
    }
  }
  if (there == n) {
    find(c, SG_FIT_FITS, "observation", "", "all %d channels are there", n);
  }
}


static void miss_actuator(Compare* c, const char* name, SgError* why) {
  if (strstr(why->text, "the model has no")) {
    guess_again(c, mjOBJ_ACTUATOR, (int)c->m->nactuator, name, why);
  }
  find(c, SG_FIT_WRONG, "action", name, "%s", why->text);
}


// what of an action's range the model's actuator would cut off; false when it is gone
static bool compare_range(Compare* c, int i, int id) {
  const mjModel* m = c->m;
  int adr = m->actuator_ctrladr[id];
  const char* name = c->drive->actuators[i];
  double low = c->drive->low[i], high = c->drive->high[i];
  double least = m->actuator_ctrlrange[2 * adr], most = m->actuator_ctrlrange[2 * adr + 1];
  double slack = 1e-6 * fmax(1, fmax(fabs(low), fabs(high)));  // the contract's numbers are floats
  if (!m->actuator_ctrllimited[adr]) {
    return true;
  }
  if (low < least - slack || high > most + slack) {
    find(c, SG_FIT_WRONG, "action", name, "its range is [%g, %g], the model cuts it to [%g, %g]",
         low, high, least, most);
    return false;
  }
  if ((low > least + slack || high < most - slack) && !c->fit->same_model) {
    find(c, SG_FIT_NOTE, "action", name, "its range is [%g, %g] of the model's [%g, %g]", low, high,
         least, most);
  }
  return true;
}


// whether the policy drives an actuator of the model
static bool is_driven(const Compare* c, int id, const int* ids) {
  int i = 0;
  while (i < c->drive->nact && ids[i] != id) {
    i++;
  }
  return i < c->drive->nact;
}


// names in another order are no hindrance, and said. An actuator that nobody drives means another
// robot, as for the runtime's bind_actions, unless it is the very model of training, whose task
// left it out
static void compare_order(Compare* c, const int* ids) {
  int n = c->drive->nact, swapped = -1;
  for (int i = 1; i < n && swapped < 0; i++) {
    swapped = ids[i] < ids[i - 1] ? i : -1;
  }
  if (swapped >= 0) {
    find(c, SG_FIT_NOTE, "action", "",
         "the order differs (action %d, %s, is the model's actuator %d): bound by name", swapped,
         c->drive->actuators[swapped], ids[swapped]);
  }
  for (int id = 0; id < c->m->nactuator; id++) {
    const char* name = mj_id2name(c->m, mjOBJ_ACTUATOR, id);
    if (!is_driven(c, id, ids)) {
      find(c, c->fit->same_model ? SG_FIT_NOTE : SG_FIT_WRONG, "action",
           name ? name : "without a name",
           c->fit->same_model
               ? "the policy does not drive it, its control stays 0"
               : "the model has this actuator, and the policy does not drive it: another robot");
    }
  }
}


static SgStatus compare_actuators(Compare* c, SgError* error) {
  int n = c->drive->nact, fine = 0, there = 0;
  int* ids = malloc(sizeof(int) * (size_t)n);
  if (!ids) {
    return sg_fail(error, SG_MACHINE, "out of memory for a policy's names");
  }
  for (int i = 0; i < n; i++) {
    SgError why = {0};
    ids[i] = sg_drive_actuator(c->m, c->drive->actuators[i], &why);
    if (ids[i] < 0) {
      miss_actuator(c, c->drive->actuators[i], &why);
      continue;
    }
    there++;
    fine += compare_range(c, i, ids[i]);
  }
  if (fine == n) {
    find(c, SG_FIT_FITS, "action", "", "all %d actuators are there, within their ranges", n);
  }
  if (there == n) {
    compare_order(c, ids);
  }
  free(ids);
  return SG_OK;
}


//-------------------------------- time ----------------------------------------------------------

static bool near(double a, double b) {
  return fabs(a - b) <= 1e-6 * fmax(fabs(a), fabs(b));
}


static void compare_time(Compare* c) {
  const SgTaskInfo* info = sg_task_info(c->task);
  double timestep = c->m->opt.timestep, trained = sg_policy_timestep(c->policy);
  double period = sg_policy_period(c->policy);
  if (near(timestep, trained)) {
    find(c, SG_FIT_FITS, "time step", "", "%g s", timestep);
  } else {
    find(c, SG_FIT_WRONG, "time step", "",
         "the model's time step is %g s, %g s in training; set <option timestep=\"%g\"/>", timestep,
         trained, trained);
  }
  if (info->bare ? sg_drive_frames(period, timestep) > 0 : near(info->dt, period)) {
    find(c, SG_FIT_FITS, "period", "", "%g s%s", period,
         info->bare ? ", a multiple of the time step" : "");
  } else if (info->bare) {
    find(c, SG_FIT_WRONG, "period", "",
         "the period is %g s, which is no multiple of the model's time step of %g s", period,
         timestep);
  } else {
    find(c, SG_FIT_WRONG, "period", "", "the task's period is %g s, %g s in training", info->dt,
         period);
  }
}


//-------------------------------- the rest ------------------------------------------------------

// the row that a task with rules has of its own
static void compare_task(Compare* c) {
  const SgTaskInfo* info = sg_task_info(c->task);
  if (info->bare || sg_task_drives(c->task, c->drive)) {
    return;
  }
  find(c, SG_FIT_NOTE, "task", "",
       "it sees %d numbers and drives %d actuators of its own; the policy's %d and %d are taken by "
       "name instead",
       info->nobs, info->nact, c->drive->nchannel, c->drive->nact);
}


static SgStatus compare_digest(Compare* c, SgError* error) {
  char digest[65];
  const char* meta = sg_policy_meta(c->policy, "softgait.model");
  const char* trained = strncmp(meta, "sha256=", 7) == 0 ? meta + 7 : meta;
  SgStatus status = sg_model_digest(c->task, digest, error);
  c->fit->same_model = status == SG_OK && strcmp(digest, trained) == 0;
  if (c->fit->same_model) {
    find(c, SG_FIT_FITS, "model", "", "the files of training (digest %.12s...)", digest);
  } else if (status == SG_OK) {
    find(c, SG_FIT_NOTE, "model", "",
         "other files than in training (digest %.12s..., here %.12s...): what has no name, such as "
         "masses and friction, may differ",
         trained, digest);
  }
  return status;
}


static void compare_version(Compare* c) {
  const char* meta = sg_policy_meta(c->policy, "softgait.mujoco");
  const char* trained = strncmp(meta, "version=", 8) == 0 ? meta + 8 : meta;
  if (strcmp(trained, mj_versionString()) != 0) {
    find(c, SG_FIT_NOTE, "MuJoCo", "", "trained in %.20s, here %s", trained, mj_versionString());
  }
}


SgStatus sg_fit(SgFit* fit, const SgPolicy* policy, const SgTask* task, SgError* error) {
  SgDrive drive;
  Compare c = {.fit = fit, .policy = policy, .task = task, .drive = &drive};
  c.m = sg_task_model(task);
  *fit = (SgFit){0};
  SgStatus status = sg_fit_drive(&drive, policy, error);
  if (status != SG_OK) {
    return status;
  }
  status = compare_digest(&c, error);
  if (status == SG_OK) {
    compare_channels(&c);
    status = compare_actuators(&c, error);
  }
  if (status == SG_OK) {
    compare_time(&c);
    compare_task(&c);
    compare_version(&c);
  }
  sg_fit_drive_free(&drive);
  return status;
}
