// Rows and lent simulations.
//
//   row i     mjBatch: integration state      ours: SgEnv without a simulation of its own
//   thread    mjBatch: one mjData             loaded from row i, run on, saved to row i
//
// The batch is not persistent, so a simulation arrives with derived fields of whatever row ran on it
// before. That is fine because nothing derived is read before the physics has run: what a step needs
// of the step before (the places of velocity coordinates) is in our row.

#include "task/batch.h"

#include <mujoco/mjbatch.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "task/env_internal.h"
#include "task/guard.h"

struct SgBatchEnv {
  const SgTask* task;
  mjBatch* sims;
  int n;
  SgEnv* rows;  // (n)
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
} Pass;


//-------------------------------- life ----------------------------------------------------------

// what is passed through the guard
typedef struct Make {
  SgBatchEnv* batch;
  int nthread;
  char text[512];
} Make;


static void make_sims(void* arg) {
  Make* make = arg;
  mjBatchConfig config;
  mjb_defaultConfig(&config);
  config.nthread = make->nthread;
  config.persistent = 0;
  make->batch->sims = mjb_makeBatch(make->batch->task->model, make->batch->n, &config, make->text,
                                    sizeof(make->text));
}


SgBatchEnv* sg_batch_env_create(const SgTask* task, int n, int nthread, SgError* error) {
  SG_ASSERT(n > 0 && nthread > 0);
  SgBatchEnv* batch = calloc(1, sizeof(SgBatchEnv));
  bool fine = batch && (batch->rows = calloc((size_t)n, sizeof(SgEnv))) != NULL;
  Make make = {.batch = batch, .nthread = nthread};
  if (fine) {
    batch->task = task;
    batch->n = n;
    sg_guard_call(make_sims, &make, NULL);
    fine = batch->sims != NULL;
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
  if (batch->sims) {
    mjb_deleteBatch(batch->sims);
  }
  free(batch->rows);
  free(batch);
}


//-------------------------------- passes --------------------------------------------------------

static float* obs_row(const Pass* pass, int i) {
  return pass->obs + (size_t)i * (size_t)pass->batch->task->info.nobs;
}


static void step_one(const mjModel* m, mjData* d, int i, void* arg) {
  Pass* pass = arg;
  SgEnv* row = &pass->batch->rows[i];
  (void)m;
  row->d = d;
  pass->steps[i] =
      sg_env_step_act(row, pass->act + (size_t)i * (size_t)pass->batch->task->info.nact);
  sg_env_obs_float(row, obs_row(pass, i));
}


static void reset_one(const mjModel* m, mjData* d, int i, void* arg) {
  Pass* pass = arg;
  SgEnv* row = &pass->batch->rows[i];
  (void)m;
  row->d = d;
  sg_env_reset(row, pass->seed, pass->purpose, (uint32_t)i, pass->episodes[i]);
  sg_env_obs_float(row, obs_row(pass, i));
}


void sg_batch_env_step(SgBatchEnv* batch, const float* act, SgStep* steps, float* obs) {
  Pass pass = {.batch = batch, .act = act, .steps = steps, .obs = obs};
  mjb_apply(batch->sims, NULL, 0, step_one, &pass, 1);
}


void sg_batch_env_reset(SgBatchEnv* batch, const int* ids, int nid, uint64_t seed,
                        SgRngPurpose purpose, const uint32_t* episodes, float* obs) {
  Pass pass = {.batch = batch, .obs = obs, .seed = seed, .purpose = purpose, .episodes = episodes};
  mjb_apply(batch->sims, ids, ids ? nid : 0, reset_one, &pass, 1);
}


//-------------------------------- looking inside ------------------------------------------------

const double* sg_batch_env_terms(const SgBatchEnv* batch, int i) {
  return batch->rows[i].terms;
}


// a component of row i: MuJoCo keeps rows nstate apart
static const mjtNum* component(const SgBatchEnv* batch, int i, int which) {
  mjtNum* first = mjb_stateComponent(batch->sims, which, NULL);
  return first + (size_t)i * (size_t)mjb_nstate(batch->sims);
}


const mjtNum* sg_batch_env_qpos(const SgBatchEnv* batch, int i) {
  return component(batch, i, mjSTATE_QPOS);
}


const mjtNum* sg_batch_env_qvel(const SgBatchEnv* batch, int i) {
  return component(batch, i, mjSTATE_QVEL);
}


int sg_batch_env_state_size(const SgBatchEnv* batch) {
  return sg_env_own_size(&batch->rows[0]) + mjb_nstate(batch->sims);
}


void sg_batch_env_state_get(const SgBatchEnv* batch, int i, double* state) {
  const SgEnv* row = &batch->rows[i];
  int n = mjb_nstate(batch->sims);
  sg_env_own_get(row, state);
  memcpy(state + sg_env_own_size(row), mjb_state(batch->sims) + (size_t)i * (size_t)n,
         (size_t)n * sizeof(double));
}


void sg_batch_env_state_set(SgBatchEnv* batch, int i, const double* state) {
  SgEnv* row = &batch->rows[i];
  int n = mjb_nstate(batch->sims);
  sg_env_own_set(row, state);
  memcpy(mjb_state(batch->sims) + (size_t)i * (size_t)n, state + sg_env_own_size(row),
         (size_t)n * sizeof(double));
}
