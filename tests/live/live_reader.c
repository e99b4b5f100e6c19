// A reader without a window: attaches to a run folder, reads for a while, says in one JSON line
// what it saw. Exit code 1 when something went backwards.
//
//   live_reader RUN SECONDS [--until-end]     --until-end: or until the run has ended, if that is sooner

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/machine.h"
#include "base/text.h"
#include "live_frame.h"

enum {
  NPOLL = SG_LIVE_BAD + 1,
  MICROSECONDS = 4000  // between two looks
};


int main(int argc, char** argv) {
  static const char* const names[] = {"", "running", "finished", "stopped", "failed", "dead"};
  long polls[NPOLL] = {0}, backwards = 0, broken = 0;
  SgError error = {0};
  double sum, seconds = 1, start = sg_clock();
  bool until_end = argc > 3 && strcmp(argv[3], "--until-end") == 0;
  bool fine = argc > 1 && (argc < 3 || sg_text_double(argv[2], &seconds));
  SgLive* live = fine ? sg_live_open(argv[1], &error) : NULL;
  if (!live) {
    fprintf(stderr, "%s\n", fine ? error.text : "live_reader RUN SECONDS");
    return 2;
  }

  // numbers may only grow as long as it is the same trainer
  int64_t step = -1, pid = 0;
  uint64_t sequence = 0, first = 0;
  SgLiveState state = SG_LIVE_RUNNING;
  while (sg_clock() < start + seconds &&
         !(until_end && state != SG_LIVE_RUNNING && polls[SG_LIVE_NEW] > 0)) {
    SgLivePoll poll = sg_live_poll(live, &error);
    const SgLiveFrame* f = sg_live_frame(live);
    polls[poll]++;
    if (poll == SG_LIVE_NEW) {
      bool same = f->pid == pid;
      backwards += same && (f->step < step || f->sequence <= sequence);
      broken += !live_frame_touch(f, &sum);
      first = same ? first : f->sequence;
      pid = f->pid;
      step = f->step;
      sequence = f->sequence;
    }
    state = until_end && f ? f->state : state;
    usleep(MICROSECONDS);
  }

  // publishes per second over the time that we looked
  const SgLiveFrame* f = sg_live_frame(live);
  double rate = (double)(sequence - first) / 2 / (sg_clock() - start);
  printf(
      "{\"new\": %ld, \"same\": %ld, \"busy\": %ld, \"none\": %ld, \"bad\": %ld, \"backwards\": "
      "%ld, "
      "\"broken\": %ld, \"state\": \"%s\", \"step\": %lld, \"row\": %lld, \"shown\": %d, "
      "\"rate\": %.1f}\n",
      polls[SG_LIVE_NEW], polls[SG_LIVE_SAME], polls[SG_LIVE_BUSY], polls[SG_LIVE_NONE],
      polls[SG_LIVE_BAD], backwards, broken, names[sg_live_state(live)], (long long)step,
      f ? (long long)f->row : -1, f ? f->nshown : 0, rate);
  sg_live_close(live);
  return backwards > 0 || broken > 0 || polls[SG_LIVE_BAD] > 0;
}
