// Channels and actuators by name. With a prefix "left_" the channel qvel:hip:2 is read from the
// joint left_hip, and xpos_difference:tip/target from left_tip and left_target.

#include "plugin/bind.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"

enum {
  NAME = 128,
  MAX_NAME = 1024
};


//-------------------------------- actuators -----------------------------------------------------

static int no_actuator(const mjModel* m, const char* name, SgError* error) {
  const char* names[MAX_NAME];
  int count = 0;
  for (int i = 0; i < m->nactuator && count < MAX_NAME; i++) {
    const char* candidate = sg_host.observe.id2name(m, mjOBJ_ACTUATOR, i);
    if (candidate) {
      names[count++] = candidate;
    }
  }
  const char* near = sg_text_nearest(name, names, count);
  sg_fail(error, SG_FILE, "the model has no actuator '%s'%s%s%s", name,
          near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
  return -1;
}


// whether an actuator moves nothing, whatever its control
static bool has_gain(const mjModel* m, int id) {
  const mjtNum *gain = m->actuator_gainprm + mjNGAIN * id,
               *bias = m->actuator_biasprm + mjNBIAS * id;
  for (int i = 0; i < mjNBIAS; i++) {
    if (bias[i] != 0) {
      return true;
    }
  }
  return m->actuator_gaintype[id] != mjGAIN_FIXED || gain[0] != 0;
}


// "#3" is an element without a name, told by its number, which a prefix cannot change
static bool is_number(const char* name) {
  int64_t number;
  return name[0] == '#' && sg_text_int(name + 1, &number);
}


static SgStatus check_number(const char* name, const char* prefix, SgError* error) {
  return prefix[0] && is_number(name)
             ? sg_fail(
                   error, SG_FILE,
                   "the policy tells '%s' by its number, which says nothing with a prefix; name "
                   "it in the model and train again",
                   name)
             : SG_OK;
}


int sg_bind_actuator(const mjModel* m, const char* prefix, const char* name, bool idle,
                     SgError* error) {
  char whole[2 * NAME];
  int64_t number = 0;
  if (check_number(name, prefix, error) != SG_OK) {
    return -1;
  }
  snprintf(whole, sizeof(whole), "%.*s%.*s", NAME - 1, prefix, NAME - 1, name);
  int id = sg_host.observe.name2id(m, mjOBJ_ACTUATOR, whole);
  if (id < 0 && is_number(name) && sg_text_int(name + 1, &number) && number < m->nactuator) {
    id = (int)number;
  }
  if (id < 0) {
    return no_actuator(m, whole, error);
  }
  if (m->actuator_ctrlnum[id] != 1) {
    sg_fail(error, SG_FILE, "actuator '%s' takes %d controls, the policy gives one", whole,
            m->actuator_ctrlnum[id]);
    return -1;
  }
  if (idle && has_gain(m, id)) {
    sg_fail(error, SG_FILE,
            "actuator '%s' moves the robot; one that only carries a number has gainprm 0 and "
            "biasprm 0",
            whole);
    return -1;
  }
  return m->actuator_ctrladr[id];
}


//-------------------------------- channels ------------------------------------------------------

// a channel's name with the prefix before each element
static SgStatus add_prefix(char to[2 * NAME], const char* channel, const char* prefix,
                           SgError* error) {
  const char* element = strchr(channel, ':');
  const char* slash = element ? strchr(element, '/') : NULL;
  const SgKind* facts = NULL;
  char kind[NAME];
  snprintf(kind, sizeof(kind), "%.*s", element ? (int)(element - channel) : 0, channel);
  if (sg_observe_kind(kind) >= 0) {
    facts = sg_observe_facts(sg_observe_kind(kind));
  }
  if (!element || !facts || !facts->pair || !slash) {
    slash = NULL;
  }
  int length = snprintf(to, 2 * NAME, "%s:%s%.*s%s%s%s", kind, prefix,
                        slash ? (int)(slash - element - 1) : NAME, element ? element + 1 : "",
                        slash ? "/" : "", slash ? prefix : "", slash ? slash + 1 : "");
  return length < NAME
             ? SG_OK
             : sg_fail(error, SG_FILE, "the channel '%.100s' is too long with its prefix", channel);
}


static SgStatus bind_channel(SgChannel* channel, const mjModel* m, const char* name,
                             const char* prefix, SgError* error) {
  char whole[2 * NAME];
  const char* element = strchr(name, ':');
  if (prefix[0] == '\0' || !element) {
    return sg_observe_channel(channel, name, m, &sg_host.observe, error);
  }

  // "#3" or "#3:1"
  char first[NAME];
  snprintf(first, sizeof(first), "%.*s", (int)strcspn(element + 1, ":/"), element + 1);
  SgStatus status = check_number(first, prefix, error);
  if (status == SG_OK) {
    status = add_prefix(whole, name, prefix, error);
  }
  return status == SG_OK ? sg_observe_channel(channel, whole, m, &sg_host.observe, error) : status;
}


SgStatus sg_bind_policy(SgInstance* me, const mjModel* m, const char* prefix, SgError* error) {
  SgStatus status = SG_OK;
  for (int i = 0; status == SG_OK && i < me->nchannel; i++) {
    status = bind_channel(&me->channels[i], m, sg_policy_channel(me->policy, i), prefix, error);
  }
  for (int i = 0; status == SG_OK && i < me->nact; i++) {
    me->controls[i] = sg_bind_actuator(m, prefix, sg_policy_actuator(me->policy, i), false, error);
    status = me->controls[i] < 0 ? SG_FILE : SG_OK;
  }
  me->needs_rne = status == SG_OK && sg_observe_needs_rne(me->channels, me->nchannel);
  return status;
}
