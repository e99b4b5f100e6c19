// Making a run folder. Small files are written whole; progress.csv is appended to, a row at a time.

#include "train/run.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <time.h>
#include <unistd.h>

#include "base/file.h"
#include "base/machine.h"
#include "policy/sha256.h"

enum {
  PATH = 1024,
  MAX_MODEL = 64 << 20
};

struct SgRun {
  char folder[PATH];
  FILE* progress;
  bool has_header;
  int lock;  // descriptor; -1: none
};


//-------------------------------- the folder ----------------------------------------------------

// a file's path inside the run
static void inside(const SgRun* run, const char* name, char path[PATH]) {
  sg_path_join(path, PATH, run->folder, name);
}


static SgStatus cannot(const char* path, SgError* error) {
  return sg_fail(error, SG_MACHINE, "%s: cannot be written: %s", path, strerror(errno));
}


// runs/<task>/<date-time>-s<seed>-<4 hex>, one that mkdir makes and nobody had
static SgStatus make_new(SgRun* run, const SgConfig* config, const char* task, SgError* error) {
  char parent[PATH], stamp[32];
  snprintf(parent, sizeof(parent), "runs/%s", task);
  SgStatus status = sg_folder_make(parent, error);
  time_t now = time(NULL);
  struct tm local;
  localtime_r(&now, &local);
  strftime(stamp, sizeof(stamp), "%Y%m%d-%H%M%S", &local);

  for (int attempt = 0; status == SG_OK && attempt < 1000; attempt++) {
    unsigned short tag = 0;
    if (getrandom(&tag, sizeof(tag), 0) != sizeof(tag)) {
      tag = (unsigned short)(getpid() + attempt);
    }
    snprintf(run->folder, PATH, "runs/%.60s/%s-s%lld-%04x", task, stamp, (long long)config->seed,
             tag);
    if (mkdir(run->folder, 0777) == 0) {
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
  snprintf(run->folder, PATH, "%s", folder);
  inside(run, "config.yaml", path);
  if (sg_file_exists(path)) {
    return sg_fail(error, SG_USAGE, "%s: holds a run already; choose another folder", folder);
  }
  if (sg_file_exists(folder) && !sg_folder_exists(folder)) {
    return sg_fail(error, SG_MACHINE, "%s: is a file, a folder is needed", folder);
  }
  return sg_folder_make(folder, error);
}


// held as long as the run lives, so that readers can tell a running run from a dead one
static SgStatus take_lock(SgRun* run, SgError* error) {
  char path[PATH];
  inside(run, "lock", path);
  run->lock = open(path, O_CREAT | O_RDWR | O_CLOEXEC, 0666);
  if (run->lock < 0) {
    return cannot(path, error);
  }
  if (flock(run->lock, LOCK_EX | LOCK_NB) != 0) {
    return sg_fail(error, SG_USAGE, "%s: another softgait is writing to this folder", run->folder);
  }
  return SG_OK;
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


// a configuration's keys, grouped by the word before the dot
static void print_keys(FILE* out, const SgConfig* config) {
  int n;
  const SgConfigKey* keys = sg_config_keys(&n);
  char group[16] = "", text[128];
  for (int i = 0; i < n; i++) {
    int length = (int)strcspn(keys[i].name, ".");
    if (strncmp(group, keys[i].name, (size_t)length) != 0 || group[length] != '\0') {
      snprintf(group, sizeof(group), "%.*s", length, keys[i].name);
      fprintf(out, "%s:\n", group);
    }
    sg_config_value(config, i, text, sizeof(text));
    int used = fprintf(out, "  %s: %s", keys[i].name + length + 1, text);
    fprintf(out, "%*s# %s\n", used < 34 ? 34 - used : 1, "", sg_config_source(config, i));
  }
}


static SgStatus write_config(const SgRun* run, const SgConfig* config, const SgTask* task,
                             const SgRunFacts* facts, SgError* error) {
  char* bytes = NULL;
  size_t size = 0;
  FILE* out = open_memstream(&bytes, &size);
  if (out) {
    fprintf(out, "# softgait train --config %s/config.yaml runs this again\n", run->folder);
    fprintf(out, "preset: %s\n", config->preset);
    print_keys(out, config);

    // the task's parameters, all of them, whether set or not
    int nparameter = sg_task_info(task)->nparameter;
    fprintf(out, "%s", nparameter > 0 ? "task:\n" : "");
    for (int i = 0; i < nparameter; i++) {
      const char *name, *value, *fallback;
      sg_task_parameter(task, i, &name, &value, &fallback);
      bool changed = strcmp(value, fallback) != 0;
      int used = fprintf(out, "  %s: %s", name, value);
      fprintf(out, "%*s# %s\n", used < 58 ? 58 - used : 1, "", changed ? "set" : "task file");
    }

    fprintf(out, "checks:\n  task: %s\n  model_sha256: %s\n  mujoco: %s\n  backend: %s\n",
            sg_task_info(task)->name, facts->model_sha256, mj_versionString(), facts->backend);
  }
  return save_stream(run, "config.yaml", out, &bytes, &size, error);
}


static SgStatus write_facts(const SgRun* run, const SgRunFacts* facts, SgError* error) {
  char *bytes = NULL, cpu[128];
  size_t size = 0;
  struct utsname os = {0};
  FILE* out = open_memstream(&bytes, &size);
  if (out) {
    fprintf(out, "%s\n", facts->command);
  }
  SgStatus status = save_stream(run, "command.txt", out, &bytes, &size, error);
  if (status != SG_OK) {
    return status;
  }

  out = open_memstream(&bytes, &size);
  if (out) {
    uname(&os);
    sg_machine_cpu_name(cpu, sizeof(cpu));
    fprintf(out, "processor: %s\nprocessors: %d\nthreads: %d\nmemory: %.1f GB free at the start\n",
            cpu, sg_machine_ncpu(), facts->nthread, (double)sg_machine_memory_available() / 1e9);
    fprintf(out, "system: %s %s\nmujoco: %s\nbackend: %s\ncompiler: %s\n", os.sysname, os.release,
            mj_versionString(), facts->backend, __VERSION__);
  }
  return save_stream(run, "environment.txt", out, &bytes, &size, error);
}


//-------------------------------- the model's copy ----------------------------------------------

static SgStatus copy_file(const char* from, const char* to, SgError* error) {
  char parent[PATH];
  size_t size;
  char* bytes = sg_file_read(from, MAX_MODEL, &size, error);
  if (!bytes) {
    return error->status;
  }
  snprintf(parent, sizeof(parent), "%.*s", (int)(strrchr(to, '/') - to), to);
  SgStatus status = sg_folder_make(parent, error);
  if (status == SG_OK) {
    status = sg_file_write(to, bytes, size, error);
  }
  sg_file_free(bytes);
  return status;
}


// model/<task>.yaml and the model's files, as they lie beside the original task file. A file outside
// that folder cannot be copied under the same name and is left where it is
static SgStatus copy_model(const SgRun* run, const SgTask* task, SgError* error) {
  const SgTaskInfo* info = sg_task_info(task);
  char folder[PATH], to[PATH], name[PATH];
  const char* slash = strrchr(info->task_path, '/');
  size_t length = slash ? (size_t)(slash - info->task_path) + 1 : 0;
  inside(run, "model", folder);
  snprintf(name, sizeof(name), "%s.yaml", info->name);
  sg_path_join(to, sizeof(to), folder, name);
  SgStatus status = copy_file(info->task_path, to, error);

  for (int i = 0; status == SG_OK && i < info->nfile; i++) {
    const char* file = info->files[i];
    bool beside = strncmp(file, info->task_path, length) == 0 && file[length] != '/' &&
                  !strstr(file + length, "..");
    if (beside && sg_path_join(to, sizeof(to), folder, file + length)) {
      status = copy_file(file, to, error);
    }
  }
  return status;
}


SgStatus sg_model_digest(const SgTask* task, char hex[65], SgError* error) {
  const SgTaskInfo* info = sg_task_info(task);
  SgSha256 sha;
  sg_sha256_init(&sha);
  for (int i = 0; i < info->nfile; i++) {
    size_t size;
    char* bytes = sg_file_read(info->files[i], MAX_MODEL, &size, error);
    if (!bytes) {
      return error->status;
    }
    sg_sha256_add(&sha, bytes, size);
    sg_file_free(bytes);
  }
  sg_sha256_hex(&sha, hex);
  return SG_OK;
}


//-------------------------------- a run ---------------------------------------------------------

static SgStatus open_progress(SgRun* run, SgError* error) {
  char path[PATH];
  inside(run, "progress.csv", path);
  run->progress = fopen(path, "we");
  return run->progress ? SG_OK : cannot(path, error);
}


SgRun* sg_run_create(const char* folder, const SgConfig* config, const SgTask* task,
                     const SgRunFacts* facts, SgError* error) {
  char policy[PATH];
  SgRun* run = calloc(1, sizeof(SgRun));
  if (!run) {
    sg_fail(error, SG_MACHINE, "out of memory for a run");
    return NULL;
  }
  run->lock = -1;

  // the folder is ours, then filled; config.yaml comes last and makes it a run
  SgStatus status = folder ? make_given(run, folder, error)
                           : make_new(run, config, sg_task_info(task)->name, error);
  if (status == SG_OK) {
    status = take_lock(run, error);
  }
  if (status == SG_OK) {
    inside(run, "policy", policy);
    status = sg_folder_make(policy, error);
  }
  if (status == SG_OK) {
    status = write_facts(run, facts, error);
  }
  if (status == SG_OK) {
    status = copy_model(run, task, error);
  }
  if (status == SG_OK) {
    status = open_progress(run, error);
  }
  if (status == SG_OK) {
    status = write_config(run, config, task, facts, error);
  }
  if (status != SG_OK) {
    sg_run_close(run);
    return NULL;
  }
  point_latest(run);
  return run;
}


void sg_run_close(SgRun* run) {
  if (!run) {
    return;
  }
  if (run->progress) {
    fclose(run->progress);
  }
  if (run->lock >= 0) {
    close(run->lock);
  }
  free(run);
}


const char* sg_run_folder(const SgRun* run) {
  return run->folder;
}


SgStatus sg_run_row(SgRun* run, const SgProgress* progress, SgError* error) {
  if (!run->has_header) {
    sg_progress_csv_header(progress, run->progress);
    run->has_header = true;
  }
  sg_progress_csv_row(progress, run->progress);
  if (fflush(run->progress) != 0) {
    return sg_fail(error, SG_MACHINE, "%s/progress.csv: cannot be written: %s", run->folder,
                   strerror(errno));
  }
  return SG_OK;
}


SgStatus sg_run_policy_save(SgRun* run, const char* name, const char* bytes, size_t size,
                            SgError* error) {
  char path[PATH];
  if (snprintf(path, sizeof(path), "%.900s/policy/%s.safetensors", run->folder, name) >= PATH) {
    return sg_fail(error, SG_MACHINE, "%s: the path is too long", run->folder);
  }
  return sg_file_write(path, bytes, size, error);
}
