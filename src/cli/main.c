// softgait: the table of commands, help, and the one place that prints a failure's sentence.

#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cli/command.h"
#include "task/guard.h"

static const SgCommand* const COMMANDS[] = {
    &sg_command_train, &sg_command_resume, &sg_command_eval,  &sg_command_rollout,
    &sg_command_plot,  &sg_command_runs,   &sg_command_tasks, &sg_command_config,
    &sg_command_bench, &sg_command_doctor};

enum {
  NCOMMAND = sizeof(COMMANDS) / sizeof(COMMANDS[0])
};


static void print_overview(FILE* out) {
  fprintf(out,
          "softgait trains robots to move with Soft Actor-Critic inside MuJoCo.\n\n"
          "  softgait train hopper             train; Ctrl-C saves and stops\n"
          "  softgait eval                     evaluate the newest run's best policy\n"
          "  softgait plot runs/hopper --out hopper.svg\n\n"
          "commands:\n");
  for (int i = 0; i < NCOMMAND; i++) {
    fprintf(out, "  %-9s %s\n", COMMANDS[i]->name, COMMANDS[i]->summary);
  }
  fprintf(out, "\n`softgait COMMAND --help` tells more.\n");
}


// examples first, then the words
static void print_help(const SgCommand* command) {
  printf("%s\n\n%s\nusage: %s\n", command->summary, command->examples, command->usage);
  for (int i = 0; i < command->nflag; i++) {
    const SgFlag* flag = &command->flags[i];
    char words[64];
    snprintf(words, sizeof(words), "%s %s", flag->name, flag->value ? flag->value : "");
    printf("  %-24s %s\n", words, flag->what);
  }
}


static const SgCommand* find_command(const char* name) {
  for (int i = 0; i < NCOMMAND; i++) {
    if (strcmp(COMMANDS[i]->name, name) == 0) {
      return COMMANDS[i];
    }
  }
  return NULL;
}


static int complain(const SgError* error) {
  fprintf(stderr, "softgait: %s\n", error->text);
  return error->status;
}


static int unknown_command(const char* name) {
  const char* names[NCOMMAND];
  SgError error = {0};
  for (int i = 0; i < NCOMMAND; i++) {
    names[i] = COMMANDS[i]->name;
  }
  const char* near = sg_text_nearest(name, names, NCOMMAND);
  sg_fail(&error, SG_USAGE, "there is no command '%.60s'%s%s%s; `softgait --help` lists them", name,
          near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
  return complain(&error);
}


static bool wants_help(int argc, char** argv) {
  for (int i = 2; i < argc; i++) {
    if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
      return true;
    }
  }
  return false;
}


int main(int argc, char** argv) {
  SgError error = {0};
  SgArgs args;
  sg_guard_install();
  signal(SIGPIPE, SIG_IGN);  // a closed pipe is a failed write, not a death

  // words that are no command
  if (argc < 2) {
    print_overview(stderr);
    return SG_USAGE;
  }
  if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "help")) {
    print_overview(stdout);
    return SG_OK;
  }
  if (!strcmp(argv[1], "--version")) {
    printf("softgait %s\n", SG_VERSION);
    return SG_OK;
  }

  // a command
  const SgCommand* command = find_command(argv[1]);
  if (!command) {
    return unknown_command(argv[1]);
  }
  if (wants_help(argc, argv)) {
    print_help(command);
    return SG_OK;
  }
  if (sg_guard_version(&error) != SG_OK ||
      sg_args_parse(&args, argc, argv, 2, command->flags, command->nflag, command->max_words,
                    &error) != SG_OK) {
    return complain(&error);
  }
  int code = command->run(&args, &error);
  return error.status != SG_OK ? complain(&error) : code;
}
