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

#include "base/cgroup.h"


int sg_machine_ncpu(void) {
  cpu_set_t set;
  int n = sched_getaffinity(0, sizeof(set), &set) == 0 ? CPU_COUNT(&set)
                                                       : (int)sysconf(_SC_NPROCESSORS_ONLN);
  double quota = ceil(sg_cgroup_read("/proc/self").cpus);
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


size_t sg_machine_memory_available(void) {
  double bytes = meminfo("MemAvailable");
  bytes = bytes < 0 ? (double)INFINITY : bytes;
  bytes = fmin(bytes, sg_cgroup_read("/proc/self").memory_left);
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
