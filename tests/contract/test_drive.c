// Tasks that are driven by names: channels and actuators in any order, models alone, what is
// refused.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../task_fixture.h"
#include "task/drive.h"
#include "task/observe.h"

static const char* const CHANNELS[] = {"sensor:gyro:1", "qvel:elbow", "qpos:root:6", "qpos:lift"};
static const char* const ACTUATORS[] = {"free_lift", "elbow"};
static const double LOW[] = {-5, -2}, HIGH[] = {15, 1};


static SgDrive some_drive(void) {
  return (SgDrive){.nchannel = 4,
                   .channels = CHANNELS,
                   .nact = 2,
                   .actuators = ACTUATORS,
                   .low = LOW,
                   .high = HIGH,
                   .period = 0.02};
}


// the numbers of CHANNELS, found by hand
static void by_hand(double obs[4], const SgTask* task, const SgEnv* env) {
  const mjModel* m = sg_task_model(task);
  const mjData* d = sg_env_data(env);
  int elbow = mj_name2id(m, mjOBJ_JOINT, "elbow"), lift = mj_name2id(m, mjOBJ_JOINT, "lift");
  obs[0] = d->sensordata[m->sensor_adr[mj_name2id(m, mjOBJ_SENSOR, "gyro")] + 1];
  obs[1] = d->qvel[m->jnt_dofadr[elbow]];
  obs[2] = d->qpos[6];
  obs[3] = d->qpos[m->jnt_qposadr[lift]];
}


static void assert_driven(SgTask* task) {
  SgEnv* env = make_env(task);
  const mjModel* m = sg_task_model(task);
  sg_env_reset(env, 1, SG_RNG_TEST, 0, 0);
  for (int k = 0; k < 20; k++) {
    const double ctrl[2] = {3 + 0.1 * k, -0.5};
    double wanted[4];
    sg_env_step(env, ctrl);
    by_hand(wanted, task, env);
    assert_memory_equal(sg_env_obs(env), wanted, sizeof(wanted));
    assert_true(sg_env_data(env)->ctrl[mj_name2id(m, mjOBJ_ACTUATOR, "free_lift")] == ctrl[0]);
    assert_true(sg_env_data(env)->ctrl[mj_name2id(m, mjOBJ_ACTUATOR, "elbow")] == ctrl[1]);
    assert_true(sg_env_data(env)->ctrl[mj_name2id(m, mjOBJ_ACTUATOR, "lift")] == 0);
  }
  sg_env_free(env);
}


static void a_task_is_driven_by_names_and_keeps_its_rules(void** state) {
  (void)state;
  SgDrive drive = some_drive();
  SgError error = {0};
  put_robot();
  put("robot.yaml", ROBOT_TASK);
  SgTask* task = load("robot.yaml");
  assert_false(sg_task_drives(task, &drive));
  assert_int_equal(sg_task_drive(task, &drive, &error), SG_OK);
  assert_true(sg_task_drives(task, &drive));
  const SgTaskInfo* info = sg_task_info(task);
  assert_int_equal(info->nobs, 4);
  assert_int_equal(info->nact, 2);
  assert_int_equal(info->nreward, 1);
  assert_int_equal(info->episode_steps, 20);
  assert_false(info->bare);
  assert_true(info->act_low[0] == -5 && info->act_high[1] == 1);

  // terms are neighbours of one kind
  assert_int_equal(sg_task_nterm(task), 3);
  assert_string_equal(sg_task_term(task, 2).kind, "qpos");
  assert_int_equal(sg_task_term(task, 2).size, 2);
  assert_string_equal(sg_task_term(task, 2).elements[1], "qpos:lift");
  assert_driven(task);
  sg_task_free(task);
}


static void a_model_alone_is_driven_by_names(void** state) {
  (void)state;
  SgDrive drive = some_drive();
  SgError error = {0};
  put_robot();
  SgTask* task = sg_task_of_model(scratch("robot.xml"), &error);
  assert_non_null(task);
  assert_true(sg_task_info(task)->bare);
  assert_string_equal(sg_task_info(task)->name, "robot");
  assert_int_equal(sg_task_drive(task, &drive, &error), SG_OK);
  assert_int_equal(sg_task_info(task)->frame_skip, 4);
  assert_int_equal(sg_task_info(task)->nreward, 0);
  assert_driven(task);
  char* text = sg_task_describe(task, &error);
  assert_non_null(strstr(text, "sensor:gyro:1"));
  assert_non_null(strstr(text, "reward, summed in this order: none"));
  free(text);
  sg_task_free(task);
}


static void what_cannot_be_driven_gets_one_sentence(void** state) {
  (void)state;
  static const char* const wrong_channel[] = {"qvel:elbo"};
  static const char* const wrong_actuator[] = {"elbow", "lifd"};
  const struct {
    const char* words;
    SgDrive drive;
  } cases[] = {
      {"did you mean 'elbow'", {1, wrong_channel, 2, ACTUATORS, LOW, HIGH, 0.02}},
      {"no actuator 'lifd'; did you mean 'lift'",
       {4, CHANNELS, 2, wrong_actuator, LOW, HIGH, 0.02}},
      {"a period of 0.025 s cannot be had from time steps of 0.005 s under this task's frame_skip",
       {4, CHANNELS, 2, ACTUATORS, LOW, HIGH, 0.025}},
      {"a period of 0.018 s cannot be had", {4, CHANNELS, 2, ACTUATORS, LOW, HIGH, 0.018}},
      {"a period of 0.001 s cannot be had", {4, CHANNELS, 2, ACTUATORS, LOW, HIGH, 0.001}},
  };
  put_robot();
  put("robot.yaml", ROBOT_TASK);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    SgError error = {0};
    SgTask* task = load("robot.yaml");
    assert_int_equal(sg_task_drive(task, &cases[i].drive, &error), SG_FILE);
    if (!strstr(error.text, cases[i].words)) {
      fail_msg("'%s' does not say '%s'", error.text, cases[i].words);
    }
    sg_task_free(task);
  }
  SgError error = {0};
  put("bad.xml", "<mujoco><worldbody>");
  assert_null(sg_task_of_model(scratch("bad.xml"), &error));
  assert_int_equal(error.status, SG_FILE);
  assert_null(sg_task_of_model(scratch("gone.xml"), &error));
}


static void a_period_is_whole_steps_or_none(void** state) {
  (void)state;
  assert_int_equal(sg_drive_frames(0.02, 0.005), 4);
  assert_int_equal(sg_drive_frames((double)0.0333333351f, 0.0333333333), 1);  // rounded to a float
  assert_int_equal(sg_drive_frames(0.0201, 0.005), 0);
  assert_int_equal(sg_drive_frames(0.002, 0.005), 0);
  assert_int_equal(sg_drive_frames(1000, 1e-3), 0);
  assert_int_equal(sg_drive_frames(NAN, 0.005), 0);
}


// one joint's name ends in a number, as a component's would; others have one number or several
static void names_and_components_are_told_apart(void** state) {
  (void)state;
  static const struct {
    const char* name;
    const char* wrong;  // NULL: it is a channel
  } cases[] = {
      {"qpos:leg:2", NULL},
      {"qvel:leg:2", NULL},
      {"qpos:leg:2:0", "has 1 number here, one of several is meant"},
      {"qpos:leg", "no joint 'leg'"},
      {"qpos:wrist:3", NULL},
      {"qpos:wrist", "has 4 numbers here, one alone is meant"},
      {"qvel:wrist:3", "there is no component 3"},
      {"qpos:hip", NULL},
      {"qpos:hip:0", "has 1 number here, one of several is meant"},
      {"qpos:hip:1", "there is no component 1"},
  };
  SgError error = {0};
  put("names.xml",
      "<mujoco><worldbody><body><joint name='leg:2'/><joint name='hip' axis='0 1 0'/>"
      "<geom size='1'/><body><joint name='wrist' type='ball'/><geom size='1'/></body></body>"
      "</worldbody><actuator><motor joint='hip'/></actuator></mujoco>");
  SgTask* task = sg_task_of_model(scratch("names.xml"), &error);
  assert_non_null(task);
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    SgChannel channel;
    SgError why = {0};
    SgStatus status =
        sg_observe_channel(&channel, cases[i].name, sg_task_model(task), &sg_linked_mujoco, &why);
    if ((status == SG_OK) != (cases[i].wrong == NULL) ||
        (cases[i].wrong && !strstr(why.text, cases[i].wrong))) {
      fail_msg("%s: '%s'", cases[i].name, why.text);
    }
  }
  assert_int_equal(sg_drive_actuator(sg_task_model(task), "#0", &error), 0);
  assert_int_equal(sg_drive_actuator(sg_task_model(task), "#1", &error), -1);
  sg_task_free(task);
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(a_task_is_driven_by_names_and_keeps_its_rules),
      cmocka_unit_test(a_model_alone_is_driven_by_names),
      cmocka_unit_test(what_cannot_be_driven_gets_one_sentence),
      cmocka_unit_test(a_period_is_whole_steps_or_none),
      cmocka_unit_test(names_and_components_are_told_apart),
  };
  return cmocka_run_group_tests_name("drive", tests, fixture_begin, fixture_end);
}
