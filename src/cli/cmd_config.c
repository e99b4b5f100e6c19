// softgait config: every key, what it defaults to, what it may be, what it does.

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "task/task.h"
#include "train/config.h"

static const SgFlag FLAGS[] = {
    {"--json", NULL, "one JSON object per key on stdout"},
};


static void print_json(const SgConfigKey* key) {
  json_t* object =
      json_pack("{s: s, s: s, s: s, s: s, s: s, s: s}", "name", key->name, "sac", key->sac,
                "spinup", key->spinup, "range", key->range, "unit", key->unit, "what", key->what);
  char* text = object ? json_dumps(object, JSON_PRESERVE_ORDER) : NULL;
  if (text) {
    printf("%s\n", text);
  }
  free(text);
  json_decref(object);
}


static void print_text(const SgConfigKey* key) {
  const char* other = strcmp(key->sac, key->spinup) == 0 ? "" : key->spinup;
  printf("%-25s %-11s %-9s %-32s %s%s%s\n", key->name, key->sac, other, key->range, key->what,
         key->unit[0] ? "; " : "", key->unit);
}


static void print_key(const SgConfigKey* key, bool json) {
  if (json) {
    print_json(key);
  } else {
    print_text(key);
  }
}


// a task's own parameters, as keys
static SgStatus print_parameters(const char* name, bool json, SgError* error) {
  char path[1024], key[80];
  SgStatus status = sg_task_find(name, path, sizeof(path), error);
  SgTask* task = status == SG_OK ? sg_task_load(path, NULL, 0, error) : NULL;
  if (!task) {
    return error->status;
  }
  for (int i = 0; i < sg_task_info(task)->nparameter; i++) {
    const char *parameter, *value, *fallback;
    sg_task_parameter(task, i, &parameter, &value, &fallback);
    snprintf(key, sizeof(key), "task.%s", parameter);
    SgConfigKey facts = {key, fallback, fallback, "as its default", "", "a parameter of the task"};
    print_key(&facts, json);
  }
  sg_task_free(task);
  return SG_OK;
}


static int run_config(const SgArgs* args, SgError* error) {
  int n;
  const SgConfigKey* keys = sg_config_keys(&n);
  bool json = sg_args_has(args, "--json");
  if (!json) {
    printf("%-25s %-11s %-9s %-32s %s\n", "key", "default", "spinup", "range", "what it is; unit");
  }
  for (int i = 0; i < n; i++) {
    print_key(&keys[i], json);
  }
  SgStatus status = args->nword > 0 ? print_parameters(args->words[0], json, error) : SG_OK;
  return status;
}


const SgCommand sg_command_config = {
    .name = "config",
    .summary = "every key: default, range, unit, meaning",
    .usage = "softgait config [TASK] [--json]",
    .examples =
        "  softgait config\n"
        "  softgait config hopper          with the task's own parameters\n",
    .max_words = 1,
    .nflag = sizeof(FLAGS) / sizeof(FLAGS[0]),
    .flags = FLAGS,
    .run = run_config,
};
