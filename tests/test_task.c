// Loading tasks: what is shipped, what parameters change, and that everything wrong in a file, a
// model or a setting is told at the door in one sentence with its place.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "task_fixture.h"


//-------------------------------- shipped tasks -------------------------------------------------

static const struct {
  const char* name;
  int nobs, nact, frame_skip, steps;
} SHIPPED[] = {
    {"ant", 105, 8, 5, 1000},
    {"half_cheetah", 17, 6, 5, 1000},
    {"hopper", 11, 3, 4, 1000},
    {"humanoid", 348, 17, 5, 1000},
    {"humanoid_standup", 348, 17, 5, 1000},
    {"inverted_double_pendulum", 9, 1, 5, 1000},
    {"inverted_pendulum", 4, 1, 2, 1000},
    {"pusher", 23, 7, 5, 100},
    {"reacher", 10, 2, 2, 50},
    {"swimmer", 8, 2, 4, 1000},
    {"walker2d", 17, 6, 4, 1000},
};

enum {
  NSHIPPED = sizeof(SHIPPED) / sizeof(SHIPPED[0])
};


static void all_shipped_tasks_load_with_their_sizes(void** state) {
  (void)state;
  for (int i = 0; i < NSHIPPED; i++) {
    SgTask* task = ship(SHIPPED[i].name, 0, NULL);
    const SgTaskInfo* info = sg_task_info(task);
    assert_string_equal(info->name, SHIPPED[i].name);
    assert_int_equal(info->nobs, SHIPPED[i].nobs);
    assert_int_equal(info->nact, SHIPPED[i].nact);
    assert_int_equal(info->frame_skip, SHIPPED[i].frame_skip);
    assert_int_equal(info->episode_steps, SHIPPED[i].steps);
    assert_string_equal(info->warning, "");
    assert_true(info->about[0] != '\0');
    sg_task_free(task);
  }
}


static void shipped_names_are_sorted_and_complete(void** state) {
  (void)state;
  int n;
  const char* const* names = sg_task_names(&n);
  assert_int_equal(n, NSHIPPED);
  for (int i = 0; i < n; i++) {
    assert_string_equal(names[i], SHIPPED[i].name);
  }
}


static void parameters_change_sizes_and_times(void** state) {
  (void)state;
  static const struct {
    const char *task, *setting;
    int nobs;
  } cases[] = {
      {"hopper", "exclude_current_positions_from_observation=false", 12},
      {"walker2d", "exclude_current_positions_from_observation=false", 18},
      {"half_cheetah", "exclude_current_positions_from_observation=false", 18},
      {"swimmer", "exclude_current_positions_from_observation=false", 10},
      {"ant", "exclude_current_positions_from_observation=false", 107},
      {"ant", "include_cfrc_ext_in_observation=false", 27},
      {"humanoid", "exclude_current_positions_from_observation=false", 350},
      {"humanoid", "include_cinert_in_observation=false", 218},
      {"humanoid", "include_cvel_in_observation=false", 270},
      {"humanoid", "include_qfrc_actuator_in_observation=false", 331},
      {"humanoid_standup", "include_cfrc_ext_in_observation=false", 270},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    SgTask* task = ship(cases[i].task, 1, &cases[i].setting);
    assert_int_equal(sg_task_info(task)->nobs, cases[i].nobs);
    sg_task_free(task);
  }

  const char* frames = "frame_skip=10";
  SgTask* task = ship("hopper", 1, &frames);
  assert_int_equal(sg_task_info(task)->frame_skip, 10);
  assert_true(sg_task_info(task)->dt == 0.002 * 10);
  sg_task_free(task);
}


static void parameters_tell_value_and_default(void** state) {
  (void)state;
  const char* setting = "healthy_z_range=[0.5, inf]";
  SgTask* task = ship("hopper", 1, &setting);
  const char *name, *value, *fallback;
  sg_task_parameter(task, 6, &name, &value, &fallback);
  assert_string_equal(name, "healthy_z_range");
  assert_string_equal(value, "[0.5, inf]");
  assert_string_equal(fallback, "[0.7, inf]");
  sg_task_free(task);
}


//-------------------------------- refusals ------------------------------------------------------

// the sentence must be one line, with each of the parts
static void check_error(const SgError* error, SgStatus status, const char* part,
                        const char* second) {
  bool fine = error->status == status && strstr(error->text, part) &&
              (!second || strstr(error->text, second)) && !strchr(error->text, '\n');
  if (!fine) {
    fail_msg("status %d, text '%s'; expected %d, '%s', '%s'", (int)error->status, error->text,
             (int)status, part, second ? second : "");
  }
}


static void wrong_settings_are_the_users_fault(void** state) {
  (void)state;
  static const struct {
    const char *task, *name, *text, *part;
  } cases[] = {
      {"hopper", "ctrl_cost_wieght", "1", "did you mean 'task.ctrl_cost_weight'"},
      {"hopper", "ctrl_cost_weight", "heavy", "needs a number"},
      {"hopper", "ctrl_cost_weight", "1.5abc", "needs a number"},
      {"hopper", "ctrl_cost_weight", "[1, 2]", "needs a number"},
      {"hopper", "ctrl_cost_weight", "nan", "needs a number"},
      {"hopper", "ctrl_cost_weight", "inf", "must be finite"},
      {"hopper", "ctrl_cost_weight", "1e400", "is '1e400', out of range; default: 0.001"},
      {"hopper", "healthy_z_range", "[0.7, 1e400]", "needs a list"},
      {"hopper", "ctrl_cost_weight", "", "needs a number"},
      {"hopper", "terminate_when_unhealthy", "1", "needs true or false"},
      {"hopper", "healthy_z_range", "0.7", "needs a list"},
      {"hopper", "healthy_z_range", "[1, 2, 3]", "needs a list"},
      {"hopper", "healthy_z_range", "[nan, 1]", "needs a list"},
      {"hopper", "healthy_z_range", "[2, 1]", "the lower end comes first"},
      {"hopper", "frame_skip", "0", "a whole number from 1 to 10000"},
      {"hopper", "frame_skip", "2.5", "a whole number from 1 to 10000"},
      {"hopper", "frame_skip", "inf", "must be finite"},
      {"ant", "main_body", "99", "no body '99'"},
      {"ant", "contact_force_range", "[1, -1]", "the lower end comes first"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    char path[1024];
    SgError error = {0};
    SgTaskSetting setting = {cases[i].name, cases[i].text};
    assert_int_equal(sg_task_find(cases[i].task, path, sizeof(path), &error), SG_OK);
    assert_null(sg_task_load(path, &setting, 1, &error));
    check_error(&error, SG_USAGE, cases[i].part, NULL);
  }
}


// ROBOT_TASK with a line replaced: the line of a top-level key
static void put_changed(const char* key, const char* line) {
  char text[4096];
  const char* begin = strstr(ROBOT_TASK, key);
  assert_non_null(begin);
  const char* end = strchr(begin, '\n');
  snprintf(text, sizeof(text), "%.*s%s%s", (int)(begin - ROBOT_TASK), ROBOT_TASK, line, end);
  put("changed.yaml", text);
}


static void wrong_task_files_are_told_with_their_place(void** state) {
  (void)state;
  static const struct {
    const char *key, *line, *part, *second;
  } cases[] = {
      // the file itself
      {"task:", "task: [", "changed.yaml:", ": "},
      {"task:", "task: robot\ntask: robot", "changed.yaml:2:", "second time"},
      {"task:", "tusk: robot", "changed.yaml:1:", "did you mean 'task'"},
      {"task:", "task: ../evil", "changed.yaml:1:", "letters"},
      {"model:", "model: nowhere.xml", "nowhere.xml", "No such file"},
      {"model:", "about: x", "changed.yaml:1:", "model: FILE.xml"},
      // parameters
      {"parameters:", "parameters: [1, 2]", "changed.yaml:3:", "map"},
      {"parameters:", "parameters: {weight: {a: 1}}", "changed.yaml:3:", "needs a number"},
      {"rewards:", "rewards: [{reward: a, term: constant, value: $wieght}]",
       "changed.yaml:8:", "did you mean '$weight'"},
      {"rewards:", "rewards: [{reward: a, term: constant, value: $flag}]",
       "changed.yaml:8:", "needs a number"},
      // control and action
      {"control:", "control: {frame_skip: 0}", "changed.yaml:4:", "whole number"},
      {"control:", "control: {frame_skip: 4, period: 0.02}", "changed.yaml:4:", "frame_skip"},
      {"control:", "control: {period: 0.012}", "changed.yaml:4:", "no multiple"},
      {"control:", "control: {frame_skip: 4, episode_step: 5}",
       "changed.yaml:4:", "did you mean 'episode_steps'"},
      {"control:", "control: {frame_skip: 4, episode_steps: -1}",
       "changed.yaml:4:", "whole number"},
      {"action:", "action: {actuators: [elbov]}", "changed.yaml:5:", "did you mean 'elbow'"},
      {"action:", "action: {actuators: [elbow, elbow]}", "changed.yaml:5:", "twice"},
      {"action:", "action: {actuators: all}", "changed.yaml:5:", "no control range"},
      {"action:", "action: {actuators: [elbow], range: [1, -1]}", "changed.yaml:5:", "lower end"},
      {"action:", "action: {actuators: [elbow], range: [-inf, 1]}", "changed.yaml:5:", "range of"},
      {"action:", "action: {actuators: []}", "changed.yaml:5:", "list of names"},
      {"action:", "about: no action", "changed.yaml:1:", "action needs"},
      // observation
      {"observation:", "observation: [{term: qposs}]", "changed.yaml:6:", "did you mean 'qpos'"},
      {"observation:", "observation: [{term: qpos, joints: [elbwo]}]",
       "changed.yaml:6:", "did you mean 'elbow'"},
      {"observation:", "observation: [{term: qpos, bodies: [arm]}]",
       "changed.yaml:6:", "not counted in bodies"},
      {"observation:", "observation: [{term: qpos, index: 9}]", "changed.yaml:6:", "0 to 8"},
      {"observation:", "observation: [{term: qpos, first: 7, count: 3}]",
       "changed.yaml:6:", "outside"},
      {"observation:", "observation: [{term: qpos, joints: [elbow, elbow]}]",
       "changed.yaml:6:", "twice"},
      {"observation:", "observation: [{term: cinert}]", "changed.yaml:6:", "bodies"},
      {"observation:", "observation: [{term: xpos, bodies: [trunk], components: [3]}]",
       "changed.yaml:6:", "components 0 to 2"},
      {"observation:", "observation: [{term: site_xpos, sites: [tap]}]",
       "changed.yaml:6:", "no site 'tap'; did you mean 'tip'"},
      {"observation:", "observation: [{term: sensor, sensors: [giro]}]",
       "changed.yaml:6:", "did you mean 'gyro'"},
      {"observation:", "observation: [{term: xpos_difference, of: [arm, bal]}]",
       "changed.yaml:6:", "did you mean 'ball'"},
      {"observation:", "observation: [{term: qpos, clip: [1, 0]}]", "changed.yaml:6:", "lower end"},
      {"observation:", "observation: [{term: qpos, unless: $flag}]",
       "changed.yaml:6:", "nothing to observe"},
      {"observation:", "observation: [{term: qpos, if: yes}]", "changed.yaml:6:", "true or false"},
      {"observation:", "observation: {term: qpos}", "changed.yaml:6:", "needs a list"},
      // conditions and terminations
      {"conditions:", "conditions: {up: [{quantity: qpos, inside: [0]}]}",
       "changed.yaml:7:", "needs a list"},
      {"conditions:", "conditions: {up: []}", "changed.yaml:7:", "needs a list"},
      {"conditions:", "conditions: {up: [{quantity: qpos}]}", "changed.yaml:7:", "inside"},
      {"terminate:", "terminate: [{unless: uup}]", "changed.yaml:9:", "did you mean 'up'"},
      {"terminate:", "terminate: [{if: $flag}]", "changed.yaml:9:", "when: CONDITION"},
      // rewards
      {"rewards:", "rewards: [{reward: a, term: velocty, of: com_x}]",
       "changed.yaml:8:", "did you mean 'velocity'"},
      {"rewards:", "rewards: [{reward: a}]", "changed.yaml:8:", "`term:` is missing"},
      {"rewards:", "rewards: [{term: constant, value: 1}]", "changed.yaml:8:", "reward: NAME"},
      {"rewards:", "rewards: [{reward: a, term: constant, weight: 1}]",
       "changed.yaml:8:", "weight"},
      {"rewards:", "rewards: [{reward: a, term: constant, value: inf}]",
       "changed.yaml:8:", "finite"},
      {"rewards:", "rewards: [{reward: a, term: constant, value: 1, when: down}]",
       "changed.yaml:8:", "'down' is unknown"},
      {"rewards:",
       "rewards: [{reward: a, term: constant, value: 1}, {cost: a, term: constant, value: 1}]",
       "changed.yaml:8:", "second term"},
      {"rewards:", "rewards: [{reward: a, term: velocity, of: body_x trunck}]",
       "changed.yaml:8:", "did you mean 'trunk'"},
      {"rewards:", "rewards: [{reward: a, term: velocity, of: qpos elbo}]",
       "changed.yaml:8:", "did you mean 'elbow'"},
      {"rewards:", "rewards: [{reward: a, term: velocity, of: com_x trunk}]",
       "changed.yaml:8:", "com_x trunk"},
      {"rewards:", "rewards: [{reward: a, term: square, of: control, index: 1}]",
       "changed.yaml:8:", "no meaning"},
      {"rewards:", "rewards: [{reward: a, term: quantity, quantity: qpos}]",
       "changed.yaml:8:", "one number"},
      {"rewards:", "rewards: [{reward: a, term: quantity, quantity: qpos, index: 0, per: 0}]",
       "changed.yaml:8:", "zero"},
      {"rewards:", "rewards: [[[{reward: a, term: constant, value: 1}]]]",
       "changed.yaml:8:", "map"},
      // resets
      {"reset:", "reset: [{set: qacc, value: 0}]", "changed.yaml:10:", "there are qpos, qvel"},
      {"reset:", "reset: [{set: qpos}]", "changed.yaml:10:", "noise, value, disc, annulus"},
      {"reset:", "reset: [{set: qpos, noise: unifrom, scale: 1}]",
       "changed.yaml:10:", "did you mean 'uniform'"},
      {"reset:", "reset: [{set: qpos, noise: uniform}]", "changed.yaml:10:", "`scale:`"},
      {"reset:", "reset: [{set: qpos, disc: 1}]", "changed.yaml:10:", "two numbers"},
      {"reset:", "reset: [{set: qpos, first: 0, count: 2, disc: -1}]",
       "changed.yaml:10:", "above 0"},
      {"reset:",
       "reset: [{set: qpos, first: 0, count: 2, annulus: {low: [0, 0], high: [1, 1], beyond: 2}}]",
       "changed.yaml:10:", "farther"},
  };

  put_robot();
  put("changed.yaml", ROBOT_TASK);
  sg_task_free(load("changed.yaml"));
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    SgError error = {0};
    put_changed(cases[i].key, cases[i].line);
    SgTask* task = sg_task_load(scratch("changed.yaml"), NULL, 0, &error);
    if (task) {
      fail_msg("accepted: %s", cases[i].line);
    }
    check_error(&error, SG_FILE, cases[i].part, cases[i].second);
  }
}


static void wrong_models_are_told_in_one_line(void** state) {
  (void)state;
  static const struct {
    const char *text, *part;
  } cases[] = {
      {"", "robot.xml"},
      {"<mujoco>", "robot.xml"},
      {"no xml at all", "robot.xml"},
      {"<mujoco><worldbody><body><joint type='hinge'/></body></worldbody></mujoco>", "mass"},
      {"<mujoco><worldbody><body name='a'><geom size='1'/><jiont/></body></worldbody></mujoco>",
       "jiont"},
      {"<mujoco><include file='missing.xml'/></mujoco>", "missing.xml"},
      {"<mujoco><worldbody><geom size='nan'/></worldbody></mujoco>", "robot.xml"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    SgError error = {0};
    put("robot.xml", cases[i].text);
    put("changed.yaml", ROBOT_TASK);
    assert_null(sg_task_load(scratch("changed.yaml"), NULL, 0, &error));
    check_error(&error, SG_FILE, "MuJoCo cannot compile", cases[i].part);
  }
}


static void a_loaded_task_leaves_no_error(void** state) {
  (void)state;
  put_robot();
  put("robot.yaml", ROBOT_TASK);
  SgError error = {0};
  SgTask* task = sg_task_load(scratch("robot.yaml"), NULL, 0, &error);
  assert_non_null(task);
  assert_int_equal(error.status, SG_OK);
  assert_string_equal(error.text, "");
  sg_task_free(task);
  assert_null(sg_task_load(scratch("absent.yaml"), NULL, 0, NULL));
}


//-------------------------------- finding -------------------------------------------------------

static void tasks_are_found_by_name_and_path(void** state) {
  (void)state;
  char path[1024];
  SgError error = {0};
  put_robot();
  put("robot.yaml", ROBOT_TASK);
  put("lonely.xml", "<mujoco/>");

  assert_int_equal(sg_task_find("hoper", path, sizeof(path), &error), SG_USAGE);
  check_error(&error, SG_USAGE, "did you mean 'hopper'", NULL);
  assert_int_equal(sg_task_find("", path, sizeof(path), &error), SG_USAGE);
  assert_int_equal(sg_task_find(scratch("none.yaml"), path, sizeof(path), &error), SG_FILE);
  check_error(&error, SG_FILE, "none.yaml", "no such file");
  assert_int_equal(sg_task_find(scratch("lonely.xml"), path, sizeof(path), &error), SG_FILE);
  check_error(&error, SG_FILE, "softgait tasks", "--init");

  assert_int_equal(sg_task_find(scratch("robot.xml"), path, sizeof(path), &error), SG_OK);
  assert_string_equal(path, scratch("robot.yaml"));
  assert_int_equal(sg_task_find(scratch("robot.yaml"), path, sizeof(path), &error), SG_OK);
  assert_string_equal(path, scratch("robot.yaml"));
}


static void the_files_of_a_model_are_listed(void** state) {
  (void)state;
  put_robot();
  put("robot.yaml", ROBOT_TASK);
  put("robot.xml",
      "<mujoco><!-- <include file='ghost.xml'/> -->\n"
      "<compiler meshdir='.'/><option timestep='0.005'/><include file='part.xml'/>\n"
      "<asset><mesh name='m' file = 'cone.obj'/></asset>\n"
      "<worldbody><body name='trunk'><freejoint/><geom type='mesh' mesh='m'/>\n"
      "</body></worldbody></mujoco>\n");
  put("part.xml",
      "<mujoco><worldbody><body name='arm'><joint name='elbow'/><geom size='1'/></body>\n"
      "<body><joint name='lift'/><geom size='1'/></body></worldbody>\n"
      "<actuator><motor name='elbow' joint='elbow' ctrlrange='0 1'/>\n"
      "<motor name='lift' joint='lift' ctrlrange='0 1'/></actuator></mujoco>\n");
  put("cone.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n");
  SgTask* task = load("robot.yaml");
  const SgTaskInfo* info = sg_task_info(task);
  assert_int_equal(info->nfile, 3);
  assert_string_equal(info->files[0], scratch("robot.xml"));
  assert_string_equal(info->files[1], scratch("part.xml"));
  assert_string_equal(info->files[2], scratch("./cone.obj"));
  sg_task_free(task);
}


// a model to attach keeps its meshes in a folder of its own
static void files_of_an_attached_model_are_listed(void** state) {
  (void)state;
  put_robot();
  put("robot.yaml", ROBOT_TASK);
  put("robot.xml",
      "<mujoco><compiler meshdir='elsewhere'/><option timestep='0.005'/>\n"
      "<asset><model name='limb' file='limb.xml'/></asset>\n"
      "<worldbody><body name='trunk'><freejoint/><geom size='1'/>\n"
      "<frame><attach model='limb' body='arm' prefix=''/></frame>\n"
      "<body><joint name='lift'/><geom size='1'/></body></body></worldbody>\n"
      "<actuator><motor name='elbow' joint='elbow' ctrlrange='0 1'/>\n"
      "<motor name='lift' joint='lift' ctrlrange='0 1'/></actuator></mujoco>\n");
  put("limb.xml",
      "<mujoco><compiler meshdir='.'/><asset><mesh name='m' file='cone.obj'/></asset>\n"
      "<worldbody><body name='arm'><joint name='elbow'/><geom type='mesh' mesh='m'/></body>\n"
      "</worldbody></mujoco>\n");
  put("cone.obj", "v 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\nf 1 3 2\nf 1 2 4\nf 1 4 3\nf 2 3 4\n");
  SgTask* task = load("robot.yaml");
  const SgTaskInfo* info = sg_task_info(task);
  assert_int_equal(info->nfile, 3);
  assert_string_equal(info->files[1], scratch("limb.xml"));
  assert_string_equal(info->files[2], scratch("./cone.obj"));
  sg_task_free(task);
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(all_shipped_tasks_load_with_their_sizes),
      cmocka_unit_test(shipped_names_are_sorted_and_complete),
      cmocka_unit_test(parameters_change_sizes_and_times),
      cmocka_unit_test(parameters_tell_value_and_default),
      cmocka_unit_test(wrong_settings_are_the_users_fault),
      cmocka_unit_test(wrong_task_files_are_told_with_their_place),
      cmocka_unit_test(wrong_models_are_told_in_one_line),
      cmocka_unit_test(a_loaded_task_leaves_no_error),
      cmocka_unit_test(tasks_are_found_by_name_and_path),
      cmocka_unit_test(the_files_of_a_model_are_listed),
      cmocka_unit_test(files_of_an_attached_model_are_listed),
  };
  return cmocka_run_group_tests(tests, fixture_begin, fixture_end);
}
