/* The policy runtime: reads a policy file and computes actions. Ships to robots as it is: C99, libc
 * only (no libm), nothing of the rest of softgait.
 *
 * The bytes of an action are the same on every machine with IEEE-754 binary32, gradual underflow and
 * round to nearest, under any compiler without fast-math: sums run in index order, one input at a
 * time over all outputs; nothing is contracted to a fused multiply-add; exp and tanh are our own.
 */

#ifndef SG_POLICY_POLICY_H_
#define SG_POLICY_POLICY_H_

#include <stddef.h>
#include <stdint.h>

/** What came of a call. */
typedef enum SgPolicyStatus {
  SG_POLICY_OK = 0,
  SG_POLICY_BAD_FILE,  /**< the bytes are not a policy file, or not a whole one */
  SG_POLICY_NO_MEMORY, /**< out of memory while loading */
  SG_POLICY_NOT_FINITE /**< an observation is not finite: the safe action was written */
} SgPolicyStatus;

/** A loaded policy. Opaque, read-only after loading, may be shared by threads. */
typedef struct SgPolicy SgPolicy;

/** Load a policy from the bytes of a file: container, sizes, names, values, digest and golden vectors
 *  are all checked first. The bytes may be freed afterwards. On failure return NULL and put one
 *  sentence into error (error_size bytes; may be NULL with size 0). */
SgPolicy* sg_policy_load(const void* bytes, size_t size, char* error, size_t error_size);

/** The same without running the golden vectors: for the writer, which asks the runtime for them. */
SgPolicy* sg_policy_load_unproved(const void* bytes, size_t size, char* error, size_t error_size);

/** Free a policy. NULL is allowed. */
void sg_policy_free(SgPolicy* policy);

/** Sizes of one observation row and one action row. */
int sg_policy_nobs(const SgPolicy* policy);
int sg_policy_nact(const SgPolicy* policy);

/** One string of the contract by its key, "softgait.task" for example; NULL when there is none.
 *  Borrowed. */
const char* sg_policy_meta(const SgPolicy* policy, const char* key);

/** The i-th contract entry, sorted by key; 0 when i is past the end. Borrowed. */
int sg_policy_meta_at(const SgPolicy* policy, int i, const char** key, const char** value);

/** Bytes of scratch memory that a step needs; any alignment of 4 will do. */
size_t sg_policy_scratch(const SgPolicy* policy);

/** Compute one action in the environment's units from one observation row. obs: (nobs), act: (nact),
 *  scratch: sg_policy_scratch bytes. No heap, no system call, no lock. When an observation is not
 *  finite the declared safe action is written and SG_POLICY_NOT_FINITE comes back. */
SgPolicyStatus sg_policy_step(const SgPolicy* policy, const float* obs, float* act, void* scratch);

#endif /* SG_POLICY_POLICY_H_ */
