// The model of a task: MuJoCo's compiler behind the guard, its complaints as one sentence.

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "task/guard.h"
#include "task/task_internal.h"

enum {
  MAX_MJCF = 16 << 20
};

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


// a message of several lines as one line, blanks once
static void one_line(char* text) {
  size_t n = 0;
  for (const char* c = text; *c; c++) {
    bool blank = *c == '\n' || *c == '\r' || *c == '\t' || *c == ' ';
    if (!blank) {
      text[n++] = *c;
    } else if (n > 0 && text[n - 1] != ' ') {
      text[n++] = ' ';
    }
  }
  text[n] = '\0';
  if (n > 0 && text[n - 1] == ' ') {
    text[n - 1] = '\0';
  }
}


// a missing or monstrous file never reaches the compiler
static SgStatus check_file(const char* path, SgError* error) {
  size_t size;
  char* bytes = sg_file_read(path, MAX_MJCF, &size, error);
  sg_file_free(bytes);
  return bytes ? SG_OK : SG_FILE;
}


SgStatus sg_task_load_model(SgTask* task, SgError* error) {
  const char* path = task->info.model_path;
  Compile c = {.path = path};
  char text[1024];
  SgError why = {0};
  SgStatus status = check_file(path, error);
  if (status == SG_OK) {
    status = sg_task_check_caps(path, error);
  }
  if (status == SG_OK) {
    status = sg_task_list_files(task, path, error);
  }
  if (status != SG_OK) {
    return status;
  }

  // compile; an older warning of this thread is not this model's
  sg_guard_take_warning(text, sizeof(text));
  if (sg_guard_call(compile, &c, &why) != SG_OK || !c.model) {
    one_line(c.text);
    one_line(why.text);
    return sg_fail(error, SG_FILE, "%s: MuJoCo cannot compile the model: %s", path,
                   why.text[0] ? why.text : c.text);
  }
  task->model = c.model;
  double timestep = task->model->opt.timestep;
  if (!(timestep > 0 && timestep <= 10)) {
    return sg_fail(error, SG_FILE,
                   "%s: the timestep is %g s, it must lie above 0 and be at most 10", path,
                   timestep);
  }

  // what it warned of, for whoever shows it
  sg_guard_take_warning(text, sizeof(text));
  one_line(text);
  task->info.warning = sg_task_keep_text(task, text);
  return task->info.warning ? SG_OK : sg_fail(error, SG_MACHINE, "out of memory for a model");
}
