// A model's digest: all its files, the MJCF first, one behind the other. A task's: its file.

#include "train/model_digest.h"

#include "base/file.h"
#include "policy/sha256.h"

enum {
  MAX_FILE = 256 << 20
};


// a file's bytes into a digest under way
static SgStatus add_file(SgSha256* sha, const char* path, SgError* error) {
  size_t size;
  char* bytes = sg_file_read(path, MAX_FILE, &size, error);
  if (!bytes) {
    return SG_FILE;
  }
  sg_sha256_add(sha, bytes, size);
  sg_file_free(bytes);
  return SG_OK;
}


SgStatus sg_model_digest(const SgTask* task, char hex[65], SgError* error) {
  const SgTaskInfo* info = sg_task_info(task);
  SgStatus status = SG_OK;
  SgSha256 sha;
  sg_sha256_init(&sha);
  for (int i = 0; status == SG_OK && i < info->nfile; i++) {
    status = add_file(&sha, info->files[i], error);
  }
  sg_sha256_hex(&sha, hex);
  return status;
}


SgStatus sg_task_digest(const SgTask* task, char hex[65], SgError* error) {
  SgSha256 sha;
  sg_sha256_init(&sha);
  SgStatus status = add_file(&sha, sg_task_info(task)->task_path, error);
  sg_sha256_hex(&sha, hex);
  return status;
}
