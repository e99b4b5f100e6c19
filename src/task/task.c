// Loading a task: file, model, settings, rules; one clean-up for every way it can fail.
//
//   yaml ─> parameters (+ settings) ─> model (MJCF, through the guard) ─> rules ─> SgTask

#include "task/task.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "task/task_internal.h"


//-------------------------------- kept memory ---------------------------------------------------

// a link of the chain; the piece follows it
typedef struct Kept {
  struct Kept* next;
  double align;
} Kept;


void* sg_task_keep(SgTask* task, size_t count, size_t size) {
  size_t bytes;
  if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2) {
    return NULL;
  }
  Kept* link = calloc(1, sizeof(Kept) + bytes);
  if (!link) {
    return NULL;
  }
  link->next = task->kept;
  task->kept = link;
  return link + 1;
}


char* sg_task_keep_text(SgTask* task, const char* text) {
  size_t size = strlen(text) + 1;
  char* copy = sg_task_keep(task, size, 1);
  if (copy) {
    memcpy(copy, text, size);
  }
  return copy;
}


void sg_task_size_scratch(SgTask* task) {
  for (int i = 0; i < task->nreward; i++) {
    int need = sg_reward_scratch(&task->rewards[i], task->info.nact);
    task->nscratch = need > task->nscratch ? need : task->nscratch;
  }
}


//-------------------------------- loading -------------------------------------------------------

// whether a name can stand in a path and on a command line
static bool plain_name(const char* name) {
  size_t n = strlen(name);
  for (size_t i = 0; i < n; i++) {
    if (!isalnum((unsigned char)name[i]) && !strchr("_-", name[i])) {
      return false;
    }
  }
  return n >= 1 && n <= 60;
}


// words at the top of the file
static SgStatus read_head(SgTask* task, const char* path, SgYamlNode root, SgError* error) {
  static const char* const keys[] = {"task",    "about",     "model",       "parameters",
                                     "control", "action",    "observation", "conditions",
                                     "rewards", "terminate", "reset"};
  SgStatus status = sg_yaml_keys(root, "a task file", keys, sizeof(keys) / sizeof(keys[0]), error);
  const char* name = sg_yaml_text(sg_yaml_get(root, "task"));
  const char* model = sg_yaml_text(sg_yaml_get(root, "model"));
  const char* about = sg_yaml_text(sg_yaml_get(root, "about"));
  char model_path[SG_MAX_PATH];
  if (status != SG_OK) {
    return status;
  }
  if (!name || !model || !model[0]) {
    return sg_yaml_fail(root, error, "a task file needs `task: NAME` and `model: FILE.xml`");
  }
  if (!plain_name(name)) {
    return sg_yaml_fail(sg_yaml_get(root, "task"), error,
                        "a task's name has 1 to 60 letters, digits, _ and -");
  }
  if (!sg_path_beside(model_path, sizeof(model_path), path, model)) {
    return sg_yaml_fail(sg_yaml_get(root, "model"), error, "the model's path is too long");
  }
  task->info.name = sg_task_keep_text(task, name);
  task->info.about = sg_task_keep_text(task, about ? about : "");
  task->info.task_path = sg_task_keep_text(task, path);
  task->info.model_path = sg_task_keep_text(task, model_path);
  if (!task->info.name || !task->info.about || !task->info.task_path || !task->info.model_path) {
    return sg_fail(error, SG_MACHINE, "out of memory while reading a task");
  }
  return SG_OK;
}


SgTask* sg_task_load(const char* path, const SgTaskSetting* settings, int nsetting,
                     SgError* error) {
  SgError local = {0};
  SgError* why = error ? error : &local;
  SgTask* task = calloc(1, sizeof(SgTask));
  SgYaml* doc = sg_yaml_load(path, why);
  SgStatus status = !doc   ? why->status
                    : task ? SG_OK
                           : sg_fail(why, SG_MACHINE, "out of memory while reading a task");

  // the file's head and its parameters, then what the user sets
  SgYamlNode root = {0};
  if (status == SG_OK) {
    root = sg_yaml_root(doc);
    status = read_head(task, path, root, why);
  }
  if (status == SG_OK) {
    status = sg_param_load(&task->params, sg_yaml_get(root, "parameters"), why);
  }
  for (int i = 0; status == SG_OK && i < nsetting; i++) {
    status = sg_param_set(&task->params, &settings[i], why);
  }

  // the model, and the rules against it
  if (status == SG_OK) {
    status = sg_task_load_model(task, why);
  }
  if (status == SG_OK) {
    status = sg_task_parse(task, root, why);
    task->info.nparameter = task->params.count;
  }
  sg_yaml_free(doc);
  if (status != SG_OK) {
    sg_task_free(task);
    return NULL;
  }
  return task;
}


void sg_task_free(SgTask* task) {
  if (!task) {
    return;
  }
  mj_deleteModel(task->model);
  for (Kept* link = task->kept; link;) {
    Kept* next = link->next;
    free(link);
    link = next;
  }
  free(task);
}


//-------------------------------- looking inside ------------------------------------------------

const SgTaskInfo* sg_task_info(const SgTask* task) {
  return &task->info;
}


const mjModel* sg_task_model(const SgTask* task) {
  return task->model;
}


void sg_task_parameter(const SgTask* task, int i, const char** name, const char** value,
                       const char** fallback) {
  SG_ASSERT(i >= 0 && i < task->params.count);
  *name = task->params.params[i].name;
  *value = task->params.params[i].text;
  *fallback = task->params.params[i].fallback;
}


int sg_task_nterm(const SgTask* task) {
  return task->nterm;
}


SgTaskTerm sg_task_term(const SgTask* task, int i) {
  SG_ASSERT(i >= 0 && i < task->nterm);
  return task->terms[i];
}
