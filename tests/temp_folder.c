#include "temp_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <dirent.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"

static char folder[64], before[1024];


int temp_folder_enter(void** state) {
  (void)state;
  snprintf(folder, sizeof(folder), "/tmp/softgait-test-XXXXXX");
  return getcwd(before, sizeof(before)) && mkdtemp(folder) ? chdir(folder) : -1;
}


static int remove_entry(const char* path, const struct stat* info, int kind, struct FTW* ftw) {
  (void)info, (void)kind, (void)ftw;
  return remove(path);
}


int temp_folder_leave(void** state) {
  (void)state;
  return chdir(before) == 0 ? nftw(folder, remove_entry, 8, FTW_DEPTH | FTW_PHYS) : -1;
}


void temp_write(const char* path, const char* text) {
  SgError error = {0};
  char parent[256];
  const char* slash = strrchr(path, '/');
  if (slash) {
    snprintf(parent, sizeof(parent), "%.*s", (int)(slash - path), path);
    assert_int_equal(sg_folder_make(parent, &error), SG_OK);
  }
  assert_int_equal(sg_file_write(path, text, strlen(text), &error), SG_OK);
}


char* temp_read(const char* path) {
  SgError error = {0};
  size_t size;
  char* text = sg_file_read(path, 1 << 24, &size, &error);
  if (!text) {
    fail_msg("%s", error.text);
  }
  return text;
}


int temp_count(const char* path) {
  DIR* dir = opendir(path);
  int n = dir ? -2 : -1;
  while (dir && readdir(dir)) {
    n++;
  }
  if (dir) {
    closedir(dir);
  }
  return n;
}


void temp_cart(const char* where, const char* reward, const char* place) {
  char path[256], text[1024];
  snprintf(path, sizeof(path), "%s/cart.xml", where);
  temp_write(path,
             "<mujoco><option timestep='0.01' gravity='0 0 0'/><worldbody><body>"
             "<joint name='slide' type='slide' axis='1 0 0' damping='1'/>"
             "<geom size='0.1' mass='1'/></body></worldbody>"
             "<actuator><motor name='push' joint='slide' ctrlrange='-2 3'/></actuator></mujoco>");
  snprintf(path, sizeof(path), "%s/cart.yaml", where);
  snprintf(text, sizeof(text),
           "task: cart\nmodel: cart.xml\nparameters: {place: %s, size: %s}\n"
           "control: {frame_skip: 2, episode_steps: 50}\naction: {actuators: all}\n"
           "observation:\n  - {term: qpos}\n  - {term: qvel}\n"
           "rewards:\n  - {reward: there, term: constant, value: $size}\n"
           "reset:\n  - {set: qpos, value: $place}\n  - {set: qvel, noise: uniform, scale: 0.5}\n",
           place, reward);
  temp_write(path, text);
}
