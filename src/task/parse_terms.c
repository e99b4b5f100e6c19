// What one reward term is of: its kind, and the numbers that it is computed from.
//
//   term       says what it is of                            its value, times weight
//   velocity   of: qpos INDEX|JOINT, body_x NAME, com_x      displacement / dt (x, y or z)
//   constant   value                                         1
//   square     of: control, or a quantity with its elements  sum of squares, clip_each first
//   distance   of: [body, body]                              Euclidean distance
//   quantity   quantity with one element, target, per        (number - target) / per
//   squares    parts: quantity, weight, target each          sum of weight (number - target)^2
//
// parse_rewards.c reads what all terms have in common.

#include <string.h>

#include "base/text.h"
#include "task/drive.h"
#include "task/parse.h"


//-------------------------------- velocity ------------------------------------------------------

// the index into qpos that a number or a joint's name means; -1 when there is none
static int find_qpos(const mjModel* m, const char* name) {
  int64_t number;
  if (sg_text_int(name, &number)) {
    return number >= 0 && number < m->nq ? (int)number : -1;
  }
  int joint = mj_name2id(m, mjOBJ_JOINT, name);
  return joint < 0 ? -1 : m->jnt_qposadr[joint];
}


// the body that a number or a name means; -1 when there is none
static int find_body(const mjModel* m, const char* name) {
  int64_t number;
  if (sg_text_int(name, &number)) {
    return number >= 0 && number < m->nbody ? (int)number : -1;
  }
  return mj_name2id(m, mjOBJ_BODY, name);
}


// the name nearest to an unknown joint or body
static SgStatus unknown_element(const SgTask* task, SgYamlNode node, bool body, const char* name,
                                SgError* error) {
  SgError why = {0};
  sg_observe_element(task->model, &sg_linked_mujoco, sg_observe_kind(body ? "xpos" : "qpos"), name,
                     &why);
  return sg_param_fail(&task->params, node, error, "%s", why.text);
}


// the words for coordinates: which, and along which axis
static const struct {
  const char* word;
  SgCoordinate coordinate;
  int axis;
} COORDINATES[] = {
    {"qpos", SG_COORDINATE_QPOS, 0},   {"body_x", SG_COORDINATE_BODY, 0},
    {"body_y", SG_COORDINATE_BODY, 1}, {"body_z", SG_COORDINATE_BODY, 2},
    {"com_x", SG_COORDINATE_COM, 0},   {"com_y", SG_COORDINATE_COM, 1},
    {"com_z", SG_COORDINATE_COM, 2},
};


// cut "body_x torso" in two; the row of the first word, or -1 when the words make no sense
static int find_coordinate(char* text, char** name) {
  *name = strchr(text, ' ');
  if (*name) {
    *(*name)++ = '\0';
  }
  for (int i = 0; i < SG_COUNT(COORDINATES); i++) {
    bool named = COORDINATES[i].coordinate != SG_COORDINATE_COM;
    if (strcmp(text, COORDINATES[i].word) == 0 && named == (*name != NULL)) {
      return i;
    }
  }
  return -1;
}


// "qpos 0", "qpos rootx", "body_x torso", "com_x"
static SgStatus parse_velocity(SgTask* task, SgYamlNode entry, SgReward* reward, SgError* error) {
  const mjModel* m = task->model;
  SgYamlNode of = sg_parse_need(entry, "of", error);
  char text[160], *name;
  SgStatus status =
      of.id ? sg_param_words(&task->params, of, "of", text, sizeof(text), error) : SG_FILE;
  if (status != SG_OK) {
    return status;
  }
  int row = find_coordinate(text, &name);
  if (row < 0) {
    return sg_yaml_fail(of, error,
                        "velocity is of `qpos INDEX`, `qpos JOINT`, `body_x NAME` or `com_x` (x, y "
                        "or z), not '%.60s'",
                        sg_yaml_text(of));
  }

  // where the coordinate stands
  int axis = COORDINATES[row].axis, found = axis;
  reward->coordinate = COORDINATES[row].coordinate;
  if (reward->coordinate == SG_COORDINATE_QPOS) {
    found = find_qpos(m, name);
  } else if (reward->coordinate == SG_COORDINATE_BODY) {
    int body = find_body(m, name);
    found = body < 0 ? -1 : 3 * body + axis;
  }
  if (found < 0) {
    return unknown_element(task, of, reward->coordinate == SG_COORDINATE_BODY, name, error);
  }
  reward->adr = found;
  reward->mass = sg_sum(m->body_mass, (int)m->nbody);
  if (reward->coordinate == SG_COORDINATE_COM && !(reward->mass > 0)) {
    return sg_yaml_fail(of, error, "the model has no mass, so its centre has no velocity");
  }
  return SG_OK;
}


//-------------------------------- the other terms -----------------------------------------------

static SgStatus parse_channels(SgTask* task, SgYamlNode entry, const char* kind, SgReward* reward,
                               SgError* error) {
  return sg_parse_source(task, entry, kind, &reward->channels, &reward->names, &reward->n, error);
}


static SgStatus parse_constant(SgTask* task, SgYamlNode entry, SgReward* reward, SgError* error) {
  SgYamlNode value = sg_parse_need(entry, "value", error);
  return value.id ? sg_param_number(&task->params, value, "value", &reward->weight, error)
                  : SG_FILE;
}


// of the controls, or of channels
static SgStatus parse_square(SgTask* task, SgYamlNode entry, SgReward* reward, SgError* error) {
  const char* of = sg_yaml_text(sg_yaml_get(entry, "of"));
  if (!of) {
    return sg_yaml_fail(entry, error,
                        "square needs `of: control` or `of: QUANTITY` with its elements");
  }
  SgStatus status =
      sg_parse_limits(task, entry, "clip_each", &reward->each_low, &reward->each_high, error);
  if (status == SG_OK && strcmp(of, "control") != 0) {
    return parse_channels(task, entry, of, reward, error);
  }

  // the controls are all meant, elements are not
  static const char* const elements[] = {SG_SOURCE_KEYS};
  for (int i = 0; status == SG_OK && i < SG_COUNT(elements); i++) {
    SgYamlNode node = sg_yaml_get(entry, elements[i]);
    if (node.id && strcmp(elements[i], "of") != 0) {
      status = sg_yaml_fail(node, error, "%s has no meaning for `of: control`", elements[i]);
    }
  }
  reward->of_control = true;
  return status;
}


static SgStatus parse_distance(SgTask* task, SgYamlNode entry, SgReward* reward, SgError* error) {
  return parse_channels(task, entry, "xpos_difference", reward, error);
}


// one number, minus `target`, divided by a number or by `timestep`
static SgStatus parse_quantity(SgTask* task, SgYamlNode entry, SgReward* reward, SgError* error) {
  const char* kind = sg_yaml_text(sg_yaml_get(entry, "quantity"));
  const char* per = sg_yaml_text(sg_yaml_get(entry, "per"));
  reward->targets = sg_task_keep(task, 1, sizeof(double));
  reward->divisor = 1;
  if (!reward->targets) {
    return sg_parse_no_memory(error);
  }
  if (!kind) {
    return sg_yaml_fail(entry, error, "this term needs `quantity: NAME`");
  }

  SgStatus status = parse_channels(task, entry, kind, reward, error);
  if (status == SG_OK && reward->n != 1) {
    status =
        sg_yaml_fail(entry, error, "one number is needed, `%s` here means %d", kind, reward->n);
  }
  if (status == SG_OK) {
    status = sg_parse_number(task, entry, "target", &reward->targets[0], error);
  }
  if (status == SG_OK && per && strcmp(per, "timestep") == 0) {
    reward->divisor = task->model->opt.timestep;
  } else if (status == SG_OK) {
    status = sg_parse_number(task, entry, "per", &reward->divisor, error);
  }
  if (status == SG_OK && reward->divisor == 0) {
    status = sg_param_fail(&task->params, sg_yaml_get(entry, "per"), error, "per is zero");
  }
  return status;
}


// a list of single numbers with weight and target each
static SgStatus parse_squares(SgTask* task, SgYamlNode entry, SgReward* reward, SgError* error) {
  static const char* const keys[] = {"quantity", "weight", "target", SG_SOURCE_KEYS};
  SgYamlNode parts = sg_yaml_get(entry, "parts");
  SgStatus status = SG_OK;
  reward->n = sg_yaml_size(parts);
  reward->channels = sg_parse_array(task, parts, sizeof(SgChannel));
  reward->names = sg_parse_array(task, parts, sizeof(char*));
  reward->weights = sg_parse_array(task, parts, sizeof(double));
  reward->targets = sg_parse_array(task, parts, sizeof(double));
  if (sg_yaml_kind(parts) != SG_YAML_LIST || reward->n == 0) {
    return sg_yaml_fail(entry, error, "squares needs `parts:` with at least one entry");
  }
  if (!reward->channels || !reward->names || !reward->weights || !reward->targets) {
    return sg_parse_no_memory(error);
  }

  for (int i = 0; status == SG_OK && i < reward->n; i++) {
    SgYamlNode part = sg_yaml_at(parts, i);
    SgReward one = {0};
    status = sg_yaml_keys(part, "a part", keys, SG_COUNT(keys), error);
    reward->weights[i] = 1;
    if (status == SG_OK) {
      status = parse_quantity(task, part, &one, error);
    }
    if (status == SG_OK) {
      reward->channels[i] = one.channels[0];
      reward->names[i] = one.names[0];
      reward->targets[i] = one.targets[0];
      status = sg_parse_number(task, part, "weight", &reward->weights[i], error);
    }
  }
  return status;
}


//-------------------------------- kinds ---------------------------------------------------------

// in SgRewardKind's order: name, reader, keys besides the common ones
typedef SgStatus ParseTerm(SgTask* task, SgYamlNode entry, SgReward* reward, SgError* error);
static const struct {
  const char* name;
  ParseTerm* parse;
  const char* keys[16];
} TERMS[] = {
    {"velocity", parse_velocity, {"of", "weight"}},
    {"constant", parse_constant, {"value"}},
    {"square", parse_square, {"clip_each", "weight", SG_SOURCE_KEYS}},
    {"distance", parse_distance, {"components", "of", "weight"}},
    {"quantity", parse_quantity, {"quantity", "target", "per", "weight", SG_SOURCE_KEYS}},
    {"squares", parse_squares, {"parts", "weight"}},
};


static int find_kind(SgYamlNode entry, SgError* error) {
  const char* names[SG_COUNT(TERMS)];
  for (int i = 0; i < SG_COUNT(TERMS); i++) {
    names[i] = TERMS[i].name;
  }
  return sg_parse_choice(entry, "term", "the term", names, SG_COUNT(TERMS), error);
}


static SgStatus check_keys(SgYamlNode entry, int term, SgError* error) {
  static const char* const common[] = {"reward", "cost",   "term",    "when",
                                       "if",     "unless", "clip_sum"};
  const char* keys[SG_COUNT(common) + SG_COUNT(TERMS[0].keys)];
  int n = SG_COUNT(common);
  memcpy(keys, common, sizeof(common));
  for (int i = 0; i < SG_COUNT(TERMS[term].keys) && TERMS[term].keys[i]; i++) {
    keys[n++] = TERMS[term].keys[i];
  }
  return sg_yaml_keys(entry, TERMS[term].name, keys, n, error);
}


int sg_parse_term_kind(SgYamlNode entry, SgError* error) {
  int kind = find_kind(entry, error);
  return kind < 0 || check_keys(entry, kind, error) != SG_OK ? -1 : kind;
}


SgStatus sg_parse_term(SgTask* task, SgYamlNode entry, SgReward* reward, SgError* error) {
  return TERMS[reward->kind].parse(task, entry, reward, error);
}
