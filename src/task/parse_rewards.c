// Reward terms of a task file, summed in file order; an inner list is summed by itself first.
//
//   - {reward: reward_forward, term: velocity, of: qpos 0, weight: $forward_reward_weight}
//   - {reward: reward_survive, term: constant, value: $healthy_reward, when: healthy}
//   - {cost: reward_ctrl, term: square, of: control, weight: $ctrl_cost_weight}
//
// `reward:` is added, `cost:` subtracted. All may have `weight:`, `when: CONDITION` (else 0),
// `clip_sum:`, `if: $flag` and `unless: $flag`; parse_terms.c tells what each kind of term is of.

#include <math.h>
#include <string.h>

#include "task/parse.h"


//-------------------------------- an entry ------------------------------------------------------

// added or subtracted, under which name, which no other term has
static SgStatus parse_name(SgTask* task, SgYamlNode entry, SgReward* reward, const char** names,
                           SgError* error) {
  SgYamlNode plus = sg_yaml_get(entry, "reward"), minus = sg_yaml_get(entry, "cost");
  const char* name = sg_yaml_text(plus.id ? plus : minus);
  if (!name || !name[0] || (plus.id && minus.id)) {
    return sg_yaml_fail(entry, error, "an entry needs `reward: NAME` or `cost: NAME`");
  }
  for (int i = 0; i < task->nreward; i++) {
    if (strcmp(names[i], name) == 0) {
      return sg_yaml_fail(entry, error, "a second term is named '%.60s'", name);
    }
  }
  reward->cost = minus.id != 0;
  names[task->nreward] = sg_task_keep_text(task, name);
  return names[task->nreward] ? SG_OK : sg_parse_no_memory(error);
}


static SgStatus parse_reward(SgTask* task, SgYamlNode entry, SgReward* reward, const char** names,
                             SgError* error) {
  const double infinity = (double)INFINITY;
  if (sg_yaml_kind(entry) != SG_YAML_MAP) {
    return sg_yaml_fail(entry, error, "a reward term needs a map, {reward: NAME, term: KIND, ...}");
  }
  int term = sg_parse_term_kind(entry, error);
  SgStatus status = term < 0 ? SG_FILE : SG_OK;
  if (status == SG_OK) {
    status = parse_name(task, entry, reward, names, error);
  }
  if (status != SG_OK) {
    return status;
  }

  // what it is of
  reward->kind = (SgRewardKind)term;
  reward->weight = 1;
  reward->condition = -1;
  reward->each_low = reward->sum_low = -infinity;
  reward->each_high = reward->sum_high = infinity;
  status = sg_parse_term(task, entry, reward, error);

  // how it counts, and when
  if (status == SG_OK) {
    status = sg_parse_number(task, entry, "weight", &reward->weight, error);
  }
  if (status == SG_OK) {
    status = sg_parse_limits(task, entry, "clip_sum", &reward->sum_low, &reward->sum_high, error);
  }
  if (status == SG_OK && sg_yaml_get(entry, "when").id) {
    reward->condition = sg_parse_condition(task, entry, "when", error);
    status = reward->condition < 0 ? SG_FILE : SG_OK;
  }
  return status;
}


//-------------------------------- the list ------------------------------------------------------

// entries of the list, or of the inner list with this number
static SgStatus parse_entries(SgTask* task, SgYamlNode list, int group, const char** names,
                              SgError* error) {
  SgStatus status = SG_OK;
  for (int i = 0; status == SG_OK && i < sg_yaml_size(list); i++) {
    SgYamlNode entry = sg_yaml_at(list, i);
    bool keep;
    if (group < 0 && sg_yaml_kind(entry) == SG_YAML_LIST) {
      status = parse_entries(task, entry, i, names, error);
      continue;
    }
    status = sg_param_keep(&task->params, entry, &keep, error);
    if (status == SG_OK && keep) {
      SgReward* reward = &task->rewards[task->nreward];
      status = parse_reward(task, entry, reward, names, error);
      reward->group = group;
      task->nreward++;
    }
  }
  return status;
}


SgStatus sg_parse_rewards(SgTask* task, SgYamlNode list, SgError* error) {
  SgStatus status = sg_parse_list(list, "rewards", error);
  int room = 1;
  for (int i = 0; i < sg_yaml_size(list); i++) {
    SgYamlNode entry = sg_yaml_at(list, i);
    room += sg_yaml_kind(entry) == SG_YAML_LIST ? sg_yaml_size(entry) : 1;
  }
  const char** names = sg_task_keep(task, (size_t)room, sizeof(char*));
  task->rewards = sg_task_keep(task, (size_t)room, sizeof(SgReward));
  if (!names || !task->rewards) {
    return sg_parse_no_memory(error);
  }

  if (status == SG_OK) {
    status = parse_entries(task, list, -1, names, error);
  }
  task->info.nreward = task->nreward;
  task->info.rewards = names;
  sg_task_size_scratch(task);
  return status;
}
