// Many environments at once: an environment's trajectory is the same bytes alone, in any company,
// and on any number of threads; and it goes on from a saved row as if nothing had happened, lagged
// values included (Ant, Humanoid, Reacher).

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "task/batch.h"
#include "task/guard.h"

enum {
  STEPS = 60,
  MAX_OBS = 400
};

static const char* const TASKS[] = {"hopper", "half_cheetah", "ant", "humanoid", "reacher"};

// what an environment saw and was paid
typedef struct Trace {
  float obs[STEPS][MAX_OBS];
  double rew[STEPS];
  bool terminated[STEPS];
} Trace;


static SgTask* load(const char* name) {
  char path[1024];
  SgError error = {0};
  assert_int_equal(sg_task_find(name, path, sizeof(path), &error), SG_OK);
  SgTask* task = sg_task_load(path, NULL, 0, &error);
  if (!task) {
    fail_msg("%s", error.text);
  }
  return task;
}


// the action of environment i at a step: a pure function, so that company does not matter
static void choose(float* act, int nact, int i, int step) {
  SgRng rng = sg_rng_make(9, SG_RNG_TEST, (uint32_t)i, (uint32_t)step);
  for (int j = 0; j < nact; j++) {
    act[j] = (float)(2 * sg_rng_uniform(&rng) - 1);
  }
}


// run n environments, following environment `watched`; restore: save and write back all rows midway
static void run(const SgTask* task, int n, int nthread, int watched, bool restore, Trace* trace) {
  const SgTaskInfo* info = sg_task_info(task);
  SgError error = {0};
  SgPool* pool = sg_pool_create(nthread, &error);
  SgBatchEnv* batch = sg_batch_env_create(task, n, pool, &error);
  assert_non_null(batch);
  size_t count = (size_t)n, size = (size_t)sg_batch_env_state_size(batch);
  float* obs = calloc(count * (size_t)info->nobs, sizeof(float));
  float* act = calloc(count * (size_t)info->nact, sizeof(float));
  SgStep* steps = calloc(count, sizeof(SgStep));
  uint32_t* episodes = calloc(count, sizeof(uint32_t));
  double* states = calloc(count * size, sizeof(double));
  sg_batch_env_reset(batch, NULL, 0, 3, SG_RNG_RESET, episodes, obs);

  for (int step = 0; step < STEPS; step++) {
    for (int i = 0; i < n; i++) {
      choose(act + i * info->nact, info->nact, i, step);
    }
    sg_batch_env_step(batch, act, steps, obs);
    memcpy(trace->obs[step], obs + watched * info->nobs, (size_t)info->nobs * sizeof(float));
    trace->rew[step] = steps[watched].reward;
    trace->terminated[step] = steps[watched].terminated;

    // those that ended begin anew
    int* ids = calloc(count, sizeof(int));
    int nid = 0;
    for (int i = 0; i < n; i++) {
      if (steps[i].terminated || steps[i].truncated) {
        episodes[i]++;
        ids[nid++] = i;
      }
    }
    if (nid > 0) {
      sg_batch_env_reset(batch, ids, nid, 3, SG_RNG_RESET, episodes, obs);
    }
    free(ids);

    // to another batch and on
    if (restore && step == STEPS / 2) {
      for (int i = 0; i < n; i++) {
        sg_batch_env_state_get(batch, i, states + (size_t)i * size);
      }
      sg_batch_env_free(batch);
      batch = sg_batch_env_create(task, n, pool, &error);
      for (int i = 0; i < n; i++) {
        sg_batch_env_state_set(batch, i, states + (size_t)i * size);
      }
    }
  }
  sg_batch_env_free(batch);
  sg_pool_destroy(pool);
  free(obs);
  free(act);
  free(steps);
  free(episodes);
  free(states);
}


static void trajectory_is_the_same_in_any_company(void** state) {
  (void)state;
  static Trace alone, company;
  for (size_t k = 0; k < sizeof(TASKS) / sizeof(TASKS[0]); k++) {
    SgTask* task = load(TASKS[k]);
    memset(&alone, 0, sizeof(alone));
    run(task, 1, 1, 0, false, &alone);
    static const int sizes[][2] = {{3, 1}, {8, 2}, {5, 4}};
    for (int s = 0; s < 3; s++) {
      memset(&company, 0, sizeof(company));
      run(task, sizes[s][0], sizes[s][1], 0, false, &company);
      assert_memory_equal(&alone, &company, sizeof(alone));
    }
    sg_task_free(task);
  }
}


static void batch_steps_as_a_single_environment_does(void** state) {
  (void)state;
  static Trace trace;
  for (size_t k = 0; k < sizeof(TASKS) / sizeof(TASKS[0]); k++) {
    SgTask* task = load(TASKS[k]);
    const SgTaskInfo* info = sg_task_info(task);
    SgError error = {0};
    SgEnv* env = sg_env_create(task, &error);
    uint32_t episode = 0;
    run(task, 4, 2, 2, false, &trace);
    sg_env_reset(env, 3, SG_RNG_RESET, 2, episode);
    for (int step = 0; step < STEPS; step++) {
      float act[64], obs[MAX_OBS];
      choose(act, info->nact, 2, step);
      SgStep s = sg_env_step_act(env, act);
      sg_env_obs_float(env, obs);
      assert_memory_equal(obs, trace.obs[step], (size_t)info->nobs * sizeof(float));
      assert_true(s.reward == trace.rew[step] && s.terminated == trace.terminated[step]);
      if (s.terminated || s.truncated) {
        sg_env_reset(env, 3, SG_RNG_RESET, 2, ++episode);
      }
    }
    sg_env_free(env);
    sg_task_free(task);
  }
}


static void saved_rows_go_on_as_if_nothing_had_happened(void** state) {
  (void)state;
  static Trace straight, split;
  for (size_t k = 0; k < sizeof(TASKS) / sizeof(TASKS[0]); k++) {
    SgTask* task = load(TASKS[k]);
    memset(&straight, 0, sizeof(straight));
    memset(&split, 0, sizeof(split));
    run(task, 3, 2, 1, false, &straight);
    run(task, 3, 2, 1, true, &split);
    assert_memory_equal(&straight, &split, sizeof(straight));
    sg_task_free(task);
  }
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(trajectory_is_the_same_in_any_company),
      cmocka_unit_test(batch_steps_as_a_single_environment_does),
      cmocka_unit_test(saved_rows_go_on_as_if_nothing_had_happened),
  };
  sg_guard_install();
  return cmocka_run_group_tests(tests, NULL, NULL);
}
