// From keys to an instance, or to one sentence.

#include "plugin/instance.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/file.h"
#include "base/text.h"
#include "plugin/bind.h"
#include "plugin/drive.h"

enum {
  MAX_POLICY = 1 << 28,
  NAME = 128
};

const char* const sg_instance_keys[SG_NKEY] = {"policy",  "policy_text", "prefix",
                                               "command", "enabled",     "on_error"};


static const char* key_text(const mjModel* m, int instance, const char* key) {
  const char* text = sg_host.config(m, instance, key);
  return text ? text : "";
}


bool sg_instance_may_idle(const mjModel* m, int instance) {
  return strcmp(key_text(m, instance, "on_error"), "idle") == 0;
}


//-------------------------------- the policy ----------------------------------------------------

static const SgPolicy* from_file(const char* path, SgError* error) {
  size_t size;
  SgError why = {0};
  char* bytes = sg_file_read(path, MAX_POLICY, &size, error);
  if (!bytes) {
    return NULL;
  }
  const SgPolicy* policy = sg_shared_get(bytes, size, &why);
  sg_file_free(bytes);
  if (!policy) {
    sg_fail(error, why.status, "%s: %.900s", path, why.text);
  }
  return policy;
}


static const SgPolicy* from_text(const char* text, SgError* error) {
  size_t size;
  SgError why = {0};
  void* bytes = sg_base64_decode(text, &size);
  if (!bytes) {
    sg_fail(error, SG_FILE,
            "policy_text is not base64 from letter %zu on; it holds the bytes of a policy file, a "
            "path belongs into policy",
            size + 1);
    return NULL;
  }
  const SgPolicy* policy = sg_shared_get(bytes, size, &why);
  free(bytes);
  if (!policy) {
    sg_fail(error, why.status, "policy_text: %.900s", why.text);
  }
  return policy;
}


const SgPolicy* sg_instance_policy(const mjModel* m, int instance, SgError* error) {
  const char* path = key_text(m, instance, "policy");
  const char* text = key_text(m, instance, "policy_text");
  if (!path[0] == !text[0]) {
    sg_fail(error, SG_FILE,
            path[0] ? "has both policy and policy_text; one of them is needed"
                    : "needs the key policy, the path of a policy file, or policy_text");
    return NULL;
  }
  return path[0] ? from_file(path, error) : from_text(text, error);
}


//-------------------------------- keys ----------------------------------------------------------

// how many mj_steps a control period has
static SgStatus find_period(SgInstance* me, const mjModel* m, SgError* error) {
  double period = sg_policy_period(me->policy), step = m->opt.timestep;
  double ratio = period / step, whole = floor(ratio + 0.5);
  if (!(whole >= 1 && whole <= 1e6 && fabs(ratio - whole) <= 1e-6 * whole)) {
    return sg_fail(
        error, SG_FILE,
        "the policy's control period of %.9g s is not a multiple of the model's timestep "
        "of %.9g s",
        period, step);
  }
  me->period = (int)whole;
  return SG_OK;
}


// names of the command inputs, for a sentence
static void list_commands(const SgPolicy* policy, char* text, size_t size) {
  size_t used = 0;
  text[0] = '\0';
  for (int i = 0; i < sg_policy_ncommand(policy) && used < size; i++) {
    used += (size_t)snprintf(text + used, size - used, "%s%s", i == 0 ? "" : " ",
                             sg_policy_command(policy, i));
  }
}


// "0.5 0 0.1"
static SgStatus read_fixed(SgInstance* me, const char* text, SgError* error) {
  char word[NAME], names[256];
  double value;
  int n = 0;
  for (const char* at = text + strspn(text, " "); *at; at += strspn(at, " ")) {
    size_t length = strcspn(at, " ");
    snprintf(word, sizeof(word), "%.*s", (int)length, at);
    if (length >= NAME || !sg_text_double(word, &value) || !isfinite(value)) {
      return sg_fail(error, SG_FILE,
                     "command '%.60s' is neither numbers nor 'userdata', 'userdata:N' or "
                     "'actuators'",
                     text);
    }
    if (n < me->ncommand) {
      me->command[n] = (float)value;
    }
    n++;
    at += length;
  }
  list_commands(me->policy, names, sizeof(names));
  return n == me->ncommand
             ? SG_OK
             : sg_fail(error, SG_FILE, "command has %d numbers, the policy takes %d: %s", n,
                       me->ncommand, names);
}


// "userdata" or "userdata:4"
static SgStatus read_userdata(SgInstance* me, const mjModel* m, const char* text, SgError* error) {
  int64_t first = 0;
  const char* rest = text + strlen("userdata");
  if (*rest && (*rest != ':' || !sg_text_int(rest + 1, &first) || first < 0)) {
    return sg_fail(error, SG_FILE, "command '%.60s' should read 'userdata' or 'userdata:4'", text);
  }
  if (first + me->ncommand > m->nuserdata) {
    return sg_fail(
        error, SG_FILE,
        "the command needs %d numbers of userdata from place %lld on, the model has %lld; "
        "write <size nuserdata=\"%lld\"/>",
        me->ncommand, (long long)first, (long long)m->nuserdata, (long long)first + me->ncommand);
  }
  for (int i = 0; i < me->ncommand; i++) {
    me->command_places[i] = (int)first + i;
  }
  me->from_userdata = true;
  return SG_OK;
}


static SgStatus read_command(SgInstance* me, const mjModel* m, int instance, const char* prefix,
                             SgError* error) {
  const char* text = key_text(m, instance, "command");
  if (!text[0]) {
    return SG_OK;
  }
  if (me->ncommand == 0) {
    return sg_fail(error, SG_FILE,
                   "the policy takes no commands, so it has no use for the key command");
  }
  me->has_command = true;
  bool userdata = strncmp(text, "userdata", strlen("userdata")) == 0;
  bool actuators = strcmp(text, "actuators") == 0;
  if (!userdata && !actuators) {
    return read_fixed(me, text, error);
  }

  // places to look at
  me->command_places = calloc((size_t)me->ncommand, sizeof(int));
  if (!me->command_places) {
    return sg_fail(error, SG_MACHINE, "out of memory");
  }
  if (userdata) {
    return read_userdata(me, m, text, error);
  }
  for (int i = 0; i < me->ncommand; i++) {
    const char* name = sg_policy_command(me->policy, i);
    me->command_places[i] = sg_bind_actuator(m, prefix, name, true, error);
    if (me->command_places[i] < 0) {
      return SG_FILE;
    }
  }
  return SG_OK;
}


static SgStatus read_enabled(SgInstance* me, const mjModel* m, int instance, const char* prefix,
                             SgError* error) {
  const char* text = key_text(m, instance, "enabled");
  me->enabled = true;
  me->switch_ctrl = -1;
  if (!text[0] || sg_text_bool(text, &me->enabled)) {
    return SG_OK;
  }
  SgError why = {0};
  me->switch_ctrl = sg_bind_actuator(m, prefix, text, true, &why);
  return me->switch_ctrl >= 0
             ? SG_OK
             : sg_fail(error, SG_FILE, "enabled is neither true, false nor an actuator: %.900s",
                       why.text);
}


static SgStatus check_on_error(const mjModel* m, int instance, SgError* error) {
  const char* text = key_text(m, instance, "on_error");
  return !text[0] || strcmp(text, "fail") == 0 || strcmp(text, "idle") == 0
             ? SG_OK
             : sg_fail(error, SG_FILE, "on_error is '%.60s'; it is fail or idle", text);
}


//-------------------------------- the instance --------------------------------------------------

// memory for names bound and for decisions
static bool reserve(SgInstance* me, const mjModel* m) {
  size_t nstate = sg_policy_state_size(me->policy);
  me->nchannel = sg_policy_nchannel(me->policy);
  me->nact = sg_policy_nact(me->policy);
  me->ncommand = sg_policy_ncommand(me->policy);
  me->nmemory = sg_policy_memory_size(me->policy);
  me->channels = calloc((size_t)me->nchannel + 1, sizeof(SgChannel));
  me->controls = calloc((size_t)me->nact, sizeof(int));
  me->sensors = calloc((size_t)m->nsensor + 1, sizeof(int));
  me->obs = calloc((size_t)me->nchannel + 1, sizeof(double));
  me->now = calloc((size_t)me->nchannel + 1, sizeof(float));
  me->act = calloc((size_t)me->nact, sizeof(float));
  me->command = calloc((size_t)me->ncommand + 1, sizeof(float));
  me->memory = calloc((size_t)me->nmemory, sizeof(float));
  void* memory = malloc(nstate);
  me->state = memory ? sg_policy_state_init(me->policy, memory, nstate) : NULL;
  return me->channels && me->controls && me->sensors && me->obs && me->now && me->act &&
         me->command && me->memory && me->state;
}


// elements that show this instance's action
static void find_sensors(SgInstance* me, const mjModel* m, int instance) {
  for (int i = 0; i < m->nsensor; i++) {
    if (m->sensor_plugin[i] == instance && m->sensor_dim[i] == me->nact) {
      me->sensors[me->nsensor++] = m->sensor_adr[i];
    }
  }
}


// every check, in the order in which a user would want to hear of them
static SgStatus make(SgInstance* me, const mjModel* m, int instance, SgError* error) {
  const char* prefix = key_text(m, instance, "prefix");
  SgStatus status = check_on_error(m, instance, error);
  if (status == SG_OK) {
    me->policy = sg_instance_policy(m, instance, error);
    status = me->policy ? SG_OK : error->status;
  }
  if (status == SG_OK && sg_drive_nstate(me->policy) > m->plugin_statenum[instance]) {
    status = sg_fail(error, SG_FILE,
                     "the policy is not the one that the model was compiled with; load the model "
                     "again");
  }
  if (status == SG_OK && !reserve(me, m)) {
    status = sg_fail(error, SG_MACHINE, "out of memory");
  }
  if (status == SG_OK) {
    status = sg_bind_policy(me, m, prefix, error);
  }
  if (status == SG_OK) {
    status = find_period(me, m, error);
  }
  if (status == SG_OK) {
    status = read_command(me, m, instance, prefix, error);
  }
  if (status == SG_OK) {
    status = read_enabled(me, m, instance, prefix, error);
  }
  if (status == SG_OK) {
    find_sensors(me, m, instance);
  }
  return status;
}


SgInstance* sg_instance_create(const mjModel* m, int instance, SgError* error) {
  SgInstance* me = calloc(1, sizeof(SgInstance));
  if (!me) {
    sg_fail(error, SG_MACHINE, "out of memory");
    return NULL;
  }
  if (make(me, m, instance, error) != SG_OK) {
    sg_instance_free(me);
    return NULL;
  }
  return me;
}


void sg_instance_free(SgInstance* me) {
  if (!me) {
    return;
  }
  sg_shared_release(me->policy);
  free(me->channels);
  free(me->controls);
  free(me->command_places);
  free(me->command);
  free(me->sensors);
  free(me->obs);
  free(me->now);
  free(me->act);
  free(me->memory);
  free(me->state);
  free(me);
}
