// softgait watch: a window on a run or on a policy. What was named is found and looked at here, so
// that a wrong name has its sentence with or without a display; then this process becomes the
// window.

#include <stdio.h>

#include "base/file.h"
#include "cli/command.h"
#include "cli/viewer.h"
#include "train/player.h"
#include "train/run_read.h"

static const SgFlag FLAGS[] = {
    {"--model", "FILE", "MODEL.xml or TASK.yaml to play the policy on"},
};


// the policy file itself; its model is the window's to find
static SgStatus check_policy(const char* path, SgError* error) {
  SgPlayer player = {0};
  SgStatus status = sg_player_open_policy(&player, path, error);
  sg_player_close(&player);
  return status;
}


// a policy on a model: a file, or what a run stands for
static SgStatus watch_policy(const char* what, const char* model, SgError* error) {
  char policy[1024], folder[1024];
  SgStatus status = sg_run_policy(what, policy, folder, sizeof(policy), error);
  if (status == SG_OK && model && !sg_file_exists(model)) {
    status = sg_fail(error, SG_FILE, "%s: there is no such model or task file", model);
  }
  if (status == SG_OK) {
    status = check_policy(policy, error);
  }
  if (status != SG_OK) {
    return status;
  }
  return sg_viewer_become((const char*[]){policy, model ? "--model" : NULL, model, NULL}, error);
}


static SgStatus watch_run(const char* what, SgError* error) {
  SgRunSummary run;
  char folder[1024];
  SgStatus status = SG_OK;
  if (what) {
    snprintf(folder, sizeof(folder), "%s", what);
  } else {
    status = sg_run_newest("runs", folder, sizeof(folder), error);
  }
  if (status == SG_OK) {
    status = sg_run_summary(folder, &run, error);
  }
  return status == SG_OK ? sg_viewer_become((const char*[]){folder, NULL}, error) : status;
}


static SgStatus run_watch(const SgArgs* args, SgError* error) {
  const char *what = args->nword > 0 ? args->words[0] : NULL,
             *model = sg_args_text(args, "--model", NULL);
  bool is_run = !what || sg_folder_exists(what);
  return is_run && !model ? watch_run(what, error) : watch_policy(what, model, error);
}


const SgCommand sg_command_watch = {
    .name = "watch",
    .summary = "a window on a live run, or on a policy",
    .usage = "softgait watch [RUN|POLICY] [flags]",
    .examples =
        "  softgait watch                         the newest run, live or as it ended\n"
        "  softgait watch runs/hopper/20260101-120000-s0-1a2b\n"
        "  softgait watch walk.safetensors        a policy, simulated; push it with the mouse\n"
        "  softgait watch walk.safetensors --model robot.xml\n",
    .max_words = 1,
    .nflag = sizeof(FLAGS) / sizeof(FLAGS[0]),
    .flags = FLAGS,
    .run = run_watch,
};
