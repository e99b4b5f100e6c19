// softgait bench: what this machine makes of the program. Which bench does what stands in its own
// file.

#include <string.h>

#include "base/machine.h"
#include "cli/bench.h"
#include "cli/command.h"

static const SgFlag FLAGS[] = {
    {"--threads", "N", "threads; default: the processors we may run on"},
    {"--set", "KEY=VALUE", "any key of `softgait config`; may be repeated"},
    {"--json", NULL, "one JSON object per row on stdout"},
};

// a bench by name
typedef struct Bench {
  const char* name;
  SgStatus (*run)(SgConfig* keys, const char* task, int nthread, bool json, SgError* error);
} Bench;

static const Bench BENCHES[] = {
    {"update", sg_bench_update},
    {"physics", sg_bench_physics},
    {"train", sg_bench_train},
    {"infer", sg_bench_infer},
};

enum {
  NBENCH = sizeof(BENCHES) / sizeof(BENCHES[0])
};


static SgStatus run_bench(const SgArgs* args, SgError* error) {
  static SgConfig keys;
  const char* word = args->nword > 0 ? args->words[0] : "update";
  const char* task = args->nword > 1 ? args->words[1] : NULL;
  int64_t nthread = sg_machine_ncpu();
  SgStatus status = sg_args_int(args, "--threads", 1, 256, &nthread, error);
  bool all = strcmp(word, "all") == 0, found = all;

  for (int i = 0; i < NBENCH && status == SG_OK; i++) {
    if (all || strcmp(word, BENCHES[i].name) == 0) {
      found = true;
      status = sg_command_config_from(&keys, args, error);
      if (status == SG_OK) {
        status = BENCHES[i].run(&keys, task, (int)nthread, sg_args_has(args, "--json"), error);
      }
    }
  }
  if (status == SG_OK && !found) {
    return sg_fail(error, SG_USAGE,
                   "bench knows update, physics, train, infer and all, not '%.60s'", word);
  }
  return status;
}


const SgCommand sg_command_bench = {
    .name = "bench",
    .summary = "measure gradient steps, physics, runs and policies here",
    .usage = "softgait bench [update|physics|train|infer|all] [TASK] [flags]",
    .examples =
        "  softgait bench update                    17 observations, 6 actions, 2x256, batch 256\n"
        "  softgait bench update hopper --threads 2 --json\n"
        "  softgait bench physics                   every task beside a bare loop of mj_step\n"
        "  softgait bench train humanoid            a short run, and where its time goes\n"
        "  softgait bench infer humanoid            a step of the policy runtime, as it ships\n",
    .max_words = 2,
    .nflag = sizeof(FLAGS) / sizeof(FLAGS[0]),
    .flags = FLAGS,
    .run = run_bench,
};
