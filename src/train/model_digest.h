// Digests of what a run was trained on. A policy file names its model by one of them.

#ifndef SG_TRAIN_MODEL_DIGEST_H_
#define SG_TRAIN_MODEL_DIGEST_H_

#include "base/status.h"
#include "task/task.h"

/// SHA-256 over the bytes of the model's files, the MJCF first, in the order of SgTaskInfo.files;
/// hex gets 64 digits and a zero. The same robot in another folder has the same digest. SG_FILE
/// when a file cannot be read.
SgStatus sg_model_digest(const SgTask* task, char hex[65], SgError* error);

/// SHA-256 over the bytes of the task file: what is rewarded, observed and randomised.
SgStatus sg_task_digest(const SgTask* task, char hex[65], SgError* error);

#endif  // SG_TRAIN_MODEL_DIGEST_H_
