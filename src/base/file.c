// Files as one act.
//
//   write beside (name.XXXXXX) ─> fsync ─> rename over name ─> fsync the folder
//   (a device or a pipe is written to as it is)
//
// Rename makes the change whole, the syncs make it last. After a failed sync the kernel may have
// dropped the pages and call the next sync a success, so the temporary file is thrown away and
// nothing is retried.

#include "base/file.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  PATH = 4096
};


//-------------------------------- reading -------------------------------------------------------

// read until end or cap + 1 bytes; false on a read error
static bool read_all(int file, char* bytes, size_t room, size_t* size) {
  *size = 0;
  while (*size < room) {
    ssize_t got = read(file, bytes + *size, room - *size);
    if (got < 0 && errno == EINTR) {
      continue;
    }
    if (got < 0) {
      return false;
    }
    if (got == 0) {
      break;
    }
    *size += (size_t)got;
  }
  return true;
}


char* sg_file_read(const char* path, size_t cap, size_t* size, SgError* error) {
  struct stat info;
  char* bytes = NULL;
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 || fstat(file, &info) != 0) {
    sg_fail(error, SG_FILE, "%s: cannot be opened: %s", path, strerror(errno));
    goto end;
  }
  if (S_ISDIR(info.st_mode)) {
    sg_fail(error, SG_FILE, "%s: is a folder, a file is needed", path);
    goto end;
  }
  if (info.st_size > 0 && (size_t)info.st_size > cap) {
    sg_fail(error, SG_FILE, "%s: has %lld bytes, more than the %zu allowed", path,
            (long long)info.st_size, cap);
    goto end;
  }

  // one byte more than it should have tells a file that grew; pipes have no size at all
  size_t room = (S_ISREG(info.st_mode) ? (size_t)info.st_size : cap) + 1;
  bytes = malloc(room + 1);
  if (!bytes) {
    sg_fail(error, SG_MACHINE, "%s: out of memory for %zu bytes", path, room);
    goto end;
  }
  if (!read_all(file, bytes, room, size) || *size == room) {
    sg_fail(error, SG_FILE, "%s: cannot be read: %s", path,
            *size == room ? "it is too large or grew meanwhile" : strerror(errno));
    free(bytes);
    bytes = NULL;
    goto end;
  }
  bytes[*size] = '\0';

end:
  if (file >= 0) {
    close(file);
  }
  return bytes;
}


void sg_file_free(char* bytes) {
  free(bytes);
}


//-------------------------------- writing -------------------------------------------------------

static bool write_all(int file, const char* bytes, size_t size) {
  while (size > 0) {
    ssize_t done = write(file, bytes, size);
    if (done < 0 && errno == EINTR) {
      continue;
    }
    if (done < 0) {
      return false;
    }
    bytes += done;
    size -= (size_t)done;
  }
  return true;
}


void sg_folder_sync(const char* path) {
  int file = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (file >= 0) {
    fsync(file);
    close(file);
  }
}


// the folder that holds path: what stands before its last part, which is returned
static const char* split(const char* path, char folder[PATH]) {
  const char* slash = strrchr(path, '/');
  snprintf(folder, PATH, "%.*s", slash ? (int)(slash - path + 1) : 1, slash ? path : ".");
  return slash ? slash + 1 : path;
}


// make the folder's entry for path last
static void sync_parent(const char* path) {
  char folder[PATH];
  split(path, folder);
  sg_folder_sync(folder);
}


// into a device or a pipe: renaming a file over it would take its place
static SgStatus write_through(const char* path, const void* bytes, size_t size, SgError* error) {
  int file = open(path, O_WRONLY | O_CLOEXEC);
  bool fine = file >= 0 && write_all(file, bytes, size);
  int why = errno;
  if (file >= 0) {
    close(file);
  }
  return fine ? SG_OK
              : sg_fail(error, SG_MACHINE, "%s: cannot be written: %s", path, strerror(why));
}


SgStatus sg_file_write(const char* path, const void* bytes, size_t size, SgError* error) {
  char beside[PATH];
  struct stat info;
  if (stat(path, &info) == 0 && !S_ISREG(info.st_mode) && !S_ISDIR(info.st_mode)) {
    return write_through(path, bytes, size, error);
  }
  if (snprintf(beside, sizeof(beside), "%s.XXXXXX", path) >= (int)sizeof(beside)) {
    return sg_fail(error, SG_MACHINE, "%s: the path is too long", path);
  }
  int file = mkostemp(beside, O_CLOEXEC);
  if (file < 0) {
    return sg_fail(error, SG_MACHINE, "%s: cannot be written: %s", path, strerror(errno));
  }

  // as readable as a new file would be, then all of it, then to the disk, then under its name
  mode_t mask = umask(0);
  umask(mask);
  bool fine = fchmod(file, 0666 & ~mask) == 0 && write_all(file, bytes, size) && fsync(file) == 0;
  int why = errno;
  fine = close(file) == 0 && fine;
  if (fine && rename(beside, path) == 0) {
    sync_parent(path);
    return SG_OK;
  }
  why = fine ? errno : why;
  unlink(beside);
  return sg_fail(error, SG_MACHINE, "%s: cannot be written: %s", path, strerror(why));
}


// whether an entry of its folder is name.XXXXXX, six letters or digits
static bool is_beside(const char* entry, const char* name) {
  size_t length = strlen(name);
  if (strncmp(entry, name, length) != 0 || entry[length] != '.') {
    return false;
  }
  const char* end = entry + length + 1;
  while (isalnum((unsigned char)*end)) {
    end++;
  }
  return *end == '\0' && end - entry == (ptrdiff_t)length + 7;
}


void sg_file_sweep(const char* path) {
  char folder[PATH];
  const char* name = split(path, folder);
  DIR* entries = opendir(folder);
  for (struct dirent* entry; entries && (entry = readdir(entries)) != NULL;) {
    if (is_beside(entry->d_name, name)) {
      unlinkat(dirfd(entries), entry->d_name, 0);
    }
  }
  if (entries) {
    closedir(entries);
  }
}


//-------------------------------- folders and paths ---------------------------------------------

SgStatus sg_folder_make(const char* path, SgError* error) {
  char part[PATH];
  if (snprintf(part, sizeof(part), "%s", path) >= (int)sizeof(part)) {
    return sg_fail(error, SG_MACHINE, "%s: the path is too long", path);
  }

  // every parent in turn, then the folder; the first refusal is the reason
  int why = 0;
  for (char* slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
    *slash = '\0';
    why = why || mkdir(part, 0777) == 0 || errno == EEXIST ? why : errno;
    *slash = '/';
  }
  if (mkdir(part, 0777) != 0 && !(errno == EEXIST && sg_folder_exists(part))) {
    return sg_fail(error, SG_MACHINE, "%s: the folder cannot be made: %s", path,
                   strerror(why ? why : errno));
  }
  return SG_OK;
}


bool sg_file_exists(const char* path) {
  struct stat info;
  return stat(path, &info) == 0;
}


bool sg_folder_exists(const char* path) {
  struct stat info;
  return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}


bool sg_path_join(char* path, int size, const char* folder, const char* name) {
  size_t length = strlen(folder);
  const char* slash = length > 0 && folder[length - 1] == '/' ? "" : "/";
  return snprintf(path, (size_t)size, "%s%s%s", folder, slash, name) < size;
}


static int remove_entry(const char* path, const struct stat* what, int kind, struct FTW* place) {
  (void)what;
  (void)kind;
  (void)place;
  remove(path);
  return 0;
}


void sg_folder_remove(const char* path) {
  nftw(path, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
}
