// The policies of this process: each file's content is loaded once, whoever asks for it and however
// often, and shared read-only. A hundred simulations of a robot have one network.

#ifndef SG_PLUGIN_SHARED_H_
#define SG_PLUGIN_SHARED_H_

#include <stddef.h>

#include "base/status.h"
#include "policy/policy.h"

/// The policy that these bytes are: loaded and proved by its golden vectors, or the one that is
/// there already. Give it back with sg_shared_release. NULL with SG_FILE. Any thread; takes a lock.
const SgPolicy* sg_shared_get(const void* bytes, size_t size, SgError* error);

/// Give a policy back; the last one frees it. NULL is allowed. Any thread; takes a lock.
void sg_shared_release(const SgPolicy* policy);

#endif  // SG_PLUGIN_SHARED_H_
