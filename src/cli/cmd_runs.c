// softgait runs: the run folders here, newest last.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/command.h"
#include "train/run_read.h"


static void print_score(double score) {
  if (isnan(score)) {
    printf("  %9s", "-");
  } else {
    printf("  %9.1f", score);
  }
}


// columns as wide as what stands in them: the folder is meant to be copied, so it is never cut
static void print_table(const SgRunSummary* runs, int n) {
  int folder = (int)strlen("run"), task = (int)strlen("task");
  for (int i = 0; i < n; i++) {
    int a = (int)strlen(runs[i].folder), b = (int)strlen(runs[i].task);
    folder = a > folder ? a : folder;
    task = b > task ? b : task;
  }
  printf("%-*s  %-*s  %9s  %9s  %9s  %9s  state\n", folder, "run", task, "task", "step", "of",
         "last", "best");
  for (int i = 0; i < n; i++) {
    const SgRunSummary* run = &runs[i];
    printf("%-*s  %-*s  %9lld  %9lld", folder, run->folder, task, run->task, (long long)run->step,
           (long long)run->steps);
    print_score(run->last_return);
    print_score(run->best_return);
    printf("  %s\n", run->state);
  }
}


static SgStatus run_runs(const SgArgs* args, SgError* error) {
  SgRunSummary* runs = NULL;
  int n = 0;
  (void)args;
  SgStatus status = sg_run_list("runs", &runs, &n, error);
  if (status == SG_OK && n > 0) {
    print_table(runs, n);
  } else if (status == SG_OK) {
    fprintf(stderr,
            "softgait: there is no run under runs/ yet; `softgait train hopper` makes one\n");
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
