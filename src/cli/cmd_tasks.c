// softgait tasks: what can be trained, and what a task sees, does and is paid for.

#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "task/task.h"

static const SgFlag FLAGS[] = {
    {"--init", NULL, "print a task file for MODEL.xml, to be edited"},
};


// one line per shipped task
static SgStatus list_tasks(SgError* error) {
  int n;
  const char* const* names = sg_task_names(&n);
  if (n == 0) {
    return sg_fail(error, SG_FILE,
                   "no task files were found; point SOFTGAIT_MODELS at softgait's models "
                   "folder");
  }
  printf("%-26s %5s %4s %8s %6s  %s\n", "task", "obs", "act", "step", "limit", "what it does");
  for (int i = 0; i < n; i++) {
    char path[1024];
    SgTask* task = NULL;
    if (sg_task_find(names[i], path, sizeof(path), error) == SG_OK) {
      task = sg_task_load(path, NULL, 0, error);
    }
    if (!task) {
      return error->status;
    }
    const SgTaskInfo* info = sg_task_info(task);
    printf("%-26s %5d %4d %6g s %6d  %s\n", info->name, info->nobs, info->nact, info->dt,
           info->episode_steps, info->about);
    sg_task_free(task);
  }
  return SG_OK;
}


// a text that was made for us; NULL when it was not
static SgStatus print_and_free(char* text, const SgError* error) {
  if (!text) {
    return error->status;
  }
  fputs(text, stdout);
  free(text);
  return SG_OK;
}


static SgStatus describe(const char* name, SgError* error) {
  char path[1024];
  SgStatus status = sg_task_find(name, path, sizeof(path), error);
  if (status != SG_OK) {
    return status;
  }
  SgTask* task = sg_task_load(path, NULL, 0, error);
  if (!task) {
    return error->status;
  }
  char* text = sg_task_describe(task, error);
  sg_task_free(task);
  return print_and_free(text, error);
}


static SgStatus run_tasks(const SgArgs* args, SgError* error) {
  const char* name = args->nword > 0 ? args->words[0] : NULL;
  SgStatus status;
  if (!sg_args_has(args, "--init")) {
    status = name ? describe(name, error) : list_tasks(error);
  } else if (name) {
    status = print_and_free(sg_task_template(name, error), error);
  } else {
    status = sg_fail(error, SG_USAGE, "--init needs a model: softgait tasks robot.xml --init");
  }
  return status;
}


const SgCommand sg_command_tasks = {
    .name = "tasks",
    .summary = "list tasks, or describe one entry by entry",
    .usage = "softgait tasks [TASK|MODEL.xml] [--init]",
    .examples =
        "  softgait tasks\n"
        "  softgait tasks hopper\n"
        "  softgait tasks robot.xml --init > robot.yaml\n",
    .max_words = 1,
    .nflag = sizeof(FLAGS) / sizeof(FLAGS[0]),
    .flags = FLAGS,
    .run = run_tasks,
};
