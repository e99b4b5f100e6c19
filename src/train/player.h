// A policy with the task it belongs to: what eval, rollout, watch and record start from. Knows
// nothing of the learner.

#ifndef SG_TRAIN_PLAYER_H_
#define SG_TRAIN_PLAYER_H_

#include <stdbool.h>

#include "base/status.h"
#include "policy/policy.h"
#include "task/task.h"

enum {
  SG_MAX_POLICY = 1 << 28  ///< bytes of a policy file at most
};

/// A loaded policy, its file's digest, and its task.
typedef struct SgPlayer {
  char policy_path[1024];
  char policy_sha256[65];  ///< what sha256sum prints of the file
  char folder[1024];       ///< the run it lies in; "": in none
  SgPolicy* policy;
  SgTask* task;  ///< its observation and action are the policy's, in the policy's order
  char note
      [640];  ///< one sentence for whoever watches, on a model that is not the trained one; or ""
} SgPlayer;

/// Load the policy that RUN|POLICY (NULL: the newest run) stands for, and its task: model if given,
/// else the copy and the parameters of the run folder it lies in, else the shipped task of that
/// name. model: TASK.yaml, a task's name, or MODEL.xml, which stands for the task file beside it;
/// without one the policy's contract alone drives the model (SgTaskInfo.bare: no rewards, no ends).
///
/// The policy must fit by name, time step, period and control ranges (fit.h). A model that was not
/// asked for by name must also have the digest of training; one that was may differ, and the
/// player's note says so. SG_FILE with one sentence otherwise.
SgStatus sg_player_open(SgPlayer* player, const char* what, const char* model, SgError* error);

/// Load only a policy file, for a task that is already there.
SgStatus sg_player_open_policy(SgPlayer* player, const char* path, SgError* error);

/// Put a loaded policy and a task together by the rules of sg_player_open, before any environment
/// is made of the task: from here on the task sees and drives what the policy does. chosen: the
/// user named this model.
SgStatus sg_player_join(SgPlayer* player, SgTask* task, bool chosen, SgError* error);

/// Load the task that --model names under settings (nsetting), or the model alone when no task file
/// is beside it; that has no parameters to set. NULL with SG_FILE, SG_USAGE for a wrong setting.
SgTask* sg_player_model(const char* model, const SgTaskSetting* settings, int nsetting,
                        SgError* error);

/// Free both. A zeroed player is allowed.
void sg_player_close(SgPlayer* player);

#endif  // SG_TRAIN_PLAYER_H_
