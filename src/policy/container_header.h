/* The header's JSON, for container.c alone. */

#ifndef SG_POLICY_CONTAINER_HEADER_H_
#define SG_POLICY_CONTAINER_HEADER_H_

#include "policy/container.h"

/** Read c->text, `length` bytes and a zero byte, into tensors and metadata, in the order of the file.
 *  Strings are decoded in place. Return 1, or 0 with one sentence in error (error_size bytes). */
int sg_container_header(SgContainer* c, size_t length, char* error, size_t error_size);

#endif /* SG_POLICY_CONTAINER_HEADER_H_ */
