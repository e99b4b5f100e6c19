#include "cli/command.h"
const SgCommand sg_command_bench = {.name = "bench", .summary = "x"};
