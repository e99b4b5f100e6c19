// Prints how a task's episodes begin, for the comparison with Gymnasium's resets (resets.py).
//
//   resets TASK COUNT SEED [NAME=VALUE]...     qpos_0 ... qvel_0 ..., a row per reset
//
// Half of the rows are episodes of one environment, half are first episodes of many.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "task/env.h"
#include "task/guard.h"

enum {
  MAX_SETTING = 16
};


static void print_names(const char* stem, int n, const char* end) {
  for (int i = 0; i < n; i++) {
    printf("%s_%d%s", stem, i, i + 1 < n ? "," : end);
  }
}


static void print_numbers(const mjtNum* x, int n, const char* end) {
  for (int i = 0; i < n; i++) {
    printf("%.17g%s", x[i], i + 1 < n ? "," : end);
  }
}


static int fail(const SgError* error) {
  fprintf(stderr, "resets: %s\n", error->text);
  return 1;
}


int main(int argc, char** argv) {
  SgTaskSetting settings[MAX_SETTING];
  SgError error = {0};
  char path[1024];
  int nsetting = 0;
  if (argc < 4 || argc - 4 > MAX_SETTING) {
    fprintf(stderr, "usage: resets TASK COUNT SEED [NAME=VALUE]...\n");
    return 2;
  }
  for (int i = 4; i < argc; i++) {
    char* name = argv[i];
    char* text = strchr(name, '=');
    if (!text) {
      fprintf(stderr, "resets: %s has no =\n", name);
      return 2;
    }
    *text++ = '\0';
    settings[nsetting++] = (SgTaskSetting){name, text};
  }

  // the task, and one environment that begins again and again
  sg_guard_install();
  if (sg_task_find(argv[1], path, sizeof(path), &error) != SG_OK) {
    return fail(&error);
  }
  SgTask* task = sg_task_load(path, settings, nsetting, &error);
  SgEnv* env = task ? sg_env_create(task, &error) : NULL;
  if (!env) {
    sg_task_free(task);
    return fail(&error);
  }
  const mjModel* m = sg_task_model(task);
  print_names("qpos", (int)m->nq, ",");
  print_names("qvel", (int)m->nv, "\n");
  uint32_t count = (uint32_t)strtoul(argv[2], NULL, 10);
  uint64_t seed = strtoull(argv[3], NULL, 10);
  for (uint32_t i = 0; i < count; i++) {
    sg_env_reset(env, seed, SG_RNG_RESET, i % 2 ? i : 0, i % 2 ? 0 : i);
    print_numbers(sg_env_data(env)->qpos, (int)m->nq, ",");
    print_numbers(sg_env_data(env)->qvel, (int)m->nv, "\n");
  }
  sg_env_free(env);
  sg_task_free(task);
  return 0;
}
