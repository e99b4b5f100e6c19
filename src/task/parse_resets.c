// Resets of a task file, applied in file order.
//
//   - {set: qpos, noise: uniform, scale: $reset_noise_scale}             added to all
//   - {set: qvel, joints: [target_x, target_y], value: 0}                written over some
//   - {set: qpos, joints: [target_x, target_y], disc: 0.2}               two: a point within 0.2
//   - {set: qpos, first: 7, count: 2, annulus: {low: [-0.3, -0.2], high: [0, 0.2], beyond: 0.17}}

#include <math.h>
#include <string.h>

#include "task/parse.h"


//-------------------------------- which indices -------------------------------------------------

// all numbers of the named joints
static SgStatus parse_joints(SgTask* task, SgYamlNode entry, SgReset* reset, SgError* error) {
  SgChannel* channels;
  const char** names;
  SgStatus status = sg_parse_source(task, entry, reset->velocity ? "qvel" : "qpos", &channels,
                                    &names, &reset->count, error);
  reset->indices = status == SG_OK ? sg_task_keep(task, (size_t)reset->count, sizeof(int)) : NULL;
  if (status == SG_OK && !reset->indices) {
    return sg_parse_no_memory(error);
  }
  for (int i = 0; status == SG_OK && i < reset->count; i++) {
    reset->indices[i] = channels[i].adr;
  }
  return status;
}


//-------------------------------- which draw ----------------------------------------------------

static SgStatus parse_two(SgYamlNode entry, const char* key, double two[2], SgError* error) {
  SgYamlNode list = sg_parse_need(entry, key, error);
  SgStatus status = list.id ? SG_OK : SG_FILE;
  if (list.id && sg_yaml_size(list) != 2) {
    status = sg_yaml_fail(list, error, "%s needs two numbers", key);
  }
  for (int i = 0; status == SG_OK && i < 2; i++) {
    status = sg_yaml_double(sg_yaml_at(list, i), key, &two[i], error);
    if (status == SG_OK && !isfinite(two[i])) {
      status = sg_yaml_fail(list, error, "%s must be finite", key);
    }
  }
  return status;
}


// annulus: {low: [a, b], high: [c, d], beyond: r}
static SgStatus parse_annulus(SgTask* task, SgYamlNode map, SgReset* reset, SgError* error) {
  static const char* const keys[] = {"low", "high", "beyond"};
  SgStatus status = sg_yaml_keys(map, "annulus", keys, SG_COUNT(keys), error);
  if (status == SG_OK) {
    status = parse_two(map, "low", reset->low, error);
  }
  if (status == SG_OK) {
    status = parse_two(map, "high", reset->high, error);
  }
  if (status == SG_OK) {
    status = sg_parse_number(task, map, "beyond", &reset->scale, error);
  }

  // a fair part of the box must lie outside the circle, or drawing would never end
  double x = fmax(fabs(reset->low[0]), fabs(reset->high[0]));
  double y = fmax(fabs(reset->low[1]), fabs(reset->high[1]));
  bool ordered = reset->low[0] <= reset->high[0] && reset->low[1] <= reset->high[1];
  if (status == SG_OK && !(ordered && hypot(x, y) > 1.01 * reset->scale)) {
    status = sg_yaml_fail(map, error,
                          "the box runs from low to high and needs a corner farther than %g from "
                          "zero",
                          reset->scale);
  }
  return status;
}


static SgStatus parse_disc(SgTask* task, SgYamlNode node, SgReset* reset, SgError* error) {
  SgStatus status = sg_param_number(&task->params, node, "disc", &reset->scale, error);
  if (status == SG_OK && !(reset->scale > 0)) {
    status = sg_param_fail(&task->params, node, error, "disc needs a radius above 0");
  }
  return status;
}


static SgStatus parse_noise(SgTask* task, SgYamlNode entry, SgReset* reset, SgError* error) {
  static const char* const noises[] = {"uniform", "normal"};
  int kind = sg_parse_choice(entry, "noise", "the noise", noises, 2, error);
  SgYamlNode scale = kind < 0 ? (SgYamlNode){0} : sg_parse_need(entry, "scale", error);
  reset->kind = kind == 1 ? SG_RESET_NORMAL : SG_RESET_UNIFORM;
  return scale.id ? sg_param_number(&task->params, scale, "scale", &reset->scale, error) : SG_FILE;
}


// which of the five kinds, and its numbers
static SgStatus parse_draw(SgTask* task, SgYamlNode entry, SgReset* reset, SgError* error) {
  SgYamlNode noise = sg_yaml_get(entry, "noise"), value = sg_yaml_get(entry, "value");
  SgYamlNode disc = sg_yaml_get(entry, "disc"), annulus = sg_yaml_get(entry, "annulus");
  if ((noise.id != 0) + (value.id != 0) + (disc.id != 0) + (annulus.id != 0) != 1) {
    return sg_yaml_fail(entry, error, "a reset needs one of noise, value, disc, annulus");
  }
  if (!noise.id && sg_yaml_get(entry, "scale").id) {
    return sg_yaml_fail(sg_yaml_get(entry, "scale"), error, "scale belongs to noise");
  }
  if (noise.id) {
    return parse_noise(task, entry, reset, error);
  }
  if (value.id) {
    reset->kind = SG_RESET_VALUE;
    return sg_param_number(&task->params, value, "value", &reset->scale, error);
  }
  reset->kind = disc.id ? SG_RESET_DISC : SG_RESET_ANNULUS;
  return disc.id ? parse_disc(task, disc, reset, error)
                 : parse_annulus(task, annulus, reset, error);
}


static SgStatus parse_reset(SgTask* task, SgYamlNode entry, SgReset* reset, SgError* error) {
  static const char* const keys[] = {"set",   "first", "count", "index", "joints", "components",
                                     "noise", "scale", "value", "disc",  "annulus"};
  static const char* const sets[] = {"qpos", "qvel"};
  SgStatus status = sg_yaml_keys(entry, "a reset", keys, SG_COUNT(keys), error);
  int set = status == SG_OK ? sg_parse_choice(entry, "set", "the vector", sets, 2, error) : -1;
  if (set < 0) {
    return SG_FILE;
  }
  reset->velocity = set == 1;
  status = parse_draw(task, entry, reset, error);
  if (status == SG_OK) {
    status = parse_joints(task, entry, reset, error);
  }
  bool point = reset->kind == SG_RESET_DISC || reset->kind == SG_RESET_ANNULUS;
  if (status == SG_OK && point && reset->count != 2) {
    status = sg_yaml_fail(entry, error, "a disc or annulus sets two numbers, not %d", reset->count);
  }
  return status;
}


SgStatus sg_parse_resets(SgTask* task, SgYamlNode list, SgError* error) {
  SgStatus status = sg_parse_list(list, "reset", error);
  task->resets = sg_parse_array(task, list, sizeof(SgReset));
  if (!task->resets) {
    return sg_parse_no_memory(error);
  }
  for (int i = 0; status == SG_OK && i < sg_yaml_size(list); i++) {
    status = parse_reset(task, sg_yaml_at(list, i), &task->resets[task->nreset++], error);
  }
  return status;
}
