// softgait train: from words to a configuration, from a configuration to a run.

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/machine.h"
#include "cli/command.h"
#include "cli/print.h"
#include "cli/training.h"

static const SgFlag FLAGS[] = {
    {"--preset", "NAME", "sac (default) or spinup"},
    {"--config", "FILE", "keys from a file; RUN/config.yaml repeats a run"},
    {"--steps", "N", "environment steps"},
    {"--seed", "N", "same seed, same bytes"},
    {"--envs", "N", "environments stepped together"},
    {"--threads", "N", "threads; default: the processors we may run on"},
    {"--run", "DIR", "the run folder; default: a new one under runs/"},
    {"--from", "RUN", "begin with the networks, targets and temperature of a run"},
    {"--set", "KEY=VALUE", "any key of `softgait config`; may be repeated"},
    {"--view", NULL, "open a window on the run; closing it does not touch the run"},
    {"--no-view", NULL, "no window (default)"},
    {"--quiet", NULL, "nothing on stdout, errors on stderr"},
    {"--json", NULL, "JSON lines on stdout: the rows, then the result"},
};

SgStatus sg_command_config_from(SgConfig* config, const SgArgs* args, SgError* error) {
  static const char* const flags[][2] = {
      {"--steps", "train.steps"}, {"--seed", "train.seed"}, {"--envs", "train.envs"}};
  const char *file = sg_args_text(args, "--config", NULL),
             *preset = sg_args_text(args, "--preset", NULL);

  // a preset is the ground the file stands on; a file that names another one would hide it
  SgStatus status = sg_config_preset(config, preset ? preset : "sac", error);
  if (status == SG_OK && file) {
    status = sg_config_load(config, file, error);
  }
  if (status == SG_OK && preset && strcmp(preset, config->preset) != 0) {
    status = sg_fail(error, SG_USAGE, "--preset %s: %s stands on preset %s; leave one of them out",
                     preset, file, config->preset);
  }
  for (int i = 0; status == SG_OK && i < args->nflag; i++) {
    if (strcmp(args->names[i], "--set") == 0) {
      char key[128];
      const char* value;
      status = sg_args_setting(args->values[i], key, sizeof(key), &value, error);
      status = status == SG_OK ? sg_config_set(config, key, value, SG_FROM_SET, error) : status;
    }
  }
  for (int i = 0; status == SG_OK && i < 3; i++) {
    const char* value = sg_args_text(args, flags[i][0], NULL);
    SgError why = {0};
    if (value && sg_config_set(config, flags[i][1], value, SG_FROM_FLAG, &why) != SG_OK) {
      status = sg_fail(error, SG_USAGE, "%s: %s", flags[i][0], why.text);
    }
  }
  return status;
}


// --from: the run by its full path, so that config.yaml repeats the run from any folder
static SgStatus take_from(SgConfig* config, const SgArgs* args, SgError* error) {
  const char* run = sg_args_text(args, "--from", NULL);
  char path[PATH_MAX];
  if (!run) {
    return SG_OK;
  }
  if (!realpath(run, path)) {
    return sg_fail(error, SG_FILE, "%s: there is no such run", run);
  }
  if (strlen(path) >= sizeof(config->from)) {
    return sg_fail(error, SG_FILE, "%s: the path is too long", run);
  }
  memcpy(config->from, path, strlen(path) + 1);
  return SG_OK;
}


// the words as they could be typed again, malloc'ed; NULL when out of memory
static char* command_line(const SgArgs* args) {
  char* text = NULL;
  size_t size;
  FILE* out = open_memstream(&text, &size);
  if (!out) {
    return NULL;
  }
  fprintf(out, "softgait train");
  for (int i = 0; i < args->nword; i++) {
    fputc(' ', out);
    sg_print_word(out, args->words[i]);
  }
  for (int i = 0; i < args->nflag; i++) {
    fprintf(out, args->values[i] ? " %s " : " %s", args->names[i]);
    if (args->values[i]) {
      sg_print_word(out, args->values[i]);
    }
  }
  fclose(out);
  return text;
}


static SgStatus run_train(const SgArgs* args, SgError* error) {
  static SgConfig config;
  int64_t nthread = sg_machine_ncpu();
  SgStatus status = sg_command_config_from(&config, args, error);
  if (status == SG_OK) {
    status = take_from(&config, args, error);
  }
  if (status == SG_OK) {
    status = sg_args_int(args, "--threads", 1, 256, &nthread, error);
  }
  if (status != SG_OK) {
    return status;
  }

  // the task: named here, or by the configuration
  if (args->nword > 0) {
    snprintf(config.task, sizeof(config.task), "%s", args->words[0]);
  }
  if (!config.task[0]) {
    return sg_fail(error, SG_USAGE, "train needs a task: softgait train hopper");
  }

  const char* run = sg_args_text(args, "--run", NULL);
  if (run && !run[0]) {
    return sg_fail(error, SG_USAGE, "--run needs the name of a folder");
  }

  // the run
  char* command = command_line(args);
  if (!command) {
    return sg_fail(error, SG_MACHINE, "out of memory for the command line");
  }
  SgTrainOptions options = {
      .config = &config, .run = run, .command = command, .nthread = (int)nthread};
  status = sg_run_training(&options, args, error);
  free(command);
  return status;
}


const SgCommand sg_command_train = {
    .name = "train",
    .summary = "train a policy",
    .usage = "softgait train TASK|TASK.yaml|MODEL.xml [flags]",
    .examples =
        "  softgait train hopper\n"
        "  softgait train half_cheetah --steps 300000 --seed 3 --threads 2\n"
        "  softgait train walker2d --preset spinup --set sac.alpha=0.1\n"
        "  softgait train --config runs/latest/config.yaml\n"
        "  softgait train robot.yaml --from runs/latest    go on learning, under another reward\n",
    .max_words = 1,
    .nflag = sizeof(FLAGS) / sizeof(FLAGS[0]),
    .flags = FLAGS,
    .run = run_train,
};
