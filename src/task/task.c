// Loading a task: file, model, settings, rules; one clean-up for every way it can fail.
//
//   yaml ─> parameters (+ settings) ─> model (MJCF, through the guard) ─> rules ─> SgTask

#include "task/task.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "base/file.h"
#include "task/guard.h"
#include "task/task_internal.h"

enum {
  MAX_MJCF = 16 << 20
};


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


//-------------------------------- model ---------------------------------------------------------

// a name inside an XML attribute as a path: relative to the folder of `from`
static void beside(char* path, int size, const char* from, const char* name) {
  const char* slash = strrchr(from, '/');
  if (name[0] == '/' || !slash) {
    snprintf(path, (size_t)size, "%s", name);
  } else {
    snprintf(path, (size_t)size, "%.*s%s", (int)(slash - from + 1), from, name);
  }
}


// remember a file of the model and those that its file="..." attributes name
static void collect_files(SgTask* task, const char** files, const char* path, int depth) {
  size_t size;
  for (int i = 0; i < task->info.nfile; i++) {
    if (strcmp(files[i], path) == 0) {
      return;
    }
  }
  if (task->info.nfile == SG_MAX_FILE || depth > 16 || !sg_file_exists(path)) {
    return;
  }
  files[task->info.nfile++] = sg_task_keep_text(task, path);

  // only text names further files
  const char* dot = strrchr(path, '.');
  char* text = dot && strcmp(dot, ".xml") == 0 ? sg_file_read(path, MAX_MJCF, &size, NULL) : NULL;
  for (char* at = text; at && (at = strstr(at, "file=\"")) != NULL;) {
    char* name = at + 6;
    char* end = strchr(name, '"');
    at = end;
    if (end) {
      char next[SG_MAX_PATH];
      *end = '\0';
      beside(next, sizeof(next), path, name);
      collect_files(task, files, next, depth + 1);
      at = end + 1;
    }
  }
  sg_file_free(text);
}


// what is passed through the guard
typedef struct Compile {
  const char* path;
  mjModel* model;
  char text[900];
} Compile;


static void compile(void* arg) {
  Compile* c = arg;
  c->model = mj_loadXML(c->path, NULL, c->text, sizeof(c->text));
}


// lines of a message as one line
static void one_line(char* text) {
  for (char* c = text; *c; c++) {
    *c = *c == '\n' || *c == '\r' ? ' ' : *c;
  }
  for (size_t n = strlen(text); n > 0 && text[n - 1] == ' '; n--) {
    text[n - 1] = '\0';
  }
}


// what MuJoCo warned of, but for the one warning that HalfCheetah cannot avoid: its masses are defined
// by `settotalmass`, which 3.17 calls deprecated
static const char* take_warning(SgTask* task) {
  char text[1024];
  sg_guard_take_warning(text, sizeof(text));
  one_line(text);
  return strstr(text, "settotalmass") ? "" : sg_task_keep_text(task, text);
}


static SgStatus load_model(SgTask* task, SgError* error) {
  const char* path = task->info.model_path;
  Compile c = {.path = path};
  size_t size;

  // a missing or monstrous file never reaches the compiler
  char* bytes = sg_file_read(path, MAX_MJCF, &size, error);
  if (!bytes) {
    return error->status;
  }
  sg_file_free(bytes);
  const char** files = sg_task_keep(task, SG_MAX_FILE, sizeof(char*));
  if (!files) {
    return sg_fail(error, SG_MACHINE, "out of memory while reading a task");
  }
  collect_files(task, files, path, 0);
  task->info.files = files;

  char ignored[8];
  sg_guard_take_warning(ignored, sizeof(ignored));
  SgError why = {0};
  if (sg_guard_call(compile, &c, &why) != SG_OK || !c.model) {
    one_line(c.text);
    return sg_fail(error, SG_FILE, "%s: MuJoCo cannot compile the model: %s", path,
                   c.text[0] ? c.text : why.text);
  }
  task->model = c.model;
  task->info.warning = take_warning(task);
  return SG_OK;
}


//-------------------------------- loading -------------------------------------------------------

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
  if (!name || !name[0] || strlen(name) > 60 || strchr(name, '/') || !model) {
    return sg_yaml_fail(root, error, "a task file needs `task: NAME` and `model: FILE.xml`");
  }
  beside(model_path, sizeof(model_path), path, model);
  task->info.name = sg_task_keep_text(task, name);
  task->info.about = sg_task_keep_text(task, about ? about : "");
  task->info.task_path = sg_task_keep_text(task, path);
  task->info.model_path = sg_task_keep_text(task, model_path);
  return SG_OK;
}


SgTask* sg_task_load(const char* path, const SgTaskSetting* settings, int nsetting,
                     SgError* error) {
  SgError local = {0};
  SgError* why = error ? error : &local;
  SgTask* task = calloc(1, sizeof(SgTask));
  SgYaml* doc = sg_yaml_load(path, why);
  SgStatus status = doc && task ? SG_OK : why->status != SG_OK ? why->status : SG_MACHINE;

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
    status = load_model(task, why);
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
