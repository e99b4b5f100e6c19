// Publish a run's last feed anew with numbers that went wrong: for what the window says about them.
//
//   sick_feed RUN          bad updates and failed episodes
//   sick_feed RUN nan      and a robot whose state is not finite

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "train/live_write.h"


int main(int argc, char** argv) {
  SgError error = {0};
  SgLive* live = argc > 1 ? sg_live_open(argv[1], &error) : NULL;
  if (!live || sg_live_poll(live, &error) != SG_LIVE_NEW) {
    fprintf(stderr, "sick_feed: there is no feed: %s\n", error.text);
    return 1;
  }

  // the same frame but for its health
  SgLiveFrame frame = *sg_live_frame(live);
  double* qpos = calloc((size_t)frame.nq + 1, sizeof(double));
  frame.bad_updates = 3;
  frame.failed_episodes = 2;
  if (qpos && argc > 2) {
    qpos[0] = (double)NAN;
    frame.envs[0].qpos = qpos;
  }
  SgLiveWriter* writer = sg_live_create(argv[1], &frame, &error);
  bool fine = writer && sg_live_publish(writer, &frame);
  sg_live_destroy(writer);
  sg_live_close(live);
  free(qpos);
  return fine ? 0 : 1;
}
