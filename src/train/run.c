// Making a run folder. Small files are written whole; progress.csv is appended to, a row at a time.
//
//   folder ─> lock ─> command.txt, environment.txt ─> model/ ─> progress.csv ─> config.yaml: it is a run
//
// When any of these fails, what was made before is removed again.

#include "train/run.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/check.h"
#include "base/file.h"
#include "base/machine.h"

enum {
  PATH = 1024
};

struct SgRun {
  char folder[PATH];
  bool made;     // the folder was not there before
  int lock;      // descriptor; -1: none
  int progress;  // descriptor of progress.csv; -1: none
  off_t size;    // of progress.csv, whole lines
  bool has_header;
};

// what a run consists of
static const char* const PARTS[] = {"config.yaml",     "progress.csv", "policy", "model",
                                    "environment.txt", "command.txt",  "live"};

enum {
  NPART = sizeof(PARTS) / sizeof(PARTS[0])
};


//-------------------------------- the folder ----------------------------------------------------

// a file's path inside the run; the folder leaves room for the names
static void inside(const SgRun* run, const char* name, char path[PATH]) {
  bool fits = sg_path_join(path, PATH, run->folder, name);
  SG_ASSERT(fits);
}


static SgStatus cannot(const char* path, SgError* error) {
  return sg_fail(error, SG_MACHINE, "%s: cannot be written: %s", path, strerror(errno));
}


// runs/<task>/<date-time>-s<seed>-<4 hex>, one that mkdir makes and nobody had
static SgStatus make_new(SgRun* run, const SgConfig* config, const char* task, SgError* error) {
  char parent[PATH / 2], stamp[32];
  struct tm local;
  time_t now = time(NULL);
  snprintf(parent, sizeof(parent), "runs/%.60s", task);
  SgStatus status = sg_folder_make(parent, error);
  localtime_r(&now, &local);
  strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &local);

  for (int attempt = 0; status == SG_OK && attempt < 1000; attempt++) {
    unsigned short tag = 0;
    if (getrandom(&tag, sizeof(tag), 0) != sizeof(tag)) {
      tag = (unsigned short)(getpid() + attempt);
    }
    snprintf(run->folder, PATH, "%s/%s-s%lld-%04x", parent, stamp, (long long)config->seed, tag);
    run->made = mkdir(run->folder, 0777) == 0;
    if (run->made) {
      return SG_OK;
    }
    if (errno != EEXIST) {
      break;
    }
  }
  return status != SG_OK ? status : cannot(run->folder, error);
}


// a folder the user chose: made if missing, refused when a run is in it
static SgStatus make_given(SgRun* run, const char* folder, SgError* error) {
  char path[PATH];
  if (snprintf(run->folder, PATH, "%s", folder) >= PATH - 64) {
    return sg_fail(error, SG_MACHINE, "%.200s...: the path is too long", folder);
  }
  if (sg_file_exists(folder) && !sg_folder_exists(folder)) {
    return sg_fail(error, SG_MACHINE, "%s: is a file, a folder is needed", folder);
  }
  for (int i = 0; i < NPART; i++) {
    inside(run, PARTS[i], path);
    if (sg_file_exists(path)) {
      return sg_fail(error, SG_USAGE, "%s: holds a run already (%s); choose another folder", folder,
                     PARTS[i]);
    }
  }
  run->made = !sg_folder_exists(folder);
  return sg_folder_make(folder, error);
}


// held as long as the run lives, so that readers can tell a running run from a dead one. Who asks
// holds it for a moment, so it is tried for a while. Where the file system knows no locks, the run
// goes on without
static SgStatus take_lock(SgRun* run, SgError* error) {
  char path[PATH];
  inside(run, "lock", path);
  run->lock = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
  if (run->lock < 0) {
    return cannot(path, error);
  }
  bool held = true;
  for (int attempt = 0; held && attempt < 20; attempt++) {
    if (attempt > 0) {
      nanosleep(&(struct timespec){.tv_nsec = 10000000}, NULL);
    }
    held = flock(run->lock, LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  }
  if (held) {
    close(run->lock);
    run->lock = -1;
    return sg_fail(error, SG_USAGE, "%s: another softgait is writing to this folder", run->folder);
  }
  return SG_OK;
}


static int remove_entry(const char* path, const struct stat* info, int kind, struct FTW* ftw) {
  (void)info, (void)kind, (void)ftw;
  return remove(path);
}


// what a failed start has made; only the holder of the lock may take it away
static void undo(const SgRun* run) {
  char path[PATH];
  for (int i = 0; run->lock >= 0 && i < NPART; i++) {
    inside(run, PARTS[i], path);
    nftw(path, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
  }
  if (run->lock >= 0) {
    inside(run, "lock", path);
    unlink(path);
  }
  if (run->made) {
    rmdir(run->folder);
  }
}


// runs/latest -> the new run, replaced as one act
static void point_latest(const SgRun* run) {
  char beside[64];
  if (strncmp(run->folder, "runs/", 5) != 0) {
    return;
  }
  snprintf(beside, sizeof(beside), "runs/.latest-%d", (int)getpid());
  unlink(beside);
  if (symlink(run->folder + 5, beside) == 0 && rename(beside, "runs/latest") != 0) {
    unlink(beside);
  }
}


//-------------------------------- small files ---------------------------------------------------

// a memory stream as a file of the run
static SgStatus save_stream(const SgRun* run, const char* name, FILE* stream, char** bytes,
                            const size_t* size, SgError* error) {
  char path[PATH];
  bool fine = stream && fclose(stream) == 0;
  inside(run, name, path);
  SgStatus status = fine ? sg_file_write(path, *bytes, *size, error)
                         : sg_fail(error, SG_MACHINE, "%s: out of memory", path);
  free(*bytes);
  return status;
}


static SgStatus write_config(const SgRun* run, const SgConfig* config, const SgTask* task,
                             const SgConfigChecks* checks, SgError* error) {
  char* bytes = NULL;
  size_t size = 0;
  FILE* out = open_memstream(&bytes, &size);
  if (out) {
    sg_config_write(config, task, checks, out);
  }
  return save_stream(run, "config.yaml", out, &bytes, &size, error);
}


static SgStatus write_command(const SgRun* run, const SgRunFacts* facts, SgError* error) {
  char* bytes = NULL;
  size_t size = 0;
  FILE* out = open_memstream(&bytes, &size);
  if (out) {
    fprintf(out, "%s\n", facts->command ? facts->command : "");
  }
  return save_stream(run, "command.txt", out, &bytes, &size, error);
}


static SgStatus write_environment(const SgRun* run, const SgRunFacts* facts, SgError* error) {
  char *bytes = NULL, cpu[128];
  size_t size = 0;
  struct utsname os = {0};
  FILE* out = open_memstream(&bytes, &size);
  if (out) {
    uname(&os);
    sg_machine_cpu_name(cpu, sizeof(cpu));
    fprintf(out, "softgait: %s\ncompiler: %s\n", SG_VERSION, __VERSION__);
    fprintf(out, "mujoco: %s\nbackend: %s\n", facts->checks.mujoco, facts->checks.backend);
    fprintf(out, "processor: %s\nprocessors: %d\nthreads: %d\n", cpu, sg_machine_ncpu(),
            facts->nthread);
    fprintf(out, "memory: %.1f GB free at the start\nsystem: %s %s %s\n",
            (double)sg_machine_memory_available() / 1e9, os.sysname, os.release, os.machine);
  }
  return save_stream(run, "environment.txt", out, &bytes, &size, error);
}


//-------------------------------- a run ---------------------------------------------------------

static SgStatus open_progress(SgRun* run, SgError* error) {
  char path[PATH];
  inside(run, "progress.csv", path);
  run->progress = open(path, O_CREAT | O_EXCL | O_WRONLY | O_APPEND | O_CLOEXEC, 0666);
  return run->progress >= 0 ? SG_OK : cannot(path, error);
}


// all files of the start, config.yaml last
static SgStatus fill(SgRun* run, const SgConfig* config, const SgTask* task,
                     const SgRunFacts* facts, SgError* error) {
  char path[PATH], task_file[PATH / 2];
  SgConfigChecks checks = facts->checks;
  inside(run, "policy", path);
  SgStatus status = sg_folder_make(path, error);
  if (status == SG_OK) {
    status = write_command(run, facts, error);
  }
  if (status == SG_OK) {
    status = write_environment(run, facts, error);
  }
  if (status == SG_OK) {
    inside(run, "model", path);
    status = sg_model_copy(task, path, task_file, sizeof(task_file), error);
  }
  if (status == SG_OK) {
    status = open_progress(run, error);
  }
  if (status == SG_OK) {
    snprintf(checks.task_file, sizeof(checks.task_file), "model/%s", task_file);
    status = write_config(run, config, task, &checks, error);
  }
  return status;
}


SgRun* sg_run_create(const char* folder, const SgConfig* config, const SgTask* task,
                     const SgRunFacts* facts, SgError* error) {
  SgRun* run = calloc(1, sizeof(SgRun));
  if (!run) {
    sg_fail(error, SG_MACHINE, "out of memory for a run");
    return NULL;
  }
  run->lock = run->progress = -1;

  // the folder is ours, then filled
  SgStatus status = folder ? make_given(run, folder, error)
                           : make_new(run, config, sg_task_info(task)->name, error);
  if (status == SG_OK) {
    status = take_lock(run, error);
  }
  if (status == SG_OK) {
    status = fill(run, config, task, facts, error);
  }
  if (status != SG_OK) {
    undo(run);
    sg_run_close(run);
    return NULL;
  }
  point_latest(run);
  return run;
}


// what was half-written when the run was killed: of the files that a run replaces as it goes
static void sweep(const SgRun* run) {
  static const char* const names[] = {"config.yaml", "policy/latest.safetensors",
                                      "policy/best.safetensors"};
  char path[PATH];
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    inside(run, names[i], path);
    sg_file_sweep(path);
  }
}


SgRun* sg_run_open(const char* folder, SgError* error) {
  char path[PATH];
  struct stat info;
  SgRun* run = calloc(1, sizeof(SgRun));
  if (!run) {
    sg_fail(error, SG_MACHINE, "out of memory for a run");
    return NULL;
  }
  run->lock = run->progress = -1;
  snprintf(run->folder, sizeof(run->folder), "%s", folder);

  // ours alone, then the table to append to
  SgStatus status = take_lock(run, error);
  if (status == SG_OK) {
    sweep(run);
    inside(run, "progress.csv", path);
    run->progress = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
    bool fine = run->progress >= 0 && fstat(run->progress, &info) == 0;
    status =
        fine ? SG_OK : sg_fail(error, SG_FILE, "%s: cannot be opened: %s", path, strerror(errno));
  }
  if (status != SG_OK) {
    sg_run_close(run);
    return NULL;
  }
  run->size = info.st_size;
  run->has_header = info.st_size > 0;
  return run;
}


SgStatus sg_run_config_save(SgRun* run, const SgConfig* config, const SgTask* task,
                            const SgConfigChecks* checks, SgError* error) {
  return write_config(run, config, task, checks, error);
}


int64_t sg_run_csv_size(const SgRun* run) {
  return run->size;
}


SgStatus sg_run_csv_cut(SgRun* run, int64_t size, SgError* error) {
  if (size > run->size) {
    return sg_fail(error, SG_FILE,
                   "%s/progress.csv: is shorter than it was at the checkpoint; rows are "
                   "missing",
                   run->folder);
  }
  if (ftruncate(run->progress, size) != 0) {
    return sg_fail(error, SG_MACHINE, "%s/progress.csv: cannot be written: %s", run->folder,
                   strerror(errno));
  }
  run->size = size;
  run->has_header = size > 0;
  return SG_OK;
}


void sg_run_close(SgRun* run) {
  if (!run) {
    return;
  }
  if (run->progress >= 0) {
    close(run->progress);
  }
  if (run->lock >= 0) {
    close(run->lock);
  }
  free(run);
}


const char* sg_run_folder(const SgRun* run) {
  return run->folder;
}


// lines to the end of progress.csv: all of them or, when the disk is full, none
static SgStatus append(SgRun* run, const char* bytes, size_t size, SgError* error) {
  size_t done = 0;
  while (done < size) {
    ssize_t n = write(run->progress, bytes + done, size - done);
    if (n < 0 && errno != EINTR) {
      int why = errno;
      bool cut = ftruncate(run->progress, run->size) == 0;
      return sg_fail(error, SG_MACHINE, "%s/progress.csv: cannot be written: %s%s", run->folder,
                     strerror(why), cut ? "" : "; its last line is cut short");
    }
    done += n > 0 ? (size_t)n : 0;
  }
  run->size += (off_t)size;
  run->has_header = true;
  return SG_OK;
}


SgStatus sg_run_row(SgRun* run, const SgProgress* progress, SgError* error) {
  char* bytes = NULL;
  size_t size = 0;
  FILE* out = open_memstream(&bytes, &size);
  if (out && !run->has_header) {
    sg_progress_csv_header(progress, out);
  }
  if (out) {
    sg_progress_csv_row(progress, out);
  }
  bool fine = out && fclose(out) == 0;
  SgStatus status = fine ? append(run, bytes, size, error)
                         : sg_fail(error, SG_MACHINE, "out of memory for a row of the table");
  free(bytes);
  return status;
}


SgStatus sg_run_policy_save(SgRun* run, const char* name, const char* bytes, size_t size,
                            SgError* error) {
  char path[PATH], file[64];
  snprintf(file, sizeof(file), "policy/%.30s.safetensors", name);
  inside(run, file, path);
  return sg_file_write(path, bytes, size, error);
}
