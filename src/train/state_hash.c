// Name and size go in before the bytes, so that no two states share a stream of bytes.

#include "train/state_hash.h"

#include <string.h>


void sg_state_add(void* arg, const char* name, void* bytes, size_t size) {
  SgSha256* sha = arg;
  sg_sha256_add(sha, name, strlen(name) + 1);
  sg_sha256_add(sha, &size, sizeof(size));
  sg_sha256_add(sha, bytes, size);
}
