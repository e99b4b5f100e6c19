// Channels: names to addresses once, addresses to numbers every step.

#include "task/observe.h"

#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"

// what is done with a number after it is read
typedef enum Change {
  PLAIN,
  SINE,
  COSINE,
} Change;

// a kind's facts, where its field lies in mjData, and how its numbers are treated
typedef struct KindRow {
  SgKind facts;
  size_t field;  // offset of the mjtNum* in mjData
  Change change;
  bool force;  // made by actuation, constraint or contact
} KindRow;

#define AT(name) offsetof(mjData, name)

// clang-format off
static const KindRow KINDS[] = {
  //  name               object       comp  velocity pair  lagged what                                field               change  force
  {{"qpos",             mjOBJ_JOINT,   0, false, false, false, "position of a joint"},                AT(qpos),            PLAIN,  false},
  {{"qvel",             mjOBJ_JOINT,   0, true,  false, false, "velocity of a joint"},                AT(qvel),            PLAIN,  false},
  {{"sin_qpos",         mjOBJ_JOINT,   0, false, false, false, "sine of a joint's position"},         AT(qpos),            SINE,   false},
  {{"cos_qpos",         mjOBJ_JOINT,   0, false, false, false, "cosine of a joint's position"},       AT(qpos),            COSINE, false},
  {{"xpos",             mjOBJ_BODY,    3, false, false, true,  "world position of a body"},           AT(xpos),            PLAIN,  false},
  {{"xpos_difference",  mjOBJ_BODY,    3, false, true,  true,  "from the second body to the first"},  AT(xpos),            PLAIN,  false},
  {{"xquat",            mjOBJ_BODY,    4, false, false, true,  "orientation of a body, w x y z"},     AT(xquat),           PLAIN,  false},
  {{"site_xpos",        mjOBJ_SITE,    3, false, false, true,  "world position of a site"},           AT(site_xpos),       PLAIN,  false},
  {{"cinert",           mjOBJ_BODY,   10, false, false, true,  "inertia of a body, and its mass"},    AT(cinert),          PLAIN,  false},
  {{"cvel",             mjOBJ_BODY,    6, false, false, true,  "rotation, velocity of a body"},       AT(cvel),            PLAIN,  false},
  {{"qfrc_actuator",    mjOBJ_JOINT,   0, true,  false, true,  "actuator force on a joint"},          AT(qfrc_actuator),   PLAIN,  true},
  {{"qfrc_constraint",  mjOBJ_JOINT,   0, true,  false, true,  "constraint force on a joint"},        AT(qfrc_constraint), PLAIN,  true},
  {{"cfrc_ext",         mjOBJ_BODY,    6, false, false, true,  "contact torque, force on a body"},    AT(cfrc_ext),        PLAIN,  true},
  {{"sensor",           mjOBJ_SENSOR,  0, false, false, true,  "sensor of the model"},                AT(sensordata),      PLAIN,  false},
};
// clang-format on

enum {
  NKIND = sizeof(KINDS) / sizeof(KINDS[0]),
  NAME = 128
};

static const int64_t WHOLE = INT64_MIN;  // in place of a component: the element's only number


int sg_observe_nkind(void) {
  return NKIND;
}


const SgKind* sg_observe_facts(int kind) {
  return &KINDS[kind].facts;
}


int sg_observe_kind(const char* name) {
  for (int i = 0; i < NKIND; i++) {
    if (strcmp(KINDS[i].facts.name, name) == 0) {
      return i;
    }
  }
  return -1;
}


int sg_observe_elements(const mjModel* m, int kind) {
  switch (KINDS[kind].facts.object) {
    case mjOBJ_JOINT: return (int)m->njnt;
    case mjOBJ_BODY: return (int)m->nbody;
    case mjOBJ_SITE: return (int)m->nsite;
    default: return (int)m->nsensor;
  }
}


int sg_observe_components(const mjModel* m, int kind, int id) {
  const SgKind* facts = &KINDS[kind].facts;
  if (facts->ncomponent > 0) {
    return facts->ncomponent;
  }
  if (facts->object == mjOBJ_SENSOR) {
    return m->sensor_dim[id];
  }
  switch (m->jnt_type[id]) {
    case mjJNT_FREE: return facts->velocity ? 6 : 7;
    case mjJNT_BALL: return facts->velocity ? 3 : 4;
    default: return 1;
  }
}


//-------------------------------- names ---------------------------------------------------------

static const char* object_word(int object) {
  return object == mjOBJ_JOINT  ? "joint"
         : object == mjOBJ_BODY ? "body"
         : object == mjOBJ_SITE ? "site"
                                : "sensor";
}


int sg_observe_element(const mjModel* m, const SgObserveApi* api, int kind, const char* name,
                       SgError* error) {
  enum {
    MAX = 1024
  };
  int object = KINDS[kind].facts.object, total = sg_observe_elements(m, kind), count = 0;
  int64_t number;
  if (name[0] == '#' && sg_text_int(name + 1, &number) && number >= 0 && number < total) {
    return (int)number;
  }
  int id = api->name2id(m, object, name);
  if (id >= 0) {
    return id;
  }

  // the nearest of all names
  const char* names[MAX];
  for (int i = 0; i < total && count < MAX; i++) {
    const char* candidate = api->id2name(m, object, i);
    if (candidate) {
      names[count++] = candidate;
    }
  }
  const char* nearest = sg_text_nearest(name, names, count);
  sg_fail(error, SG_FILE, "the model has no %s '%s'%s%s%s", object_word(object), name,
          nearest ? "; did you mean '" : "", nearest ? nearest : "", nearest ? "'?" : "");
  return -1;
}


// where an element's first number lies in its field
static int element_adr(const mjModel* m, int kind, int id) {
  const SgKind* facts = &KINDS[kind].facts;
  switch (facts->object) {
    case mjOBJ_JOINT: return facts->velocity ? m->jnt_dofadr[id] : m->jnt_qposadr[id];
    case mjOBJ_SENSOR: return m->sensor_adr[id];
    default: return id * facts->ncomponent;
  }
}


// cut "kind:element..." in place; NULL when it is not that
static char* split_kind(char* text) {
  char* colon = strchr(text, ':');
  if (!colon || colon[1] == '\0') {
    return NULL;
  }
  *colon = '\0';
  return colon + 1;
}


// cut ":component" off an element in place; WHOLE when there is none. A name that ends in a number
// of its own stays whole
static int64_t split_component(const mjModel* m, const SgObserveApi* api, int object,
                               char* element) {
  int64_t component = WHOLE;
  char* colon = strrchr(element, ':');
  if (colon && colon > element && api->name2id(m, object, element) < 0 &&
      sg_text_int(colon + 1, &component)) {
    *colon = '\0';
  }
  return component;
}


// the element that a channel reads, or the two that a pair reads (their names are cut apart in
// place); second: -1 for kinds of one element
static SgStatus find_elements(const mjModel* m, const SgObserveApi* api, int kind, char* element,
                              int* first, int* second, SgError* error) {
  char* slash = KINDS[kind].facts.pair ? strchr(element, '/') : NULL;
  *second = -1;
  if (KINDS[kind].facts.pair && !slash) {
    return sg_fail(error, SG_FILE, "%s needs two elements, first/second, not '%s'",
                   KINDS[kind].facts.name, element);
  }
  if (slash) {
    *slash = '\0';
    *second = sg_observe_element(m, api, kind, slash + 1, error);
  }
  *first = sg_observe_element(m, api, kind, element, error);
  return *first < 0 || (slash && *second < 0) ? SG_FILE : SG_OK;
}


// the component that a channel means: an element of several numbers needs one, another has none
static SgStatus check_component(const char* element, int64_t* component, int count,
                                SgError* error) {
  bool whole = *component == WHOLE;
  *component = whole ? 0 : *component;
  if (*component < 0 || *component >= (whole ? 1 : count)) {
    return sg_fail(error, SG_FILE, "'%s' has %d number%s here, there is no component %lld", element,
                   count, count == 1 ? "" : "s", (long long)*component);
  }
  if (whole != (count == 1)) {
    return sg_fail(error, SG_FILE, "'%s' has %d number%s here, %s meant", element, count,
                   count == 1 ? "" : "s", whole ? "one alone is" : "one of several is");
  }
  return SG_OK;
}


SgStatus sg_observe_channel(SgChannel* channel, const char* name, const mjModel* m,
                            const SgObserveApi* api, SgError* error) {
  char text[NAME];
  int id = -1, id2 = -1;

  // the name's parts
  bool fits = snprintf(text, sizeof(text), "%s", name) < NAME;
  char* element = fits ? split_kind(text) : NULL;
  if (!element) {
    return sg_fail(error, SG_FILE, "'%.100s' is no channel; it reads kind:element[:component]",
                   name);
  }
  int kind = sg_observe_kind(text);
  if (kind < 0) {
    return sg_fail(error, SG_FILE, "channel '%s': there is no kind '%s'", name, text);
  }
  int64_t component = split_component(m, api, KINDS[kind].facts.object, element);

  // what they mean in this model
  if (find_elements(m, api, kind, element, &id, &id2, error) != SG_OK ||
      check_component(element, &component, sg_observe_components(m, kind, id), error) != SG_OK) {
    return SG_FILE;
  }
  bool sensor = KINDS[kind].facts.object == mjOBJ_SENSOR;
  *channel = (SgChannel){
      .kind = kind,
      .adr = element_adr(m, kind, id) + (int)component,
      .adr2 = id2 >= 0 ? element_adr(m, kind, id2) + (int)component : -1,
      .force = KINDS[kind].force || (sensor && m->sensor_needstage[id] == mjSTAGE_ACC),
      .low = -(double)INFINITY,
      .high = (double)INFINITY,
  };
  return SG_OK;
}


//-------------------------------- numbers -------------------------------------------------------

bool sg_observe_needs_rne(const SgChannel* channels, int n) {
  for (int i = 0; i < n; i++) {
    if (KINDS[channels[i].kind].field == AT(cfrc_ext)) {
      return true;
    }
  }
  return false;
}


void sg_observe(double* obs, const SgChannel* channels, int n, const mjData* d, bool first) {
  for (int i = 0; i < n; i++) {
    const SgChannel* c = &channels[i];
    const KindRow* kind = &KINDS[c->kind];
    const mjtNum* field = *(mjtNum* const*)((const char*)d + kind->field);

    // read, subtract, change
    double x = first && c->force ? 0 : field[c->adr];
    if (c->adr2 >= 0) {
      x -= field[c->adr2];
    }
    if (kind->change != PLAIN) {
      x = kind->change == SINE ? sin(x) : cos(x);
    }

    // clip; a NaN stays one
    obs[i] = x < c->low ? c->low : x > c->high ? c->high : x;
  }
}
