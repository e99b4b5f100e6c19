/* The policy runtime: reads a policy file and computes actions. Ships to robots as it is: C99, libc
 * only (no libm), nothing of the rest of softgait.
 *
 *   load ──> bind names, once ──> init a state in your own memory ──> reset ──> step, step, step ...
 *
 *     char why[256];
 *     SgPolicy* policy = sg_policy_load(bytes, size, why, sizeof(why));
 *     sg_policy_bind(policy, &sensors, my_names, my_n, NULL, 0, why, sizeof(why));
 *     sg_policy_bind_actions(policy, &motors, my_motors, my_m, NULL, 0, why, sizeof(why));
 *     SgPolicyState* state = sg_policy_state_init(policy, memory, sizeof(memory));
 *     for (;;) {
 *       sg_policy_gather(&sensors, my_numbers, now);
 *       SgPolicyStatus status = sg_policy_step_at(state, seconds(), now, NULL, act);
 *       sg_policy_scatter(&motors, act, my_torques);    // status != 0: act is the safe action
 *     }
 *
 * The bytes of an action are the same on every machine with IEEE-754 binary32, gradual underflow
 * and round to nearest, under any compiler without fast-math: sums run in index order, one input at
 * a time over all outputs; nothing is contracted to a fused multiply-add; exp and tanh are our own.
 *
 * A step makes no heap call, no system call and takes no lock. Loading allocates. Nothing prints.
 */

#ifndef SG_POLICY_POLICY_H_
#define SG_POLICY_POLICY_H_

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* what the shared library shows */
#if defined(SG_POLICY_EXPORT) && defined(__GNUC__)
#define SG_API __attribute__((visibility("default")))
#else
#define SG_API
#endif

/** What came of a call. Every one but OK and the two of loading comes with the safe action. */
typedef enum SgPolicyStatus {
  SG_POLICY_OK = 0,
  SG_POLICY_BAD_FILE,   /**< the bytes are not a policy file, or not a whole one */
  SG_POLICY_NO_MEMORY,  /**< out of memory while loading */
  SG_POLICY_NOT_FINITE, /**< an observation, a command or the answer is not finite */
  SG_POLICY_BAD_PERIOD, /**< step_at: too early or too late for the control period */
  SG_POLICY_STALE /**< step_at: the time stamp is not newer than the last one, or not finite */
} SgPolicyStatus;

/** A sentence for a status. Never NULL. */
SG_API const char* sg_policy_status_text(SgPolicyStatus status);


/*-------------------------------- loading --------------------------------------------------------*/

/** A loaded policy. Opaque, read-only after loading, may be shared by threads. */
typedef struct SgPolicy SgPolicy;

/** Load a policy from the bytes of a file: container, sizes, names, values, digest and golden vectors
 *  are all checked first. The bytes may be freed afterwards. On failure return NULL and put one
 *  sentence into error (error_size bytes; may be NULL with size 0). */
SG_API SgPolicy* sg_policy_load(const void* bytes, size_t size, char* error, size_t error_size);

/** The same without running the golden vectors: for the writer, which asks the runtime for them. */
SG_API SgPolicy* sg_policy_load_unproved(const void* bytes, size_t size, char* error,
                                         size_t error_size);

/** Free a policy. NULL is allowed. */
SG_API void sg_policy_free(SgPolicy* policy);


/*-------------------------------- the contract ---------------------------------------------------*/

/** Sizes of the row that the network sees, stacked history and commands included, and of an action. */
SG_API int sg_policy_nobs(const SgPolicy* policy);
SG_API int sg_policy_nact(const SgPolicy* policy);

/** Numbers that the host supplies per step: channels from its sensors, and command inputs. */
SG_API int sg_policy_nchannel(const SgPolicy* policy);
SG_API int sg_policy_ncommand(const SgPolicy* policy);

/** Names in order: a channel "qvel:hip", an actuator "hip", a command "vx". NULL past the end.
 *  Borrowed from the policy. */
SG_API const char* sg_policy_channel(const SgPolicy* policy, int i);
SG_API const char* sg_policy_actuator(const SgPolicy* policy, int i);
SG_API const char* sg_policy_command(const SgPolicy* policy, int i);

/** Seconds between two steps, and between two steps of the simulation it was trained in. */
SG_API double sg_policy_period(const SgPolicy* policy);
SG_API double sg_policy_timestep(const SgPolicy* policy);

/** One string of the contract by its key, "softgait.task" for example; NULL when there is none.
 *  Borrowed. */
SG_API const char* sg_policy_meta(const SgPolicy* policy, const char* key);

/** The i-th contract entry, sorted by key; 0 when i is past the end. Borrowed. */
SG_API int sg_policy_meta_at(const SgPolicy* policy, int i, const char** key, const char** value);


/*-------------------------------- binding by name ------------------------------------------------*/

/** Which of the host's numbers each of the policy's is. The caller owns the struct and `index`: set
 *  both before binding; index: (sg_policy_nchannel) for bind, (sg_policy_nact) for bind_actions. */
typedef struct SgPolicyBinding {
  int* index; /**< place in the host's array of the policy's i-th number */
  int n;      /**< how many; set by binding, 0 when it failed */
} SgPolicyBinding;

/** The host's own word for a name of the policy: a whole channel ("qvel:hip") or an element's name
 *  ("hip", which then stands for it in every channel). */
typedef struct SgPolicyRename {
  const char* policy;
  const char* host;
} SgPolicyRename;

/** Find every channel among the host's n names; names that the policy does not use are allowed.
 *  Return 1, or 0 with one sentence in error: a name is missing (with the nearest match), stands
 *  there twice, or a rename has no use. renames: (nrename), NULL with 0. */
SG_API int sg_policy_bind(const SgPolicy* policy, SgPolicyBinding* binding,
                          const char* const* names, int n, const SgPolicyRename* renames,
                          int nrename, char* error, size_t error_size);

/** The same for actuators. Here the host's names must all be the policy's: an actuator that nobody
 *  drives is refused. */
SG_API int sg_policy_bind_actions(const SgPolicy* policy, SgPolicyBinding* binding,
                                  const char* const* names, int n, const SgPolicyRename* renames,
                                  int nrename, char* error, size_t error_size);

/** Bring the host's numbers into the policy's order. now: (binding->n). */
SG_API void sg_policy_gather(const SgPolicyBinding* binding, const float* host, float* now);

/** Bring an action into the host's order. act: (binding->n), host: (binding->n). */
SG_API void sg_policy_scatter(const SgPolicyBinding* binding, const float* act, float* host);


/*-------------------------------- steps with a memory --------------------------------------------*/

/** A running policy: history, time of the last step, scratch. It lives in the caller's memory and may
 *  be copied byte by byte (to save and restore). One per robot; not for two threads at once. */
typedef struct SgPolicyState SgPolicyState;

/** Bytes that a state needs. */
SG_API size_t sg_policy_state_size(const SgPolicy* policy);

/** Make a state in `size` bytes of memory that is aligned for a double, and reset it; the policy must
 *  outlive it. NULL when the memory is too small or badly aligned. */
SG_API SgPolicyState* sg_policy_state_init(const SgPolicy* policy, void* memory, size_t size);

/** Forget the history and the time: the next observation is the first of an episode. */
SG_API void sg_policy_reset(SgPolicyState* state);

/** One action from what the host sees now. now: (nchannel) in the policy's order, command: (ncommand)
 *  or NULL for each command's start value; commands are held within their limits. act: (nact), always
 *  written, always finite and within the limits. When the status is not OK it is the declared safe
 *  action, and the history starts again with the next observation. */
SG_API SgPolicyStatus sg_policy_step_now(SgPolicyState* state, const float* now,
                                         const float* command, float* act);

/** The same at a time in seconds of any steady clock. The first call after a reset takes any time;
 *  each later one must come one period after the last, within the contract's jitter (a quarter of the
 *  period when it names none). A time that is not newer than the last is stale and is not taken; any
 *  other becomes the last time, so that a late step costs one safe action and no more. */
SG_API SgPolicyStatus sg_policy_step_at(SgPolicyState* state, double time, const float* now,
                                        const float* command, float* act);

/** What a state remembers from step to step, as numbers: for a host that keeps them in a state of its
 *  own, to be copied, saved and restored, as a simulator does. All zeros are a state after a reset. A
 *  state that is given the memory of another goes on as that one would; the time of sg_policy_step_at
 *  is not part of it. memory: (sg_policy_memory_size), at least 1. */
SG_API int sg_policy_memory_size(const SgPolicy* policy);
SG_API void sg_policy_memory_get(const SgPolicyState* state, float* memory);
SG_API void sg_policy_memory_set(SgPolicyState* state, const float* memory);


/*-------------------------------- a step without one ---------------------------------------------*/

/** Bytes of scratch memory that sg_policy_step needs; any alignment of 4 will do. */
SG_API size_t sg_policy_scratch(const SgPolicy* policy);

/** Compute one action in the environment's units from one whole row. obs: (nobs), act: (nact),
 *  scratch: sg_policy_scratch bytes. When an observation is not finite the declared safe action is
 *  written and SG_POLICY_NOT_FINITE comes back. */
SG_API SgPolicyStatus sg_policy_step(const SgPolicy* policy, const float* obs, float* act,
                                     void* scratch);

#ifdef __cplusplus
}
#endif

#endif /* SG_POLICY_POLICY_H_ */
