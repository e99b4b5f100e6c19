// Evaluation: a finished policy, the bytes as shipped, on environments of its own.

#ifndef SG_TRAIN_EVAL_H_
#define SG_TRAIN_EVAL_H_

#include <stdint.h>

#include "base/rng.h"
#include "base/status.h"
#include "policy/policy.h"
#include "task/env.h"

/// What an evaluation measured, over episodes.
typedef struct SgEvalResult {
  int episodes;
  double mean_return, std_return, min_return, max_return;  ///< std: population, as Spinning Up's
  double mean_length;                                      ///< in environment steps
  int failed;  ///< episodes that physics ended; their return counts up to there
} SgEvalResult;

/// Run episodes, 1 or more, of the deterministic policy; episode i starts from the stream (purpose,
/// 0, i) of seed, the same start states each time. The environment's row must hold the policy's
/// channels in the policy's order (sg_player_join). SG_FILE when sizes differ, when nothing says
/// what is rewarded, or when an episode may never end.
SgStatus sg_eval(const SgPolicy* policy, SgEnv* env, const SgTaskInfo* task, int episodes,
                 uint64_t seed, SgRngPurpose purpose, SgEvalResult* result, SgError* error);

/// The same under a command that is held all the time. command: (sg_policy_ncommand), NULL: each
/// input's start value.
SgStatus sg_eval_command(const SgPolicy* policy, SgEnv* env, const SgTaskInfo* task,
                         const float* command, int episodes, uint64_t seed, SgRngPurpose purpose,
                         SgEvalResult* result, SgError* error);

#endif  // SG_TRAIN_EVAL_H_
