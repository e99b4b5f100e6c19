// The scratch folder lives as long as the group of tests.

#include "task_fixture.h"

#include <dirent.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "task/guard.h"

static char folder[] = "/tmp/softgait-task-XXXXXX";


int fixture_begin(void** state) {
  (void)state;
  unsetenv("SOFTGAIT_MODELS");
  sg_guard_install();
  return mkdtemp(folder) ? 0 : -1;
}


int fixture_end(void** state) {
  (void)state;
  DIR* dir = opendir(folder);
  for (struct dirent* entry; dir && (entry = readdir(dir)) != NULL;) {
    unlink(scratch(entry->d_name));
    rmdir(scratch(entry->d_name));
  }
  closedir(dir);
  return rmdir(folder);
}


const char* scratch(const char* name) {
  static char paths[4][512];
  static int next;
  next = (next + 1) % 4;
  snprintf(paths[next], sizeof(paths[0]), "%s/%s", folder, name);
  return paths[next];
}


void put(const char* name, const char* text) {
  FILE* file = fopen(scratch(name), "w");
  assert_non_null(file);
  assert_true(fputs(text, file) >= 0);
  assert_int_equal(fclose(file), 0);
}


SgTask* ship(const char* name, int n, const char* const* settings) {
  char path[1024], text[8][128];
  SgTaskSetting list[8];
  SgError error = {0};
  assert_true(n <= 8);
  for (int i = 0; i < n; i++) {
    snprintf(text[i], sizeof(text[i]), "%s", settings[i]);
    char* equal = strchr(text[i], '=');
    *equal = '\0';
    list[i] = (SgTaskSetting){text[i], equal + 1};
  }
  if (sg_task_find(name, path, sizeof(path), &error) != SG_OK) {
    fail_msg("%s", error.text);
  }
  SgTask* task = sg_task_load(path, list, n, &error);
  if (!task) {
    fail_msg("%s", error.text);
  }
  return task;
}


SgTask* load(const char* name) {
  SgError error = {0};
  SgTask* task = sg_task_load(scratch(name), NULL, 0, &error);
  if (!task) {
    fail_msg("%s", error.text);
  }
  return task;
}


SgEnv* make_env(const SgTask* task) {
  SgError error = {0};
  SgEnv* env = sg_env_create(task, &error);
  if (!env) {
    fail_msg("%s", error.text);
  }
  return env;
}


SgStep wiggle(SgEnv* env, const SgTask* task, int k) {
  const SgTaskInfo* info = sg_task_info(task);
  double ctrl[64];
  for (int i = 0; i < info->nact; i++) {
    ctrl[i] = info->act_offset[i] + 0.3 * info->act_scale[i] * sin(0.4 * k + 1.7 * i);
  }
  return sg_env_step(env, ctrl);
}


void put_robot(void) {
  put("robot.xml",
      "<mujoco model='robot'>\n"
      "  <option timestep='0.005'/>\n"
      "  <worldbody>\n"
      "    <geom name='floor' type='plane' size='5 5 1'/>\n"
      "    <body name='trunk' pos='0 0 0.5'>\n"
      "      <freejoint name='root'/>\n"
      "      <geom name='trunk' type='box' size='0.2 0.1 0.1' mass='2'/>\n"
      "      <site name='imu' pos='0.1 0 0'/>\n"
      "      <body name='arm' pos='0.2 0 0'>\n"
      "        <joint name='elbow' type='hinge' axis='0 1 0' damping='0.1'/>\n"
      "        <geom name='arm' type='capsule' fromto='0 0 0 0.3 0 0' size='0.03' mass='0.5'/>\n"
      "        <site name='tip' pos='0.3 0 0'/>\n"
      "      </body>\n"
      "    </body>\n"
      "    <body name='ball' pos='1 0.5 0.3'>\n"
      "      <joint name='lift' type='slide' axis='0 0 1' damping='2'/>\n"
      "      <geom name='ball' type='sphere' size='0.1' mass='1' contype='0' conaffinity='0'/>\n"
      "    </body>\n"
      "  </worldbody>\n"
      "  <actuator>\n"
      "    <motor name='elbow' joint='elbow' ctrlrange='-2 1'/>\n"
      "    <motor name='lift' joint='lift' ctrlrange='0 20'/>\n"
      "    <motor name='free_lift' joint='lift'/>\n"
      "  </actuator>\n"
      "  <sensor>\n"
      "    <gyro name='gyro' site='imu'/>\n"
      "    <accelerometer name='accelerometer' site='imu'/>\n"
      "    <jointpos name='elbow_angle' joint='elbow'/>\n"
      "  </sensor>\n"
      "</mujoco>\n");
}


const char* const ROBOT_TASK =
    "task: robot\n"
    "model: robot.xml\n"
    "parameters: {weight: 2, low: -1, range: [0.2, inf], flag: true, body: trunk}\n"
    "control: {frame_skip: 4, episode_steps: 20}\n"
    "action: {actuators: [elbow, lift]}\n"
    "observation: [{term: qpos}, {term: qvel}]\n"
    "conditions: {up: [{quantity: qpos, index: 2, inside: $range}]}\n"
    "rewards: [{reward: go, term: velocity, of: body_x $body, weight: $weight}]\n"
    "terminate: [{unless: up, if: $flag}]\n"
    "reset: [{set: qvel, noise: normal, scale: 0.1}]\n";
