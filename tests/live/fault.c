// A disk that refuses the live feed and nothing else: loaded before libc by LD_PRELOAD.
//
//   LIVE_FAULT=space    no space can be reserved
//   LIVE_FAULT=N        every write to a file named live fails from the Nth on

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define OURS __attribute__((visibility("default")))

OURS int posix_fallocate(int file, off_t at, off_t size);
OURS ssize_t pwrite(int file, const void* bytes, size_t size, off_t at);


static const char* fault(void) {
  const char* text = getenv("LIVE_FAULT");
  return text ? text : "";
}


static int is_feed(int file) {
  char link[64], path[1024];
  snprintf(link, sizeof(link), "/proc/self/fd/%d", file);
  ssize_t n = readlink(link, path, sizeof(path) - 1);
  path[n > 0 ? n : 0] = '\0';
  const char* slash = strrchr(path, '/');
  return slash && strcmp(slash, "/live") == 0;
}


int posix_fallocate(int file, off_t at, off_t size) {
  int (*real)(int, off_t, off_t) = (int (*)(int, off_t, off_t))dlsym(RTLD_NEXT, "posix_fallocate");
  return strcmp(fault(), "space") == 0 && is_feed(file) ? ENOSPC : real(file, at, size);
}


ssize_t pwrite(int file, const void* bytes, size_t size, off_t at) {
  static long count;
  ssize_t (*real)(int, const void*, size_t, off_t) =
      (ssize_t(*)(int, const void*, size_t, off_t))dlsym(RTLD_NEXT, "pwrite");
  long from = atol(fault());
  if (from > 0 && is_feed(file) && ++count >= from) {
    errno = EIO;
    return -1;
  }
  return real(file, bytes, size, at);
}
