#include "cli/command.h"
const SgCommand sg_command_rollout = {.name = "rollout", .summary = "x"};
