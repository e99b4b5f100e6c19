// The program: loads the plugin, runs the tests that were named, else all.

#include "host.h"

#include <dlfcn.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifdef LINKED
#include "plugin/softgait_plugin.h"
#endif

Setup setup = {.plugin = "", .nstep = 300};

static atomic_int nfailed, nchecked;
static char warning[TEXT];

static const struct {
  const char* name;
  Test* run;
} TESTS[] = {
    {"integrators", test_integrators}, {"states", test_states},     {"key_frame", test_key_frame},
    {"prefixes", test_prefixes},       {"threads", test_threads},   {"batch", test_batch},
    {"real_time", test_real_time},     {"refusals", test_refusals}, {"idle", test_idle},
    {"commands", test_commands},       {"text", test_text},         {"sensors", test_sensors},
    {"switch", test_switch},           {"copies", test_copies},
};

enum {
  NTEST = sizeof(TESTS) / sizeof(TESTS[0])
};


int check_that(int fine, const char* file, int line, const char* format, ...) {
  nchecked++;
  if (!fine) {
    char text[2048];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    const char* slash = strrchr(file, '/');
    fprintf(stderr, "FAILED: %s:%d: %s\n", slash ? slash + 1 : file, line, text);
    nfailed++;
  }
  return fine;
}


static void keep_warning(const char* text) {
  if (!strstr(text, "settotalmass")) {
    snprintf(warning, sizeof(warning), "%s", text);
  }
}


const char* take_warning(void) {
  static char taken[TEXT];
  memcpy(taken, warning, sizeof(taken));
  warning[0] = '\0';
  return taken;
}


//-------------------------------- files ---------------------------------------------------------

char* read_file(const char* path, size_t* size) {
  FILE* file = fopen(path, "rb");
  if (!file) {
    fprintf(stderr, "host: %s cannot be read\n", path);
    exit(2);
  }
  fseek(file, 0, SEEK_END);
  *size = (size_t)ftell(file);
  rewind(file);
  char* bytes = calloc(*size + 1, 1);
  if (fread(bytes, 1, *size, file) != *size) {
    exit(2);
  }
  fclose(file);
  return bytes;
}


void write_file(const char* path, const void* bytes, size_t size) {
  FILE* file = fopen(path, "wb");
  if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
    fprintf(stderr, "host: %s cannot be written\n", path);
    exit(2);
  }
}


SgPolicy* load_policy(const char* path) {
  size_t size;
  char why[512] = "";
  char* bytes = read_file(path, &size);
  SgPolicy* policy = sg_policy_load(bytes, size, why, sizeof(why));
  free(bytes);
  CHECK(policy, "%s: %s", path, why);
  return policy;
}


void path_in_data(char path[PATH], const char* name) {
  snprintf(path, PATH, "%s/%s", setup.data, name);
}


void path_of_policy(char path[PATH], const char* task) {
  snprintf(path, PATH, "%s/%s.safetensors", setup.data, task);
}


// the folder is the robot's, which has several tasks in one case
void path_of_model(char path[PATH], const char* task) {
  const char* robot = strcmp(task, "humanoid_standup") == 0 ? "humanoid" : task;
  snprintf(path, PATH, "%s/models/%s/%s.xml", SG_ROOT, robot, task);
}


//-------------------------------- models --------------------------------------------------------

mjModel* model_from_text(const char* xml, char* error) {
  char path[PATH], ours[TEXT] = "";
  snprintf(path, sizeof(path), "%s/model-%d.xml", setup.data, getpid());
  write_file(path, xml, strlen(xml));
  mjModel* m = mj_loadXML(path, NULL, error ? error : ours, error ? TEXT : (int)sizeof(ours));
  if (!m && !error) {
    CHECK(false, "a model does not load: %s", ours);
  }
  unlink(path);
  return m;
}


mjModel* model_with_plugin(const char* model, const char* config, const char* more, char* error) {
  size_t size = strlen(config) + strlen(more) + 4096;
  char* xml = malloc(size);
  snprintf(xml, size,
           "<mujoco><include file=\"%s\"/><extension><plugin plugin=\"softgait.policy\"><instance "
           "name=\"walk\">%s</instance></plugin></extension>%s</mujoco>",
           model, config, more);
  mjModel* m = model_from_text(xml, error);
  free(xml);
  return m;
}


mjModel* model_of_task(const char* task, const char* more_config) {
  char model[PATH], policy[PATH], config[4096];
  path_of_model(model, task);
  path_of_policy(policy, task);
  snprintf(config, sizeof(config), "<config key=\"policy\" value=\"%s\"/>%s", policy, more_config);
  return model_with_plugin(model, config, "", NULL);
}


//-------------------------------- the program ---------------------------------------------------

// in a host of another version: the plugin says one line, and its name is unknown
static int decline(void) {
  char error[TEXT] = "";
  mjModel* m = model_with_plugin("none.xml", "", "", error);
  CHECK(!m && strstr(error, "softgait.policy"), "a plugin that stays out was found: %s", error);
  return nfailed > 0;
}


static void load_plugin(void) {
#ifdef LINKED
  CHECK(softgait_plugin_register() == 0 && softgait_plugin_register() == 0, "not registered");
#else
  void* library = dlopen(setup.plugin, RTLD_NOW | RTLD_LOCAL);
  CHECK(library, "%s", dlerror());
#endif
}


int main(int argc, char** argv) {
  setvbuf(stdout, NULL, _IOLBF, 0);
  mju_user_warning = keep_warning;
  if (argc < 3) {
    fprintf(stderr, "host PLUGIN.so DATA [--steps N] [TEST]...\n");
    return 2;
  }
  setup.plugin = argv[1];
  setup.data = argv[2];
  load_plugin();
  int named = 0;
  for (int i = 3; i < argc; i++) {
    if (strcmp(argv[i], "--steps") == 0 && i + 1 < argc) {
      setup.nstep = atoi(argv[++i]);
      continue;
    }
    if (strcmp(argv[i], "decline") == 0) {
      return decline();
    }
    named = named ? named : i;
  }

  printf("MuJoCo %s in C\n", mj_versionString());
  for (int k = 0; k < NTEST; k++) {
    bool wanted = !named;
    for (int i = named ? named : argc; i < argc; i++) {
      wanted = wanted || strcmp(argv[i], TESTS[k].name) == 0;
    }
    if (wanted) {
      int before = nfailed;
      TESTS[k].run();
      printf("  %-14s %s\n", TESTS[k].name, nfailed > before ? "FAILED" : "fine");
    }
  }
  printf("%d checks, %d failed\n", nchecked, nfailed);
  return nfailed > 0;
}
