// Configuration files: YAML in, YAML out.
//
//   preset: sac                          what a run writes as config.yaml; a user's file may hold
//   from: /data/runs/hopper/first        with --from: whose networks it began with
//   sac:                                 any part, in nested maps or dotted keys (sac.lr: 3e-4)
//     lr: 0.0003        # preset sac
//   task:                                the task's parameters; or `task: hopper`, to name one
//     frame_skip: 4     # task file
//   checks:                              what the run was run with: for comparison, changes nothing
//     task: hopper

#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"
#include "train/config.h"


// the entries of the checks
#define CHECK(name) \
  { #name, offsetof(SgConfigChecks, name), sizeof(((SgConfigChecks*)0)->name) }
static const struct {
  const char* name;
  size_t field, size;
} CHECKS[] = {CHECK(task),    CHECK(task_sha256), CHECK(model_sha256), CHECK(mujoco),
              CHECK(backend), CHECK(isa),         CHECK(task_file),    CHECK(from_sha256)};

enum {
  NCHECK = sizeof(CHECKS) / sizeof(CHECKS[0])
};


//-------------------------------- reading -------------------------------------------------------

// whether the file has given this key before, nested or dotted
static bool is_second(const SgConfig* config, const char* name) {
  int n;
  const SgConfigKey* keys = sg_config_keys(&n);
  for (int i = 0; i < n; i++) {
    if (strcmp(keys[i].name, name) == 0) {
      return config->source[i] == SG_FROM_FILE;
    }
  }
  for (int i = 0; strncmp(name, "task.", 5) == 0 && i < config->nsetting; i++) {
    if (strcmp(config->settings[i].name, name + 5) == 0) {
      return config->settings[i].source == SG_FROM_FILE;
    }
  }
  return false;
}


static SgStatus set_node(SgConfig* config, const char* name, SgYamlNode node, SgError* error) {
  char text[256];
  SgError why = {0};
  if (is_second(config, name)) {
    return sg_yaml_fail(node, error, "%s stands here a second time", name);
  }
  if (!sg_yaml_flat(node, text, sizeof(text))) {
    return sg_yaml_fail(node, error, "%s needs a value or a list of values", name);
  }
  if (sg_config_set(config, name, text, SG_FROM_FILE, &why) != SG_OK) {
    return sg_yaml_fail(node, error, "%s", why.text);
  }
  return SG_OK;
}


// a group of keys (sac: {lr: ...})
static SgStatus load_group(SgConfig* config, const char* group, SgYamlNode map, SgError* error) {
  SgStatus status = SG_OK;
  for (int i = 0; status == SG_OK && i < sg_yaml_size(map); i++) {
    char name[160];
    if (snprintf(name, sizeof(name), "%s.%s", group, sg_yaml_key(map, i)) >= (int)sizeof(name)) {
      return sg_yaml_fail(sg_yaml_at(map, i), error, "the key of this value is too long");
    }
    status = set_node(config, name, sg_yaml_at(map, i), error);
  }
  return status;
}


// a file beside the configuration as the task, if it is there
static bool take_beside(SgConfig* config, const char* name) {
  char file[sizeof(config->task)];
  const char* slash = strrchr(config->file, '/');
  int folder = slash ? (int)(slash - config->file + 1) : 0;
  int length = snprintf(file, sizeof(file), "%.*s%s", folder, config->file, name);
  if (length >= (int)sizeof(file) || !sg_file_exists(file) || sg_folder_exists(file)) {
    return false;
  }
  memcpy(config->task, file, sizeof(file));
  return true;
}


// the task that a file names: a run's own copy, a file beside this one, or a task by that name
static void take_task(SgConfig* config, const char* name) {
  char copy[sizeof(config->task)];
  snprintf(copy, sizeof(copy), "model/%s.yaml", name);
  if (!take_beside(config, copy) && !take_beside(config, name)) {
    snprintf(config->task, sizeof(config->task), "%s", name);
  }
}


// what the run was run with, and its task
static SgStatus load_checks(SgConfig* config, SgYamlNode map, SgError* error) {
  SgConfigChecks* checks = &config->checks;
  const char* names[NCHECK];
  for (int i = 0; i < NCHECK; i++) {
    const char* text = sg_yaml_text(sg_yaml_get(map, CHECKS[i].name));
    names[i] = CHECKS[i].name;
    snprintf((char*)checks + CHECKS[i].field, CHECKS[i].size, "%s", text ? text : "");
  }

  // the run's own copy of the task, else a task by that name
  if (checks->task[0] && !(checks->task_file[0] && take_beside(config, checks->task_file))) {
    take_task(config, checks->task);
  }
  return sg_yaml_keys(map, "checks", names, NCHECK, error);
}


static SgStatus load_from(SgConfig* config, SgYamlNode node, SgError* error) {
  const char* text = sg_yaml_text(node);
  if (!text || !text[0] || strlen(text) >= sizeof(config->from)) {
    return sg_yaml_fail(node, error, "from needs the folder of a run");
  }
  snprintf(config->from, sizeof(config->from), "%s", text);
  return SG_OK;
}


// one pair at the top
static SgStatus load_pair(SgConfig* config, const char* key, SgYamlNode node, SgError* error) {
  static const char* const groups[] = {"sac", "train", "math", "task", "checks", "preset", "from"};
  if (strcmp(key, "preset") == 0) {
    return SG_OK;  // came first
  }
  if (strcmp(key, "checks") == 0) {
    return load_checks(config, node, error);
  }
  if (strcmp(key, "task") == 0 && sg_yaml_text(node)) {
    take_task(config, sg_yaml_text(node));
    return SG_OK;
  }
  if (strcmp(key, "from") == 0) {
    return load_from(config, node, error);
  }
  if (sg_yaml_kind(node) != SG_YAML_MAP) {
    return set_node(config, key, node, error);
  }
  for (int i = 0; i < 4; i++) {
    if (strcmp(key, groups[i]) == 0) {
      return load_group(config, key, node, error);
    }
  }
  const char* near = sg_text_nearest(key, groups, 7);
  return sg_yaml_fail(node, error, "there is no group '%.60s'%s%s%s", key,
                      near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
}


// the ground that the file's keys stand on: its own preset, or the one that is there
static SgStatus load_preset(SgConfig* config, SgYamlNode node, SgError* error) {
  SgError why = {0};
  if (!node.id) {
    return SG_OK;
  }
  if (!sg_yaml_text(node)) {
    return sg_yaml_fail(node, error, "preset needs a name, sac or spinup");
  }
  if (sg_config_preset(config, sg_yaml_text(node), &why) != SG_OK) {
    return sg_yaml_fail(node, error, "%s", why.text);
  }
  return SG_OK;
}


SgStatus sg_config_load(SgConfig* config, const char* path, SgError* error) {
  SgError local = {0};
  SgError* why = error ? error : &local;
  SgYaml* doc = sg_yaml_load(path, why);
  if (!doc) {
    return why->status;
  }
  SgYamlNode root = sg_yaml_root(doc);
  SgStatus status = sg_yaml_kind(root) == SG_YAML_MAP
                        ? load_preset(config, sg_yaml_get(root, "preset"), why)
                        : sg_yaml_fail(root, why, "a configuration is a map (sac.lr: 3e-4)");
  snprintf(config->file, sizeof(config->file), "%s", path);
  for (int i = 0; status == SG_OK && i < sg_yaml_size(root); i++) {
    status = load_pair(config, sg_yaml_key(root, i), sg_yaml_at(root, i), why);
  }
  sg_yaml_free(doc);
  return status;
}


//-------------------------------- writing -------------------------------------------------------

// a text as a YAML value: in quotes unless every reader takes it for one word, number or list
static void print_value(const char* text, FILE* file) {
  static const char* const plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./+-";
  size_t length = strlen(text);
  bool word = length > 0 && strspn(text, plain) == length;
  bool list = length > 2 && text[0] == '[' && text[length - 1] == ']' &&
              strspn(text + 1, "0123456789.+-einf, ") == length - 2;
  if (word || list) {
    fputs(text, file);
    return;
  }
  fputc('\'', file);
  for (; *text; text++) {
    fputs(*text == '\'' ? "'" : "", file);
    fputc(*text, file);
  }
  fputc('\'', file);
}


static void print_line(const char* key, const char* value, const char* source, int column,
                       FILE* file) {
  fprintf(file, "  %s: ", key);
  print_value(value, file);
  int used = (int)(strlen(key) + strlen(value)) + 4;
  fprintf(file, "%*s# %s\n", used < column ? column - used : 1, "", source);
}


static void print_keys(const SgConfig* config, FILE* file) {
  int n;
  const SgConfigKey* keys = sg_config_keys(&n);
  char group[16] = "", text[128];
  for (int i = 0; i < n; i++) {
    // a new group begins where the word before the dot changes
    int length = (int)strcspn(keys[i].name, ".");
    if (strncmp(group, keys[i].name, (size_t)length) != 0 || group[length] != '\0') {
      snprintf(group, sizeof(group), "%.*s", length, keys[i].name);
      fprintf(file, "%s:\n", group);
    }
    sg_config_value(config, i, text, sizeof(text));
    print_line(keys[i].name + length + 1, text, sg_config_source(config, i), 34, file);
  }
}


// the task's parameters, all of them, whether set or not
static void print_parameters(const SgConfig* config, const SgTask* task, FILE* file) {
  int n = sg_task_info(task)->nparameter;
  fprintf(file, "%s", n > 0 ? "task:\n" : "");
  for (int i = 0; i < n; i++) {
    const char *name, *value, *fallback, *source = "task file";
    sg_task_parameter(task, i, &name, &value, &fallback);
    for (int j = 0; j < config->nsetting; j++) {
      if (strcmp(config->settings[j].name, name) == 0) {
        source = config->settings[j].source == SG_FROM_FILE ? "file" : "--set";
      }
    }
    print_line(name, value, source, 58, file);
  }
}


void sg_config_write(const SgConfig* config, const SgTask* task, const SgConfigChecks* checks,
                     FILE* file) {
  fprintf(file, "# every key of the run and where its value came from; to run it again:\n");
  fprintf(file, "# softgait train --config THIS_FILE\n");
  fprintf(file, "preset: %s\n", config->preset);
  if (config->from[0]) {
    fprintf(file, "from: ");
    print_value(config->from, file);
    fprintf(file, "\n");
  }
  print_keys(config, file);
  print_parameters(config, task, file);
  fprintf(file, "checks:\n");
  for (int i = 0; i < NCHECK; i++) {
    const char* text = (const char*)checks + CHECKS[i].field;
    if (text[0]) {
      fprintf(file, "  %s: ", CHECKS[i].name);
      print_value(text, file);
      fprintf(file, "\n");
    }
  }
}
