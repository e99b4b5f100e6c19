#include "cli/command.h"
const SgCommand sg_command_doctor = {.name = "doctor", .summary = "x"};
