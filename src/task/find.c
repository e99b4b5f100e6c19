// Finding tasks by name: the models folder, and what lies in it.
//
//   SOFTGAIT_MODELS, else models/ beside the executable, else ../share/softgait/models, else the
//   source tree that the program was built from
//
//   models/<robot>/<task>.yaml

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "task/task.h"
#include "task/task_internal.h"

enum {
  MAX_TASK = 256
};

// a task of the models folder
typedef struct Found {
  char name[64];
  char path[SG_MAX_PATH];
} Found;

static Found found[MAX_TASK];
static const char* found_names[MAX_TASK];
static int nfound = -1;  // -1: not looked yet


// a folder beside the executable, or the empty string
static void beside_program(char* path, int size, const char* relative) {
  char program[SG_MAX_PATH];
  ssize_t length = readlink("/proc/self/exe", program, sizeof(program) - 1);
  path[0] = '\0';
  if (length > 0) {
    program[length] = '\0';
    char* slash = strrchr(program, '/');
    if (slash) {
      *slash = '\0';
      sg_path_join(path, size, program, relative);
    }
  }
}


static void models_folder(char* path, int size) {
  static const char* const places[] = {"models", "../share/softgait/models"};
  const char* given = getenv("SOFTGAIT_MODELS");
  if (given && given[0]) {
    snprintf(path, (size_t)size, "%s", given);
    return;
  }
  for (int i = 0; i < 2; i++) {
    beside_program(path, size, places[i]);
    if (sg_folder_exists(path)) {
      return;
    }
  }
  snprintf(path, (size_t)size, "%s", SG_SOURCE_MODELS);
}


// remember the task files of one robot's folder
static void look_in(const char* folder) {
  DIR* dir = opendir(folder);
  for (struct dirent* entry; dir && nfound < MAX_TASK && (entry = readdir(dir)) != NULL;) {
    size_t length = strlen(entry->d_name);
    if (length > 5 && length < 64 && strcmp(entry->d_name + length - 5, ".yaml") == 0) {
      Found* task = &found[nfound++];
      snprintf(task->name, sizeof(task->name), "%.*s", (int)length - 5, entry->d_name);
      sg_path_join(task->path, sizeof(task->path), folder, entry->d_name);
    }
  }
  if (dir) {
    closedir(dir);
  }
}


static int by_name(const void* a, const void* b) {
  return strcmp(((const Found*)a)->name, ((const Found*)b)->name);
}


static void look(void) {
  char models[SG_MAX_PATH], folder[SG_MAX_PATH];
  models_folder(models, sizeof(models));
  nfound = 0;

  DIR* dir = opendir(models);
  for (struct dirent* entry; dir && (entry = readdir(dir)) != NULL;) {
    bool fits = sg_path_join(folder, sizeof(folder), models, entry->d_name);
    if (entry->d_name[0] != '.' && fits && sg_folder_exists(folder)) {
      look_in(folder);
    }
  }
  if (dir) {
    closedir(dir);
  }
  qsort(found, (size_t)nfound, sizeof(Found), by_name);
  for (int i = 0; i < nfound; i++) {
    found_names[i] = found[i].name;
  }
}


const char* const* sg_task_names(int* n) {
  if (nfound < 0) {
    look();
  }
  *n = nfound;
  return found_names;
}


// a path to a task file, or to a model with a task file of the same name beside it
static SgStatus find_path(const char* task, char* path, int size, SgError* error) {
  if (snprintf(path, (size_t)size, "%s", task) >= size) {
    return sg_fail(error, SG_FILE, "%.60s...: the path is too long", task);
  }
  if (!sg_file_exists(task)) {
    return sg_fail(error, SG_FILE, "%s: there is no such file", task);
  }
  if (sg_text_ends(task, ".xml")) {
    snprintf(path, (size_t)size, "%.*s.yaml", (int)strlen(task) - 4, task);
    if (!sg_file_exists(path)) {
      return sg_fail(error, SG_FILE,
                     "%s has no task file %s beside it; make one to edit with "
                     "`softgait tasks %s --init > %s`",
                     task, path, task, path);
    }
  }
  return SG_OK;
}


SgStatus sg_task_find(const char* task, char* path, int path_size, SgError* error) {
  int n;
  const char* const* names = sg_task_names(&n);
  if (strchr(task, '/') || sg_text_ends(task, ".yaml") || sg_text_ends(task, ".xml")) {
    return find_path(task, path, path_size, error);
  }

  for (int i = 0; i < n; i++) {
    if (strcmp(names[i], task) == 0) {
      snprintf(path, (size_t)path_size, "%s", found[i].path);
      return SG_OK;
    }
  }
  if (n == 0) {
    return sg_fail(error, SG_FILE,
                   "no task files were found; point SOFTGAIT_MODELS at softgait's "
                   "models folder");
  }
  const char* near = sg_text_nearest(task, names, n);
  if (near) {
    return sg_fail(error, SG_USAGE, "there is no task '%.60s'; did you mean '%s'?", task, near);
  }
  return sg_fail(error, SG_USAGE, "there is no task '%.60s'; `softgait tasks` lists them", task);
}
