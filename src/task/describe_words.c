// Names, units and terms in words.

#include "task/describe_words.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"


//-------------------------------- names ---------------------------------------------------------

// the joint that an address of qpos or qvel belongs to, and which of its numbers that is
static int joint_at(const mjModel* m, bool velocity, int address, int* component) {
  int kind = sg_observe_kind(velocity ? "qvel" : "qpos");
  for (int id = 0; id < m->njnt; id++) {
    *component = address - (velocity ? m->jnt_dofadr[id] : m->jnt_qposadr[id]);
    if (*component >= 0 && *component < sg_observe_components(m, kind, id)) {
      return id;
    }
  }
  return -1;
}


void sg_word_address(char text[SG_WORDS], const mjModel* m, bool velocity, int address) {
  int component, id = joint_at(m, velocity, address, &component);
  const char* name = id < 0 ? NULL : mj_id2name(m, mjOBJ_JOINT, id);
  bool alone = id >= 0 && (m->jnt_type[id] == mjJNT_HINGE || m->jnt_type[id] == mjJNT_SLIDE);
  if (name && alone) {
    snprintf(text, SG_WORDS, "%s", name);
  } else if (name) {
    snprintf(text, SG_WORDS, "%s:%d", name, component);
  } else {
    snprintf(text, SG_WORDS, "%d", address);
  }
}


void sg_word_names(char text[SG_WORDS], const char* const* names, int n) {
  if (n == 1) {
    snprintf(text, SG_WORDS, "%s", names[0]);
  } else {
    snprintf(text, SG_WORDS, "%s .. %s (%d)", names[0], names[n - 1], n);
  }
}


void sg_word_range(char text[SG_WORDS], double low, double high, bool strict) {
  char a[32], b[32];
  sg_text_number(a, sizeof(a), low);
  sg_text_number(b, sizeof(b), high);
  snprintf(text, SG_WORDS, strict ? "(%s, %s)" : "[%s, %s]", a, b);
}


bool sg_word_limited(double low, double high) {
  return !isinf(low) || !isinf(high);
}


void sg_word_target(char text[SG_WORDS], const mjModel* m, int id) {
  static const struct {
    int type, object;
    const char* word;
  } kinds[] = {{mjTRN_JOINT, mjOBJ_JOINT, "joint"},
               {mjTRN_JOINTINPARENT, mjOBJ_JOINT, "joint"},
               {mjTRN_TENDON, mjOBJ_TENDON, "tendon"},
               {mjTRN_SITE, mjOBJ_SITE, "site"},
               {mjTRN_BODY, mjOBJ_BODY, "body"}};
  snprintf(text, SG_WORDS, "-");
  for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
    if (m->actuator_trntype[id] == kinds[i].type) {
      const char* name = mj_id2name(m, kinds[i].object, m->actuator_trnid[2 * id]);
      snprintf(text, SG_WORDS, "%s %s", kinds[i].word, name ? name : "without a name");
    }
  }
}


//-------------------------------- units ---------------------------------------------------------

// of a joint's number: along an axis, about one, or a part of a quaternion
static const char* joint_unit(const mjModel* m, const SgKind* kind, int address, bool force) {
  int component, id = joint_at(m, kind->velocity, address, &component);
  int type = id < 0 ? mjJNT_HINGE : m->jnt_type[id];
  bool along = type == mjJNT_SLIDE || (type == mjJNT_FREE && component < 3);
  if (force) {
    return along ? "N" : "N m";
  }
  if (kind->velocity) {
    return along ? "m/s" : "rad/s";
  }
  return along ? "m" : type == mjJNT_HINGE ? "rad" : "1";
}


const char* sg_word_unit(const mjModel* m, const SgChannel* channel) {
  const SgKind* kind = sg_observe_facts(channel->kind);
  const char* name = kind->name;
  int component = kind->ncomponent > 0 ? channel->adr % kind->ncomponent : 0;
  if (strcmp(name, "qpos") == 0 || strcmp(name, "qvel") == 0) {
    return joint_unit(m, kind, channel->adr, false);
  }
  if (strncmp(name, "qfrc_", 5) == 0) {
    return joint_unit(m, kind, channel->adr, true);
  }
  if (strcmp(name, "cinert") == 0) {
    return component < 6 ? "kg m2" : component < 9 ? "kg m" : "kg";
  }
  if (strcmp(name, "cvel") == 0) {
    return component < 3 ? "rad/s" : "m/s";
  }
  if (strcmp(name, "cfrc_ext") == 0) {
    return component < 3 ? "N m" : "N";
  }
  return strstr(name, "xpos") ? "m" : strcmp(name, "sensor") == 0 ? "" : "1";
}


//-------------------------------- reward terms --------------------------------------------------

static void name_velocity(char text[SG_WORDS], const mjModel* m, const SgReward* r) {
  char name[SG_WORDS];
  char axis = (char)('x' + (r->coordinate == SG_COORDINATE_COM ? r->adr : r->adr % 3));
  if (r->coordinate == SG_COORDINATE_QPOS) {
    sg_word_address(name, m, false, r->adr);
    snprintf(text, SG_WORDS, "velocity of %.200s", name);
  } else if (r->coordinate == SG_COORDINATE_BODY) {
    const char* body = mj_id2name(m, mjOBJ_BODY, r->adr / 3);
    snprintf(text, SG_WORDS, "velocity of body %.200s along %c", body ? body : "without a name",
             axis);
  } else {
    snprintf(text, SG_WORDS, "velocity of the mass centre along %c", axis);
  }
}


// a distance is of a pair "xpos_difference:a/b:0"
static void name_distance(char text[SG_WORDS], const SgReward* r) {
  const char* pair = strchr(r->names[0], ':') + 1;
  size_t first = strcspn(pair, "/"), second = strcspn(pair + first + 1, ":");
  snprintf(text, SG_WORDS, "distance from %.*s to %.*s", (int)first, pair, (int)second,
           pair + first + 1);
}


static void name_quantity(char text[SG_WORDS], const SgReward* r) {
  char target[48] = "", per[48] = "";
  if (r->targets[0] != 0) {
    snprintf(target, sizeof(target), " - %g", r->targets[0]);
  }
  if (r->divisor != 1) {
    snprintf(per, sizeof(per), " / %g", r->divisor);
  }
  snprintf(text, SG_WORDS, target[0] ? "(%.100s%s)%s" : "%.100s%s%s", r->names[0], target, per);
}


// "(1 (a - 2)^2 + 0.01 b^2)"
static void name_squares(char text[SG_WORDS], const SgReward* r) {
  int used = 0;
  for (int i = 0; i < r->n && used < SG_WORDS; i++) {
    char target[48] = "";
    if (r->targets[i] != 0) {
      snprintf(target, sizeof(target), " - %g", r->targets[i]);
    }
    used += snprintf(text + used, (size_t)(SG_WORDS - used), "%s%g %s%s%s%s^2%s",
                     i == 0 ? "(" : " + ", r->weights[i], target[0] ? "(" : "", r->names[i], target,
                     target[0] ? ")" : "", i + 1 == r->n ? ")" : "");
  }
}


void sg_word_term(char text[SG_WORDS], const SgTask* task, const SgReward* r) {
  char names[SG_WORDS] = "the controls", each[SG_WORDS] = "", range[SG_WORDS];
  switch (r->kind) {
    case SG_REWARD_VELOCITY: name_velocity(text, task->model, r); break;
    case SG_REWARD_CONSTANT: snprintf(text, SG_WORDS, "every step"); break;
    case SG_REWARD_DISTANCE: name_distance(text, r); break;
    case SG_REWARD_QUANTITY: name_quantity(text, r); break;
    case SG_REWARD_SQUARES: name_squares(text, r); break;
    case SG_REWARD_SQUARE:
      if (!r->of_control) {
        sg_word_names(names, r->names, r->n);
      }
      if (sg_word_limited(r->each_low, r->each_high)) {
        sg_word_range(range, r->each_low, r->each_high, false);
        snprintf(each, sizeof(each), ", each clipped to %.60s", range);
      }
      snprintf(text, SG_WORDS, "sum of squares of %.140s%.80s", names, each);
      break;
  }
}
