// The action map of a task file: which actuators, in which order, over which range.
//
//   action: {actuators: all}                                 each over its own control range
//   action: {actuators: [hip, knee], range: [-0.5, 0.5]}     these, over this range
//   action:                                                  both: a list of such entries, in order
//     - {actuators: [hip, knee]}
//     - {actuators: [wheel], range: [-3, 3]}
//
// Action -1 is the range's low end and +1 its high end; ctrl = scale * action + offset.

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "task/drive.h"
#include "task/parse.h"

enum {
  NAME = 128
};

// the actions found so far
typedef struct Actions {
  double *scale, *offset, *low, *high;  // (nactuator)
  const char** names;                   // (nactuator)
  int n;
} Actions;


// an actuator's name, or #number for one without
static void actuator_name(const mjModel* m, int id, char name[NAME]) {
  const char* given = mj_id2name(m, mjOBJ_ACTUATOR, id);
  if (given) {
    snprintf(name, NAME, "%s", given);
  } else {
    snprintf(name, NAME, "#%d", id);
  }
}


// an actuator by name or #number; -1 and a sentence with the nearest
static int find_actuator(const mjModel* m, SgYamlNode node, SgError* error) {
  const char* text = sg_yaml_text(node);
  SgError why = {0};
  int id = text ? sg_drive_actuator(m, text, &why) : -1;
  if (id < 0) {
    sg_yaml_fail(node, error, "%s", text ? why.text : "an actuator's name is needed here");
  }
  return id;
}


// one actuator as the next action; range: NULL for the actuator's own
static SgStatus add(SgTask* task, Actions* actions, SgYamlNode node, int id, const double* range,
                    SgError* error) {
  const mjModel* m = task->model;
  int adr = m->actuator_ctrladr[id], n = actions->n;
  char name[NAME];
  actuator_name(m, id, name);
  for (int i = 0; i < n; i++) {
    if (task->controls[i] == adr) {
      return sg_yaml_fail(node, error, "actuator '%s' stands here twice", name);
    }
  }
  if (m->actuator_ctrlnum[id] != 1) {
    return sg_yaml_fail(node, error, "actuator '%s' takes %d controls, only one is supported", name,
                        m->actuator_ctrlnum[id]);
  }
  if (!range && !m->actuator_ctrllimited[adr]) {
    return sg_yaml_fail(node, error,
                        "actuator '%s' has no control range; give it one with `{actuators: [%s], "
                        "range: [low, high]}`",
                        name, name);
  }

  double low = range ? range[0] : m->actuator_ctrlrange[2 * adr];
  double high = range ? range[1] : m->actuator_ctrlrange[2 * adr + 1];
  if (!(isfinite(low) && isfinite(high) && low < high)) {
    return sg_yaml_fail(node, error, "the range of actuator '%s' is %g to %g", name, low, high);
  }
  actions->scale[n] = (high - low) / 2;
  actions->offset[n] = (high + low) / 2;
  actions->low[n] = low;
  actions->high[n] = high;
  actions->names[n] = sg_task_keep_text(task, name);
  task->controls[n] = adr;
  actions->n++;
  return actions->names[n] ? SG_OK : sg_parse_no_memory(error);
}


static SgStatus parse_entry(SgTask* task, SgYamlNode entry, Actions* actions, SgError* error) {
  static const char* const keys[] = {"actuators", "range"};
  SgStatus status = sg_yaml_keys(entry, "action", keys, SG_COUNT(keys), error);
  if (status != SG_OK) {
    return status;
  }
  SgYamlNode list = sg_parse_need(entry, "actuators", error);
  SgYamlNode range_node = sg_yaml_get(entry, "range");
  double range[2];
  status = list.id ? SG_OK : SG_FILE;
  if (status == SG_OK && range_node.id) {
    status = sg_param_range(&task->params, range_node, "range", range, error);
  }

  const char* word = sg_yaml_text(list);
  bool all = word && strcmp(word, "all") == 0;
  int n = all ? (int)task->model->nactuator : sg_yaml_size(list);
  if (status == SG_OK && n == 0) {
    status = sg_yaml_fail(list, error, "%s",
                          all ? "the model has no actuators, so there is nothing to learn"
                              : "actuators needs `all` or a list of names");
  }
  for (int i = 0; status == SG_OK && i < n; i++) {
    SgYamlNode node = all ? list : sg_yaml_at(list, i);
    int id = all ? i : find_actuator(task->model, node, error);
    status = id < 0 ? SG_FILE : add(task, actions, node, id, range_node.id ? range : NULL, error);
  }
  return status;
}


SgStatus sg_parse_action(SgTask* task, SgYamlNode node, SgError* error) {
  size_t room = (size_t)task->model->nactuator + 1;
  Actions actions = {.scale = sg_task_keep(task, 4 * room, sizeof(double)),
                     .names = sg_task_keep(task, room, sizeof(char*))};
  task->controls = sg_task_keep(task, room, sizeof(int));
  if (!actions.scale || !actions.names || !task->controls) {
    return sg_parse_no_memory(error);
  }
  actions.offset = actions.scale + room;
  actions.low = actions.offset + room;
  actions.high = actions.low + room;

  // one entry, or a list of them
  bool list = sg_yaml_kind(node) == SG_YAML_LIST;
  SgStatus status = SG_OK;
  for (int i = 0; status == SG_OK && i < (list ? sg_yaml_size(node) : 1); i++) {
    status = parse_entry(task, list ? sg_yaml_at(node, i) : node, &actions, error);
  }
  if (status == SG_OK && actions.n == 0) {
    status = sg_yaml_fail(node, error, "action needs at least one entry");
  }
  task->info.nact = actions.n;
  task->info.act_scale = actions.scale;
  task->info.act_offset = actions.offset;
  task->info.act_low = actions.low;
  task->info.act_high = actions.high;
  task->info.actuators = actions.names;
  return status;
}
