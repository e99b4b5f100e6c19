// softgait: the table of commands, help, and the one place that prints a failure's sentence.

#include <errno.h>
#include <fcntl.h>
#include <mujoco/mujoco.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"
#include "cli/command.h"
#include "task/guard.h"

static const SgCommand* const COMMANDS[] = {
    &sg_command_train,   &sg_command_resume, &sg_command_watch,  &sg_command_eval,
    &sg_command_rollout, &sg_command_record, &sg_command_export, &sg_command_inspect,
    &sg_command_plot,    &sg_command_runs,   &sg_command_tasks,  &sg_command_config,
    &sg_command_bench,   &sg_command_doctor};

enum {
  NCOMMAND = sizeof(COMMANDS) / sizeof(COMMANDS[0])
};


static void print_overview(FILE* out) {
  fprintf(out,
          "softgait trains robots to move with Soft Actor-Critic inside MuJoCo.\n\n"
          "  softgait train hopper             train; Ctrl-C saves and stops\n"
          "  softgait watch                    a window on the newest run, live\n"
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
  if (command->notes) {
    printf("\n%s", command->notes);
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
  return (int)error->status;
}


static int unknown_command(const char* name) {
  const char* names[NCOMMAND];
  SgError error = {0};
  for (int i = 0; i < NCOMMAND; i++) {
    names[i] = COMMANDS[i]->name;
  }
  const char* near = sg_text_nearest(name, names, NCOMMAND);
  if (near) {
    sg_fail(&error, SG_USAGE, "there is no command '%.60s'; did you mean '%s'?", name, near);
  } else {
    sg_fail(&error, SG_USAGE, "there is no command '%.60s'; `softgait --help` lists them", name);
  }
  return complain(&error);
}


// whether one of two words stands anywhere behind the command
static bool asks_for(int argc, char** argv, const char* word, const char* letter) {
  for (int i = 1; i < argc; i++) {
    if (strcmp(argv[i], word) == 0 || strcmp(argv[i], letter) == 0) {
      return true;
    }
  }
  return false;
}


// what all commands have: help and version; false when neither is asked for
static bool answer(int argc, char** argv) {
  const SgCommand* command = find_command(argv[1]);
  bool help = strcmp(argv[1], "help") == 0;
  if (help && argc > 2) {
    command = find_command(argv[2]);
  }
  if (help || asks_for(argc, argv, "--help", "-h")) {
    if (command) {
      print_help(command);
    } else {
      print_overview(stdout);
    }
    return true;
  }
  if (asks_for(argc, argv, "--version", "-V")) {
    printf("softgait %s, MuJoCo %s\n", SG_VERSION, mj_versionString());
    return true;
  }
  return false;
}


static int run_command(int argc, char** argv) {
  SgError error = {0};
  SgArgs args;
  const SgCommand* command = find_command(argv[1]);
  if (!command) {
    return unknown_command(argv[1]);
  }
  if (sg_guard_version(&error) != SG_OK ||
      sg_args_parse(&args, argc, argv, 2, command->flags, command->nflag, command->max_words,
                    &error) != SG_OK) {
    return complain(&error);
  }
  SgStatus status = command->run(&args, &error);
  return error.status != SG_OK ? complain(&error) : (int)status;
}


// a standard stream that the caller closed leads nowhere: else the next file that is opened would
// take its number, and a table meant for the screen would be written into it
static void open_closed_streams(void) {
  int file;
  do {
    file = open("/dev/null", O_RDWR);
  } while (file >= 0 && file <= STDERR_FILENO);
  if (file >= 0) {
    close(file);
  }
}


// the last of stdout; what could not be written is a failure, unless it is a pipe that nobody reads
static int close_output(int code) {
  struct stat info;
  SgError error = {0};
  errno = 0;
  bool fine = fflush(stdout) == 0 && !ferror(stdout);
  bool pipe =
      fstat(STDOUT_FILENO, &info) == 0 && (S_ISFIFO(info.st_mode) || S_ISSOCK(info.st_mode));
  if (fine || pipe || code != SG_OK) {
    return code;
  }
  sg_fail(&error, SG_MACHINE, "the output cannot be written: %s",
          errno ? strerror(errno) : "the file refused a part of it");
  return complain(&error);
}


int main(int argc, char** argv) {
  sg_guard_install();
  open_closed_streams();
  signal(SIGPIPE,
         SIG_IGN);  // a closed pipe and a file that may not grow are failed writes, no deaths
  signal(SIGXFSZ, SIG_IGN);
  if (argc < 2) {
    print_overview(stderr);
    return SG_USAGE;
  }
  int code = answer(argc, argv) ? SG_OK : run_command(argc, argv);
  return close_output(code);
}
