// Signals and last words.

#include "cli/training.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>

#include "cli/print.h"
#include "cli/show.h"
#include "train/run_read.h"

static volatile sig_atomic_t stop_signal;  // the first signal that asked us to stop


// once: finish the update and save; twice: leave
static void on_signal(int number) {
  if (stop_signal) {
    signal(number, SIG_DFL);
    raise(number);
  }
  stop_signal = number;
}


static void catch_signals(void) {
  // interrupted writes go on: a signal must not tear a row of progress.csv
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}


static void print_json(const SgTrainResult* result) {
  printf("{\"run\": ");
  sg_print_json_text(stdout, result->run);
  printf(", \"policy\": ");
  sg_print_json_text(stdout, result->policy);
  printf(", \"state_sha256\": \"%s\"}\n", result->state_sha256);
}


// a command to type next
static void print_command(const char* what, const char* command, const char* run,
                          const char* file) {
  char path[1100];
  snprintf(path, sizeof(path), "%s%s", run, file);
  printf("%-9s %s ", what, command);
  sg_print_word(stdout, path);
  printf("\n");
}


static void print_end(const SgTrainResult* result) {
  printf("%s at step %lld, %s is saved", result->stopped ? "stopped" : "done",
         (long long)result->step, result->saved ? "everything" : "the policy");
  if (!isnan(result->best_return)) {
    printf("; best return %.1f, final return %.1f", result->best_return, result->final_return);
  }
  printf("\npolicy    %s\n", result->policy);
  if (result->stopped && result->saved) {
    print_command("go on", "softgait resume", result->run, "");
  }
  print_command("evaluate", "softgait eval", result->run, "");
  print_command("repeat", "softgait train --config", result->run, "/config.yaml");
}


SgStatus sg_run_training(SgTrainOptions* options, const SgArgs* args, SgError* error) {
  static SgTrainResult result;
  SgShow show = sg_show_make(sg_args_has(args, "--quiet"), sg_args_has(args, "--json"));
  SgRunSummary before;
  if (options->resume && sg_run_summary(options->run, &before, NULL) == SG_OK) {
    show.best = before.best_return;
  }
  options->stop = &stop_signal;
  options->watcher = sg_show_watcher(&show);
  if (sg_args_has(args, "--view")) {
    fprintf(stderr,
            "softgait: --view: this version has no viewer; training goes on without a window\n");
  }

  catch_signals();
  SgStatus status = sg_train(options, &result, error);
  sg_show_end(&show);
  if (status != SG_OK) {
    return status;
  }
  if (show.json && !show.quiet) {
    print_json(&result);
  } else if (!show.quiet) {
    print_end(&result);
  }
  if (!stop_signal || !result.stopped) {
    return SG_OK;
  }
  return stop_signal == SIGINT ? SG_INTERRUPTED : SG_TERMINATED;
}
