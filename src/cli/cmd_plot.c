#include "cli/command.h"
const SgCommand sg_command_plot = {.name = "plot", .summary = "x"};
