// softgait config: every key, what it defaults to, what it may be, what it does.

#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "cli/command.h"
#include "cli/print.h"
#include "task/task.h"
#include "train/config.h"

static const SgFlag FLAGS[] = {
    {"--json", NULL, "one JSON object per key on stdout"},
};


enum {
  MAX_KEY = 256
};

// every key there is, with the task's parameters behind
typedef struct Keys {
  int n;
  SgConfigKey keys[MAX_KEY];
  char names[MAX_KEY][80];  // of the task's
} Keys;


//-------------------------------- gathering -----------------------------------------------------

// what may stand in place of a parameter's default
static const char* range_like(const char* fallback) {
  bool logic = strcmp(fallback, "true") == 0 || strcmp(fallback, "false") == 0;
  return logic ? "true or false" : fallback[0] == '[' ? "[low, high]" : "a number";
}


// texts are the task's, which must outlive the keys
static SgStatus add_parameters(Keys* all, const SgTask* task, SgError* error) {
  for (int i = 0; i < sg_task_info(task)->nparameter; i++) {
    const char *parameter, *value, *fallback;
    if (all->n == MAX_KEY) {
      return sg_fail(error, SG_FILE, "there are more than %d keys", MAX_KEY);
    }
    char* name = all->names[all->n];
    sg_task_parameter(task, i, &parameter, &value, &fallback);
    snprintf(name, sizeof(all->names[0]), "task.%s", parameter);
    all->keys[all->n++] = (SgConfigKey){.name = name,
                                        .sac = fallback,
                                        .spinup = fallback,
                                        .range = range_like(fallback),
                                        .unit = "",
                                        .what = "a parameter of the task"};
  }
  return SG_OK;
}


//-------------------------------- printing ------------------------------------------------------

static void print_json(const SgConfigKey* key) {
  const char* const pairs[][2] = {{"name", key->name},     {"sac", key->sac},
                                  {"spinup", key->spinup}, {"range", key->range},
                                  {"unit", key->unit},     {"what", key->what}};
  for (int i = 0; i < 6; i++) {
    printf("%s\"%s\": ", i == 0 ? "{" : ", ", pairs[i][0]);
    sg_print_json_text(stdout, pairs[i][1]);
  }
  printf("}\n");
}


static void widen(int* width, const char* text) {
  int n = (int)strlen(text);
  *width = n > *width ? n : *width;
}


static void print_table(const Keys* all) {
  static const SgConfigKey heading = {"key", "sac", "spinup", "range", "unit", "what it is"};
  int name = 0, sac = 0, spinup = 0, range = 0, unit = 0;
  for (int i = -1; i < all->n; i++) {
    const SgConfigKey* key = i < 0 ? &heading : &all->keys[i];
    widen(&name, key->name);
    widen(&sac, key->sac);
    widen(&spinup, key->spinup);
    widen(&range, key->range);
    widen(&unit, key->unit);
  }
  for (int i = -1; i < all->n; i++) {
    const SgConfigKey* key = i < 0 ? &heading : &all->keys[i];
    printf("%-*s  %-*s  %-*s  %-*s  %-*s  %s\n", name, key->name, sac, key->sac, spinup,
           key->spinup, range, key->range, unit, key->unit, key->what);
  }
}


static SgStatus run_config(const SgArgs* args, SgError* error) {
  static Keys all;
  char path[1024];
  SgTask* task = NULL;
  const SgConfigKey* keys = sg_config_keys(&all.n);
  SG_ASSERT(all.n <= MAX_KEY);
  memcpy(all.keys, keys, (size_t)all.n * sizeof(SgConfigKey));

  // the task's own parameters, as keys
  SgStatus status = SG_OK;
  if (args->nword > 0) {
    status = sg_task_find(args->words[0], path, sizeof(path), error);
    task = status == SG_OK ? sg_task_load(path, NULL, 0, error) : NULL;
    status = task ? add_parameters(&all, task, error) : error->status;
  }
  if (status == SG_OK && sg_args_has(args, "--json")) {
    for (int i = 0; i < all.n; i++) {
      print_json(&all.keys[i]);
    }
  } else if (status == SG_OK) {
    print_table(&all);
  }
  sg_task_free(task);
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
