#include "cli/command.h"
const SgCommand sg_command_tasks = {.name = "tasks", .summary = "x"};
