// A policy with the task it belongs to: what eval, rollout, watch and record start from. Knows nothing of
// the learner.

#ifndef SG_TRAIN_PLAYER_H_
#define SG_TRAIN_PLAYER_H_

#include "base/status.h"
#include "policy/policy.h"
#include "task/task.h"

/// A loaded policy, its file's digest, and its task.
typedef struct SgPlayer {
  char policy_path[1024];
  char policy_sha256[65];  ///< what sha256sum prints of the file
  char folder[1024];       ///< the run it lies in; "": in none
  SgPolicy* policy;
  SgTask* task;
} SgPlayer;

/// Load the policy that RUN|POLICY (NULL: the newest run) stands for, and its task: model if given,
/// else the copy and the parameters of the run folder it lies in, else the shipped task of that name.
/// The model's digest must be the one that the policy was trained on.
SgStatus sg_player_open(SgPlayer* player, const char* what, const char* model, SgError* error);

/// Load only a policy file, for a task that is already there.
SgStatus sg_player_open_policy(SgPlayer* player, const char* path, SgError* error);

/// Whether a loaded policy was trained on this task's model and has its sizes; SG_FILE if not.
SgStatus sg_player_check(const SgPlayer* player, const SgTask* task, SgError* error);

/// Free both. A zeroed player is allowed.
void sg_player_close(SgPlayer* player);

#endif  // SG_TRAIN_PLAYER_H_
