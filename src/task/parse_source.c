// Which numbers an entry of a task file means.
//
//   {term: qpos, first: 1, count: 5}         by index into the field, joint kinds only
//   {term: qpos, index: 1}                   the same, one number
//   {term: sin_qpos, joints: [hinge]}        by name
//   {term: cinert, bodies: moving}           moving: all but the world; all; or names
//   {term: xpos, bodies: [object]}           all components, or
//   {term: xpos, bodies: [tip], components: [0, 2]}
//   {term: xpos_difference, of: [fingertip, target], components: [0, 1]}
//
// Each form is first turned into channel names and these into addresses, the way the plugin does it
// from a policy file: one code path for both.

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "task/task_internal.h"

enum {
  NAME = 128,
  MAX_CHANNEL = 8192
};

// an entry being read
typedef struct Source {
  SgTask* task;
  SgYamlNode entry;
  const SgKind* kind;
  int kind_id;
  int n, room;
  const char** names;
  SgError* error;
} Source;

static const SgObserveApi API = {mj_name2id, mj_id2name};


// add "kind:element:component", or "kind:element" when the element has one number only
static bool add(Source* s, const char* element, int component, bool only) {
  char name[NAME];
  int length = only ? snprintf(name, sizeof(name), "%s:%s", s->kind->name, element)
                    : snprintf(name, sizeof(name), "%s:%s:%d", s->kind->name, element, component);
  if (length >= NAME || s->n == s->room) {
    sg_yaml_fail(s->entry, s->error, "too many numbers, or a name longer than %d letters", NAME);
    return false;
  }
  s->names[s->n] = sg_task_keep_text(s->task, name);
  return s->names[s->n++] != NULL;
}


// an object's name, or #number for one without
static void object_name(const Source* s, int id, char* name, int size) {
  const char* given = mj_id2name(s->task->model, s->kind->object, id);
  if (given) {
    snprintf(name, (size_t)size, "%s", given);
  } else {
    snprintf(name, (size_t)size, "#%d", id);
  }
}


// components of an element: those the entry lists, or all
static bool add_components(Source* s, int id, const char* element) {
  int count = sg_observe_components(s->task->model, s->kind_id, id);
  SgYamlNode list = sg_yaml_get(s->entry, "components");

  if (!list.id) {
    for (int i = 0; i < count; i++) {
      if (!add(s, element, i, count == 1)) {
        return false;
      }
    }
    return true;
  }
  for (int i = 0; i < sg_yaml_size(list); i++) {
    int64_t component;
    if (sg_yaml_int(sg_yaml_at(list, i), "components", &component, s->error) != SG_OK) {
      return false;
    }
    if (component < 0 || component >= count) {
      sg_yaml_fail(list, s->error, "%s has components 0 to %d", s->kind->name, count - 1);
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
  int total = (int)(s->kind->velocity ? m->nv : m->nq);
  SgYamlNode index = sg_yaml_get(s->entry, "index"), first_node = sg_yaml_get(s->entry, "first");
  SgYamlNode count_node = sg_yaml_get(s->entry, "count");
  int64_t first = 0, count;

  // what is asked
  if (index.id && sg_yaml_int(index, "index", &first, s->error) != SG_OK) {
    return false;
  }
  if (first_node.id && sg_yaml_int(first_node, "first", &first, s->error) != SG_OK) {
    return false;
  }
  count = index.id ? 1 : total - first;
  if (count_node.id && sg_yaml_int(count_node, "count", &count, s->error) != SG_OK) {
    return false;
  }
  if (first < 0 || count < 1 || first + count > total) {
    sg_yaml_fail(s->entry, s->error, "%s has indices 0 to %d, not %lld to %lld", s->kind->name,
                 total - 1, (long long)first, (long long)(first + count - 1));
    return false;
  }

  // joint by joint, those addresses that are in the range
  for (int id = 0; id < m->njnt; id++) {
    int adr = s->kind->velocity ? m->jnt_dofadr[id] : m->jnt_qposadr[id];
    int size = sg_observe_components(m, s->kind_id, id);
    char element[NAME];
    object_name(s, id, element, NAME);
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
  if (!text) {
    sg_yaml_fail(node, s->error, "a name is needed");
    return false;
  }

  // a channel of it tells whether the name is known
  char name[NAME];
  SgChannel channel;
  SgError why = {0};
  snprintf(name, sizeof(name), "%s:%s", s->kind->name, text);
  if (sg_observe_channel(&channel, name, s->task->model, &API, &why) != SG_OK) {
    sg_yaml_fail(node, s->error, "%s", why.text);
    return false;
  }
  int id = mj_name2id(s->task->model, s->kind->object, text);
  return add_components(s, id, text);
}


// a list of names, or `all` or `moving` (bodies only)
static bool add_list(Source* s, SgYamlNode list) {
  const char* word = sg_yaml_text(list);
  if (word && s->kind->object == mjOBJ_BODY && (!strcmp(word, "all") || !strcmp(word, "moving"))) {
    for (int id = strcmp(word, "moving") == 0; id < s->task->model->nbody; id++) {
      char element[NAME];
      object_name(s, id, element, NAME);
      if (!add_components(s, id, element)) {
        return false;
      }
    }
    return true;
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
  if (sg_yaml_size(of) != 2 || !sg_yaml_text(sg_yaml_at(of, 0)) ||
      !sg_yaml_text(sg_yaml_at(of, 1))) {
    sg_yaml_fail(s->entry, s->error, "%s needs `of: [body, body]`", s->kind->name);
    return false;
  }
  char element[NAME];
  snprintf(element, sizeof(element), "%s/%s", sg_yaml_text(sg_yaml_at(of, 0)),
           sg_yaml_text(sg_yaml_at(of, 1)));
  return add_components(s, 0, element);
}


static bool add_all(Source* s) {
  static const char* const keys[] = {"joints", "bodies", "sites"};
  static const int objects[] = {mjOBJ_JOINT, mjOBJ_BODY, mjOBJ_SITE};
  if (s->kind->pair) {
    return add_pair(s);
  }
  for (int i = 0; i < 3; i++) {
    SgYamlNode list = sg_yaml_get(s->entry, keys[i]);
    if (list.id && objects[i] == s->kind->object) {
      return add_list(s, list);
    }
    if (list.id) {
      sg_yaml_fail(list, s->error, "%s is not counted in %s", s->kind->name, keys[i]);
      return false;
    }
  }
  if (s->kind->object == mjOBJ_JOINT) {
    return add_range(s);
  }
  sg_yaml_fail(s->entry, s->error, "%s needs %s", s->kind->name,
               s->kind->object == mjOBJ_BODY ? "bodies (names, moving or all)" : "sites (names)");
  return false;
}


// the kind by name, or a sentence with the nearest
static int find_kind(SgYamlNode entry, const char* name, SgError* error) {
  int id = sg_observe_kind(name), n;
  if (id >= 0) {
    return id;
  }
  const SgKind* kinds = sg_observe_kinds(&n);
  const char* names[64];
  for (int i = 0; i < n; i++) {
    names[i] = kinds[i].name;
  }
  const char* near = sg_text_nearest(name, names, n);
  sg_yaml_fail(entry, error, "there is no quantity '%s'%s%s%s", name,
               near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
  return -1;
}


SgStatus sg_parse_source(SgTask* task, SgYamlNode entry, const char* kind, SgChannel** channels,
                         const char*** names, int* n, SgError* error) {
  int id = find_kind(entry, kind, error), nkind;
  if (id < 0) {
    return SG_FILE;
  }
  Source s = {.task = task,
              .entry = entry,
              .kind_id = id,
              .kind = sg_observe_kinds(&nkind) + id,
              .room = MAX_CHANNEL,
              .error = error};

  // names first, then their addresses
  s.names = sg_task_keep(task, MAX_CHANNEL, sizeof(char*));
  if (!s.names || !add_all(&s)) {
    return error->status != SG_OK ? error->status : sg_fail(error, SG_MACHINE, "out of memory");
  }
  *n = s.n;
  *channels = sg_task_keep(task, (size_t)s.n, sizeof(SgChannel));
  for (int i = 0; i < s.n; i++) {
    SgError why = {0};
    if (sg_observe_channel(&(*channels)[i], s.names[i], task->model, &API, &why) != SG_OK) {
      return sg_yaml_fail(entry, error, "%s", why.text);
    }
  }
  if (names) {
    *names = s.names;
  }
  return SG_OK;
}
