// softgait runs: the run folders here, newest last.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "cli/command.h"
#include "train/run_read.h"


static void print_score(double score) {
  if (isnan(score)) {
    printf(" %9s", "-");
  } else {
    printf(" %9.1f", score);
  }
}


static int run_runs(const SgArgs* args, SgError* error) {
  SgRunSummary* runs = NULL;
  int n = 0;
  (void)args;
  SgStatus status = sg_run_list("runs", &runs, &n, error);
  if (status == SG_OK && n == 0) {
    printf("there is no run under runs/ yet; `softgait train hopper` makes one\n");
  }
  for (int i = 0; status == SG_OK && i < n; i++) {
    const SgRunSummary* run = &runs[i];
    if (i == 0) {
      printf("%-52s %-20s %10s %10s %9s %9s  %s\n", "run", "task", "step", "of", "last", "best",
             "state");
    }
    printf("%-52s %-20s %10lld %10lld", run->folder, run->task, (long long)run->step,
           (long long)run->steps);
    print_score(run->last_return);
    print_score(run->best_return);
    printf("  %s\n", run->state);
  }
  free(runs);
  return status;
}


const SgCommand sg_command_runs = {
    .name = "runs",
    .summary = "list the runs under runs/",
    .usage = "softgait runs",
    .examples = "  softgait runs\n",
    .run = run_runs,
};
