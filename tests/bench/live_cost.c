// What the live feed costs the trainer: the same short run with and without it, in turn, and how
// their rates compare pair by pair. A pair's two runs follow each other at once and change places
// from pair to pair, so that a machine that slows down or speeds up favours neither.
//
//   live_cost [TASK] [PAIRS] [STEPS]        half_cheetah 15 3000
//
// Beside the rates by the clock stand those by processor time, which neighbours on a busy machine
// disturb less (one thread, or waiting would count). The time of the publishes themselves is told
// apart, measured inside the run.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/machine.h"
#include "task/guard.h"
#include "train/train.h"

enum {
  MAX_PAIR = 100,
  WARM_UP = 100  // updates
};

// what one run took
typedef struct Timed {
  double from, to;          // clock, of the steps that count
  double cpu_from, cpu_to;  // processor time then
  int64_t first, last;
  double before, live;  // seconds spent publishing
} Timed;


static double cpu_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}


static void see(void* arg, const SgTrainNow* now) {
  Timed* t = arg;
  if (now->updates < WARM_UP) {
    t->from = sg_clock();
    t->cpu_from = cpu_clock();
    t->first = now->step;
    t->before = now->times.live;
  }
  t->to = sg_clock();
  t->cpu_to = cpu_clock();
  t->last = now->step;
  t->live = now->times.live - t->before;
}


static void set(SgConfig* config, const char* key, const char* value) {
  SgError error = {0};
  if (sg_config_set(config, key, value, SG_FROM_SET, &error) != SG_OK) {
    fprintf(stderr, "%s\n", error.text);
    exit(1);
  }
}


static Timed run(const char* task, const char* steps, bool no_feed) {
  static SgConfig config;
  char folder[] = "/tmp/softgait-live-cost-XXXXXX", path[64];
  SgError error = {0};
  SgTrainResult result;
  Timed timed = {0};
  if (!mkdtemp(folder) || sg_config_preset(&config, "sac", &error) != SG_OK) {
    exit(1);
  }
  snprintf(path, sizeof(path), "%s/run", folder);
  snprintf(config.task, sizeof(config.task), "%s", task);
  set(&config, "sac.start_steps", "200");
  set(&config, "train.steps", steps);
  set(&config, "train.eval_every", "1000000");
  set(&config, "train.eval_episodes", "1");
  SgTrainOptions options = {.config = &config,
                            .run = path,
                            .command = "live_cost",
                            .nthread = 1,
                            .no_feed = no_feed,
                            .watcher = {.arg = &timed, .now = see}};
  if (sg_train(&options, &result, &error) != SG_OK) {
    fprintf(stderr, "%s\n", error.text);
    exit(1);
  }
  sg_folder_remove(folder);
  return timed;
}


static double rate(const Timed* t) {
  return (double)(t->last - t->first) / (t->to - t->from);
}


// steps per second of processor time
static double cpu_rate(const Timed* t) {
  return (double)(t->last - t->first) / (t->cpu_to - t->cpu_from);
}


static int compare(const void* a, const void* b) {
  double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}


static double median(double* x, int n) {
  qsort(x, (size_t)n, sizeof(double), compare);
  return n % 2 ? x[n / 2] : 0.5 * (x[n / 2 - 1] + x[n / 2]);
}


int main(int argc, char** argv) {
  const char *task = argc > 1 ? argv[1] : "half_cheetah", *steps = argc > 3 ? argv[3] : "3000";
  int pairs = argc > 2 ? atoi(argv[2]) : 15;
  double costs[MAX_PAIR], cpu_costs[MAX_PAIR], shares[MAX_PAIR], rates[MAX_PAIR];
  pairs = pairs < 1 ? 1 : pairs > MAX_PAIR ? MAX_PAIR : pairs;
  sg_guard_install();
  for (int i = 0; i < pairs; i++) {
    Timed runs[2];  // with, without
    runs[i % 2] = run(task, steps, i % 2 == 1);
    runs[1 - i % 2] = run(task, steps, i % 2 == 0);
    const Timed *on = &runs[0], *off = &runs[1];
    costs[i] = 100 * (1 - rate(on) / rate(off));
    cpu_costs[i] = 100 * (1 - cpu_rate(on) / cpu_rate(off));
    shares[i] = 100 * on->live / (on->to - on->from);
    rates[i] = rate(on);
    printf(
        "pair %d: %.1f steps/s with, %.1f without: costs %+.2f %%, %+.2f %% of processor time; "
        "publishing took %.3f %%\n",
        i + 1, rate(on), rate(off), costs[i], cpu_costs[i], shares[i]);
    fflush(stdout);
  }
  printf(
      "%s, %d pairs of %s steps, medians: %.1f steps/s; the feed costs %+.2f %% by the clock, "
      "%+.2f %% "
      "by processor time; publishing takes %.3f %%\n",
      task, pairs, steps, median(rates, pairs), median(costs, pairs), median(cpu_costs, pairs),
      median(shares, pairs));
  return 0;
}
