// A model's digest: all its files, the MJCF first, one behind the other.

#include "train/model_digest.h"

#include "base/file.h"
#include "policy/sha256.h"

enum {
  MAX_FILE = 256 << 20
};


SgStatus sg_model_digest(const SgTask* task, char hex[65], SgError* error) {
  const SgTaskInfo* info = sg_task_info(task);
  SgSha256 sha;
  sg_sha256_init(&sha);
  for (int i = 0; i < info->nfile; i++) {
    size_t size;
    char* bytes = sg_file_read(info->files[i], MAX_FILE, &size, error);
    if (!bytes) {
      return SG_FILE;
    }
    sg_sha256_add(&sha, bytes, size);
    sg_file_free(bytes);
  }
  sg_sha256_hex(&sha, hex);
  return SG_OK;
}
