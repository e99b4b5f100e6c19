// softgait-record: what `softgait record` hands over to. A program of its own, because it opens EGL
// and OpenGL, which the trainer never does.

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/record_words.h"
#include "record.h"
#include "task/guard.h"

static volatile sig_atomic_t stop;  // the signal that asked for an end


static void on_signal(int number) {
  stop = number;
}


// Ctrl-C and a polite kill stop it; nothing half-written remains
static void handle_signals(void) {
  struct sigaction action = {.sa_handler = on_signal};
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
}


// whether stderr is a terminal that can write over a line
static bool is_live(void) {
  const char* term = getenv("TERM");
  return isatty(STDERR_FILENO) && term && strcmp(term, "dumb") != 0;
}


static SgStatus run(int argc, char** argv, SgError* error) {
  SgArgs args;
  SgRecordWords words;
  SgPlayer player = {0};
  SgStatus status = sg_args_parse(&args, argc, argv, 1, sg_record_flags, SG_RECORD_NFLAG, 1, error);
  if (status == SG_OK) {
    status = sg_record_words(&words, &args, error);
  }
  if (status == SG_OK) {
    status = sg_guard_version(error);
  }
  if (status == SG_OK) {
    status = sg_player_open(&player, words.what, words.model, error);
  }
  if (status == SG_OK) {
    SgRecordConfig config = {.out = words.out,
                             .camera = words.camera,
                             .still = words.still,
                             .progress = words.progress,
                             .episodes = words.episodes,
                             .width = words.width,
                             .height = words.height,
                             .fps = words.fps,
                             .seed = (uint64_t)words.seed,
                             .at = words.at,
                             .report = stdout,
                             .live = is_live() ? stderr : NULL,
                             .stop = &stop};
    status = sg_record(&player, &config, error);
  }
  if (status == SG_OK) {
    printf("%s\n", words.out);
  }
  sg_player_close(&player);
  return status;
}


// the last of stdout; a pipe that nobody reads any more is no failure, what was recorded is there
static SgStatus close_output(SgStatus status, SgError* error) {
  errno = 0;
  if (fflush(stdout) != 0 && errno != EPIPE && status == SG_OK) {
    status = sg_fail(error, SG_MACHINE, "the output cannot be written: %s", strerror(errno));
  }
  return status;
}


int main(int argc, char** argv) {
  SgError error = {0};
  sg_guard_install();
  handle_signals();
  SgStatus status = close_output(run(argc, argv, &error), &error);
  if (status == SG_INTERRUPTED && stop == SIGTERM) {
    status = SG_TERMINATED;
  }
  if (status != SG_OK) {
    fprintf(stderr, "softgait: %s\n", error.text);
  }
  return (int)status;
}
