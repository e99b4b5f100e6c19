// softgait resume: go on with a run that was stopped, killed or cut off, as if nothing had
// happened.

#include <stdio.h>
#include <string.h>

#include "base/machine.h"
#include "cli/command.h"
#include "cli/training.h"
#include "train/run_read.h"

static const SgFlag FLAGS[] = {
    {"--steps", "N", "environment steps in total; default: as the run was started with"},
    {"--threads", "N", "threads; default: the processors we may run on"},
    {"--view", NULL, "open a window on the run; closing it does not touch the run"},
    {"--no-view", NULL, "no window (default)"},
    {"--quiet", NULL, "nothing on stdout, errors on stderr"},
    {"--json", NULL, "JSON lines on stdout: the rows, then the result"},
};


// the run's own configuration, with its own copy of the task
static SgStatus load_config(SgConfig* config, const char* run, const SgArgs* args, SgError* error) {
  char path[1200];
  const char* steps = sg_args_text(args, "--steps", NULL);
  SgRunSummary summary;
  snprintf(path, sizeof(path), "%s/config.yaml", run);
  SgStatus status = sg_run_summary(run, &summary, error);
  if (status == SG_OK) {
    status = sg_config_preset(config, "sac", error);
  }
  if (status == SG_OK) {
    status = sg_config_load(config, path, error);
  }
  if (status == SG_OK && steps) {
    status = sg_config_set(config, "train.steps", steps, SG_FROM_FLAG, error);
  }
  return status;
}


static SgStatus run_resume(const SgArgs* args, SgError* error) {
  static SgConfig config;
  static char run[1024];
  int64_t nthread = sg_machine_ncpu();
  SgStatus status = sg_args_int(args, "--threads", 1, 256, &nthread, error);
  if (status == SG_OK && args->nword > 0) {
    snprintf(run, sizeof(run), "%s", args->words[0]);
  } else if (status == SG_OK) {
    status = sg_run_newest("runs", run, sizeof(run), error);
  }
  if (status == SG_OK) {
    status = load_config(&config, run, args, error);
  }
  if (status != SG_OK) {
    return status;
  }
  SgTrainOptions options = {.config = &config,
                            .run = run,
                            .resume = true,
                            .save_config = sg_args_has(args, "--steps"),
                            .command = "",
                            .nthread = (int)nthread};
  return sg_run_training(&options, args, error);
}


const SgCommand sg_command_resume = {
    .name = "resume",
    .summary = "go on with a run that was stopped",
    .usage = "softgait resume [RUN] [flags]",
    .examples =
        "  softgait resume                        the newest run\n"
        "  softgait resume runs/hopper/20260101-120000-s0-1a2b --steps 2000000\n",
    .max_words = 1,
    .nflag = sizeof(FLAGS) / sizeof(FLAGS[0]),
    .flags = FLAGS,
    .run = run_resume,
};
