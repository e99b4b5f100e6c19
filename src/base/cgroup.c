// Control groups, read from their files:
//
//   /proc/self/cgroup       0::/user.slice/job          version 2: one tree for everything
//                           4:memory:/job               version 1: a tree per controller
//   /proc/self/mountinfo    ... /job /sys/fs/cgroup/memory ... - cgroup cgroup rw,memory
//                               root mount point
//
//   /sys/fs/cgroup/memory/job/memory.limit_in_bytes     a mount shows the groups below its root; in
//   /sys/fs/cgroup/memory/memory.limit_in_bytes         a container the root is often our own group

#include "base/cgroup.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum {
  MAX_PATH = 1024,
  MAX_LINE = 4096
};

// a tree of groups: where it is mounted and which of its groups is ours
typedef struct Tree {
  char root[MAX_PATH];   // the group that the mount point shows
  char mount[MAX_PATH];  // mount point
  char group[MAX_PATH];  // ours
} Tree;


//-------------------------------- small files ---------------------------------------------------

// open folder/name, or NULL
static FILE* open_in(const char* folder, const char* name) {
  char path[2 * MAX_PATH];
  int length = snprintf(path, sizeof(path), "%s/%s", folder, name);
  return length < (int)sizeof(path) ? fopen(path, "r") : NULL;
}


// the first n numbers of a file; false when they are not there ("max" is none)
static bool read_numbers(const char* folder, const char* name, double* numbers, int n) {
  FILE* file = open_in(folder, name);
  int found = 0;
  while (file && found < n && fscanf(file, "%lf", &numbers[found]) == 1) {
    found++;
  }
  if (file) {
    fclose(file);
  }
  return found == n;
}


// the number behind a word that begins a line; 0 when there is none
static double read_entry(const char* folder, const char* name, const char* word) {
  char line[256];
  double value = 0;
  size_t length = strlen(word);
  FILE* file = open_in(folder, name);
  while (file && fgets(line, sizeof(line), file)) {
    if (strncmp(line, word, length) == 0 && sscanf(line + length, " %lf", &value) == 1) {
      break;
    }
  }
  if (file) {
    fclose(file);
  }
  return value;
}


//-------------------------------- where we are --------------------------------------------------

// whether a list "cpu,cpuacct" names a controller
static bool names(const char* list, const char* controller) {
  size_t length = strlen(controller);
  for (const char* at = list; at; at = strchr(at, ',') ? strchr(at, ',') + 1 : NULL) {
    if (strncmp(at, controller, length) == 0 && strchr(",\n", at[length])) {
      return true;  // the end of the text is one of strchr's characters too
    }
  }
  return false;
}


// our group in a controller's tree, or in version 2's for NULL
static bool find_group(const char* proc, const char* controller, char group[MAX_PATH]) {
  char line[MAX_LINE];
  bool found = false;
  FILE* file = open_in(proc, "cgroup");
  while (file && !found && fgets(line, sizeof(line), file)) {
    // number:controllers:path
    char* controllers = strchr(line, ':');
    char* path = controllers ? strchr(controllers + 1, ':') : NULL;
    if (!path) {
      continue;
    }
    *controllers++ = *path++ = '\0';
    path[strcspn(path, "\n")] = '\0';
    found = controller ? names(controllers, controller) : controllers[0] == '\0';
    if (found && snprintf(group, MAX_PATH, "%s", path) >= MAX_PATH) {
      found = false;
      break;
    }
  }
  if (file) {
    fclose(file);
  }
  return found;
}


// where that tree is mounted
static bool find_mount(const char* proc, const char* controller, Tree* tree) {
  char line[MAX_LINE], type[64], options[512];
  bool found = false;
  FILE* file = open_in(proc, "mountinfo");
  while (file && !found && fgets(line, sizeof(line), file)) {
    // id parent major:minor root mount options ... - type source superoptions
    const char* rest = strstr(line, " - ");
    found = rest && sscanf(line, "%*s %*s %*s %1023s %1023s", tree->root, tree->mount) == 2 &&
            sscanf(rest, " - %63s %*s %511s", type, options) == 2 &&
            strcmp(type, controller ? "cgroup" : "cgroup2") == 0 &&
            (!controller || names(options, controller));
  }
  if (file) {
    fclose(file);
  }
  return found;
}


// the folder of our own group. Where the mount does not show it (a path from outside a container),
// the mount point itself, which then is the container's
static void own_folder(const Tree* tree, char folder[2 * MAX_PATH]) {
  size_t root = strcmp(tree->root, "/") == 0 ? 0 : strlen(tree->root);
  const char* below = tree->group + root;
  bool inside = strncmp(tree->group, tree->root, root) == 0 && (*below == '/' || *below == '\0') &&
                !strstr(tree->group, "/..");
  snprintf(folder, 2 * MAX_PATH, "%s%s", tree->mount,
           inside && strcmp(below, "/") != 0 ? below : "");
}


//-------------------------------- limits --------------------------------------------------------

static double least(double a, double b) {
  return a < b ? a : b;
}


// a group's own limits, of whichever version its files are
static SgCgroup folder_limits(const char* folder) {
  SgCgroup left = {(double)INFINITY, (double)INFINITY};
  double cpu[2], limit, used;
  if (read_numbers(folder, "cpu.max", cpu, 2) ||
      (read_numbers(folder, "cpu.cfs_quota_us", &cpu[0], 1) &&
       read_numbers(folder, "cpu.cfs_period_us", &cpu[1], 1))) {
    left.cpus = cpu[0] > 0 && cpu[1] > 0 ? cpu[0] / cpu[1] : left.cpus;
  }

  // pages of files that nobody uses are given back before memory runs out
  double idle = 0;
  bool limited = false;
  if (read_numbers(folder, "memory.max", &limit, 1)) {
    limited = read_numbers(folder, "memory.current", &used, 1);
    idle = read_entry(folder, "memory.stat", "inactive_file");
  } else if (read_numbers(folder, "memory.limit_in_bytes", &limit, 1)) {
    limited = read_numbers(folder, "memory.usage_in_bytes", &used, 1);
    idle = read_entry(folder, "memory.stat", "total_inactive_file");
  }
  if (limited) {
    left.memory_left = fmax(limit - fmax(used - idle, 0), 0);
  }
  return left;
}


// from our group up to what the mount point shows
static SgCgroup tree_limits(const Tree* tree) {
  SgCgroup left = {(double)INFINITY, (double)INFINITY};
  char folder[2 * MAX_PATH];
  size_t mount = strlen(tree->mount);
  own_folder(tree, folder);
  for (;;) {
    SgCgroup here = folder_limits(folder);
    left.cpus = least(left.cpus, here.cpus);
    left.memory_left = least(left.memory_left, here.memory_left);
    char* slash = strrchr(folder, '/');
    if (strlen(folder) <= mount || !slash) {
      return left;
    }
    *slash = '\0';
  }
}


SgCgroup sg_cgroup_read(const char* proc) {
  static const char* const controllers[] = {NULL, "cpu", "memory"};
  SgCgroup left = {(double)INFINITY, (double)INFINITY};
  for (int i = 0; i < 3; i++) {
    Tree tree;
    if (find_group(proc, controllers[i], tree.group) && find_mount(proc, controllers[i], &tree)) {
      SgCgroup here = tree_limits(&tree);
      left.cpus = least(left.cpus, here.cpus);
      left.memory_left = least(left.memory_left, here.memory_left);
    }
  }
  return left;
}
