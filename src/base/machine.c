// What this machine gives us, asked of the kernel: a container's limits count as the machine's.

#include "base/machine.h"

#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>


// the first number in a small file; -1 when there is none ("max" included)
static double read_number(const char* path) {
  double value = -1;
  FILE* file = fopen(path, "r");
  if (file) {
    if (fscanf(file, "%lf", &value) != 1) {
      value = -1;
    }
    fclose(file);
  }
  return value;
}


// processors that the cgroup's time quota allows; infinity without a quota
static double cgroup_cpus(void) {
  double quota = -1, period = -1;

  // version 2 keeps both numbers in one file, version 1 in two
  FILE* file = fopen("/sys/fs/cgroup/cpu.max", "r");
  if (file) {
    if (fscanf(file, "%lf %lf", &quota, &period) != 2) {
      quota = -1;
    }
    fclose(file);
  } else {
    quota = read_number("/sys/fs/cgroup/cpu/cpu.cfs_quota_us");
    period = read_number("/sys/fs/cgroup/cpu/cpu.cfs_period_us");
  }
  return quota > 0 && period > 0 ? quota / period : (double)INFINITY;
}


int sg_machine_ncpu(void) {
  cpu_set_t set;
  int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set)
                                                       : (int)sysconf(_SC_NPROCESSORS_ONLN);
  double quota = ceil(cgroup_cpus());
  n = quota < n ? (int)quota : n;
  return n > 0 ? n : 1;
}


// a line "Name:  123 kB" of /proc/meminfo in bytes; -1 when there is none
static double meminfo(const char* name) {
  char line[256];
  double kilobytes = -1;
  FILE* file = fopen("/proc/meminfo", "r");
  size_t length = strlen(name);
  while (file && fgets(line, sizeof(line), file)) {
    if (strncmp(line, name, length) == 0 && sscanf(line + length, ": %lf", &kilobytes) == 1) {
      break;
    }
  }
  if (file) {
    fclose(file);
  }
  return kilobytes < 0 ? -1 : kilobytes * 1024;
}


// what the cgroup's limit leaves, given its two files; infinity without a limit
static double cgroup_left(const char* limit_path, const char* used_path) {
  double limit = read_number(limit_path), used = read_number(used_path);
  return limit > 0 && used >= 0 ? fmax(limit - used, 0) : (double)INFINITY;
}


size_t sg_machine_memory_available(void) {
  double bytes = meminfo("MemAvailable");
  bytes = bytes < 0 ? (double)INFINITY : bytes;
  bytes = fmin(bytes, cgroup_left("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory.current"));
  bytes = fmin(bytes, cgroup_left("/sys/fs/cgroup/memory/memory.limit_in_bytes",
                                  "/sys/fs/cgroup/memory/memory.usage_in_bytes"));
  return bytes < (double)(SIZE_MAX / 2) ? (size_t)bytes : SIZE_MAX / 2;
}


void sg_machine_cpu_name(char* name, int size) {
  char line[256], value[256];
  FILE* file = fopen("/proc/cpuinfo", "r");
  snprintf(name, (size_t)size, "unknown processor");
  while (file && fgets(line, sizeof(line), file)) {
    if (sscanf(line, "model name : %255[^\n]", value) == 1) {
      snprintf(name, (size_t)size, "%s", value);
      break;
    }
  }
  if (file) {
    fclose(file);
  }
}


double sg_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
