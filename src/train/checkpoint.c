// One list of sections, walked to write, to check and to read. What a section is called and how
// long it is must agree when it is read, so a checkpoint of another program version or of edited
// settings is refused and not misread.

#include "train/checkpoint.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <xxhash.h>

#include "base/file.h"

static const char MAGIC[8] = {'S', 'G', 'C', 'K', 'P', 'T', '0', '1'};

enum {
  NAME = sizeof((SgCheckpointLabel){0}.name),
  DIGEST = 16,
  FINGERPRINT = 64,
  PATH = 1200,
  CHUNK = 1 << 20
};

// a file being written or read
typedef struct Stream {
  FILE* file;
  bool writing;
  bool fine;             // nothing has gone wrong so far
  char wrong[NAME];      // reading: the first section that did not fit
  XXH3_state_t* digest;  // writing
} Stream;


static void checkpoint_path(const char* run, char path[PATH]) {
  snprintf(path, PATH, "%.1000s/checkpoints/state.ckpt", run);
}


//-------------------------------- sections ------------------------------------------------------

static void put(Stream* s, const void* bytes, size_t size) {
  s->fine = s->fine && fwrite(bytes, 1, size, s->file) == size &&
            XXH3_128bits_update(s->digest, bytes, size) == XXH_OK;
}


static void get(Stream* s, void* bytes, size_t size) {
  s->fine = s->fine && fread(bytes, 1, size, s->file) == size;
}


// one section, in whichever direction the stream goes
static void section(void* arg, const char* name, void* bytes, size_t size) {
  Stream* s = arg;
  SgCheckpointLabel label = {.size = size}, found;
  snprintf(label.name, sizeof(label.name), "%s", name);
  if (s->writing) {
    put(s, &label, sizeof(label));
    put(s, bytes, size);
    return;
  }
  bool was_fine = s->fine;
  get(s, &found, sizeof(found));
  s->fine = s->fine && memcmp(&found, &label, sizeof(label)) == 0;
  get(s, bytes, size);
  if (was_fine && !s->fine) {
    memcpy(s->wrong, label.name, NAME);
  }
}


// what decides the sizes of everything else; read first, so that nothing is read into too little
// room
static void sizes_section(SgTrainer* t, Stream* s) {
  const int64_t sizes[SG_CHECKPOINT_SIZES] = {t->info->nobs,    t->info->nact,
                                              t->envs.n,        t->config.batch,
                                              t->info->nreward, sg_replay_capacity(t->replay),
                                              t->config.seed,   t->config.eval_every};
  int64_t found[SG_CHECKPOINT_SIZES];
  memcpy(found, sizes, sizeof(sizes));
  section(s, "sizes", found, sizeof(found));
  if (s->fine && memcmp(sizes, found, sizeof(sizes)) != 0) {
    s->fine = false;
    snprintf(s->wrong, NAME, "sizes");
  }
}


// the simulations, through a vector each
static void env_sections(SgTrainer* t, Stream* s) {
  size_t size = (size_t)sg_batch_env_state_size(t->envs.batch);
  double* state = malloc(size * sizeof(double));
  s->fine = s->fine && state;
  for (int i = 0; s->fine && i < t->envs.n; i++) {
    if (s->writing) {
      sg_batch_env_state_get(t->envs.batch, i, state);
    }
    section(s, "env", state, size * sizeof(double));
    if (s->fine && !s->writing) {
      sg_batch_env_state_set(t->envs.batch, i, state);
    }
  }
  free(state);
}


// the list
static void all_sections(SgTrainer* t, Stream* s, int64_t* csv_size) {
  size_t n = (size_t)t->envs.n;
  sizes_section(t, s);
  if (!s->fine) {
    return;
  }

  // what learns, what is learned from, where
  sg_sac_visit(t->sac, section, s);
  if (s->fine) {
    sg_replay_visit(t->replay, section, s);
  }
  env_sections(t, s);
  section(s, "episodes", t->envs.episodes, n * sizeof(SgEpisode));
  section(s, "obs", t->envs.obs, n * (size_t)t->info->nobs * sizeof(float));
  section(s, "sample", &t->sample, sizeof(t->sample));

  // where the loop stands
  section(s, "totals", &t->totals, sizeof(t->totals));
  section(s, "epoch", &t->epoch, sizeof(t->epoch));
  section(s, "before", &t->before, sizeof(t->before));
  section(s, "owed", &t->owed, sizeof(t->owed));
  section(s, "row_step", &t->row_step, sizeof(t->row_step));
  section(s, "last_return", &t->last_return, sizeof(t->last_return));
  section(s, "best_return", &t->best_return, sizeof(t->best_return));
  section(s, "final_return", &t->final_return, sizeof(t->final_return));
  section(s, "csv_size", csv_size, sizeof(*csv_size));
}


//-------------------------------- writing -------------------------------------------------------

static bool write_stream(SgTrainer* t, FILE* file) {
  Stream s = {.file = file, .writing = true, .fine = true, .digest = XXH3_createState()};
  int64_t csv_size = sg_run_csv_size(t->run);
  s.fine = s.digest && XXH3_128bits_reset(s.digest) == XXH_OK;
  put(&s, MAGIC, sizeof(MAGIC));
  put(&s, t->fingerprint, FINGERPRINT);
  all_sections(t, &s, &csv_size);

  // the digest of all that was written
  if (s.fine) {
    XXH128_canonical_t digest;
    XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(s.digest));
    s.fine = fwrite(&digest, 1, DIGEST, file) == DIGEST;
  }
  XXH3_freeState(s.digest);
  return s.fine && fflush(file) == 0 && fsync(fileno(file)) == 0;
}


SgStatus sg_checkpoint_save(SgTrainer* t, SgError* error) {
  char path[PATH], beside[PATH + 8], folder[PATH];
  checkpoint_path(sg_run_folder(t->run), path);
  snprintf(beside, sizeof(beside), "%s.new", path);
  snprintf(folder, sizeof(folder), "%.1000s/checkpoints", sg_run_folder(t->run));
  SgStatus status = sg_folder_make(folder, error);
  if (status != SG_OK) {
    return status;
  }

  FILE* file = fopen(beside, "we");
  bool fine = file && write_stream(t, file);
  int why = errno;
  fine = file && fclose(file) == 0 && fine;
  if (fine && rename(beside, path) == 0) {
    sg_folder_sync(folder);
    return SG_OK;
  }
  why = fine ? errno : why;
  unlink(beside);
  return sg_fail(error, SG_MACHINE, "%s: the checkpoint cannot be written: %s", path,
                 strerror(why));
}


//-------------------------------- reading -------------------------------------------------------

// whether the file is whole: its last 16 bytes are the digest of those before
static bool check_digest(FILE* file) {
  char* chunk = malloc(CHUNK);
  XXH3_state_t* state = XXH3_createState();
  XXH128_canonical_t wanted, digest = {0};
  bool fine = chunk && state && fseeko(file, -DIGEST, SEEK_END) == 0;
  off_t left = fine ? ftello(file) : 0;
  fine = fine && fread(&wanted, 1, DIGEST, file) == DIGEST && XXH3_128bits_reset(state) == XXH_OK;
  rewind(file);
  while (fine && left > 0) {
    size_t want = left < CHUNK ? (size_t)left : CHUNK;
    fine = fread(chunk, 1, want, file) == want && XXH3_128bits_update(state, chunk, want) == XXH_OK;
    left -= (off_t)want;
  }
  if (fine) {
    XXH128_canonicalFromHash(&digest, XXH3_128bits_digest(state));
    fine = memcmp(&digest, &wanted, DIGEST) == 0;
  }
  free(chunk);
  XXH3_freeState(state);
  rewind(file);
  return fine;
}


// a total that the run has passed would make a finished run of it, with a config.yaml that tells
// less than was done. Steps come by the handful, so a run may end a little above its total
static SgStatus check_total(const SgTrainer* t, SgError* error) {
  int64_t n = t->config.envs, most = (t->config.steps + n - 1) / n * n;
  if (t->totals.step <= most) {
    return SG_OK;
  }
  return sg_fail(error, t->options->save_config ? SG_USAGE : SG_FILE,
                 "train.steps is %lld, but %s has taken %lld steps already; it is the total, with "
                 "those that are done",
                 (long long)t->config.steps, sg_run_folder(t->run), (long long)t->totals.step);
}


// what stands before the sections of a file that is whole
static SgStatus read_head(FILE* file, const char* path, char fingerprint[65], SgError* error) {
  char magic[sizeof(MAGIC)], print[FINGERPRINT];
  if (!check_digest(file)) {
    return sg_fail(error, SG_FILE, "%s: is damaged or no checkpoint (its digest does not match)",
                   path);
  }
  bool fine = fread(magic, 1, sizeof(magic), file) == sizeof(magic) &&
              fread(print, 1, sizeof(print), file) == sizeof(print);
  if (!fine || memcmp(magic, MAGIC, sizeof(MAGIC)) != 0) {
    return sg_fail(error, SG_FILE, "%s: was written by another version of softgait", path);
  }
  if (fingerprint) {
    memcpy(fingerprint, print, FINGERPRINT);
    fingerprint[FINGERPRINT] = '\0';
  }
  return SG_OK;
}


SgStatus sg_checkpoint_open(const char* run, FILE** file, char fingerprint[65], SgError* error) {
  char path[PATH];
  checkpoint_path(run, path);
  *file = fopen(path, "re");
  if (!*file) {
    return sg_fail(error, SG_FILE, "%s: cannot be opened: %s; there is nothing to go on from", path,
                   strerror(errno));
  }
  SgStatus status = read_head(*file, path, fingerprint, error);
  if (status != SG_OK) {
    fclose(*file);
    *file = NULL;
  }
  return status;
}


static SgStatus read_sections(SgTrainer* t, FILE* file, SgError* error) {
  Stream s = {.file = file, .fine = true};
  const char* run = sg_run_folder(t->run);
  int64_t csv_size = 0;
  all_sections(t, &s, &csv_size);
  if (!s.fine) {
    return sg_fail(error, SG_FILE,
                   "%s: the checkpoint does not fit the run's config.yaml (at '%s')", run, s.wrong);
  }
  SgStatus status = check_total(t, error);
  return status == SG_OK ? sg_run_csv_cut(t->run, csv_size, error) : status;
}


SgStatus sg_checkpoint_load(SgTrainer* t, SgError* error) {
  FILE* file;
  char fingerprint[65];
  const char* run = sg_run_folder(t->run);
  SgStatus status = sg_checkpoint_open(run, &file, fingerprint, error);
  if (status != SG_OK) {
    return status;
  }
  if (strcmp(fingerprint, t->fingerprint) != 0) {
    status = sg_fail(
        error, SG_MACHINE,
        "%s: this machine computes otherwise than the one that wrote its checkpoint (processor, "
        "MuJoCo or OpenBLAS differ), so the run would not end with the same bytes; resume it there",
        run);
  } else {
    status = read_sections(t, file, error);
  }
  fclose(file);
  return status;
}
