// softgait tasks: what can be trained, and what a task sees, does and is paid for.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
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


static void print_observation(const SgTask* task) {
  int at = 0;
  printf("\nobservation:\n");
  for (int i = 0; i < sg_task_nterm(task); i++) {
    SgTaskTerm term = sg_task_term(task, i);
    char clip[80] = "", low[32], high[32];
    if (!isinf(term.clip_low) || !isinf(term.clip_high)) {
      sg_text_number(low, sizeof(low), term.clip_low);
      sg_text_number(high, sizeof(high), term.clip_high);
      snprintf(clip, sizeof(clip), "  clipped to [%s, %s]", low, high);
    }
    for (int j = 0; j < term.size; j++) {
      printf("  %4d  %s%s\n", at++, term.elements[j], clip);
    }
  }
}


static void print_rest(const SgTask* task) {
  const SgTaskInfo* info = sg_task_info(task);
  printf("\nactions, from [-1, 1] to the actuator's control:\n");
  for (int i = 0; i < info->nact; i++) {
    printf("  %4d  %-24s [%g, %g]\n", i, info->actuators[i], info->act_low[i], info->act_high[i]);
  }
  printf("\nreward, summed in this order:\n");
  for (int i = 0; i < info->nreward; i++) {
    printf("        %s\n", info->rewards[i]);
  }
  printf("\nparameters (--set task.NAME=VALUE):\n");
  for (int i = 0; i < info->nparameter; i++) {
    const char *name, *value, *fallback;
    sg_task_parameter(task, i, &name, &value, &fallback);
    printf("        %-46s %s\n", name, value);
  }
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
  const SgTaskInfo* info = sg_task_info(task);
  printf("%s: %s\n", info->name, info->about);
  printf("task file:  %s\nmodel:      %s\n", info->task_path, info->model_path);
  printf("step:       %g s, %d of MuJoCo's %g s\n", info->dt, info->frame_skip,
         sg_task_model(task)->opt.timestep);
  printf("time limit: %d steps\n", info->episode_steps);
  print_observation(task);
  print_rest(task);
  sg_task_free(task);
  return SG_OK;
}


static SgStatus print_template(const char* model, SgError* error) {
  char* text = sg_task_template(model, error);
  if (!text) {
    return error->status;
  }
  fputs(text, stdout);
  free(text);
  return SG_OK;
}


static SgStatus run_tasks(const SgArgs* args, SgError* error) {
  const char* name = args->nword > 0 ? args->words[0] : NULL;
  SgStatus status;
  if (!sg_args_has(args, "--init")) {
    status = name ? describe(name, error) : list_tasks(error);
  } else if (name) {
    status = print_template(name, error);
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
