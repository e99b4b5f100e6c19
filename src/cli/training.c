// Signals and last words.

#include "cli/training.h"

#include <signal.h>
#include <stdio.h>

#include "cli/show.h"

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
  struct sigaction action = {.sa_handler = on_signal};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}


static void print_json(const SgTrainResult* result) {
  printf("{\"run\": \"%s\", \"policy\": \"%s\", \"state_sha256\": \"%s\"}\n", result->run,
         result->policy, result->state_sha256);
}


static void print_end(const SgTrainResult* result) {
  if (result->stopped) {
    printf("stopped at step %lld, everything is saved\n", (long long)result->step);
    printf("go on:     softgait resume %s\n", result->run);
  } else {
    printf("done: %lld steps, best return %.1f, final return %.1f\n", (long long)result->step,
           result->best_return, result->final_return);
  }
  printf("policy:    %s\n", result->policy);
  printf("evaluate:  softgait eval %s\n", result->run);
  printf("repeat:    softgait train --config %s/config.yaml\n", result->run);
}


int sg_run_training(SgTrainOptions* options, const SgArgs* args, SgError* error) {
  static SgTrainResult result;
  SgShow show = sg_show_make(sg_args_has(args, "--quiet"), sg_args_has(args, "--json"));
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
  if (show.json) {
    print_json(&result);
  } else if (!show.quiet) {
    print_end(&result);
  }
  return stop_signal && result.stopped ? 128 + stop_signal : SG_OK;
}
