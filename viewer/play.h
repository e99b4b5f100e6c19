// Playing a policy: the simulation of the play mode.
//
//   SgEnv ── obs ──> sg_policy_step_now ── act ──> SgEnv      the trainer's own path
//     ^                                          │
//   push, command                     history ring <┘ (steps back)
//
// The episodes are those of `softgait eval` with seed 0: the same starts in the same order. Time is
// the caller's: sg_play_due says how many steps a span of time is worth.

#ifndef SG_VIEWER_PLAY_H_
#define SG_VIEWER_PLAY_H_

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"
#include "task/env.h"
#include "train/player.h"

enum {
  SG_PLAY_COMMANDS = 32  ///< command inputs at most
};

/// Which policy of a run is played.
typedef enum SgPlayChoice {
  SG_PLAY_BEST,
  SG_PLAY_LATEST
} SgPlayChoice;

/// A policy in its environment. The fields are for reading.
typedef struct SgPlay {
  SgPlayer player;         ///< policy and task
  const SgTaskInfo* info;  ///< the task's facts
  SgPlayChoice choice;     ///< of a run
  int64_t trained;         ///< steps that the policy was trained for; -1: it does not say
  SgEnv* env;              ///< the simulation
  uint32_t episode;        ///< number of the episode, from 0
  double sum;              ///< return so far
  double reward;           ///< of the last step
  bool over;               ///< the episode ended; the next step begins another
  const char* end;         ///< how it ended, or ""
  double last_sum;         ///< return of the last whole episode, NaN before the first
  int last_steps;          ///< its steps
  int ncommand;            ///< command inputs
  double commands[SG_PLAY_COMMANDS];  ///< their values
  struct SgPlayInside* inside;        ///< the rest: play.c's own
} SgPlay;

/// Load what RUN|POLICY stands for (sg_player_open), and begin the first episode. model: NULL or a
/// file. On failure nothing is left to close.
SgStatus sg_play_open(SgPlay* play, const char* what, const char* model, SgError* error);

/// Free all. A zeroed one is allowed.
void sg_play_close(SgPlay* play);

/// How many steps are due after so many more seconds of simulated time; never more than a tenth of
/// a second at once is made up for.
int sg_play_due(SgPlay* play, double seconds);

/// One step: an action of the policy, then the environment; or, after an end, the next episode's
/// start. push: NULL or body and force (sg_env_push).
void sg_play_step(SgPlay* play, int push_body, const mjtNum* push);

/// One step back through what was played; false at the beginning of the memory.
bool sg_play_back(SgPlay* play);

/// Begin the next episode now.
void sg_play_reset(SgPlay* play);

/// Look whether the run has a newer policy of the chosen kind; take it over between two steps. True
/// when it did: play->trained and player.policy_sha256 are then the new one's. A file that is
/// refused leaves the old one and says why in error.
bool sg_play_refresh(SgPlay* play, SgError* error);

/// The other policy of the run: best or latest. SG_FILE when there is none.
SgStatus sg_play_choose(SgPlay* play, SgPlayChoice choice, SgError* error);

/// The limits of command input i, as the policy declares them.
void sg_play_command_range(const SgPlay* play, int i, double* low, double* high);

/// Change command input i by so much, held within its limits.
void sg_play_command(SgPlay* play, int i, double change);

#endif  // SG_VIEWER_PLAY_H_
