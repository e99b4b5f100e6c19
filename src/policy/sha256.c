#include "policy/sha256.h"
void sg_sha256_init(SgSha256* sha) {
  sha->nbyte = 0;
}
