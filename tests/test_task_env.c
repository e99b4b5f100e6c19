// Environments: how episodes begin, how they end, what their state holds, and what happens when
// physics goes wrong.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "task/guard.h"
#include "task_fixture.h"


//-------------------------------- resets --------------------------------------------------------

enum {
  DRAWS = 4000
};

// moments of one number over many resets
typedef struct Moments {
  double sum, square, fourth, low, high;
} Moments;


static void gather(Moments* moments, double x) {
  moments->sum += x;
  moments->square += x * x;
  moments->fourth += x * x * x * x;
  moments->low = fmin(moments->low, x);
  moments->high = fmax(moments->high, x);
}


// mean 0, the variance within 5 standard errors; kurtosis 1.8 of a uniform, 3 of a normal
static void check_moments(const Moments* moments, double deviation, double kurtosis) {
  double mean = moments->sum / DRAWS, square = moments->square / DRAWS;
  double fourth = moments->fourth / DRAWS;
  assert_true(fabs(mean) < 5 * deviation / sqrt(DRAWS));
  assert_true(fabs(square / (deviation * deviation) - 1) < 5 * sqrt((kurtosis - 1) / DRAWS));
  assert_true(fabs(fourth / (square * square) - kurtosis) < 0.4);
}


static void check_uniform(const Moments* moments, double scale) {
  check_moments(moments, scale / sqrt(3), 1.8);
  assert_true(moments->low >= -scale && moments->low < -0.99 * scale);
  assert_true(moments->high <= scale && moments->high > 0.99 * scale);
}


// all entries of a task's resets: qpos uniform about qpos0, qvel uniform or normal
static void check_noise(const char* name, double qpos_scale, double qvel_scale, bool normal) {
  SgTask* task = ship(name, 0, NULL);
  SgEnv* env = make_env(task);
  const mjModel* m = sg_task_model(task);
  const mjData* d = sg_env_data(env);
  Moments qpos[32], qvel[32];
  memset(qpos, 0, sizeof(qpos));
  memset(qvel, 0, sizeof(qvel));

  for (uint32_t episode = 0; episode < DRAWS; episode++) {
    sg_env_reset(env, 7, SG_RNG_TEST, 0, episode);
    for (int i = 0; i < m->nq; i++) {
      gather(&qpos[i], d->qpos[i] - m->qpos0[i]);
    }
    for (int i = 0; i < m->nv; i++) {
      gather(&qvel[i], d->qvel[i]);
    }
  }
  for (int i = 0; i < m->nq; i++) {
    check_uniform(&qpos[i], qpos_scale);
  }
  for (int i = 0; i < m->nv; i++) {
    if (normal) {
      check_moments(&qvel[i], qvel_scale, 3);
    } else {
      check_uniform(&qvel[i], qvel_scale);
    }
  }
  sg_env_free(env);
  sg_task_free(task);
}


static void reset_noise_has_gymnasiums_distribution(void** state) {
  (void)state;
  check_noise("hopper", 5e-3, 5e-3, false);
  check_noise("walker2d", 5e-3, 5e-3, false);
  check_noise("inverted_pendulum", 0.01, 0.01, false);
  check_noise("inverted_double_pendulum", 0.1, 0.1, true);
  check_noise("swimmer", 0.1, 0.1, false);
  check_noise("half_cheetah", 0.1, 0.1, true);
  check_noise("ant", 0.1, 0.1, true);
  check_noise("humanoid", 0.01, 0.01, false);
  check_noise("humanoid_standup", 0.01, 0.01, false);
}


// the target is uniform in a disc: the squared radius is uniform
static void reacher_targets_fill_the_disc(void** state) {
  (void)state;
  SgTask* task = ship("reacher", 0, NULL);
  SgEnv* env = make_env(task);
  const mjData* d = sg_env_data(env);
  Moments area = {0}, angle[2] = {{0}}, arm[2] = {{0}}, speed[2] = {{0}};
  for (uint32_t episode = 0; episode < DRAWS; episode++) {
    sg_env_reset(env, 7, SG_RNG_TEST, 0, episode);
    double radius = hypot(d->qpos[2], d->qpos[3]);
    assert_true(radius < 0.2);
    gather(&area, 2 * radius * radius / 0.04 - 1);
    for (int i = 0; i < 2; i++) {
      gather(&angle[i], d->qpos[2 + i] / radius);
      gather(&arm[i], d->qpos[i]);
      gather(&speed[i], d->qvel[i]);
      assert_true(d->qvel[2 + i] == 0);
    }
  }
  check_uniform(&area, 1);
  for (int i = 0; i < 2; i++) {
    check_moments(&angle[i], sqrt(0.5), 1.5);
    check_uniform(&arm[i], 0.1);
    check_uniform(&speed[i], 0.005);
  }
  sg_env_free(env);
  sg_task_free(task);
}


static void pusher_objects_keep_away_from_the_goal(void** state) {
  (void)state;
  SgTask* task = ship("pusher", 0, NULL);
  SgEnv* env = make_env(task);
  const mjData* d = sg_env_data(env);
  Moments y = {0}, x = {0};
  for (uint32_t episode = 0; episode < DRAWS; episode++) {
    sg_env_reset(env, 7, SG_RNG_TEST, 0, episode);
    gather(&y, d->qpos[7] + 0.15);
    gather(&x, d->qpos[8]);
    assert_true(hypot(d->qpos[7], d->qpos[8]) > 0.17);
    for (int i = 0; i < 11; i++) {
      assert_true(i == 7 || i == 8 || d->qpos[i] == 0);
      assert_true(i < 7 ? fabs(d->qvel[i]) <= 0.005 : d->qvel[i] == 0);
    }
  }
  assert_true(y.low >= -0.15 && y.low < -0.145 && y.high <= 0.15 && y.high > 0.145);
  assert_true(x.low >= -0.2 && x.low < -0.195 && x.high <= 0.2 && x.high > 0.195);
  assert_true(fabs(x.sum / DRAWS) < 0.01);
  sg_env_free(env);
  sg_task_free(task);
}


// whether two resets give the same start
static bool same_start(SgEnv* a, SgEnv* b, const mjModel* m) {
  const mjData *da = sg_env_data(a), *db = sg_env_data(b);
  return memcmp(da->qpos, db->qpos, (size_t)m->nq * sizeof(double)) == 0 &&
         memcmp(da->qvel, db->qvel, (size_t)m->nv * sizeof(double)) == 0;
}


static void a_start_depends_on_its_address_alone(void** state) {
  (void)state;
  SgTask* task = ship("hopper", 0, NULL);
  const mjModel* m = sg_task_model(task);
  SgEnv *a = make_env(task), *b = make_env(task);
  for (int i = 0; i < 30; i++) {
    wiggle(a, task, i);
  }
  sg_env_reset(a, 3, SG_RNG_RESET, 5, 9);
  sg_env_reset(b, 3, SG_RNG_RESET, 5, 9);
  assert_true(same_start(a, b, m));
  assert_int_equal(sg_env_steps(a), 0);
  assert_true(sg_env_reward_terms(a)[0] == 0);

  sg_env_reset(b, 4, SG_RNG_RESET, 5, 9);
  assert_false(same_start(a, b, m));
  sg_env_reset(b, 3, SG_RNG_EVAL_RESET, 5, 9);
  assert_false(same_start(a, b, m));
  sg_env_reset(b, 3, SG_RNG_RESET, 6, 9);
  assert_false(same_start(a, b, m));
  sg_env_reset(b, 3, SG_RNG_RESET, 5, 10);
  assert_false(same_start(a, b, m));
  sg_env_free(a);
  sg_env_free(b);
  sg_task_free(task);
}


//-------------------------------- ends ----------------------------------------------------------

static void the_time_limit_truncates_and_does_not_terminate(void** state) {
  (void)state;
  SgTask* task = ship("reacher", 0, NULL);
  SgEnv* env = make_env(task);
  sg_env_reset(env, 1, SG_RNG_TEST, 0, 0);
  for (int k = 1; k <= 50; k++) {
    SgStep step = wiggle(env, task, k);
    assert_int_equal(step.truncated, k == 50);
    assert_false(step.terminated);
    assert_false(step.failed);
    assert_int_equal(sg_env_steps(env), k);
  }
  sg_env_free(env);
  sg_task_free(task);
}


static void a_switch_takes_the_termination_away(void** state) {
  (void)state;
  for (int on = 0; on < 2; on++) {
    const char* setting = on ? "terminate_when_unhealthy=true" : "terminate_when_unhealthy=false";
    SgTask* task = ship("hopper", 1, &setting);
    const mjModel* m = sg_task_model(task);
    SgEnv* env = make_env(task);
    double qpos[6] = {0, 0.3, 0, 0, 0, 0}, qvel[6] = {0};
    assert_int_equal(m->nq, 6);
    sg_env_reset_to(env, qpos, qvel);
    SgStep step = wiggle(env, task, 1);
    assert_int_equal(step.terminated, on);
    assert_true(sg_env_reward_terms(env)[1] == 0);  // the bonus is for the healthy
    sg_env_free(env);
    sg_task_free(task);
  }
}


//-------------------------------- state ---------------------------------------------------------

enum {
  MAX_STATE = 4096,
  BEFORE = 25,
  AFTER = 20
};

// what a step shows to the outside
typedef struct Seen {
  SgStep step;
  double obs[512], terms[16];
} Seen;


static void look(Seen* seen, SgEnv* env, const SgTask* task, int k) {
  const SgTaskInfo* info = sg_task_info(task);
  memset(seen, 0, sizeof(*seen));
  SgStep step = wiggle(env, task, k);
  seen->step.reward = step.reward;
  seen->step.terminated = step.terminated;
  seen->step.truncated = step.truncated;
  seen->step.failed = step.failed;
  memcpy(seen->obs, sg_env_obs(env), (size_t)info->nobs * sizeof(double));
  memcpy(seen->terms, sg_env_reward_terms(env), (size_t)info->nreward * sizeof(double));
}


// in mid-episode into another environment that was elsewhere
static void check_restore(const char* name) {
  static double kept[MAX_STATE], again[MAX_STATE];
  static Seen seen[AFTER], seen_again;
  SgTask* task = ship(name, 0, NULL);
  SgEnv *a = make_env(task), *b = make_env(task);
  size_t bytes = (size_t)sg_env_state_size(a) * sizeof(double);
  assert_true(bytes <= sizeof(kept));
  sg_env_reset(a, 11, SG_RNG_TEST, 0, 0);
  for (int k = 0; k < BEFORE; k++) {
    wiggle(a, task, k);
  }
  sg_env_state_get(a, kept);
  for (int k = 0; k < AFTER; k++) {
    look(&seen[k], a, task, k);
  }

  sg_env_reset(b, 99, SG_RNG_TEST, 1, 1);
  wiggle(b, task, 3);
  sg_env_state_set(b, kept);
  assert_int_equal(sg_env_steps(b), BEFORE);
  sg_env_state_get(b, again);
  assert_memory_equal(kept, again, bytes);
  for (int k = 0; k < AFTER; k++) {
    look(&seen_again, b, task, k);
    assert_memory_equal(&seen[k], &seen_again, sizeof(Seen));
  }
  sg_env_free(a);
  sg_env_free(b);
  sg_task_free(task);
}


static void a_restored_state_continues_to_the_bit(void** state) {
  (void)state;
  int n;
  const char* const* names = sg_task_names(&n);
  assert_true(n >= 11);
  for (int i = 0; i < n; i++) {
    check_restore(names[i]);
  }
}


// why the environment's own numbers belong to its state: MuJoCo's alone loses Ant's lagged position
static void lagged_values_matter(void** state) {
  (void)state;
  static double kept[MAX_STATE];
  SgTask* task = ship("ant", 0, NULL);
  SgEnv* env = make_env(task);
  int n = sg_task_info(task)->nobs + 2 * sg_task_info(task)->nreward;
  sg_env_reset(env, 11, SG_RNG_TEST, 0, 0);
  for (int k = 0; k < BEFORE; k++) {
    wiggle(env, task, k);
  }
  sg_env_state_get(env, kept);
  double reward = wiggle(env, task, 0).reward;

  int position = n - sg_task_info(task)->nreward;
  assert_true(kept[position] != sg_env_data(env)->qpos[0]);
  kept[position] += 1e-9;
  sg_env_state_set(env, kept);
  assert_true(wiggle(env, task, 0).reward != reward);
  sg_env_free(env);
  sg_task_free(task);
}


//-------------------------------- physics that goes wrong ---------------------------------------

// a step that failed, and an environment that is well again after a reset
static void check_failed(SgEnv* env, const SgTask* task, SgStep step) {
  assert_true(step.failed);
  assert_true(step.truncated);
  assert_false(step.terminated);
  sg_env_reset(env, 1, SG_RNG_TEST, 0, 0);
  assert_false(wiggle(env, task, 1).failed);
}


static void a_nan_control_fails_the_step(void** state) {
  (void)state;
  const char* names[] = {"half_cheetah", "reacher"};
  for (int i = 0; i < 2; i++) {
    SgTask* task = ship(names[i], 0, NULL);
    SgEnv* env = make_env(task);
    double ctrl[6] = {0, (double)NAN};
    sg_env_reset(env, 1, SG_RNG_TEST, 0, 0);
    check_failed(env, task, sg_env_step(env, ctrl));

    // and again without a reset between, when MuJoCo's own counters do not rise
    ctrl[1] = (double)INFINITY;
    assert_true(sg_env_step(env, ctrl).failed);
    assert_true(sg_env_step(env, ctrl).failed);
    sg_env_free(env);
    sg_task_free(task);
  }
}


static void an_explosion_fails_the_step(void** state) {
  (void)state;
  SgTask* task = ship("half_cheetah", 0, NULL);
  SgEnv* env = make_env(task);
  double qpos[9] = {0}, qvel[9] = {0, 0, 0, 1e9, -1e9};
  sg_env_reset_to(env, qpos, qvel);
  SgStep step = {0};
  for (int k = 0; k < 10 && !step.failed; k++) {
    step = wiggle(env, task, k);
  }
  check_failed(env, task, step);
  qpos[3] = (double)NAN;
  sg_env_reset_to(env, qpos, qvel);
  check_failed(env, task, wiggle(env, task, 0));
  sg_env_free(env);
  sg_task_free(task);
}


// a bare simulation, to be sure of what MuJoCo does
typedef struct Bare {
  const mjModel* m;
  mjData* d;
} Bare;


static void step_bare(void* arg) {
  Bare* bare = arg;
  for (int i = 0; i < 400; i++) {
    mj_step(bare->m, bare->d);
  }
}


// a model whose simulation has too little memory: MuJoCo raises a fatal error in mj_step
static void a_fatal_error_fails_the_step_and_not_the_process(void** state) {
  (void)state;
  put_robot();
  put("poor.yaml", ROBOT_TASK);
  put("robot.xml",
      "<mujoco><size memory='2K'/><worldbody><geom type='plane' size='5 5 1'/>"
      "<body name='trunk' pos='0 0 0.5'><freejoint/><geom type='box' size='0.2 0.1 0.1'/>"
      "<body name='arm'><joint name='elbow' axis='0 1 0'/><geom size='0.1'/></body></body>"
      "<body><joint name='lift' type='slide'/><geom size='0.1'/></body></worldbody>"
      "<actuator><motor name='elbow' joint='elbow' ctrlrange='-1 1'/>"
      "<motor name='lift' joint='lift' ctrlrange='-1 1'/></actuator></mujoco>");
  SgTask* task = load("poor.yaml");
  SgEnv* env = make_env(task);
  Bare bare = {sg_task_model(task), mj_makeData(sg_task_model(task))};
  assert_int_equal(sg_guard_call(step_bare, &bare, NULL), SG_FAIL);
  mj_deleteData(bare.d);

  sg_env_reset(env, 1, SG_RNG_TEST, 0, 0);
  SgStep step = {0};
  for (int k = 0; k < 100 && !step.failed; k++) {
    step = wiggle(env, task, k);
  }
  assert_true(step.failed && step.truncated && !step.terminated);
  assert_true(wiggle(env, task, 0).failed);
  sg_env_free(env);
  sg_task_free(task);
}


//-------------------------------- the guard -----------------------------------------------------

static void raise_error(void* arg) {
  int* calls = arg;
  (*calls)++;
  mju_error("no %s today", "physics");
}


static void raise_inside(void* arg) {
  SgError error = {0};
  assert_int_equal(sg_guard_call(raise_error, arg, &error), SG_FAIL);
  assert_non_null(strstr(error.text, "no physics today"));
  raise_error(arg);
}


static void errors_jump_to_the_innermost_guard(void** state) {
  (void)state;
  int calls = 0;
  SgError error = {0};
  assert_int_equal(sg_guard_call(raise_inside, &calls, &error), SG_FAIL);
  assert_non_null(strstr(error.text, "no physics today"));
  assert_int_equal(calls, 2);
}


static void one_warning_is_hidden_and_others_are_kept(void** state) {
  (void)state;
  char text[1024];
  sg_guard_take_warning(text, sizeof(text));
  mju_warning("settotalmass is deprecated");
  sg_guard_take_warning(text, sizeof(text));
  assert_string_equal(text, "");
  mju_warning("first");
  mju_warning("second");
  sg_guard_take_warning(text, sizeof(text));
  assert_string_equal(text, "first");
  sg_guard_take_warning(text, sizeof(text));
  assert_string_equal(text, "");
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(reset_noise_has_gymnasiums_distribution),
      cmocka_unit_test(reacher_targets_fill_the_disc),
      cmocka_unit_test(pusher_objects_keep_away_from_the_goal),
      cmocka_unit_test(a_start_depends_on_its_address_alone),
      cmocka_unit_test(the_time_limit_truncates_and_does_not_terminate),
      cmocka_unit_test(a_switch_takes_the_termination_away),
      cmocka_unit_test(a_restored_state_continues_to_the_bit),
      cmocka_unit_test(lagged_values_matter),
      cmocka_unit_test(a_nan_control_fails_the_step),
      cmocka_unit_test(an_explosion_fails_the_step),
      cmocka_unit_test(a_fatal_error_fails_the_step_and_not_the_process),
      cmocka_unit_test(errors_jump_to_the_innermost_guard),
      cmocka_unit_test(one_warning_is_hidden_and_others_are_kept),
  };
  return cmocka_run_group_tests(tests, fixture_begin, fixture_end);
}
