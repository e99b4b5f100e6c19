// Signals, the window, and last words.

#include "cli/training.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "cli/print.h"
#include "cli/show.h"
#include "cli/viewer.h"
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
  print_command("watch", "softgait watch", result->run, "");
  print_command("evaluate", "softgait eval", result->run, "");
  print_command("repeat", "softgait train --config", result->run, "/config.yaml");
}


//-------------------------------- the window ----------------------------------------------------

// who is told of a run: the screen, and the window that is to be opened on it
typedef struct Audience {
  SgShow show;
  SgTrainWatcher screen;
  SgViewer viewer;
  double listened;  // second of the run in which the window was listened to last
} Audience;

// seconds between two looks at what the window has to say
static const double EVERY_LISTEN = 0.25;


static void open_window(void* arg, const SgTrainStart* start) {
  Audience* a = arg;
  SgError why = {0};
  a->screen.start(a->screen.arg, start);
  if (sg_viewer_start(&a->viewer, start->run, &why) != SG_OK) {
    char line[1200];
    snprintf(line, sizeof(line), "softgait: --view: %s", why.text);
    sg_show_line(&a->show, line);
  }
}


static void tell_row(void* arg, const SgProgress* progress) {
  Audience* a = arg;
  a->screen.row(a->screen.arg, progress);
}


static void tell_note(void* arg, const char* sentence) {
  Audience* a = arg;
  a->screen.note(a->screen.arg, sentence);
}


static void tell_now(void* arg, const SgTrainNow* now) {
  Audience* a = arg;
  char line[600];
  a->screen.now(a->screen.arg, now);
  if (now->seconds - a->listened >= EVERY_LISTEN) {
    a->listened = now->seconds;
    if (sg_viewer_listen(&a->viewer, line, sizeof(line))) {
      sg_show_line(&a->show, line);
    }
  }
}


static void leave_window(Audience* a) {
  char line[600];
  if (sg_viewer_leave(&a->viewer, line, sizeof(line))) {
    sg_show_line(&a->show, line);
  }
}


// whether --view was said, and not --no-view after it
static bool wants_window(const SgArgs* args) {
  bool wanted = false;
  for (int i = 0; i < args->nflag; i++) {
    wanted = strcmp(args->names[i], "--view") == 0 ||
             (wanted && strcmp(args->names[i], "--no-view") != 0);
  }
  return wanted;
}


//-------------------------------- a run ---------------------------------------------------------

SgStatus sg_run_training(SgTrainOptions* options, const SgArgs* args, SgError* error) {
  static SgTrainResult result;
  static Audience audience;
  SgShow* show = &audience.show;
  SgRunSummary before;
  *show = sg_show_make(sg_args_has(args, "--quiet"), sg_args_has(args, "--json"));
  if (options->resume && sg_run_summary(options->run, &before, NULL) == SG_OK) {
    show->best = before.best_return;
  }
  options->stop = &stop_signal;
  options->watcher = audience.screen = sg_show_watcher(show);
  if (wants_window(args)) {
    options->watcher = (SgTrainWatcher){.arg = &audience,
                                        .start = open_window,
                                        .row = tell_row,
                                        .now = tell_now,
                                        .note = tell_note};
  }

  catch_signals();
  SgStatus status = sg_train(options, &result, error);
  sg_show_end(show);
  leave_window(&audience);
  if (status != SG_OK) {
    return status;
  }
  if (show->json && !show->quiet) {
    print_json(&result);
  } else if (!show->quiet) {
    print_end(&result);
  }
  if (!stop_signal || !result.stopped) {
    return SG_OK;
  }
  return stop_signal == SIGINT ? SG_INTERRUPTED : SG_TERMINATED;
}
