// Rows and lent simulations.
//
//   row i     mjBatch: integration state      ours: SgEnv without a simulation of its own
//   slice     mjBatch: one mjData             loaded from row i, run on, saved to row i
//
// Environments are dealt to a few slices, neighbours together; a slice is a batch of MuJoCo's with
// a single thread, and the threads are our pool's: MuJoCo's own sleep between passes, and waking
// them costs a third of a pass of eight simulations.
//
// The batch is not persistent, so a simulation arrives with derived fields of whatever row ran on
// it before. That is fine because nothing derived is read before the physics has run: what a step
// needs of the step before (the places of velocity coordinates) is in our row.

#include "task/batch.h"

#include <mujoco/mjbatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "task/env_internal.h"
#include "task/guard.h"

// some neighbouring environments: first .. first + count - 1
typedef struct Slice {
  mjBatch* sims;  // of one thread
  int first, count;
} Slice;

struct SgBatchEnv {
  const SgTask* task;
  SgPool* pool;  // borrowed
  int n, nslice;
  Slice* slices;  // (nslice)
  SgEnv* rows;    // (n)
};

// one pass, as told to every simulation
typedef struct Pass {
  SgBatchEnv* batch;
  const float* act;  // step: (n, nact)
  SgStep* steps;     // step: (n)
  float* obs;        // (n, nobs)
  uint64_t seed;     // reset
  SgRngPurpose purpose;
  const uint32_t* episodes;  // reset: (n)
  const int* ids;            // reset: (nid), ascending; NULL: all
  int nid;
} Pass;

// slices per thread: more than one, so that a thread that is done can take over a whole one
enum {
  SLICES = 4
};


//-------------------------------- life ----------------------------------------------------------

// what is passed through the guard
typedef struct Make {
  SgBatchEnv* batch;
  char text[512];
} Make;


// one batch of MuJoCo's per slice; what cannot be made stays NULL
static void make_sims(void* arg) {
  Make* make = arg;
  SgBatchEnv* batch = make->batch;
  mjBatchConfig config;
  mjb_defaultConfig(&config);
  config.nthread = 1;
  config.persistent = 0;
  for (int s = 0; s < batch->nslice; s++) {
    Slice* slice = &batch->slices[s];
    slice->first = (int)((long long)s * batch->n / batch->nslice);
    slice->count = (int)((long long)(s + 1) * batch->n / batch->nslice) - slice->first;
    slice->sims =
        mjb_makeBatch(batch->task->model, slice->count, &config, make->text, sizeof(make->text));
  }
}


static bool have_sims(const SgBatchEnv* batch) {
  bool all = true;
  for (int s = 0; s < batch->nslice; s++) {
    all = all && batch->slices[s].sims;
  }
  return all;
}


SgBatchEnv* sg_batch_env_create(const SgTask* task, int n, SgPool* pool, SgError* error) {
  SG_ASSERT(n > 0 && pool);
  SgBatchEnv* batch = calloc(1, sizeof(SgBatchEnv));
  Make make = {.batch = batch};
  bool fine = batch != NULL;
  if (fine) {
    int nthread = sg_pool_nthread(pool), nslice = nthread == 1 ? 1 : SLICES * nthread;
    *batch = (SgBatchEnv){.task = task, .pool = pool, .n = n, .nslice = nslice < n ? nslice : n};
    batch->rows = calloc((size_t)n, sizeof(SgEnv));
    batch->slices = calloc((size_t)batch->nslice, sizeof(Slice));
    fine = batch->rows && batch->slices;
  }
  if (fine) {
    sg_guard_call(make_sims, &make, NULL);
    fine = have_sims(batch);
  }
  for (int i = 0; fine && i < n; i++) {
    fine = sg_env_init(&batch->rows[i], task);
  }
  if (!fine) {
    sg_batch_env_free(batch);
    sg_fail(error, SG_MACHINE, "out of memory for %d environments of %s%s%s", n, task->info.name,
            make.text[0] ? ": " : "", make.text);
    return NULL;
  }
  return batch;
}


void sg_batch_env_free(SgBatchEnv* batch) {
  if (!batch) {
    return;
  }
  for (int i = 0; batch->rows && i < batch->n; i++) {
    sg_env_clear(&batch->rows[i]);
  }
  for (int s = 0; batch->slices && s < batch->nslice; s++) {
    if (batch->slices[s].sims) {
      mjb_deleteBatch(batch->slices[s].sims);
    }
  }
  free(batch->slices);
  free(batch->rows);
  free(batch);
}


//-------------------------------- passes --------------------------------------------------------

static float* obs_row(const Pass* pass, int i) {
  return pass->obs + (size_t)i * (size_t)pass->batch->task->info.nobs;
}


// what MuJoCo hands back to us: the pass, and where the slice begins
typedef struct Call {
  const Pass* pass;
  int first;
} Call;


static void step_one(const mjModel* m, mjData* d, int sim, void* arg) {
  const Call* call = arg;
  const Pass* pass = call->pass;
  int i = call->first + sim;
  SgEnv* row = &pass->batch->rows[i];
  (void)m;
  row->d = d;
  pass->steps[i] =
      sg_env_step_act(row, pass->act + (size_t)i * (size_t)pass->batch->task->info.nact);
  sg_env_obs_float(row, obs_row(pass, i));
}


static void reset_one(const mjModel* m, mjData* d, int sim, void* arg) {
  const Call* call = arg;
  const Pass* pass = call->pass;
  int i = call->first + sim;
  SgEnv* row = &pass->batch->rows[i];
  (void)m;
  row->d = d;
  sg_env_reset(row, pass->seed, pass->purpose, (uint32_t)i, pass->episodes[i]);
  sg_env_obs_float(row, obs_row(pass, i));
}


static void step_slice(void* arg, int s) {
  const Pass* pass = arg;
  const Slice* slice = &pass->batch->slices[s];
  Call call = {pass, slice->first};
  mjb_apply(slice->sims, NULL, 0, step_one, &call, 1);
}


// of a slice all, or those of its environments that are named
static void reset_slice(void* arg, int s) {
  const Pass* pass = arg;
  const Slice* slice = &pass->batch->slices[s];
  Call call = {pass, slice->first};
  if (!pass->ids) {
    mjb_apply(slice->sims, NULL, 0, reset_one, &call, 1);
  }
  for (int k = 0; pass->ids && k < pass->nid; k++) {
    int sim = pass->ids[k] - slice->first;
    if (sim >= 0 && sim < slice->count) {
      mjb_apply(slice->sims, &sim, 1, reset_one, &call, 1);
    }
  }
}


void sg_batch_env_step(SgBatchEnv* batch, const float* act, SgStep* steps, float* obs) {
  Pass pass = {.batch = batch, .act = act, .steps = steps, .obs = obs};
  sg_pool_run(batch->pool, step_slice, &pass, batch->nslice);
}


void sg_batch_env_reset(SgBatchEnv* batch, const int* ids, int nid, uint64_t seed,
                        SgRngPurpose purpose, const uint32_t* episodes, float* obs) {
  Pass pass = {.batch = batch,
               .obs = obs,
               .seed = seed,
               .purpose = purpose,
               .episodes = episodes,
               .ids = ids,
               .nid = nid};
  sg_pool_run(batch->pool, reset_slice, &pass, batch->nslice);
}


//-------------------------------- looking inside ------------------------------------------------

const double* sg_batch_env_terms(const SgBatchEnv* batch, int i) {
  return batch->rows[i].terms;
}


// the slice that environment i is in
static const Slice* slice_of(const SgBatchEnv* batch, int i) {
  int s = (int)((long long)i * batch->nslice / batch->n);
  while (i >= batch->slices[s].first + batch->slices[s].count) {
    s++;
  }
  while (i < batch->slices[s].first) {
    s--;
  }
  return &batch->slices[s];
}


// a component of row i: MuJoCo keeps rows nstate apart
static const mjtNum* component(const SgBatchEnv* batch, int i, int which) {
  const Slice* slice = slice_of(batch, i);
  mjtNum* first = mjb_stateComponent(slice->sims, which, NULL);
  return first + (size_t)(i - slice->first) * (size_t)mjb_nstate(slice->sims);
}


const mjtNum* sg_batch_env_qpos(const SgBatchEnv* batch, int i) {
  return component(batch, i, mjSTATE_QPOS);
}


const mjtNum* sg_batch_env_qvel(const SgBatchEnv* batch, int i) {
  return component(batch, i, mjSTATE_QVEL);
}


const mjtNum* sg_batch_env_act(const SgBatchEnv* batch, int i) {
  return component(batch, i, mjSTATE_ACT);
}


const mjtNum* sg_batch_env_ctrl(const SgBatchEnv* batch, int i) {
  return component(batch, i, mjSTATE_CTRL);
}


// the integration state of environment i, (nstate)
static mjtNum* state_of(const SgBatchEnv* batch, int i) {
  const Slice* slice = slice_of(batch, i);
  return mjb_state(slice->sims) + (size_t)(i - slice->first) * (size_t)mjb_nstate(slice->sims);
}


static int nstate(const SgBatchEnv* batch) {
  return mjb_nstate(batch->slices[0].sims);
}


int sg_batch_env_state_size(const SgBatchEnv* batch) {
  return sg_env_own_size(&batch->rows[0]) + nstate(batch);
}


void sg_batch_env_state_get(const SgBatchEnv* batch, int i, double* state) {
  const SgEnv* row = &batch->rows[i];
  sg_env_own_get(row, state);
  memcpy(state + sg_env_own_size(row), state_of(batch, i), (size_t)nstate(batch) * sizeof(double));
}


void sg_batch_env_state_set(SgBatchEnv* batch, int i, const double* state) {
  SgEnv* row = &batch->rows[i];
  sg_env_own_set(row, state);
  memcpy(state_of(batch, i), state + sg_env_own_size(row), (size_t)nstate(batch) * sizeof(double));
}
