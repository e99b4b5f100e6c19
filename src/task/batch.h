// Many environments at once, on MuJoCo's batch API.
//
//   sg_batch_env_step    one pass over all: controls, physics, reward, ends, observation
//   sg_batch_env_reset   a second pass over those that ended
//
// Each environment keeps a row of its own (integration state with MuJoCo; observation, lagged
// values and bookkeeping with us), and simulations are lent to rows. For given actions an
// environment's trajectory is the same bytes for any number of environments and threads: draws are
// addressed by environment and episode, and nothing is shared.

#ifndef SG_TASK_BATCH_H_
#define SG_TASK_BATCH_H_

#include "base/pool.h"
#include "task/env.h"

/// Environments of one task. Opaque.
typedef struct SgBatchEnv SgBatchEnv;

/// Create n environments of a task, stepped by a pool's threads. Both are borrowed and must outlive
/// them. NULL with SG_MACHINE when out of memory.
SgBatchEnv* sg_batch_env_create(const SgTask* task, int n, SgPool* pool, SgError* error);

/// Free all. NULL is allowed.
void sg_batch_env_free(SgBatchEnv* batch);

/// Begin episodes of the environments ids[0 .. nid-1], ascending; ids NULL: all, nid ignored.
/// Environment i draws from the stream (purpose, i, episodes[i]) of seed; episodes: (n). The first
/// observations go to rows ids[..] of obs (n, nobs).
void sg_batch_env_reset(SgBatchEnv* batch, const int* ids, int nid, uint64_t seed,
                        SgRngPurpose purpose, const uint32_t* episodes, float* obs);

/// Step all with actions in [-1, 1]. act: (n, nact); steps: (n); obs: (n, nobs), the true last
/// observations, before any reset.
void sg_batch_env_step(SgBatchEnv* batch, const float* act, SgStep* steps, float* obs);

/// The reward terms of environment i's last step, (nreward). Borrowed.
const double* sg_batch_env_terms(const SgBatchEnv* batch, int i);

/// Environment i's state now: qpos (nq), qvel (nv), act (na), and the ctrl (nu) it got last.
/// Borrowed.
const mjtNum* sg_batch_env_qpos(const SgBatchEnv* batch, int i);
const mjtNum* sg_batch_env_qvel(const SgBatchEnv* batch, int i);
const mjtNum* sg_batch_env_act(const SgBatchEnv* batch, int i);
const mjtNum* sg_batch_env_ctrl(const SgBatchEnv* batch, int i);

/// Everything that environment i's future depends on, as sg_env_state_get's. Size, read, write
/// back.
int sg_batch_env_state_size(const SgBatchEnv* batch);
void sg_batch_env_state_get(const SgBatchEnv* batch, int i, double* state);
void sg_batch_env_state_set(SgBatchEnv* batch, int i, const double* state);

#endif  // SG_TASK_BATCH_H_
