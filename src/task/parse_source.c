// Which numbers an entry of a task file means.
//
//   {term: qpos, first: 1, count: 5}         by index into the field, joint kinds only
//   {term: qpos, index: 1}                   the same, one number
//   {term: sin_qpos, joints: [hinge]}        by name
//   {term: cinert, bodies: moving}           moving: all but the world; all; or names
//   {term: sensor, sensors: all}             all of them, or names
//   {term: xpos, bodies: [object]}           all components, or
//   {term: xpos, bodies: [tip], components: [0, 2]}
//   {term: xpos_difference, of: [fingertip, target], components: [0, 1]}
//
// Each form is first turned into channel names and these into addresses, the way the plugin does it
// from a policy file: one code path for both.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "task/drive.h"
#include "task/parse.h"

enum {
  NAME = 128,
  MAX_CHANNEL = 8192
};

// an entry being read
typedef struct Source {
  SgTask* task;
  SgYamlNode entry;
  const SgKind* facts;
  int kind;
  int n, room;
  const char** names;  // (room)
  SgError* error;
} Source;


// add "kind:element:component", or "kind:element" when the element has one number only
static bool add(Source* s, const char* element, int component, bool only) {
  char name[NAME];
  int length = only ? snprintf(name, sizeof(name), "%s:%s", s->facts->name, element)
                    : snprintf(name, sizeof(name), "%s:%s:%d", s->facts->name, element, component);
  if (length >= NAME || s->n == s->room) {
    sg_yaml_fail(s->entry, s->error,
                 "%s here means more than %d numbers, or one with a name longer than %d letters",
                 s->facts->name, s->room, NAME - 1);
    return false;
  }
  s->names[s->n] = sg_task_keep_text(s->task, name);
  return s->names[s->n++] != NULL;
}


// an object's name, or #number for one without
static void object_name(const Source* s, int id, char* name) {
  const char* given = mj_id2name(s->task->model, s->facts->object, id);
  if (given) {
    snprintf(name, NAME, "%s", given);
  } else {
    snprintf(name, NAME, "#%d", id);
  }
}


// components of an element: those the entry lists, or all
static bool add_components(Source* s, int id, const char* element) {
  int count = sg_observe_components(s->task->model, s->kind, id);
  SgYamlNode list = sg_yaml_get(s->entry, "components");
  int listed = list.id ? sg_yaml_size(list) : count;
  if (listed == 0) {
    sg_yaml_fail(list, s->error, "components needs a list like [0, 1]");
    return false;
  }

  for (int i = 0; i < listed; i++) {
    int64_t component = i;
    if (list.id && sg_yaml_int(sg_yaml_at(list, i), "components", &component, s->error) != SG_OK) {
      return false;
    }
    if (component < 0 || component >= count) {
      sg_yaml_fail(sg_yaml_at(list, i), s->error, "%s:%s has components 0 to %d", s->facts->name,
                   element, count - 1);
      return false;
    }
    if (!add(s, element, (int)component, count == 1)) {
      return false;
    }
  }
  return true;
}


// first/count or index: addresses of qpos or qvel, whatever joints they belong to
static bool add_range(Source* s) {
  const mjModel* m = s->task->model;
  int first, count;
  if (sg_parse_range(s->entry, (int)(s->facts->velocity ? m->nv : m->nq), &first, &count,
                     s->error) != SG_OK) {
    return false;
  }

  // joint by joint, those addresses that are in the range
  for (int id = 0; id < m->njnt; id++) {
    int adr = s->facts->velocity ? m->jnt_dofadr[id] : m->jnt_qposadr[id];
    int size = sg_observe_components(m, s->kind, id);
    char element[NAME];
    object_name(s, id, element);
    for (int i = 0; i < size; i++) {
      bool inside = adr + i >= first && adr + i < first + count;
      if (inside && !add(s, element, i, size == 1)) {
        return false;
      }
    }
  }
  return true;
}


// one element by name
static bool add_named(Source* s, SgYamlNode node) {
  const char* text = sg_yaml_text(node);
  SgError why = {0};
  int id = text ? sg_observe_element(s->task->model, &sg_linked_mujoco, s->kind, text, &why) : -1;
  if (id < 0) {
    sg_yaml_fail(node, s->error, "%s", text ? why.text : "a name is needed here");
    return false;
  }
  return add_components(s, id, text);
}


// every element, from the first id on
static bool add_from(Source* s, int id) {
  for (; id < sg_observe_elements(s->task->model, s->kind); id++) {
    char element[NAME];
    object_name(s, id, element);
    if (!add_components(s, id, element)) {
      return false;
    }
  }
  return true;
}


// `all`, `moving` (bodies only), one name or a list of names
static bool add_list(Source* s, SgYamlNode list) {
  const char* word = sg_yaml_text(list);
  bool moving = word && s->facts->object == mjOBJ_BODY && strcmp(word, "moving") == 0;
  if (moving || (word && strcmp(word, "all") == 0)) {
    return add_from(s, moving);
  }
  if (word) {
    return add_named(s, list);
  }
  for (int i = 0; i < sg_yaml_size(list); i++) {
    if (!add_named(s, sg_yaml_at(list, i))) {
      return false;
    }
  }
  return true;
}


// two bodies, the first minus the second
static bool add_pair(Source* s) {
  SgYamlNode of = sg_yaml_get(s->entry, "of");
  const char* names[2] = {sg_yaml_text(sg_yaml_at(of, 0)), sg_yaml_text(sg_yaml_at(of, 1))};
  char element[NAME];
  if (sg_yaml_size(of) != 2 || !names[0] || !names[1]) {
    sg_yaml_fail(s->entry, s->error, "%s needs `of: [body, body]`", s->facts->name);
    return false;
  }
  for (int i = 0; i < 2; i++) {
    SgError why = {0};
    if (sg_observe_element(s->task->model, &sg_linked_mujoco, s->kind, names[i], &why) < 0) {
      sg_yaml_fail(sg_yaml_at(of, i), s->error, "%s", why.text);
      return false;
    }
  }
  snprintf(element, sizeof(element), "%s/%s", names[0], names[1]);
  return add_components(s, 0, element);
}


static bool add_all(Source* s) {
  static const char* const keys[] = {"joints", "bodies", "sites", "sensors"};
  static const int objects[] = {mjOBJ_JOINT, mjOBJ_BODY, mjOBJ_SITE, mjOBJ_SENSOR};
  const char* wanted = NULL;
  if (s->facts->pair) {
    return add_pair(s);
  }
  for (int i = 0; i < SG_COUNT(keys); i++) {
    SgYamlNode list = sg_yaml_get(s->entry, keys[i]);
    bool fits = objects[i] == s->facts->object;
    wanted = fits ? keys[i] : wanted;
    if (list.id && fits) {
      return add_list(s, list);
    }
    if (list.id) {
      sg_yaml_fail(list, s->error, "%s is not counted in %s", s->facts->name, keys[i]);
      return false;
    }
  }
  if (s->facts->object == mjOBJ_JOINT) {
    return add_range(s);
  }
  sg_yaml_fail(s->entry, s->error, "%s needs `%s:` with names, or all", s->facts->name, wanted);
  return false;
}


// the kind by name, or a sentence with the nearest
static int find_kind(SgYamlNode entry, const char* name, SgError* error) {
  enum {
    MAX_KIND = 64
  };
  const char* names[MAX_KIND];
  int n = sg_observe_nkind(), id = sg_observe_kind(name);
  if (id >= 0) {
    return id;
  }
  for (int i = 0; i < n && i < MAX_KIND; i++) {
    names[i] = sg_observe_facts(i)->name;
  }
  const char* near = sg_text_nearest(name, names, n);
  sg_yaml_fail(entry, error, "there is no quantity '%.60s'%s%s%s", name,
               near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
  return -1;
}


// addresses of the names; the same number twice is a slip
static SgStatus resolve(Source* s, SgChannel* channels) {
  for (int i = 0; i < s->n; i++) {
    SgError why = {0};
    if (sg_observe_channel(&channels[i], s->names[i], s->task->model, &sg_linked_mujoco, &why) !=
        SG_OK) {
      return sg_yaml_fail(s->entry, s->error, "%s", why.text);
    }
    for (int j = 0; j < i; j++) {
      if (channels[j].adr == channels[i].adr && channels[j].adr2 == channels[i].adr2) {
        return sg_yaml_fail(s->entry, s->error, "%s stands here twice", s->names[i]);
      }
    }
  }
  return SG_OK;
}


SgStatus sg_parse_source(SgTask* task, SgYamlNode entry, const char* kind, SgChannel** channels,
                         const char*** names, int* n, SgError* error) {
  int id = find_kind(entry, kind, error);
  if (id < 0) {
    return SG_FILE;
  }
  const char** room = calloc(MAX_CHANNEL, sizeof(char*));
  Source s = {.task = task,
              .entry = entry,
              .kind = id,
              .facts = sg_observe_facts(id),
              .room = MAX_CHANNEL,
              .names = room,
              .error = error};

  // names first, then their addresses
  bool read = room && add_all(&s);
  SgStatus status = read                     ? SG_OK
                    : error->status != SG_OK ? error->status
                                             : sg_parse_no_memory(error);
  if (read && s.n == 0) {
    status = sg_yaml_fail(entry, error, "the model has nothing that %s could mean", kind);
  }
  if (status == SG_OK) {
    *n = s.n;
    *channels = sg_task_keep(task, (size_t)s.n, sizeof(SgChannel));
    *names = sg_task_keep(task, (size_t)s.n, sizeof(char*));
    status = *channels && *names ? resolve(&s, *channels) : sg_parse_no_memory(error);
  }
  for (int i = 0; status == SG_OK && i < s.n; i++) {
    (*names)[i] = s.names[i];
  }
  free(room);
  return status;
}
