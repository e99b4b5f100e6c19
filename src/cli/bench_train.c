// softgait bench train: a whole training run, and where its time goes.
//
// A short run in a folder of its own, thrown away afterwards: 500 random steps, then one update per
// step. What is timed begins after WARM_UP updates. Evaluation and checkpoints are counted apart,
// because how often they happen is the user's choice:
//
//   train       steps/s of simulating and updating; share: of the bare gradient step's rate, which the same
//               bench measured just before
//   simulate    acting, physics, storing               \  shares of the time of both
//   update      sampling, gradient step                /
//   live        publishing in the live feed: milliseconds per second of both
//   evaluate    evaluating and saving the policy \  shares of the whole time, checkpoints included
//   log         rows, and whoever watches        /
//   first_step  milliseconds from the call to the first environment step

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/machine.h"
#include "cli/bench.h"
#include "train/train.h"

enum {
  WARM_UP = 100,
  NROW = 7
};

// START = 500 random steps, then 1500 with updates; an evaluation at 1000 and one at the end
static const struct {
  const char *name, *value;
} SETTINGS[] = {{"sac.start_steps", "500"},    {"train.steps", "2000"},
                {"train.eval_every", "1000"},  {"train.eval_episodes", "2"},
                {"sac.updates_per_step", "1"}, {"sac.update_every", "1"}};

// what the watcher saw
typedef struct Seen {
  double begin, first;       // clock at the call and after the first step
  double from, to;           // clock at the first and last timed step
  int64_t first_step, step;  // of what is timed
  SgTrainTimes before, now;
} Seen;


static void see(void* arg, const SgTrainNow* now) {
  Seen* seen = arg;
  if (seen->first == 0) {
    seen->first = sg_clock();
  }
  if (now->updates < WARM_UP) {
    seen->before = now->times;
    seen->first_step = now->step;
    seen->from = sg_clock();
  }
  seen->now = now->times;
  seen->step = now->step;
  seen->to = sg_clock();
}


// a run in a folder that is removed afterwards
static SgStatus run_once(SgConfig* keys, int nthread, Seen* seen, SgError* error) {
  char folder[] = "/tmp/softgait-bench-XXXXXX", run[64];
  if (!mkdtemp(folder)) {
    return sg_fail(error, SG_MACHINE, "no folder for a short run can be made under /tmp");
  }
  snprintf(run, sizeof(run), "%s/run", folder);
  SgTrainOptions options = {.config = keys,
                            .run = run,
                            .command = "softgait bench train",
                            .nthread = nthread,
                            .watcher = {.arg = seen, .now = see}};
  SgTrainResult result;
  seen->begin = sg_clock();
  SgStatus status = sg_train(&options, &result, error);
  sg_folder_remove(folder);
  return status;
}


static SgStatus set_keys(SgConfig* keys, const char* task, SgError* error) {
  SgStatus status = SG_OK;
  for (size_t i = 0; status == SG_OK && i < sizeof(SETTINGS) / sizeof(SETTINGS[0]); i++) {
    status = sg_config_set(keys, SETTINGS[i].name, SETTINGS[i].value, SG_FROM_SET, error);
  }
  snprintf(keys->task, sizeof(keys->task), "%s", task);
  return status;
}


// what the run and the bare update's rate make
static void fill_rows(SgBenchRow rows[NROW], const Seen* seen, double update_rate, int nthread) {
  double steps = (double)(seen->step - seen->first_step);
  double simulate = seen->now.simulate - seen->before.simulate;
  double update = seen->now.update - seen->before.update, both = simulate + update;
  double evaluate = seen->now.evaluate - seen->before.evaluate;
  double live = seen->now.live - seen->before.live;
  double log = seen->now.log - seen->before.log, all = seen->to - seen->from;

  rows[0] = sg_bench_row("train", "steps/s", nthread);
  rows[0].rate = steps / both;
  rows[0].share = rows[0].rate / update_rate;
  rows[1] = sg_bench_row("train.simulate", "steps/s", nthread);
  rows[1].rate = steps / simulate;
  rows[1].share = simulate / both;
  rows[2] = sg_bench_row("train.update", "updates/s", nthread);
  rows[2].rate = steps / update;
  rows[2].share = update / both;
  rows[3] = sg_bench_row("train.live", "ms/s", nthread);
  rows[3].rate = 1e3 * live / both;
  rows[3].share = live / both;
  rows[4] = sg_bench_row("train.evaluate", "s", nthread);
  rows[4].rate = evaluate;
  rows[4].share = evaluate / all;
  rows[5] = sg_bench_row("train.log", "s", nthread);
  rows[5].rate = log;
  rows[5].share = log / all;
  rows[6] = sg_bench_row("train.first_step", "ms", nthread);
  rows[6].rate = 1e3 * (seen->first - seen->begin);
}


SgStatus sg_bench_train(SgConfig* keys, const char* task, int nthread, bool json, SgError* error) {
  static Seen seen;
  static SgConfig update_keys;
  double update_rate = 0;
  seen = (Seen){0};
  task = task ? task : "half_cheetah";

  // the gradient step alone, then the run
  update_keys = *keys;
  SgStatus status = sg_bench_update_rate(&update_keys, task, nthread, &update_rate, error);
  if (status == SG_OK) {
    status = set_keys(keys, task, error);
  }
  if (status == SG_OK) {
    status = run_once(keys, nthread, &seen, error);
  }
  if (status != SG_OK) {
    return status;
  }
  SgBenchRow rows[NROW];
  fill_rows(rows, &seen, update_rate, nthread);
  if (!json) {
    sg_bench_print_header("share");
  }
  sg_bench_print_rows(rows, NROW, json);
  if (!json) {
    printf("%s: train is a share of the bare update's %.1f per second, measured before it\n", task,
           update_rate);
  }
  return SG_OK;
}
