// A task file, read into plain arrays. Order of work: control, actions, observation, then the rules
// that name conditions. Everything is checked here, once; afterwards the environment runs without
// asking.

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "task/task_internal.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))


//-------------------------------- control -------------------------------------------------------

// control: {frame_skip: $frame_skip, episode_steps: 1000}, or period in seconds for frame_skip
static SgStatus parse_control(SgTask* task, SgYamlNode map, SgError* error) {
  static const char* const keys[] = {"frame_skip", "period", "episode_steps"};
  SgStatus status = sg_yaml_keys(map, "control", keys, COUNT(keys), error);
  SgYamlNode period = sg_yaml_get(map, "period"), limit = sg_yaml_get(map, "episode_steps");
  double timestep = task->model->opt.timestep, skip = 0, steps = 0;
  if (status != SG_OK) {
    return status;
  }

  // mj_step calls per environment step
  if (period.id) {
    double seconds = 0;
    status = sg_param_number(&task->params, period, "period", &seconds, error);
    skip = round(seconds / timestep);
    if (status == SG_OK && !(fabs(skip * timestep - seconds) < 1e-9)) {
      return sg_yaml_fail(period, error, "period %g s is no multiple of the model's timestep %g s",
                          seconds, timestep);
    }
  } else {
    status =
        sg_param_number(&task->params, sg_yaml_get(map, "frame_skip"), "frame_skip", &skip, error);
  }
  if (status == SG_OK && !(skip >= 1 && skip <= 10000 && skip == floor(skip))) {
    return sg_yaml_fail(map, error, "frame_skip is %g, it must be a whole number from 1 to 10000",
                        skip);
  }

  // time limit
  if (status == SG_OK && limit.id) {
    status = sg_param_number(&task->params, limit, "episode_steps", &steps, error);
  }
  if (status == SG_OK && !(steps >= 0 && steps <= 1e9 && steps == floor(steps))) {
    return sg_yaml_fail(limit, error, "episode_steps is %g, it must be a whole number, 0 for none",
                        steps);
  }
  task->info.frame_skip = (int)skip;
  task->info.episode_steps = (int)steps;
  task->info.dt = timestep * (int)skip;
  return status;
}


//-------------------------------- actions -------------------------------------------------------

// one actuator as action i; low and high: given, or NaN for the actuator's own control range
static SgStatus add_action(SgTask* task, SgYamlNode node, int i, int id, double low, double high,
                           SgError* error) {
  const mjModel* m = task->model;
  const char* name = mj_id2name(m, mjOBJ_ACTUATOR, id);
  char number[16];
  snprintf(number, sizeof(number), "#%d", id);
  if (isnan(low)) {
    if (!m->actuator_ctrllimited[id]) {
      return sg_yaml_fail(node, error,
                          "actuator '%s' has no control range; give the action its "
                          "`range: [low, high]`",
                          name ? name : number);
    }
    low = m->actuator_ctrlrange[2 * id];
    high = m->actuator_ctrlrange[2 * id + 1];
  }
  ((double*)task->info.act_scale)[i] = (high - low) / 2;
  ((double*)task->info.act_offset)[i] = (high + low) / 2;
  ((double*)task->info.act_low)[i] = low;
  ((double*)task->info.act_high)[i] = high;
  ((const char**)task->info.actuators)[i] = sg_task_keep_text(task, name ? name : number);
  task->actuators[i] = id;
  return SG_OK;
}


// an actuator by name; -1 and a sentence with the nearest
static int find_actuator(const SgTask* task, SgYamlNode node, SgError* error) {
  const char* text = sg_yaml_text(node);
  int id = text ? mj_name2id(task->model, mjOBJ_ACTUATOR, text) : -1;
  if (id >= 0) {
    return id;
  }
  const char* names[256];
  int count = 0;
  for (int i = 0; i < task->model->nu && count < COUNT(names); i++) {
    const char* name = mj_id2name(task->model, mjOBJ_ACTUATOR, i);
    if (name) {
      names[count++] = name;
    }
  }
  const char* near = text ? sg_text_nearest(text, names, count) : NULL;
  sg_yaml_fail(node, error, "the model has no actuator '%.60s'%s%s%s", text ? text : "",
               near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
  return -1;
}


// action: {actuators: all} or {actuators: [names], range: [low, high]}
static SgStatus parse_action(SgTask* task, SgYamlNode map, SgError* error) {
  static const char* const keys[] = {"actuators", "range"};
  SgStatus status = sg_yaml_keys(map, "action", keys, COUNT(keys), error);
  SgYamlNode list = sg_yaml_get(map, "actuators"), range_node = sg_yaml_get(map, "range");
  double range[2] = {(double)NAN, (double)NAN};
  if (status == SG_OK && range_node.id) {
    status = sg_param_range(&task->params, range_node, "range", range, error);
  }
  if (status != SG_OK) {
    return status;
  }

  // how many, and room for them
  bool all = sg_yaml_text(list) && strcmp(sg_yaml_text(list), "all") == 0;
  int n = all ? (int)task->model->nu : sg_yaml_size(list);
  if (n < 1 || n > 10000) {
    return sg_yaml_fail(
        list.id ? list : map, error,
        "action needs `actuators: all` or a list of names, and a model with actuators");
  }
  task->info.nact = n;
  task->info.act_scale = sg_task_keep(task, (size_t)n, sizeof(double));
  task->info.act_offset = sg_task_keep(task, (size_t)n, sizeof(double));
  task->info.act_low = sg_task_keep(task, (size_t)n, sizeof(double));
  task->info.act_high = sg_task_keep(task, (size_t)n, sizeof(double));
  task->info.actuators = sg_task_keep(task, (size_t)n, sizeof(char*));
  task->actuators = sg_task_keep(task, (size_t)n, sizeof(int));
  if (!task->actuators) {
    return sg_fail(error, SG_MACHINE, "out of memory while reading a task");
  }

  for (int i = 0; status == SG_OK && i < n; i++) {
    SgYamlNode node = all ? list : sg_yaml_at(list, i);
    int id = all ? i : find_actuator(task, node, error);
    status = id < 0 ? SG_FILE : add_action(task, node, i, id, range[0], range[1], error);
  }
  return status;
}


//-------------------------------- observation ---------------------------------------------------

// one kept entry: its channels, clipped
static SgStatus parse_term(SgTask* task, SgYamlNode entry, SgTaskTerm* term, SgChannel** channels,
                           SgError* error) {
  static const char* const keys[] = {"term",  "first", "count",      "index", "joints", "bodies",
                                     "sites", "of",    "components", "clip",  "if",     "unless"};
  SgStatus status = sg_yaml_keys(entry, "an observation term", keys, COUNT(keys), error);
  const char* kind = sg_yaml_text(sg_yaml_get(entry, "term"));
  const char** names;
  double clip[2] = {-(double)INFINITY, (double)INFINITY};
  if (status == SG_OK && !kind) {
    status = sg_yaml_fail(entry, error, "an observation entry needs `term: NAME`");
  }
  if (status == SG_OK) {
    status = sg_parse_source(task, entry, kind, channels, &names, &term->size, error);
  }
  if (status == SG_OK && sg_yaml_get(entry, "clip").id) {
    status = sg_param_range(&task->params, sg_yaml_get(entry, "clip"), "clip", clip, error);
  }
  if (status != SG_OK) {
    return status;
  }
  for (int i = 0; i < term->size; i++) {
    (*channels)[i].low = clip[0];
    (*channels)[i].high = clip[1];
  }
  term->kind = sg_task_keep_text(task, kind);
  term->elements = names;
  term->clip_low = clip[0];
  term->clip_high = clip[1];
  return SG_OK;
}


static SgStatus parse_observation(SgTask* task, SgYamlNode list, SgError* error) {
  int nentry = sg_yaml_size(list);
  if (sg_yaml_kind(list) != SG_YAML_LIST || nentry == 0) {
    return sg_yaml_fail(list, error, "observation needs a list of terms");
  }
  SgChannel** parts = sg_task_keep(task, (size_t)nentry, sizeof(SgChannel*));
  task->terms = sg_task_keep(task, (size_t)nentry, sizeof(SgTaskTerm));
  if (!parts || !task->terms) {
    return sg_fail(error, SG_MACHINE, "out of memory while reading a task");
  }

  // the terms that the switches keep
  for (int i = 0; i < nentry; i++) {
    bool keep;
    SgStatus status = sg_param_keep(&task->params, sg_yaml_at(list, i), &keep, error);
    if (status == SG_OK && keep) {
      status = parse_term(task, sg_yaml_at(list, i), &task->terms[task->nterm], &parts[task->nterm],
                          error);
      task->info.nobs += task->terms[task->nterm].size;
      task->nterm++;
    }
    if (status != SG_OK) {
      return status;
    }
  }
  if (task->info.nobs == 0) {
    return sg_yaml_fail(list, error, "the switches leave nothing to observe");
  }

  // one flat row
  SgChannel* channel = task->channels =
      sg_task_keep(task, (size_t)task->info.nobs, sizeof(SgChannel));
  if (!channel) {
    return sg_fail(error, SG_MACHINE, "out of memory while reading a task");
  }
  for (int i = 0; i < task->nterm; i++) {
    memcpy(channel, parts[i], (size_t)task->terms[i].size * sizeof(SgChannel));
    channel += task->terms[i].size;
  }
  return SG_OK;
}


//-------------------------------- the file ------------------------------------------------------

SgStatus sg_task_parse(SgTask* task, SgYamlNode root, SgError* error) {
  SgStatus status = parse_control(task, sg_yaml_get(root, "control"), error);
  if (status == SG_OK) {
    status = parse_action(task, sg_yaml_get(root, "action"), error);
  }
  if (status == SG_OK) {
    status = parse_observation(task, sg_yaml_get(root, "observation"), error);
  }
  if (status == SG_OK) {
    status = sg_parse_conditions(task, sg_yaml_get(root, "conditions"), error);
  }
  if (status == SG_OK) {
    status = sg_parse_rewards(task, sg_yaml_get(root, "rewards"), error);
  }
  if (status == SG_OK) {
    status = sg_parse_terminates(task, sg_yaml_get(root, "terminate"), error);
  }
  if (status == SG_OK) {
    status = sg_parse_resets(task, sg_yaml_get(root, "reset"), error);
  }
  return status;
}
