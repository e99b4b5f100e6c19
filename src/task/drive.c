// Names to addresses, once, for a task that is driven from outside.

#include "task/drive.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "task/task_internal.h"

enum {
  EPISODE_STEPS = 1000  // of a model alone: it has no ends, so that a recording of it has one
};

const SgObserveApi sg_linked_mujoco = {mj_name2id, mj_id2name, mj_rnePostConstraint};


static SgStatus no_memory(SgError* error) {
  return sg_fail(error, SG_MACHINE, "out of memory while reading a model");
}


//-------------------------------- a model alone -------------------------------------------------

// the file's name without folder and ending
static void stem(char* name, int size, const char* path) {
  const char* file = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
  snprintf(name, (size_t)size, "%.*s", (int)strcspn(file, "."), file);
}


SgTask* sg_task_of_model(const char* path, SgError* error) {
  char name[64];
  SgTask* task = calloc(1, sizeof(SgTask));
  if (!task) {
    no_memory(error);
    return NULL;
  }
  stem(name, sizeof(name), path);
  task->info.bare = true;
  task->info.episode_steps = EPISODE_STEPS;
  task->info.about = "a model alone";
  task->info.name = sg_task_keep_text(task, name);
  task->info.model_path = sg_task_keep_text(task, path);
  task->info.task_path = task->info.model_path;
  SgStatus status =
      task->info.name && task->info.model_path ? sg_task_load_model(task, error) : no_memory(error);
  if (status != SG_OK) {
    sg_task_free(task);
    return NULL;
  }
  return task;
}


//-------------------------------- actuators -----------------------------------------------------

// the name nearest to an unknown actuator's
static void unknown_actuator(const mjModel* m, const char* name, SgError* error) {
  enum {
    MAX = 256
  };
  const char* names[MAX];
  int count = 0;
  for (int i = 0; i < m->nactuator && count < MAX; i++) {
    const char* candidate = mj_id2name(m, mjOBJ_ACTUATOR, i);
    if (candidate) {
      names[count++] = candidate;
    }
  }
  const char* near = sg_text_nearest(name, names, count);
  sg_fail(error, SG_FILE, "the model has no actuator '%.60s'%s%s%s", name,
          near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}


int sg_drive_actuator(const mjModel* m, const char* name, SgError* error) {
  int64_t number;
  int id = mj_name2id(m, mjOBJ_ACTUATOR, name);
  if (id < 0 && name[0] == '#' && sg_text_int(name + 1, &number) && number >= 0 &&
      number < m->nactuator) {
    id = (int)number;
  }
  if (id < 0) {
    unknown_actuator(m, name, error);
  } else if (m->actuator_ctrlnum[id] != 1) {
    sg_fail(error, SG_FILE, "actuator '%.60s' takes %d controls, only one is supported", name,
            m->actuator_ctrlnum[id]);
    id = -1;
  }
  return id;
}


//-------------------------------- driving -------------------------------------------------------

int sg_drive_frames(double period, double timestep) {
  double frames = round(period / timestep);
  bool whole = frames >= 1 && frames <= 10000 && fabs(frames * timestep - period) <= 1e-6 * period;
  return whole ? (int)frames : 0;
}


// neighbours of one kind make a term
static SgStatus set_terms(SgTask* task, const char* const* names, int n) {
  task->terms = sg_task_keep(task, (size_t)n, sizeof(SgTaskTerm));
  task->nterm = 0;
  for (int i = 0; task->terms && i < n; i++) {
    SgTaskTerm* term = &task->terms[task->nterm - (task->nterm > 0)];
    size_t length = strcspn(names[i], ":") + 1;
    if (task->nterm == 0 || strncmp(names[i], term->elements[0], length) != 0) {
      const char* kind = sg_observe_facts(task->channels[i].kind)->name;
      task->terms[task->nterm++] = (SgTaskTerm){.kind = kind,
                                                .size = 1,
                                                .elements = names + i,
                                                .clip_low = -(double)INFINITY,
                                                .clip_high = (double)INFINITY};
    } else {
      term->size++;
    }
  }
  return task->terms ? SG_OK : SG_MACHINE;
}


static SgStatus set_observation(SgTask* task, const SgDrive* drive, SgError* error) {
  size_t n = (size_t)drive->nchannel;
  const char** names = sg_task_keep(task, n, sizeof(char*));
  SgChannel* channels = sg_task_keep(task, n, sizeof(SgChannel));
  if (!names || !channels) {
    return no_memory(error);
  }
  for (int i = 0; i < drive->nchannel; i++) {
    names[i] = sg_task_keep_text(task, drive->channels[i]);
    if (!names[i]) {
      return no_memory(error);
    }
    SgStatus status =
        sg_observe_channel(&channels[i], names[i], task->model, &sg_linked_mujoco, error);
    if (status != SG_OK) {
      return status;
    }
  }
  task->channels = channels;
  task->info.nobs = drive->nchannel;
  return set_terms(task, names, drive->nchannel) == SG_OK ? SG_OK : no_memory(error);
}


static SgStatus set_action(SgTask* task, const SgDrive* drive, SgError* error) {
  size_t n = (size_t)drive->nact;
  double* numbers = sg_task_keep(task, 4 * n, sizeof(double));
  const char** names = sg_task_keep(task, n, sizeof(char*));
  int* controls = sg_task_keep(task, n, sizeof(int));
  if (!numbers || !names || !controls) {
    return no_memory(error);
  }
  double *scale = numbers, *offset = scale + n, *low = offset + n, *high = low + n;
  for (size_t i = 0; i < n; i++) {
    int id = sg_drive_actuator(task->model, drive->actuators[i], error);
    names[i] = sg_task_keep_text(task, drive->actuators[i]);
    if (id < 0 || !names[i]) {
      return id < 0 ? SG_FILE : no_memory(error);
    }
    controls[i] = task->model->actuator_ctrladr[id];
    low[i] = drive->low[i];
    high[i] = drive->high[i];
    scale[i] = (high[i] - low[i]) / 2;
    offset[i] = (high[i] + low[i]) / 2;
  }
  task->controls = controls;
  task->info.nact = drive->nact;
  task->info.act_scale = scale;
  task->info.act_offset = offset;
  task->info.act_low = low;
  task->info.act_high = high;
  task->info.actuators = names;
  return SG_OK;
}


SgStatus sg_task_drive(SgTask* task, const SgDrive* drive, SgError* error) {
  double timestep = task->model->opt.timestep;
  int frames = sg_drive_frames(drive->period, timestep);
  if (frames == 0 || (!task->info.bare && frames != task->info.frame_skip)) {
    return sg_fail(error, SG_FILE, "%s: a period of %g s cannot be had from time steps of %g s%s",
                   task->info.task_path, drive->period, timestep,
                   frames == 0 ? "" : " under this task's frame_skip");
  }
  SgStatus status = set_observation(task, drive, error);
  if (status == SG_OK) {
    status = set_action(task, drive, error);
  }
  task->info.frame_skip = frames;
  task->info.dt = frames * timestep;
  sg_task_size_scratch(task);
  return status;
}


bool sg_task_drives(const SgTask* task, const SgDrive* drive) {
  bool same = task->info.nobs == drive->nchannel && task->info.nact == drive->nact;
  for (int i = 0, n = 0; same && i < task->nterm; i++) {
    for (int j = 0; same && j < task->terms[i].size; j++, n++) {
      same = strcmp(task->terms[i].elements[j], drive->channels[n]) == 0;
    }
  }
  for (int i = 0; same && i < drive->nact; i++) {
    same = strcmp(task->info.actuators[i], drive->actuators[i]) == 0;
  }
  return same;
}
