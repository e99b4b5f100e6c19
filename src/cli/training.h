// A training run from the command line, whether it begins or goes on: what is shown, what a signal
// does, what is said at the end.

#ifndef SG_CLI_TRAINING_H_
#define SG_CLI_TRAINING_H_

#include "cli/args.h"
#include "train/train.h"

/// Train with --quiet, --json and --view as given; stop and watcher of options are filled in. The
/// first SIGINT or SIGTERM finishes the update and saves, a second one ends the program. Returns
/// SG_INTERRUPTED or SG_TERMINATED after a signal.
SgStatus sg_run_training(SgTrainOptions* options, const SgArgs* args, SgError* error);

#endif  // SG_CLI_TRAINING_H_
