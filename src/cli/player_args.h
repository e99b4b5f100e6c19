// What commands that take a policy have in common on the command line.

#ifndef SG_CLI_PLAYER_ARGS_H_
#define SG_CLI_PLAYER_ARGS_H_

#include "cli/args.h"
#include "policy/policy.h"
#include "train/player.h"

enum {
  SG_MAX_COMMAND_INPUT = 64
};

/// The line of --model in a command's table of flags.
#define SG_MODEL_FLAG \
  { "--model", "FILE", "MODEL.xml or TASK.yaml in place of the run's copy or the shipped task" }

/// The line of --command.
#define SG_COMMAND_FLAG \
  { "--command", "X,Y,W", "the policy's command inputs, held (default: each one's start value)" }

/// The numbers of --command for a policy, one per command input, in values; command is values then,
/// and NULL when the flag was not given. SG_USAGE for another count or what is no finite number.
SgStatus sg_player_command(const SgArgs* args, const SgPolicy* policy,
                           float values[SG_MAX_COMMAND_INPUT], const float** command,
                           SgError* error);

/// Say on stderr what a player's note says, if it says anything.
void sg_player_say(const SgPlayer* player);

#endif  // SG_CLI_PLAYER_ARGS_H_
