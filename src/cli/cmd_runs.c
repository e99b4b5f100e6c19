#include "cli/command.h"
const SgCommand sg_command_runs = {.name = "runs", .summary = "x"};
