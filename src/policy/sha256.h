/* SHA-256 (FIPS 180-4), for policy files, model digests and state digests. C99, libc only. */

#ifndef SG_POLICY_SHA256_H_
#define SG_POLICY_SHA256_H_

#include <stddef.h>
#include <stdint.h>

/** A digest under way. Start with sg_sha256_init. */
typedef struct SgSha256 {
  uint32_t state[8];
  uint64_t nbyte;          /**< bytes taken so far */
  unsigned char block[64]; /**< the bytes of an unfinished block */
} SgSha256;

/** Begin. */
void sg_sha256_init(SgSha256* sha);

/** Take more bytes. */
void sg_sha256_add(SgSha256* sha, const void* bytes, size_t size);

/** End: write 64 lower-case hex digits and a zero byte. */
void sg_sha256_hex(SgSha256* sha, char hex[65]);

#endif /* SG_POLICY_SHA256_H_ */
