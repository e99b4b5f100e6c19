// Conditions and terminations of a task file.
//
//   conditions:
//     healthy:                                            all demands must hold
//       - {quantity: qpos, index: 1, inside: $healthy_z_range, strict: true}
//       - {quantity: qvel, finite: true}
//   terminate:                                            any entry ends the episode
//     - {unless: healthy, if: $terminate_when_unhealthy}
//     - {when: arrived}

#include <stdio.h>

#include "task/parse.h"


static SgStatus parse_demand(SgTask* task, SgYamlNode entry, SgDemand* demand, SgError* error) {
  static const char* const keys[] = {"quantity", "inside", "strict", "finite", SG_SOURCE_KEYS};
  SgStatus status = sg_yaml_keys(entry, "a condition", keys, SG_COUNT(keys), error);
  const char* quantity = sg_yaml_text(sg_yaml_get(entry, "quantity"));
  SgYamlNode inside = sg_yaml_get(entry, "inside"), finite = sg_yaml_get(entry, "finite");
  SgYamlNode strict = sg_yaml_get(entry, "strict");
  double range[2] = {0, 0};
  if (status == SG_OK && (!quantity || (inside.id != 0) == (finite.id != 0))) {
    status = sg_yaml_fail(
        entry, error, "a condition needs `quantity: NAME` and `inside: [low, high]` or `finite`");
  }

  // which numbers, then what is demanded of them
  if (status == SG_OK) {
    status = sg_parse_source(task, entry, quantity, &demand->channels, &demand->names, &demand->n,
                             error);
  }
  if (status == SG_OK && finite.id) {
    status = sg_param_switch(&task->params, finite, "finite", &demand->finite, error);
  }
  if (status == SG_OK && strict.id) {
    status = sg_param_switch(&task->params, strict, "strict", &demand->strict, error);
  }
  if (status == SG_OK && inside.id) {
    status = sg_param_range(&task->params, inside, "inside", range, error);
  }
  demand->low = range[0];
  demand->high = range[1];
  return status;
}


static SgStatus parse_condition(SgTask* task, const char* name, SgYamlNode list,
                                SgCondition* condition, SgError* error) {
  int length = snprintf(condition->name, sizeof(condition->name), "%s", name);
  if (length < 1 || length >= (int)sizeof(condition->name)) {
    return sg_yaml_fail(list, error, "a condition's name has 1 to %d letters",
                        (int)sizeof(condition->name) - 1);
  }
  if (sg_yaml_size(list) == 0) {
    return sg_yaml_fail(list, error, "the condition '%s' needs a list (- {...})", name);
  }
  SgStatus status = sg_parse_list(list, "a condition", error);
  condition->demands = sg_parse_array(task, list, sizeof(SgDemand));
  if (!condition->demands) {
    return sg_parse_no_memory(error);
  }
  for (int i = 0; status == SG_OK && i < sg_yaml_size(list); i++) {
    status =
        parse_demand(task, sg_yaml_at(list, i), &condition->demands[condition->ndemand++], error);
  }
  return status;
}


SgStatus sg_parse_conditions(SgTask* task, SgYamlNode map, SgError* error) {
  SgStatus status = SG_OK;
  if (sg_yaml_kind(map) == SG_YAML_ABSENT) {
    return SG_OK;
  }
  if (sg_yaml_kind(map) != SG_YAML_MAP || sg_yaml_size(map) > SG_MAX_CONDITION) {
    return sg_yaml_fail(map, error, "conditions needs a map of at most %d names", SG_MAX_CONDITION);
  }
  task->conditions = sg_parse_array(task, map, sizeof(SgCondition));
  if (!task->conditions) {
    return sg_parse_no_memory(error);
  }
  for (int i = 0; status == SG_OK && i < sg_yaml_size(map); i++) {
    status = parse_condition(task, sg_yaml_key(map, i), sg_yaml_at(map, i),
                             &task->conditions[task->ncondition++], error);
  }
  return status;
}


//-------------------------------- terminations --------------------------------------------------

// here `unless` names a condition; only `if` is a switch
static SgStatus parse_terminate(SgTask* task, SgYamlNode entry, SgError* error) {
  static const char* const keys[] = {"when", "unless", "if"};
  SgStatus status = sg_yaml_keys(entry, "a termination", keys, SG_COUNT(keys), error);
  SgYamlNode when = sg_yaml_get(entry, "when"), unless = sg_yaml_get(entry, "unless");
  SgYamlNode flag = sg_yaml_get(entry, "if");
  bool on = true;
  if (status == SG_OK && (when.id != 0) == (unless.id != 0)) {
    status =
        sg_yaml_fail(entry, error, "a termination needs `when: CONDITION` or `unless: CONDITION`");
  }
  if (status == SG_OK && flag.id) {
    status = sg_param_switch(&task->params, flag, "if", &on, error);
  }
  if (status != SG_OK) {
    return status;
  }
  int condition = sg_parse_condition(task, entry, when.id ? "when" : "unless", error);
  if (condition < 0) {
    return SG_FILE;
  }
  if (on) {
    task->terminates[task->nterminate++] = (SgTerminate){condition, unless.id != 0};
  }
  return SG_OK;
}


SgStatus sg_parse_terminates(SgTask* task, SgYamlNode list, SgError* error) {
  SgStatus status = sg_parse_list(list, "terminate", error);
  task->terminates = sg_parse_array(task, list, sizeof(SgTerminate));
  if (!task->terminates) {
    return sg_parse_no_memory(error);
  }
  for (int i = 0; status == SG_OK && i < sg_yaml_size(list); i++) {
    status = parse_terminate(task, sg_yaml_at(list, i), error);
  }
  return status;
}
