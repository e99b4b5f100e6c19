// What this machine gives us, asked of the kernel: a container's limits count as the machine's.

#include "base/machine.h"

#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
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


// the beginning of a small file of the kernel's as text; "" when it cannot be read
static void peek(const char* path, char* text, int size) {
  ssize_t n = -1;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file >= 0) {
    n = read(file, text, (size_t)size - 1);
    close(file);
  }
  text[n > 0 ? n : 0] = '\0';
}


void sg_machine_boot(uint64_t id[2]) {
  char text[64];
  peek("/proc/sys/kernel/random/boot_id", text, sizeof(text));
  id[0] = id[1] = 0;
  for (int i = 0, digit = 0; text[i] && digit < 32; i++) {
    const char* hex = "0123456789abcdef";
    const char* found = strchr(hex, text[i]);
    if (found) {
      id[digit / 16] = id[digit / 16] << 4 | (uint64_t)(found - hex);
      digit++;
    }
  }
}


// "PID (NAME) STATE ..." of which the start is word 22; the name may hold anything, so the last ")"
// is where to count from
uint64_t sg_machine_process(int64_t pid) {
  char path[64], text[1024];
  snprintf(path, sizeof(path), "/proc/%" PRId64 "/stat", pid);
  peek(path, text, sizeof(text));
  char* word = strrchr(text, ')');
  if (!word || word[1] != ' ' || strchr("ZXx", word[2])) {
    return 0;
  }
  for (int i = 2; word && i < 22; i++) {
    word = strchr(word + 1, ' ');
  }
  return word ? strtoull(word, NULL, 10) : 0;
}


double sg_clock(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
