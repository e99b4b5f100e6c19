// A part: the plugin for one version of MuJoCo, and its registration.

#include <stdio.h>

#include "plugin/drive.h"
#include "plugin/host.h"
#include "plugin/instance.h"
#include "plugin/load.h"

#define NAME "softgait.policy"

SgPart SG_PLUGIN_PART;

SgHost sg_host;


//-------------------------------- what MuJoCo asks while it compiles ----------------------------

// a policy that cannot be read is init's to complain of; here it needs nothing
static int nstate(const mjModel* m, int instance) {
  const SgPolicy* policy = sg_instance_policy(m, instance, NULL);
  int n = policy ? sg_drive_nstate(policy) : 0;
  sg_shared_release(policy);
  return n;
}


static int nsensordata(const mjModel* m, int instance, int sensor) {
  (void)sensor;
  const SgPolicy* policy = sg_instance_policy(m, instance, NULL);
  int n = policy ? sg_policy_nact(policy) : 1;
  sg_shared_release(policy);
  return n;
}


//-------------------------------- an instance's life --------------------------------------------

static int init(const mjModel* m, mjData* d, int instance) {
  SgError error = {0};
  SgInstance* made = sg_instance_create(m, instance, &error);
  d->plugin_data[instance] = (uintptr_t)made;
  if (made) {
    return 0;
  }

  // one line, which MuJoCo also gives to whoever compiles the model
  const char* name = sg_host.observe.id2name(m, mjOBJ_PLUGIN, instance);
  bool idle = sg_instance_may_idle(m, instance);
  sg_host.warning(NAME "%s%s: %s%s", name ? " " : "", name ? name : "", error.text,
                  idle ? "; it stays idle" : "");
  return idle ? 0 : -1;
}


static void destroy(mjData* d, int instance) {
  sg_instance_free((SgInstance*)d->plugin_data[instance]);
  d->plugin_data[instance] = 0;
}


static void reset(const mjModel* m, mjtNum* state, void* data, int instance) {
  (void)data;
  for (int i = 0; i < m->plugin_statenum[instance]; i++) {
    state[i] = 0;
  }
}


static void compute(const mjModel* m, mjData* d, int instance, int capability) {
  (void)capability;
  SgInstance* me = (SgInstance*)d->plugin_data[instance];
  if (me) {
    sg_drive_compute(me, m, d, d->plugin_state + m->plugin_stateadr[instance]);
  }
}


static void advance(const mjModel* m, mjData* d, int instance) {
  SgInstance* me = (SgInstance*)d->plugin_data[instance];
  if (me) {
    sg_drive_advance(me, m, d, d->plugin_state + m->plugin_stateadr[instance]);
  }
}


//-------------------------------- registration --------------------------------------------------

// MuJoCo's functions by name; 0 when one is missing
static int fill_host(SgLookup* lookup) {
  const struct {
    const char* name;
    void** place;
  } functions[] = {
      {"mj_name2id", (void**)&sg_host.observe.name2id},
      {"mj_id2name", (void**)&sg_host.observe.id2name},
      {"mj_rnePostConstraint", (void**)&sg_host.observe.rne},
      {"mj_getPluginConfig", (void**)&sg_host.config},
      {"mju_warning", (void**)&sg_host.warning},
      {"mjp_getPlugin", (void**)&sg_host.find_plugin},
      {"mjp_registerPlugin", (void**)&sg_host.register_plugin},
  };
  for (size_t i = 0; i < sizeof(functions) / sizeof(functions[0]); i++) {
    *functions[i].place = lookup(functions[i].name);
    if (!*functions[i].place) {
      return 0;
    }
  }
  return 1;
}


int SG_PLUGIN_PART(SgLookup* lookup, char* why, size_t size) {
  static const mjpPlugin plugin = {
      .name = NAME,
      .nattribute = SG_NKEY,
      .attributes = sg_instance_keys,
      .capabilityflags = mjPLUGIN_SENSOR,
      .needstage = mjSTAGE_VEL,
      .nstate = nstate,
      .nsensordata = nsensordata,
      .init = init,
      .destroy = destroy,
      .reset = reset,
      .compute = compute,
      .advance = advance,
  };
  int slot;
  if (!fill_host(lookup)) {
    snprintf(why, size, "not registered: this program's MuJoCo does not show all its functions");
    return 0;
  }

  // a second copy of the library: MuJoCo would end the program
  if (sg_host.find_plugin(NAME, &slot)) {
    snprintf(why, size, "not registered: another copy of the plugin was loaded before");
    return 0;
  }
  sg_host.register_plugin(&plugin);
  return 1;
}
