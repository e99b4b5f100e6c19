// Does a policy fit a model, told line by line: for doctor and inspect.

#ifndef SG_CLI_FIT_PRINT_H_
#define SG_CLI_FIT_PRINT_H_

#include <stdbool.h>

#include "base/status.h"
#include "policy/policy.h"

/// Load a model (MODEL.xml alone, or the task of TASK.yaml or of a name), compare, and print a line
/// per finding, or a JSON object per finding. SG_FILE and one sentence when the policy does not
/// fit, or when the model cannot be read.
SgStatus sg_fit_print_model(const SgPolicy* policy, const char* policy_path, const char* model,
                            bool json, SgError* error);

#endif  // SG_CLI_FIT_PRINT_H_
