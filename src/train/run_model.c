// A run's own copy of its model.
//
//   robots/hop/task.yaml        model/hop/task.yaml       the folder that holds all files, robots/,
//   robots/hop/robot.xml    ->  model/hop/robot.xml       becomes model/; usually it is the task's
//   robots/common/foot.obj      model/common/foot.obj     own, and the task file lies on top

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "train/run.h"

enum {
  PATH = 2048,
  MAX_FILE = 256 << 20
};


//-------------------------------- paths ---------------------------------------------------------

// drop the last part of an absolute path: "/a/b" to "/a", "/a" to ""
static void drop_part(char* path) {
  char* slash = strrchr(path, '/');
  if (slash) {
    *slash = '\0';
  }
}


// a path from the root, without ".", ".." and double slashes
static bool absolute(char full[PATH], const char* path) {
  char rest[PATH], *at = rest;
  if (snprintf(rest, sizeof(rest), "%s", path) >= PATH) {
    return false;
  }
  full[0] = '\0';
  if (path[0] != '/' && !getcwd(full, PATH)) {
    return false;
  }
  for (char* part; (part = strsep(&at, "/")) != NULL;) {
    size_t used = strlen(full);
    if (strcmp(part, "..") == 0) {
      drop_part(full);
    } else if (part[0] && strcmp(part, ".") != 0 &&
               snprintf(full + used, PATH - used, "/%s", part) >= (int)(PATH - used)) {
      return false;
    }
  }
  return true;
}


// whether an absolute path lies in a folder or below
static bool is_in(const char* path, const char* folder) {
  size_t length = strlen(folder);
  return strncmp(path, folder, length) == 0 && path[length] == '/';
}


// the deepest folder that holds the task file and all of the model's files
static SgStatus common_folder(const SgTaskInfo* info, char folder[PATH], SgError* error) {
  char full[PATH];
  bool fits = absolute(folder, info->task_path);
  drop_part(folder);
  for (int i = 0; fits && i < info->nfile; i++) {
    fits = absolute(full, info->files[i]);
    while (fits && folder[0] && !is_in(full, folder)) {
      drop_part(folder);
    }
  }
  return fits ? SG_OK : sg_fail(error, SG_MACHINE, "%s: the path is too long", info->task_path);
}


//-------------------------------- copies --------------------------------------------------------

// from -> to/name, folders on the way made
static SgStatus copy_file(const char* from, const char* to, const char* name, SgError* error) {
  char path[PATH], parent[PATH];
  size_t size;
  if (!sg_path_join(path, sizeof(path), to, name)) {
    return sg_fail(error, SG_MACHINE, "%s/%s: the path is too long", to, name);
  }
  char* bytes = sg_file_read(from, MAX_FILE, &size, error);
  if (!bytes) {
    return SG_FILE;
  }
  memcpy(parent, path, sizeof(parent));
  drop_part(parent);
  SgStatus status = sg_folder_make(parent, error);
  if (status == SG_OK) {
    status = sg_file_write(path, bytes, size, error);
  }
  sg_file_free(bytes);
  return status;
}


SgStatus sg_model_copy(const SgTask* task, const char* folder, char* task_file, int size,
                       SgError* error) {
  const SgTaskInfo* info = sg_task_info(task);
  char root[PATH], full[PATH];
  SgStatus status = common_folder(info, root, error);
  if (status != SG_OK) {
    return status;
  }

  // the task file: on top it takes the task's name, by which readers find it
  absolute(full, info->task_path);
  const char* inside = full + strlen(root) + 1;
  int length = strchr(inside, '/') ? snprintf(task_file, (size_t)size, "%s", inside)
                                   : snprintf(task_file, (size_t)size, "%s.yaml", info->name);
  if (length >= size) {
    return sg_fail(error, SG_MACHINE, "%s: the path is too long", info->task_path);
  }
  status = copy_file(info->task_path, folder, task_file, error);

  // the model, each file where it lies relative to the others
  for (int i = 0; status == SG_OK && i < info->nfile; i++) {
    absolute(full, info->files[i]);
    status = copy_file(info->files[i], folder, full + strlen(root) + 1, error);
  }
  return status;
}
