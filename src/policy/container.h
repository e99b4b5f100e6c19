/* The container: a safetensors file, read as strictly as a file on a robot should be.
 *
 *   |  8 bytes  |      n bytes       |            payload            |
 *   | n, little | JSON header, UTF-8 | tensors, one behind the other |
 *
 *   {"__metadata__": {"softgait.task": "hopper", ...},
 *    "actor.0.weight": {"dtype": "F32", "shape": [11, 256], "data_offsets": [0, 11264]}, ...}
 *
 * Nothing in the file is believed before it is checked against the file's own size: the header is
 * capped, sizes are computed with overflow checks, tensors must tile the payload exactly in the
 * order of their offsets, names must be unique, values finite. The format knows no code, no paths
 * and no compression, so there is nothing else to refuse.
 */

#ifndef SG_POLICY_CONTAINER_H_
#define SG_POLICY_CONTAINER_H_

#include <stddef.h>
#include <stdint.h>

enum {
  SG_CONTAINER_MAX_TENSOR = 32,
  SG_CONTAINER_MAX_META = 64
};

/** A tensor of the file: float, row-major, one or two dimensions. */
typedef struct SgTensor {
  const char* name;
  int ndim;
  uint64_t shape[2]; /**< shape[1] is 1 for one dimension */
  uint64_t begin;    /**< first byte in the payload */
  uint64_t end;
} SgTensor;

/** A string of the metadata. */
typedef struct SgMeta {
  const char* key;
  const char* value;
} SgMeta;

/** A parsed file. Strings point into text, tensors into the caller's bytes. */
typedef struct SgContainer {
  char* text; /**< the header's copy, strings decoded in place; freed by sg_container_free */
  int ntensor;
  SgTensor tensors[SG_CONTAINER_MAX_TENSOR]; /**< in payload order */
  int nmeta;
  SgMeta metas[SG_CONTAINER_MAX_META]; /**< sorted by key */
  const unsigned char* payload;
  uint64_t payload_size;
} SgContainer;

/** Parse the bytes of a file. Return 1, or 0 with one sentence in error (error_size bytes). The bytes
 *  must outlive the container. */
int sg_container_parse(SgContainer* container, const void* bytes, size_t size, char* error,
                       size_t error_size);

/** Free what parsing allocated. A zeroed container is allowed. */
void sg_container_free(SgContainer* container);

/** A metadata string by key; NULL when there is none. */
const char* sg_container_meta(const SgContainer* container, const char* key);

/** A tensor by name; NULL when there is none. */
const SgTensor* sg_container_tensor(const SgContainer* container, const char* name);

/** The digest of the contents: SHA-256 over every metadata entry but `softgait.digest`, sorted by key,
 *  each as key, newline, value, newline; then the payload. 64 lower-case hex digits. Together with the
 *  strict structure this covers every bit of the file. */
void sg_container_digest(const SgContainer* container, char hex[65]);

/** Copy a sentence into error, printf-formatted, control characters as '?'; always returns 0. */
int sg_container_fail(char* error, size_t error_size, const char* format, ...);

#endif /* SG_POLICY_CONTAINER_H_ */
