// The replay's contract where learners go wrong: the ends of episodes.
//
//   one ring, observations are numbers:   1 -> 2 -> 3 | 11 -> 12 -> ..      3 is seen only as a "next"
//                                             ended here

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sac/replay.h"
#include "sac_checks.h"

enum {
  NROW = 64  // rows of a batch
};

// what was sampled of the row that begins at observation 2
typedef struct Sampled {
  int nseen;       // how often it came up
  bool ended;      // it is marked as a true end
  double obs2;     // what it says followed
  int64_t size;    // rows that could be sampled
  bool saw_three;  // the last observation came up as a row of its own
} Sampled;


// two steps, of which the second ends with these flags, then one step of the next episode
static Sampled sample_after_end(bool terminated, bool truncated) {
  sg_real obs[NROW], act[NROW], rew[NROW], term[NROW], obs2[NROW];
  SgBatch batch = {NROW, obs, act, rew, term, obs2};
  SgRng rng = sg_rng_make(0, SG_RNG_TEST, 0, 0);
  SgReplay* replay = sg_replay_create(10, 1, 1, 1, NULL);
  assert_non_null(replay);

  const float o[] = {1, 2, 3}, first = 11, second = 12, a = 0.5f;
  sg_replay_begin(replay, 0, &o[0]);
  sg_replay_step(replay, 0, &a, 1, false, false, &o[1]);
  sg_replay_step(replay, 0, &a, 1, terminated, truncated, &o[2]);
  sg_replay_begin(replay, 0, &first);
  sg_replay_step(replay, 0, &a, 1, false, false, &second);
  sg_replay_sample(replay, &rng, &batch);

  Sampled sampled = {.size = sg_replay_size(replay)};
  for (int i = 0; i < NROW; i++) {
    sampled.saw_three |= obs[i] == 3;
    if (obs[i] == 2) {
      sampled.nseen++;
      sampled.ended = term[i] != 0;
      sampled.obs2 = (double)obs2[i];
    }
  }
  sg_replay_free(replay);
  return sampled;
}


void check_truncated_row_bootstraps(Trial* trial) {
  Sampled sampled = sample_after_end(false, true);
  trial_expect(trial, sampled.nseen > 0, "a truncated row is never sampled");
  trial_expect(trial, !sampled.ended, "a truncated row is stored as a true end");
}


void check_truncated_row_keeps_last_obs(Trial* trial) {
  Sampled sampled = sample_after_end(false, true);
  trial_expect(trial, sampled.obs2 == 3, "a truncated row is followed by %g, expected 3, the last",
               sampled.obs2);
  trial_expect(trial, !sampled.saw_three, "an end row was sampled");
  trial_expect(trial, sampled.size == 3, "%lld rows can be sampled, expected 3",
               (long long)sampled.size);
}


void check_terminated_wins_over_truncated(Trial* trial) {
  for (int truncated = 0; truncated < 2; truncated++) {
    Sampled sampled = sample_after_end(true, truncated);
    trial_expect(trial, sampled.nseen > 0, "a terminated row is never sampled");
    trial_expect(trial, sampled.ended, "a row both terminated and truncated is not a true end");
    trial_expect(trial, sampled.size == 3, "%lld rows can be sampled, expected 3",
                 (long long)sampled.size);
  }
}
