// The policy file, written: the actor and its whole contract as the bytes of a safetensors file.

#ifndef SG_TRAIN_POLICY_WRITE_H_
#define SG_TRAIN_POLICY_WRITE_H_

#include <stdint.h>

#include "base/status.h"
#include "sac/sac.h"
#include "task/task.h"

/// The training summary that goes into the file: nothing that differs between two runs of one seed.
/// Texts are borrowed during the call.
typedef struct SgPolicySummary {
  int64_t step, updates;  ///< environment steps and updates taken
  int64_t seed;
  const char* preset;        ///< "sac"
  const char* model_sha256;  ///< 64 hex digits, of sg_model_digest
} SgPolicySummary;

/// Make the bytes of a policy file: no date, path, host or duration in them. Returns a malloc'ed
/// buffer for sg_file_free and its size, or NULL: SG_FILE when a name of the model cannot be told
/// in a policy file, SG_FAIL when the runtime refuses what was made. The same weights, task and
/// summary give the same bytes.
char* sg_policy_bytes(const SgSac* sac, const SgTask* task, const SgPolicySummary* summary,
                      size_t* size, SgError* error);

#endif  // SG_TRAIN_POLICY_WRITE_H_
