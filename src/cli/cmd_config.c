#include "cli/command.h"
const SgCommand sg_command_config = {.name = "config", .summary = "x"};
