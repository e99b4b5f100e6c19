// A model's digest: what a policy file names the model by that it was trained on.

#ifndef SG_TRAIN_MODEL_DIGEST_H_
#define SG_TRAIN_MODEL_DIGEST_H_

#include "base/status.h"
#include "task/task.h"

/// SHA-256 over the bytes of the model's files, the MJCF first, in the order of SgTaskInfo.files;
/// hex gets 64 digits and a zero. The same robot in another folder has the same digest. SG_FILE
/// when a file cannot be read.
SgStatus sg_model_digest(const SgTask* task, char hex[65], SgError* error);

#endif  // SG_TRAIN_MODEL_DIGEST_H_
