// A command of softgait: its words, its help, and what it does. One file each, all in main.c's
// table.

#ifndef SG_CLI_COMMAND_H_
#define SG_CLI_COMMAND_H_

#include "base/status.h"
#include "cli/args.h"
#include "train/config.h"

/// A command. Static data.
typedef struct SgCommand {
  const char* name;
  const char* summary;   ///< one line for the list of commands
  const char* usage;     ///< "softgait eval [RUN|POLICY] [flags]"
  const char* examples;  ///< shown first in help, a line each
  const char* notes;     ///< shown last in help, lines; NULL: none
  int max_words;
  int nflag;
  const SgFlag* flags;

  /// Do it. The status is the exit code; on failure error holds the sentence, which main prints.
  SgStatus (*run)(const SgArgs* args, SgError* error);
} SgCommand;

extern const SgCommand sg_command_train, sg_command_resume, sg_command_eval, sg_command_rollout,
    sg_command_tasks, sg_command_runs, sg_command_config, sg_command_plot, sg_command_bench,
    sg_command_doctor, sg_command_watch, sg_command_record, sg_command_export, sg_command_inspect;

/// Take the flags that shape a configuration into it, in their order of precedence: preset,
/// --config, --set, flags.
SgStatus sg_command_config_from(SgConfig* config, const SgArgs* args, SgError* error);

#endif  // SG_CLI_COMMAND_H_
