// The rules of a task file: conditions, rewards, terminations, resets.
//
//   conditions:
//     healthy: [{quantity: qpos, index: 1, inside: $healthy_z_range, strict: true}]
//   rewards:                                              summed in file order
//     - {reward: reward_forward, term: velocity, of: qpos 0, weight: $forward_reward_weight}
//     - {reward: reward_survive, term: constant, value: $healthy_reward, when: healthy}
//     - {cost: reward_ctrl, term: square, of: control, weight: $ctrl_cost_weight}
//   terminate:
//     - {unless: healthy, if: $terminate_when_unhealthy}
//   reset:
//     - {set: qpos, noise: uniform, scale: $reset_noise_scale}

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "task/task_internal.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))


static SgStatus no_memory(SgError* error) {
  return sg_fail(error, SG_MACHINE, "out of memory while reading a task");
}


// a list's array, of count elements kept by the task
static void* array_for(SgTask* task, SgYamlNode list, size_t size) {
  return sg_task_keep(task, (size_t)sg_yaml_size(list) + 1, size);
}


static SgStatus need_list(SgYamlNode node, const char* what, SgError* error) {
  SgYamlKind kind = sg_yaml_kind(node);
  if (kind == SG_YAML_LIST || kind == SG_YAML_ABSENT) {
    return SG_OK;
  }
  return sg_yaml_fail(node, error, "%s needs a list (- {...})", what);
}


// a word that is one of several; its place among them, or -1 and a sentence
static int choose(SgYamlNode node, const char* what, const char* const* words, int count,
                  SgError* error) {
  const char* text = sg_yaml_text(node);
  for (int i = 0; text && i < count; i++) {
    if (strcmp(text, words[i]) == 0) {
      return i;
    }
  }
  const char* near = text ? sg_text_nearest(text, words, count) : NULL;
  sg_yaml_fail(node, error, "%s '%.60s' is unknown%s%s%s", what, text ? text : "",
               near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
  return -1;
}


// a condition by name; -1 and a sentence
static int find_condition(const SgTask* task, SgYamlNode node, SgError* error) {
  const char* names[32];
  for (int i = 0; i < task->ncondition; i++) {
    names[i] = task->conditions[i].name;
  }
  return choose(node, "the condition", names, task->ncondition, error);
}


//-------------------------------- conditions ----------------------------------------------------

static SgStatus parse_demand(SgTask* task, SgYamlNode entry, SgDemand* demand, SgError* error) {
  static const char* const keys[] = {"quantity", "first",  "count",  "index",
                                     "joints",   "bodies", "sites",  "components",
                                     "of",       "inside", "strict", "finite"};
  SgStatus status = sg_yaml_keys(entry, "a condition", keys, COUNT(keys), error);
  SgYamlNode quantity = sg_yaml_get(entry, "quantity"), inside = sg_yaml_get(entry, "inside");
  if (status != SG_OK) {
    return status;
  }
  if (!sg_yaml_text(quantity)) {
    return sg_yaml_fail(entry, error, "a condition needs `quantity: NAME`");
  }

  // which numbers, then what is demanded of them
  status = sg_parse_source(task, entry, sg_yaml_text(quantity), &demand->channels, NULL, &demand->n,
                           error);
  if (status == SG_OK && sg_yaml_get(entry, "finite").id) {
    status = sg_param_switch(&task->params, sg_yaml_get(entry, "finite"), "finite", &demand->finite,
                             error);
  }
  if (status == SG_OK && sg_yaml_get(entry, "strict").id) {
    status = sg_param_switch(&task->params, sg_yaml_get(entry, "strict"), "strict", &demand->strict,
                             error);
  }
  if (status == SG_OK && !demand->finite) {
    double range[2];
    status = sg_param_range(&task->params, inside, "inside", range, error);
    demand->low = range[0];
    demand->high = range[1];
  }
  return status;
}


SgStatus sg_parse_conditions(SgTask* task, SgYamlNode map, SgError* error) {
  if (sg_yaml_kind(map) == SG_YAML_ABSENT) {
    return SG_OK;
  }
  if (sg_yaml_kind(map) != SG_YAML_MAP || sg_yaml_size(map) > 32) {
    return sg_yaml_fail(map, error, "conditions needs a map of at most 32 names");
  }
  task->conditions = array_for(task, map, sizeof(SgCondition));
  if (!task->conditions) {
    return no_memory(error);
  }

  for (int i = 0; i < sg_yaml_size(map); i++) {
    SgCondition* condition = &task->conditions[task->ncondition++];
    SgYamlNode list = sg_yaml_at(map, i);
    SgStatus status = need_list(list, "a condition", error);
    snprintf(condition->name, sizeof(condition->name), "%s", sg_yaml_key(map, i));
    condition->demands = array_for(task, list, sizeof(SgDemand));
    if (!condition->demands) {
      return no_memory(error);
    }
    for (int j = 0; status == SG_OK && j < sg_yaml_size(list); j++) {
      status =
          parse_demand(task, sg_yaml_at(list, j), &condition->demands[condition->ndemand++], error);
    }
    if (status != SG_OK) {
      return status;
    }
  }
  return SG_OK;
}


//-------------------------------- rewards -------------------------------------------------------

// a number that may be missing
static SgStatus optional(const SgTask* task, SgYamlNode entry, const char* key, double* value,
                         SgError* error) {
  SgYamlNode node = sg_yaml_get(entry, key);
  return node.id ? sg_param_number(&task->params, node, key, value, error) : SG_OK;
}


static SgStatus optional_range(const SgTask* task, SgYamlNode entry, const char* key, double* low,
                               double* high, SgError* error) {
  SgYamlNode node = sg_yaml_get(entry, key);
  double range[2];
  if (!node.id) {
    return SG_OK;
  }
  SgStatus status = sg_param_range(&task->params, node, key, range, error);
  *low = range[0];
  *high = range[1];
  return status;
}


// "qpos 0", "body_x torso", "com_x"
static SgStatus parse_velocity(SgTask* task, SgYamlNode entry, SgReward* reward, SgError* error) {
  static const char* const words[] = {"qpos", "body_x", "com_x"};
  SgYamlNode of = sg_yaml_get(entry, "of");
  char kind[32] = "", which[96] = "", word[96];
  int64_t number = -1;
  if (!sg_yaml_text(of) || sscanf(sg_yaml_text(of), "%31s %95s", kind, which) < 1) {
    return sg_yaml_fail(entry, error, "velocity needs `of: qpos INDEX`, `body_x NAME` or `com_x`");
  }

  // which coordinate
  int coordinate = -1;
  for (int i = 0; i < COUNT(words); i++) {
    coordinate = strcmp(kind, words[i]) == 0 ? i : coordinate;
  }
  if (coordinate < 0) {
    return sg_yaml_fail(of, error, "velocity of '%s' is unknown; there are qpos, body_x, com_x",
                        kind);
  }
  reward->coordinate = (SgCoordinate)coordinate;
  if (reward->coordinate == SG_COORDINATE_COM_X) {
    return SG_OK;
  }

  // of which element: a name, a number, or a parameter that holds one
  snprintf(word, sizeof(word), "%s", which);
  for (int i = 0; which[0] == '$' && i < task->params.count; i++) {
    if (strcmp(task->params.params[i].name, which + 1) == 0) {
      snprintf(word, sizeof(word), "%s", task->params.params[i].text);
    }
  }
  bool body = reward->coordinate == SG_COORDINATE_BODY_X;
  if (!sg_text_int(word, &number) && body) {
    number = mj_name2id(task->model, mjOBJ_BODY, word);
  }
  if (number < 0 || number >= (body ? task->model->nbody : task->model->nq)) {
    return sg_yaml_fail(of, error, "the model has no %s '%s'", body ? "body" : "qpos index", word);
  }
  reward->adr = (int)number;
  return SG_OK;
}


// control, or channels
static SgStatus parse_square(SgTask* task, SgYamlNode entry, SgReward* reward, SgError* error) {
  SgYamlNode of = sg_yaml_get(entry, "of");
  const char* text = sg_yaml_text(of);
  if (!text) {
    return sg_yaml_fail(entry, error,
                        "square needs `of: control` or `of: QUANTITY` with its elements");
  }
  reward->of_control = strcmp(text, "control") == 0;
  if (reward->of_control) {
    return SG_OK;
  }
  return sg_parse_source(task, entry, text, &reward->channels, NULL, &reward->n, error);
}


static SgStatus parse_distance(SgTask* task, SgYamlNode entry, SgReward* reward, SgError* error) {
  return sg_parse_source(task, entry, "xpos_difference", &reward->channels, NULL, &reward->n,
                         error);
}


// one number, minus `target`, divided by a number or by `timestep`
static SgStatus parse_quantity(SgTask* task, SgYamlNode entry, SgReward* reward, SgError* error) {
  const char* quantity = sg_yaml_text(sg_yaml_get(entry, "quantity"));
  const char* per = sg_yaml_text(sg_yaml_get(entry, "per"));
  reward->targets = sg_task_keep(task, 1, sizeof(double));
  if (!quantity) {
    return sg_yaml_fail(entry, error, "this term needs `quantity: NAME`");
  }
  SgStatus status =
      sg_parse_source(task, entry, quantity, &reward->channels, NULL, &reward->n, error);
  if (status == SG_OK && reward->n != 1) {
    return sg_yaml_fail(entry, error, "this term needs one number, `%s` here means %d", quantity,
                        reward->n);
  }
  if (status == SG_OK) {
    status = optional(task, entry, "target", &reward->targets[0], error);
  }
  reward->divisor = 1;
  if (status == SG_OK && per && strcmp(per, "timestep") == 0) {
    reward->divisor = task->model->opt.timestep;
  } else if (status == SG_OK) {
    status = optional(task, entry, "per", &reward->divisor, error);
  }
  return status;
}


// a list of single numbers with weight and target each
static SgStatus parse_weighted(SgTask* task, SgYamlNode entry, SgReward* reward, SgError* error) {
  static const char* const keys[] = {"quantity",   "index", "joints", "bodies", "sites",
                                     "components", "of",    "weight", "target"};
  SgYamlNode parts = sg_yaml_get(entry, "parts");
  reward->n = sg_yaml_size(parts);
  reward->channels = array_for(task, parts, sizeof(SgChannel));
  reward->weights = array_for(task, parts, sizeof(double));
  reward->targets = array_for(task, parts, sizeof(double));
  if (sg_yaml_kind(parts) != SG_YAML_LIST || reward->n == 0) {
    return sg_yaml_fail(entry, error, "squares needs `parts:` with at least one entry");
  }
  if (!reward->channels || !reward->weights || !reward->targets) {
    return no_memory(error);
  }

  for (int i = 0; i < reward->n; i++) {
    SgYamlNode part = sg_yaml_at(parts, i);
    SgReward one = {.kind = SG_REWARD_QUANTITY};
    SgStatus status = sg_yaml_keys(part, "a part", keys, COUNT(keys), error);
    reward->weights[i] = 1;
    if (status == SG_OK) {
      status = parse_quantity(task, part, &one, error);
    }
    if (status == SG_OK) {
      status = optional(task, part, "weight", &reward->weights[i], error);
    }
    if (status != SG_OK) {
      return status;
    }
    reward->channels[i] = one.channels[0];
    reward->targets[i] = one.targets[0];
  }
  return SG_OK;
}


// what the kinds of term are called and who reads them, in SgRewardKind's order
typedef SgStatus ParseTerm(SgTask* task, SgYamlNode entry, SgReward* reward, SgError* error);
static const char* const TERMS[] = {"velocity", "constant", "square",
                                    "distance", "quantity", "squares"};
static ParseTerm* const PARSERS[] = {parse_velocity, NULL,           parse_square,
                                     parse_distance, parse_quantity, parse_weighted};


static SgStatus parse_reward(SgTask* task, SgYamlNode entry, SgReward* reward, const char** name,
                             SgError* error) {
  static const char* const keys[] = {"reward",   "cost",  "term",       "of",     "weight",
                                     "value",    "when",  "if",         "unless", "clip_each",
                                     "clip_sum", "parts", "quantity",   "index",  "joints",
                                     "bodies",   "sites", "components", "target", "per"};
  SgStatus status = sg_yaml_keys(entry, "a reward", keys, COUNT(keys), error);
  if (status != SG_OK) {
    return status;
  }

  // added or subtracted, under which name
  SgYamlNode plus = sg_yaml_get(entry, "reward"), minus = sg_yaml_get(entry, "cost");
  *name = sg_yaml_text(plus.id ? plus : minus);
  reward->cost = minus.id != 0;
  if (!*name || (plus.id && minus.id)) {
    return sg_yaml_fail(entry, error, "an entry needs `reward: NAME` or `cost: NAME`");
  }
  *name = sg_task_keep_text(task, *name);

  // what kind of term
  int kind = choose(sg_yaml_get(entry, "term"), "the term", TERMS, COUNT(TERMS), error);
  if (kind < 0) {
    return SG_FILE;
  }
  reward->kind = (SgRewardKind)kind;
  if (PARSERS[kind]) {
    status = PARSERS[kind](task, entry, reward, error);
  }

  // how it counts, and when
  double infinity = (double)INFINITY;
  reward->weight = 1;
  reward->condition = -1;
  reward->each_low = reward->sum_low = -infinity;
  reward->each_high = reward->sum_high = infinity;
  const char* weight = reward->kind == SG_REWARD_CONSTANT ? "value" : "weight";
  if (status == SG_OK) {
    status = optional(task, entry, weight, &reward->weight, error);
  }
  if (status == SG_OK) {
    status = optional_range(task, entry, "clip_each", &reward->each_low, &reward->each_high, error);
  }
  if (status == SG_OK) {
    status = optional_range(task, entry, "clip_sum", &reward->sum_low, &reward->sum_high, error);
  }
  SgYamlNode when = sg_yaml_get(entry, "when");
  if (status == SG_OK && when.id) {
    reward->condition = find_condition(task, when, error);
    status = reward->condition < 0 ? SG_FILE : SG_OK;
  }
  return status;
}


SgStatus sg_parse_rewards(SgTask* task, SgYamlNode list, SgError* error) {
  SgStatus status = need_list(list, "rewards", error);
  const char** names = array_for(task, list, sizeof(char*));
  task->rewards = array_for(task, list, sizeof(SgReward));
  if (!names || !task->rewards) {
    return no_memory(error);
  }

  for (int i = 0; status == SG_OK && i < sg_yaml_size(list); i++) {
    SgYamlNode entry = sg_yaml_at(list, i);
    bool keep;
    status = sg_param_keep(&task->params, entry, &keep, error);
    if (status == SG_OK && keep) {
      status =
          parse_reward(task, entry, &task->rewards[task->nreward], &names[task->nreward], error);
      task->nreward++;
    }
  }
  task->info.nreward = task->nreward;
  task->info.rewards = names;
  return status;
}


//-------------------------------- terminations --------------------------------------------------

static SgStatus parse_terminate(SgTask* task, SgYamlNode entry, SgError* error) {
  static const char* const keys[] = {"when", "unless", "if"};
  SgStatus status = sg_yaml_keys(entry, "a termination", keys, COUNT(keys), error);
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
  if (status != SG_OK || !on) {
    return status;
  }
  int condition = find_condition(task, when.id ? when : unless, error);
  if (condition < 0) {
    return SG_FILE;
  }
  task->terminates[task->nterminate++] = (SgTerminate){condition, unless.id != 0};
  return SG_OK;
}


SgStatus sg_parse_terminates(SgTask* task, SgYamlNode list, SgError* error) {
  SgStatus status = need_list(list, "terminate", error);
  task->terminates = array_for(task, list, sizeof(SgTerminate));
  if (!task->terminates) {
    return no_memory(error);
  }
  for (int i = 0; status == SG_OK && i < sg_yaml_size(list); i++) {
    status = parse_terminate(task, sg_yaml_at(list, i), error);
  }
  return status;
}


//-------------------------------- resets --------------------------------------------------------

// two numbers that are a list of the entry
static SgStatus parse_two(SgYamlNode list, const char* what, double two[2], SgError* error) {
  if (sg_yaml_size(list) != 2) {
    return sg_yaml_fail(list, error, "%s needs two numbers", what);
  }
  SgStatus status = sg_yaml_double(sg_yaml_at(list, 0), what, &two[0], error);
  return status == SG_OK ? sg_yaml_double(sg_yaml_at(list, 1), what, &two[1], error) : status;
}


// annulus: {low: [a, b], high: [c, d], beyond: r}
static SgStatus parse_annulus(SgTask* task, SgYamlNode map, SgReset* reset, SgError* error) {
  static const char* const keys[] = {"low", "high", "beyond"};
  SgStatus status = sg_yaml_keys(map, "annulus", keys, COUNT(keys), error);
  if (status == SG_OK) {
    status = parse_two(sg_yaml_get(map, "low"), "low", reset->low, error);
  }
  if (status == SG_OK) {
    status = parse_two(sg_yaml_get(map, "high"), "high", reset->high, error);
  }
  if (status == SG_OK) {
    status =
        sg_param_number(&task->params, sg_yaml_get(map, "beyond"), "beyond", &reset->scale, error);
  }

  // the farthest corner must lie outside the circle, or drawing would never end
  double x = fmax(fabs(reset->low[0]), fabs(reset->high[0]));
  double y = fmax(fabs(reset->low[1]), fabs(reset->high[1]));
  if (status == SG_OK && !(hypot(x, y) > 1.01 * reset->scale)) {
    status = sg_yaml_fail(map, error, "no point of the box lies farther than %g from zero",
                          reset->scale);
  }
  return status;
}


// which of the five kinds, and its number
static SgStatus parse_draw(SgTask* task, SgYamlNode entry, SgReset* reset, SgError* error) {
  static const char* const noises[] = {"uniform", "normal"};
  SgYamlNode noise = sg_yaml_get(entry, "noise"), value = sg_yaml_get(entry, "value");
  SgYamlNode disc = sg_yaml_get(entry, "disc"), annulus = sg_yaml_get(entry, "annulus");
  if ((noise.id != 0) + (value.id != 0) + (disc.id != 0) + (annulus.id != 0) != 1) {
    return sg_yaml_fail(entry, error, "a reset needs one of noise, value, disc, annulus");
  }

  if (annulus.id) {
    reset->kind = SG_RESET_ANNULUS;
    return parse_annulus(task, annulus, reset, error);
  }
  if (noise.id) {
    int kind = choose(noise, "the noise", noises, 2, error);
    reset->kind = kind == 1 ? SG_RESET_NORMAL : SG_RESET_UNIFORM;
    SgYamlNode scale = sg_yaml_get(entry, "scale");
    return kind < 0 ? SG_FILE
                    : sg_param_number(&task->params, scale, "scale", &reset->scale, error);
  }
  reset->kind = value.id ? SG_RESET_VALUE : SG_RESET_DISC;
  SgStatus status = sg_param_number(&task->params, value.id ? value : disc,
                                    value.id ? "value" : "disc", &reset->scale, error);
  if (status == SG_OK && disc.id && !(reset->scale > 0)) {
    status = sg_yaml_fail(disc, error, "disc needs a radius above 0");
  }
  return status;
}


static SgStatus parse_reset(SgTask* task, SgYamlNode entry, SgReset* reset, SgError* error) {
  static const char* const keys[] = {"set",   "first", "count", "noise",
                                     "scale", "value", "disc",  "annulus"};
  static const char* const sets[] = {"qpos", "qvel"};
  SgStatus status = sg_yaml_keys(entry, "a reset", keys, COUNT(keys), error);
  if (status != SG_OK) {
    return status;
  }
  int set = choose(sg_yaml_get(entry, "set"), "the vector to set", sets, 2, error);
  if (set < 0) {
    return SG_FILE;
  }
  reset->velocity = set == 1;
  status = parse_draw(task, entry, reset, error);

  // which indices
  int64_t total = reset->velocity ? task->model->nv : task->model->nq, first = 0;
  SgYamlNode first_node = sg_yaml_get(entry, "first"), count_node = sg_yaml_get(entry, "count");
  if (status == SG_OK && first_node.id) {
    status = sg_yaml_int(first_node, "first", &first, error);
  }
  bool point = reset->kind == SG_RESET_DISC || reset->kind == SG_RESET_ANNULUS;
  int64_t count = point ? 2 : total - first;
  if (status == SG_OK && count_node.id) {
    status = sg_yaml_int(count_node, "count", &count, error);
  }
  if (status == SG_OK &&
      (first < 0 || count < 1 || first + count > total || (point && count != 2))) {
    status =
        sg_yaml_fail(entry, error, "%s has %lld entries; first %lld with count %lld does not fit",
                     sets[set], (long long)total, (long long)first, (long long)count);
  }
  reset->first = (int)first;
  reset->count = (int)count;
  return status;
}


SgStatus sg_parse_resets(SgTask* task, SgYamlNode list, SgError* error) {
  SgStatus status = need_list(list, "reset", error);
  task->resets = array_for(task, list, sizeof(SgReset));
  if (!task->resets) {
    return no_memory(error);
  }
  for (int i = 0; status == SG_OK && i < sg_yaml_size(list); i++) {
    status = parse_reset(task, sg_yaml_at(list, i), &task->resets[task->nreset++], error);
  }
  return status;
}
