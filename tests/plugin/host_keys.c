// Keys: every wrong one is refused with one sentence, and every right one does what it says.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/base64.h"
#include "host.h"

#ifndef LINKED
#include <dlfcn.h>
#endif

enum {
  NSTEP = 400
};


//-------------------------------- what is refused -----------------------------------------------

// a damaged copy of hopper's policy
static void damage(const char* name, size_t keep, size_t flip) {
  char path[PATH];
  size_t size;
  path_of_policy(path, "hopper");
  char* bytes = read_file(path, &size);
  if (flip > 0) {
    bytes[size - flip] = (char)(bytes[size - flip] ^ 1);
  }
  path_in_data(path, name);
  write_file(path, bytes, keep > 0 ? keep : size);
  free(bytes);
}


// keys of an instance on a task's robot; %s stands for DATA
typedef struct Case {
  const char* task;
  const char* keys;  // "key=value|key=value"
  const char* more;  // XML behind the extension
  const char* wanted;
} Case;

static const Case CASES[] = {
    {"hopper", "", "", "needs the key policy, the path of a policy file, or policy_text"},
    {"hopper", "policy=%s/hopper.safetensors|policy_text=AAAA", "", "has both policy and"},
    {"hopper", "policy=%s/none.safetensors", "",
     "/none.safetensors: cannot be opened: No such file"},
    {"hopper", "policy=%s", "", "is a folder"},
    {"hopper", "policy=%s/short.safetensors", "", "/short.safetensors: "},
    {"hopper", "policy=%s/flipped.safetensors", "", "the digest does not match the contents"},
    {"hopper", "policy=%s/chain.xml", "", "/chain.xml: "},
    {"hopper", "policy_text=%s/hopper.safetensors", "", "a path belongs into policy"},
    {"hopper", "policy_text=QUJDRA==", "", "policy_text: "},
    {"hopper", "policy=%s/walker2d.safetensors", "",
     "the model has no joint 'thigh_left_joint'; did you mean 'thigh_joint'?"},
    {"half_cheetah", "policy=%s/hopper.safetensors", "", "the model has no joint 'thigh_joint'"},
    {"inverted_pendulum", "policy=%s/inverted_double_pendulum.safetensors", "",
     "the model has no joint '"},
    {"hopper", "policy=%s/hopper.safetensors|prefix=left_", "",
     "the model has no joint 'left_rootz'"},
    {"hopper", "policy=%s/hopper.safetensors", "<option timestep=\"0.003\"/>",
     "control period of 0.008 s is not a multiple of the model's timestep of 0.003 s"},
    {"hopper", "policy=%s/hopper.safetensors", "<option timestep=\"0.01\"/>", "is not a multiple"},
    {"hopper", "policy=%s/hopper.safetensors|command=1", "", "takes no commands"},
    {"hopper", "policy=%s/hopper.safetensors|enabled=maybe", "",
     "neither true, false nor an actuator"},
    {"hopper", "policy=%s/hopper.safetensors|enabled=thigh_joint", "", "moves the robot"},
    {"hopper", "policy=%s/hopper.safetensors|on_error=ignore", "", "it is fail or idle"},
    {"chain", "policy=%s/chain.safetensors|command=1", "",
     "command has 1 numbers, the policy takes 2: c0 c1"},
    {"chain", "policy=%s/chain.safetensors|command=1 2 3", "", "command has 3 numbers"},
    {"chain", "policy=%s/chain.safetensors|command=1 x", "", "neither numbers nor 'userdata'"},
    {"chain", "policy=%s/chain.safetensors|command=userdata:5", "",
     "write <size nuserdata=\"7\"/>"},
    {"chain", "policy=%s/chain.safetensors|command=userdata-", "", "should read 'userdata'"},
    {"chain", "policy=%s/chain.safetensors|command=actuators|prefix=", "",
     "the model has no actuator 'c0'"},
};


static void expand(char* to, size_t size, const char* text) {
  const char* mark = strstr(text, "%s");
  snprintf(to, size, "%.*s%s%s", mark ? (int)(mark - text) : (int)strlen(text), text,
           mark ? setup.data : "", mark ? mark + 2 : "");
}


// "key=value|key=value" as <config> elements
static void config_of(char* xml, size_t size, const char* keys) {
  char text[4096];
  xml[0] = '\0';
  expand(text, sizeof(text), keys);
  char* rest = text;
  for (char* key; (key = strsep(&rest, "|")) != NULL && *key;) {
    char* value = strchr(key, '=');
    *value++ = '\0';
    size_t used = strlen(xml);
    snprintf(xml + used, size - used, "<config key=\"%s\" value=\"%s\"/>", key, value);
  }
}


static void model_path(char path[PATH], const char* task) {
  if (strcmp(task, "chain") == 0) {
    path_in_data(path, "chain.xml");
  } else {
    path_of_model(path, task);
  }
}


void test_refusals(void) {
  char model[PATH], config[8192], error[TEXT];
  damage("short.safetensors", 3000, 0);
  damage("flipped.safetensors", 0, 5);
  for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
    const Case* c = &CASES[i];
    config_of(config, sizeof(config), c->keys);
    model_path(model, c->task);
    error[0] = '\0';
    mjModel* m = model_with_plugin(model, config, c->more, error);
    CHECK(!m, "%s on %s loads", c->keys, c->task);
    const char* said = strstr(error, "softgait.policy walk: ");
    CHECK(said && strstr(said, c->wanted), "%s on %s gives the host: %s", c->keys, c->task, error);
    mj_deleteModel(m);
  }

  // MuJoCo refuses keys that the plugin does not have
  model_path(model, "hopper");
  mjModel* m = model_with_plugin(model, "<config key=\"polices\" value=\"x\"/>", "", error);
  CHECK(!m && strstr(error, "polices"), "an unknown key: %s", error);
}


// the same with on_error=idle: the model loads, one warning is given, nobody drives
void test_idle(void) {
  char model[PATH], config[8192], more[1024], error[TEXT];
  for (size_t i = 0; i < sizeof(CASES) / sizeof(CASES[0]); i++) {
    const Case* c = &CASES[i];
    if (strstr(c->keys, "on_error")) {
      continue;
    }
    config_of(config, sizeof(config), c->keys);
    strcat(config, "<config key=\"on_error\" value=\"idle\"/>");
    model_path(model, c->task);
    snprintf(more, sizeof(more), "%s<sensor><plugin instance=\"walk\"/></sensor>", c->more);
    mjModel* m = model_with_plugin(model, config, more, error);
    if (!CHECK(m, "%s on %s does not load: %s", c->keys, c->task, error)) {
      continue;
    }
    take_warning();
    mjData* d = mj_makeData(m);
    const char* said = take_warning();
    CHECK(strstr(said, c->wanted) && strstr(said, "; it stays idle") && !strchr(said, '\n'),
          "%s on %s says: %s", c->keys, c->task, said);
    d->ctrl[0] = 0.123;
    for (int k = 0; k < 20; k++) {
      mj_step(m, d);
    }
    CHECK(d->ctrl[0] == 0.123, "an idle instance writes ctrl");
    mj_deleteData(d);
    mj_deleteModel(m);
  }
}


//-------------------------------- commands ------------------------------------------------------

static const float TOLD[] = {0.5f, 1.25f};

// the chain's trajectory by our own loop under a command; NULL: the policy's start values
static double* own_chain(const float* command, const Start* start) {
  char path[PATH];
  path_in_data(path, "chain.xml");
  mjModel* plain = mj_loadXML(path, NULL, NULL, 0);
  path_in_data(path, "chain.safetensors");
  SgPolicy* policy = load_policy(path);
  Own* own = own_make(plain, policy, "", command);
  double* rows = own_run(plain, &own, 1, start, NSTEP, false);
  own_free(own);
  sg_policy_free(policy);
  mj_deleteModel(plain);
  return rows;
}


// the chain under a command key; actuators and userdata are set by hand
static void compare_command(const char* key, const char* more, const double* wanted,
                            const Start* start) {
  char model[PATH], config[4096], keys[512];
  path_in_data(model, "chain.xml");
  snprintf(keys, sizeof(keys), "policy=%%s/chain.safetensors%s%s", *key ? "|command=" : "", key);
  config_of(config, sizeof(config), keys);
  mjModel* m = model_with_plugin(model, config, more, NULL);
  if (!m) {
    return;
  }
  double* rows = malloc(sizeof(double) * NSTEP * (size_t)row_size(m));
  mjData* d = mj_makeData(m);
  plugin_begin(m, d, start);
  for (int i = 0; i < 2; i++) {
    if (m->nuserdata > 0) {
      d->userdata[m->nuserdata - 2 + i] = (double)TOLD[i];
    }
    if (strcmp(key, "actuators") == 0) {
      d->ctrl[mj_name2id(m, mjOBJ_ACTUATOR, i == 0 ? "c0" : "c1")] = (double)TOLD[i];
    }
  }
  plugin_go_on(m, d, rows, NSTEP);
  CHECK(same_rows(m, wanted, rows, NSTEP), "command '%s': other trajectory", key);
  mj_deleteData(d);
  free(rows);
  mj_deleteModel(m);
}


void test_commands(void) {
  static const char actuators[] =
      "<actuator><general name=\"c1\" joint=\"root\" gainprm=\"0\"/><general name=\"c0\" "
      "joint=\"root\" "
      "gainprm=\"0\"/></actuator>";
  char path[PATH];
  path_in_data(path, "chain.xml");
  mjModel* plain = mj_loadXML(path, NULL, NULL, 0);
  Start start = start_draw(plain, 9);
  double *silent = own_chain(NULL, &start), *told = own_chain(TOLD, &start);
  CHECK(!same_rows(plain, silent, told, NSTEP), "the command changes nothing");
  compare_command("", "", silent, &start);
  compare_command("0.5 1.25", "", told, &start);
  compare_command("  5e-1   1.25 ", "", told, &start);
  compare_command("userdata", "<size nuserdata=\"2\"/>", told, &start);
  compare_command("userdata:3", "<size nuserdata=\"5\"/>", told, &start);
  compare_command("actuators", actuators, told, &start);
  free(silent);
  free(told);
  start_free(&start);
  mj_deleteModel(plain);
}


//-------------------------------- text, sensors, switch -----------------------------------------

// a policy inside the model: the same trajectory, also after MuJoCo saved the model
void test_text(void) {
  char path[PATH], saved[PATH], error[TEXT] = "";
  size_t size;
  path_of_policy(path, "humanoid");
  char* bytes = read_file(path, &size);
  char* text = sg_base64_encode(bytes, size);
  char* config = malloc(strlen(text) + 256);
  sprintf(config, "<config key=\"policy_text\" value=\"%s\"/>", text);
  path_of_model(path, "humanoid");
  mjModel* wanted = model_of_task("humanoid", "");
  mjModel* m = model_with_plugin(path, config, "", NULL);
  Start start = start_draw(wanted, 2);
  double* a = plugin_run(wanted, &start, NSTEP, false);
  double* b = m ? plugin_run(m, &start, NSTEP, false) : NULL;
  CHECK(m && same_rows(m, a, b, NSTEP), "a policy in the model: other trajectory");

  // numbers of a saved model are rounded, the policy is not
  path_in_data(saved, "saved.xml");
  CHECK(m && mj_saveLastXML(saved, m, error, sizeof(error)), "%s", error);
  mj_deleteModel(m);
  m = mj_loadXML(saved, NULL, error, sizeof(error));
  CHECK(m, "saved and loaded: %s", error);
  const char* kept = m ? mj_getPluginConfig(m, 0, "policy_text") : "";
  CHECK(strcmp(kept, text) == 0, "a saved policy is another");
  mj_deleteModel(m);
  mj_deleteModel(wanted);
  start_free(&start);
  free(a);
  free(b);
  free(config);
  free(text);
  free(bytes);
}


void test_sensors(void) {
  char model[PATH], policy[PATH], config[2 * PATH];
  path_of_model(model, "hopper");
  path_of_policy(policy, "hopper");
  snprintf(config, sizeof(config), "<config key=\"policy\" value=\"%s\"/>", policy);
  mjModel* m = model_with_plugin(
      model, config, "<sensor><jointpos joint=\"rootz\"/><plugin instance=\"walk\"/></sensor>",
      NULL);
  mjData* d = mj_makeData(m);
  CHECK(m->nsensordata == 4, "%d numbers", (int)m->nsensordata);
  for (int i = 0; i < 50; i++) {
    mj_step(m, d);
    CHECK(memcmp(d->sensordata + 1, d->ctrl, 3 * sizeof(double)) == 0, "step %d", i);
  }

  // without sensors the plugin is silent: ctrl stays as the host left it
  m->opt.disableflags |= mjDSBL_SENSOR;
  d->ctrl[0] = 0.123;
  for (int i = 0; i < 20; i++) {
    mj_step(m, d);
  }
  CHECK(d->ctrl[0] == 0.123, "sensors are off and ctrl changes");
  mj_deleteData(d);
  mj_deleteModel(m);
}


// a switch that can be thrown by hand, and `enabled` as a word
void test_switch(void) {
  static const char button[] =
      "<actuator><general name=\"go\" joint=\"rootx\" gainprm=\"0\"/></actuator>";
  char model[PATH], config[4096];
  path_of_model(model, "hopper");
  config_of(config, sizeof(config), "policy=%s/hopper.safetensors|enabled=go");
  mjModel* m = model_with_plugin(model, config, button, NULL);
  mjData* d = mj_makeData(m);
  int go = m->actuator_ctrladr[mj_name2id(m, mjOBJ_ACTUATOR, "go")];
  for (int on = 0; on < 2; on++) {
    d->ctrl[go] = on;
    d->ctrl[0] = 0.123;
    mj_step(m, d);
    CHECK((d->ctrl[0] == 0.123) == !on, "the switch at %d: ctrl %g", on, d->ctrl[0]);
  }
  mj_deleteData(d);
  mj_deleteModel(m);

  for (int on = 0; on < 2; on++) {
    m = model_of_task("hopper", on ? "<config key=\"enabled\" value=\"true\"/>"
                                   : "<config key=\"enabled\" value=\"false\"/>");
    d = mj_makeData(m);
    d->ctrl[0] = 0.123;
    mj_step(m, d);
    CHECK((d->ctrl[0] == 0.123) == !on, "enabled is %d: ctrl %g", on, d->ctrl[0]);
    mj_deleteData(d);
    mj_deleteModel(m);
  }
}


// a second copy of the library stays out instead of ending the program
void test_copies(void) {
#ifndef LINKED
  char path[PATH];
  size_t size;
  char* bytes = read_file(setup.plugin, &size);
  path_in_data(path, "copy.so");
  write_file(path, bytes, size);
  free(bytes);
  pid_t child = fork();
  if (child == 0) {
    int (*registered)(void);
    if (!freopen("/dev/null", "w", stderr)) {
      _exit(3);
    }
    void* library = dlopen(path, RTLD_NOW);
    *(void**)&registered = library ? dlsym(library, "softgait_plugin_register") : NULL;
    _exit(registered && registered() == -1 ? 0 : 1);
  }
  int status;
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "a second copy: status %d", status);
  unlink(path);
#endif
}
