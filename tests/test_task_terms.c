// Observation terms and reward terms against the simulation's fields and values worked out by
// hand; the contract that a task tells; and the task file that we write for a model without one.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "task/observe.h"
#include "task/reward.h"
#include "task_fixture.h"

static SgTask* task;
static SgEnv* env;


// the robot's task with these lines for observation, conditions and rewards; reset and a few steps
static void begin(const char* observation, const char* conditions, const char* rewards) {
  char text[4096];
  snprintf(text, sizeof(text),
           "task: robot\nmodel: robot.xml\nparameters: {weight: 0.5}\n"
           "control: {frame_skip: 3}\n"
           "action: [{actuators: [lift]}, {actuators: [elbow, free_lift], range: [-1, 3]}]\n"
           "observation: %s\nconditions: %s\nrewards: %s\n",
           observation, conditions, rewards);
  put_robot();
  put("terms.yaml", text);
  task = load("terms.yaml");
  env = make_env(task);
  sg_env_reset(env, 0, SG_RNG_TEST, 0, 0);
}


static void finish(void) {
  sg_env_free(env);
  sg_task_free(task);
}


static int body(const char* name) {
  return mj_name2id(sg_task_model(task), mjOBJ_BODY, name);
}


static int joint_qpos(const char* name) {
  const mjModel* m = sg_task_model(task);
  return m->jnt_qposadr[mj_name2id(m, mjOBJ_JOINT, name)];
}


//-------------------------------- observations --------------------------------------------------

static void terms_read_the_simulations_fields(void** state) {
  (void)state;
  begin(
      "[{term: qpos, first: 2, count: 3}, {term: qvel, index: 6},"
      " {term: sin_qpos, joints: [elbow]}, {term: cos_qpos, joints: elbow},"
      " {term: xpos, bodies: [arm]}, {term: xpos_difference, of: [ball, arm], components: [2, 0]},"
      " {term: xquat, bodies: [trunk]}, {term: site_xpos, sites: [tip]},"
      " {term: cinert, bodies: moving}, {term: cvel, bodies: [ball]},"
      " {term: qfrc_actuator, joints: [lift]}, {term: qfrc_constraint, first: 0, count: 6},"
      " {term: cfrc_ext, bodies: all}, {term: sensor, sensors: all}]",
      "{}", "[]");
  for (int k = 0; k < 60; k++) {
    assert_false(wiggle(env, task, k).failed);
  }

  const mjData* d = sg_env_data(env);
  const double* o = sg_env_obs(env);
  int arm = body("arm"), ball = body("ball"), elbow = joint_qpos("elbow");
  int tip = mj_name2id(sg_task_model(task), mjOBJ_SITE, "tip");
  assert_int_equal(sg_task_info(task)->nobs, 3 + 1 + 2 + 3 + 2 + 4 + 3 + 30 + 6 + 1 + 6 + 24 + 7);
  assert_memory_equal(o, d->qpos + 2, 3 * sizeof(double));
  assert_true(o[3] == d->qvel[6] && o[3] != 0);
  assert_true(o[4] == sin(d->qpos[elbow]) && o[5] == cos(d->qpos[elbow]));
  assert_memory_equal(o + 6, d->xpos + 3 * arm, 3 * sizeof(double));
  assert_true(o[9] == d->xpos[3 * ball + 2] - d->xpos[3 * arm + 2]);
  assert_true(o[10] == d->xpos[3 * ball] - d->xpos[3 * arm]);
  assert_memory_equal(o + 11, d->xquat + 4 * body("trunk"), 4 * sizeof(double));
  assert_memory_equal(o + 15, d->site_xpos + 3 * tip, 3 * sizeof(double));
  assert_memory_equal(o + 18, d->cinert + 10, 30 * sizeof(double));
  assert_memory_equal(o + 48, d->cvel + 6 * ball, 6 * sizeof(double));
  assert_true(o[54] == d->qfrc_actuator[7] && o[54] != 0);
  assert_memory_equal(o + 55, d->qfrc_constraint, 6 * sizeof(double));
  assert_memory_equal(o + 61, d->cfrc_ext, 24 * sizeof(double));
  assert_memory_equal(o + 85, d->sensordata, 7 * sizeof(double));

  // the robot lies on the floor by now, so contact forces are real
  double contact = 0;
  for (int i = 0; i < 24; i++) {
    contact += fabs(o[61 + i]);
  }
  assert_true(contact > 1);
  finish();
}


static void the_first_observation_knows_no_forces(void** state) {
  (void)state;
  double qpos[9] = {0, 0, 0.09, 1, 0, 0, 0, 0, 0}, qvel[8] = {0};
  begin(
      "[{term: cfrc_ext, bodies: moving}, {term: qfrc_constraint}, {term: qfrc_actuator},"
      " {term: sensor, sensors: [accelerometer]}, {term: sensor, sensors: [elbow_angle]}]",
      "{}", "[]");
  qpos[7] = 0.25;
  sg_env_reset_to(env, qpos, qvel);
  const double* o = sg_env_obs(env);
  double constraint = 0;
  for (int i = 0; i < 18 + 8 + 8 + 3; i++) {
    assert_true(o[i] == 0);
  }
  for (int i = 0; i < 8; i++) {
    constraint += fabs(sg_env_data(env)->qfrc_constraint[i]);
  }
  assert_true(constraint > 1);
  assert_true(o[37] == 0.25);
  finish();
}


static void clips_bound_each_number(void** state) {
  (void)state;
  begin("[{term: qvel, clip: [-0.01, 0.02]}, {term: qvel}]", "{}", "[]");
  for (int k = 0; k < 20; k++) {
    wiggle(env, task, k);
  }
  const double* o = sg_env_obs(env);
  int clipped = 0;
  for (int i = 0; i < 8; i++) {
    assert_true(o[i] == fmin(fmax(o[8 + i], -0.01), 0.02));
    clipped += o[i] != o[8 + i];
  }
  assert_true(clipped > 0);
  finish();
}


static void terms_tell_their_channels_by_name(void** state) {
  (void)state;
  begin(
      "[{term: qvel, first: 4}, {term: cinert, bodies: [arm], components: [9]},"
      " {term: xpos_difference, of: [ball, arm], components: [1], clip: [-1, inf]}]",
      "{}", "[]");
  assert_int_equal(sg_task_nterm(task), 3);
  SgTaskTerm term = sg_task_term(task, 0);
  assert_string_equal(term.kind, "qvel");
  assert_int_equal(term.size, 4);
  assert_string_equal(term.elements[0], "qvel:root:4");
  assert_string_equal(term.elements[1], "qvel:root:5");
  assert_string_equal(term.elements[2], "qvel:elbow");
  assert_string_equal(term.elements[3], "qvel:lift");
  assert_true(isinf(term.clip_low) && isinf(term.clip_high));
  assert_string_equal(sg_task_term(task, 1).elements[0], "cinert:arm:9");
  term = sg_task_term(task, 2);
  assert_string_equal(term.elements[0], "xpos_difference:ball/arm:1");
  assert_true(term.clip_low == -1 && isinf(term.clip_high));

  // the names alone make the same observer
  const SgObserveApi api = {mj_name2id, mj_id2name, mj_rnePostConstraint};
  for (int i = 0, at = 0; i < 3; i++) {
    term = sg_task_term(task, i);
    for (int j = 0; j < term.size; j++, at++) {
      SgChannel channel;
      SgError error = {0};
      double x = 999;
      assert_int_equal(
          sg_observe_channel(&channel, term.elements[j], sg_task_model(task), &api, &error), SG_OK);
      sg_observe(&x, &channel, 1, sg_env_data(env), true);
      assert_true(x == sg_env_obs(env)[at]);
    }
  }
  finish();
}


static void unknown_channels_are_refused(void** state) {
  (void)state;
  static const char* const names[][2] = {
      {"qpos", "no channel"},
      {"qpos:", "no channel"},
      {"qposs:elbow", "no kind"},
      {"qpos:elbo", "did you mean 'elbow'"},
      {"qpos:root:7", "no component 7"},
      {"qpos:root:-1", "no component -1"},
      {"xpos_difference:ball:1", "two elements"},
      {"xpos_difference:ball/army:1", "did you mean 'arm'"},
      {"xpos:#9:0", "no body '#9'"},
  };
  const SgObserveApi api = {mj_name2id, mj_id2name, mj_rnePostConstraint};
  begin("[{term: qpos}]", "{}", "[]");
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    SgChannel channel;
    SgError error = {0};
    assert_int_equal(sg_observe_channel(&channel, names[i][0], sg_task_model(task), &api, &error),
                     SG_FILE);
    if (!strstr(error.text, names[i][1])) {
      fail_msg("%s: '%s'", names[i][0], error.text);
    }
  }
  finish();
}


//-------------------------------- actions -------------------------------------------------------

static void actions_map_to_each_actuators_range(void** state) {
  (void)state;
  begin("[{term: qpos}]", "{}", "[]");
  const SgTaskInfo* info = sg_task_info(task);
  assert_int_equal(info->nact, 3);
  assert_string_equal(info->actuators[0], "lift");
  assert_string_equal(info->actuators[1], "elbow");
  assert_string_equal(info->actuators[2], "free_lift");
  assert_true(info->act_low[0] == 0 && info->act_high[0] == 20);
  assert_true(info->act_scale[0] == 10 && info->act_offset[0] == 10);
  assert_true(info->act_scale[1] == 2 && info->act_offset[1] == 1);

  float act[3] = {-1, 0.5F, 1};
  sg_env_step_act(env, act);
  const double* ctrl = sg_env_data(env)->ctrl;
  assert_true(ctrl[1] == 0);  // lift
  assert_true(ctrl[0] == 2);  // elbow
  assert_true(ctrl[2] == 3);  // free_lift
  finish();
}


static void controls_are_not_clipped(void** state) {
  (void)state;
  begin("[{term: qpos}]", "{}", "[{cost: effort, term: square, of: control, weight: 0.5}]");
  double ctrl[3] = {100, -7, 2};
  sg_env_step(env, ctrl);
  assert_true(sg_env_data(env)->ctrl[1] == 100);
  assert_true(sg_env_reward_terms(env)[0] == -0.5 * (100.0 * 100 + 49 + 4));
  finish();
}


//-------------------------------- rewards -------------------------------------------------------

static void rewards_agree_with_values_by_hand(void** state) {
  (void)state;
  begin(
      "[{term: qpos}]",
      "{high: [{quantity: qpos, joints: [lift], inside: [0.05, inf]}],"
      " low: [{quantity: qpos, joints: [lift], inside: [-inf, 0.05], strict: true}]}",
      "[{reward: lift, term: velocity, of: qpos lift, weight: 2},"
      " {reward: arm, term: velocity, of: body_z arm},"
      " {reward: centre, term: velocity, of: com_z},"
      " {reward: high, term: constant, value: 3, when: high},"
      " {reward: low, term: constant, value: 4, when: low},"
      " {cost: effort, term: square, of: control, weight: $weight, clip_each: [-1, 0.5]},"
      " {cost: force, term: square, of: cfrc_ext, bodies: all, clip_sum: [-inf, 0.1]},"
      " {cost: far, term: distance, of: [ball, arm], weight: 0.1},"
      " {reward: height, term: quantity, quantity: qpos, joints: [lift], target: 1, per: timestep},"
      " {cost: both, term: squares, weight: 2, parts: ["
      "   {quantity: qpos, joints: [lift], target: 0.1, weight: 3}, {quantity: qvel, index: 6}]}]");
  const mjModel* m = sg_task_model(task);
  const mjData* d = sg_env_data(env);
  int arm = body("arm"), ball = body("ball"), lift = joint_qpos("lift");
  double dt = sg_task_info(task)->dt, ctrl[3] = {14, -0.4, 0.3}, was[3];
  int highs = 0;

  for (int k = 0; k < 40; k++) {
    double centre = 0, mass = 0;
    was[0] = d->qpos[lift];
    was[1] = d->xpos[3 * arm + 2];
    was[2] = 0;
    for (int i = 0; i < m->nbody; i++) {
      was[2] += m->body_mass[i] * d->xipos[3 * i + 2];
      mass += m->body_mass[i];
    }
    SgStep step = sg_env_step(env, ctrl);
    for (int i = 0; i < m->nbody; i++) {
      centre += m->body_mass[i] * d->xipos[3 * i + 2];
    }

    const double* t = sg_env_reward_terms(env);
    double q = d->qpos[lift], v = d->qvel[6], apart = 0, force = 0, sum = 0;
    for (int i = 0; i < 3; i++) {
      double x = d->xpos[3 * ball + i] - d->xpos[3 * arm + i];
      apart += x * x;
    }
    for (int i = 0; i < 6 * m->nbody; i++) {
      force += d->cfrc_ext[i] * d->cfrc_ext[i];
    }
    assert_true(t[0] == 2 * ((q - was[0]) / dt));
    assert_true(t[1] == (d->xpos[3 * arm + 2] - was[1]) / dt);
    assert_true(fabs(t[2] - (centre - was[2]) / mass / dt) < 1e-12);
    assert_true(t[3] == (q >= 0.05 ? 3 : 0));
    assert_true(t[4] == (q < 0.05 ? 4 : 0));
    assert_true(fabs(t[5] + 0.5 * (0.25 + 0.16 + 0.09)) < 1e-15);
    assert_true(fabs(t[6] + fmin(force, 0.1)) < 1e-12);
    assert_true(t[7] == -(0.1 * sqrt(apart)));
    assert_true(t[8] == (q - 1) / 0.005);
    assert_true(t[9] == -(2 * (3 * ((q - 0.1) * (q - 0.1)) + v * v)));
    for (int i = 0; i < 10; i++) {
      sum += t[i];
    }
    assert_true(step.reward == sum);
    highs += t[3] > 0;
  }
  assert_true(highs > 0 && highs < 40);
  finish();
}


static void an_inner_list_is_summed_first(void** state) {
  (void)state;
  // 1e16 - 1 - 1 loses both ones, 1e16 - (1 + 1) does not
  begin("[{term: qpos}]", "{}",
        "[{reward: a, term: constant, value: 1.0e16}, {cost: b, term: constant, value: 1},"
        " {cost: c, term: constant, value: 1}]");
  double ctrl[3] = {0};
  assert_true(sg_env_step(env, ctrl).reward == 1e16);
  finish();
  begin("[{term: qpos}]", "{}",
        "[{reward: a, term: constant, value: 1.0e16},"
        " [{cost: b, term: constant, value: 1}, {cost: c, term: constant, value: 1}]]");
  assert_true(sg_env_step(env, ctrl).reward == 1e16 - 2);
  finish();
}


static void sums_run_by_pairs_as_in_numpy(void** state) {
  (void)state;
  // 1 and 15 halves of its last place: in order each half is lost, in eight running sums fourteen
  // of them meet first
  double x[16], half = ldexp(1, -53);
  x[0] = 1;
  for (int i = 1; i < 16; i++) {
    x[i] = half;
  }
  assert_true(sg_sum(x, 7) == 1);
  assert_true(sg_sum(x, 16) == 1 + 14 * half);
  double long_row[300], sum = 0;
  for (int i = 0; i < 300; i++) {
    long_row[i] = sin(i);
    sum += long_row[i];
  }
  assert_true(fabs(sg_sum(long_row, 300) - sum) < 1e-12);
  assert_true(sg_sum(long_row, 300) == sg_sum(long_row, 144) + sg_sum(long_row + 144, 156));
}


//-------------------------------- a first task file ---------------------------------------------

// the template beside its model loads, runs and starts anew
static void check_template(const char* xml, const char* name, const char* part) {
  SgError error = {0};
  char* text = sg_task_template(scratch(xml), &error);
  if (!text) {
    fail_msg("%s: %s", xml, error.text);
  }
  if (part && !strstr(text, part)) {
    fail_msg("%s has no '%s':\n%s", xml, part, text);
  }
  put("template.yaml", text);
  free(text);
  SgTask* made = load("template.yaml");
  SgEnv* made_env = make_env(made);
  assert_string_equal(sg_task_info(made)->name, name);
  sg_env_reset(made_env, 0, SG_RNG_TEST, 0, 0);
  for (int k = 0; k < 40; k++) {
    assert_false(wiggle(made_env, made, k).failed);
  }
  sg_env_free(made_env);
  sg_task_free(made);
}


// a shipped model's text under another name in the scratch folder
static void copy_model(const char* shipped, const char* to) {
  char text[16384];
  SgTask* from = ship(shipped, 0, NULL);
  FILE* file = fopen(sg_task_info(from)->model_path, "r");
  assert_non_null(file);
  size_t size = fread(text, 1, sizeof(text) - 1, file);
  assert_true(size < sizeof(text) - 1);
  text[size] = '\0';
  fclose(file);
  put(to, text);
  sg_task_free(from);
}


static void a_template_loads_and_runs_as_it_is(void** state) {
  (void)state;
  put_robot();
  check_template("robot.xml", "robot", "range: [-1, 1]");
  copy_model("hopper", "hop per.xml");
  check_template("hop per.xml", "hop_per", "actuators: all");
  copy_model("humanoid", "humanoid.xml");
  check_template("humanoid.xml", "humanoid", "healthy_z_range: [0.7, inf]");
  copy_model("pusher", "pusher.xml");
  check_template("pusher.xml", "pusher", "com_x");
  put("odd.xml",
      "<mujoco><worldbody><body><joint name='a: \"b\"'/><geom size='0.1'/></body></worldbody>"
      "<actuator><motor joint='a: \"b\"'/><motor name='x: [' joint='a: \"b\"'/></actuator>"
      "</mujoco>");
  check_template("odd.xml", "odd", "\"#0\", \"x: [\"");
}


static void a_template_needs_something_to_drive(void** state) {
  (void)state;
  SgError error = {0};
  put("still.xml", "<mujoco><worldbody><body><joint/><geom size='1'/></body></worldbody></mujoco>");
  assert_null(sg_task_template(scratch("still.xml"), &error));
  assert_int_equal(error.status, SG_FILE);
  assert_non_null(strstr(error.text, "no actuators"));
  assert_null(sg_task_template(scratch("absent.xml"), &error));
  assert_int_equal(error.status, SG_FILE);
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(terms_read_the_simulations_fields),
      cmocka_unit_test(the_first_observation_knows_no_forces),
      cmocka_unit_test(clips_bound_each_number),
      cmocka_unit_test(terms_tell_their_channels_by_name),
      cmocka_unit_test(unknown_channels_are_refused),
      cmocka_unit_test(actions_map_to_each_actuators_range),
      cmocka_unit_test(controls_are_not_clipped),
      cmocka_unit_test(rewards_agree_with_values_by_hand),
      cmocka_unit_test(an_inner_list_is_summed_first),
      cmocka_unit_test(sums_run_by_pairs_as_in_numpy),
      cmocka_unit_test(a_template_loads_and_runs_as_it_is),
      cmocka_unit_test(a_template_needs_something_to_drive),
  };
  return cmocka_run_group_tests(tests, fixture_begin, fixture_end);
}
