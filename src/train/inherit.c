// Reading another run's checkpoint, section by section in the order in which all are written: the
// parts that are wanted are read into the learner's own, the others are passed over.

#include "train/inherit.h"

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "policy/sha256.h"
#include "train/checkpoint.h"
#include "train/run_read.h"

// a checkpoint being read
typedef struct Reader {
  FILE* file;
  bool fine;         // every section so far was there, with the size it has here
  bool temperature;  // whether it is taken
  SgSha256 sha;      // of what was taken
} Reader;


// the next section's bytes, or nothing but its length passed over when bytes is NULL
static void take(Reader* r, const char* name, void* bytes, size_t size) {
  SgCheckpointLabel label;
  r->fine = r->fine && fread(&label, 1, sizeof(label), r->file) == sizeof(label) &&
            strncmp(label.name, name, sizeof(label.name)) == 0 && label.size == size;
  if (r->fine && bytes) {
    r->fine = fread(bytes, 1, size, r->file) == size;
  } else if (r->fine) {
    r->fine = fseeko(r->file, (off_t)size, SEEK_CUR) == 0;
  }
}


// a visitor for sg_sac_visit
static void take_part(void* arg, const char* name, void* bytes, size_t size) {
  Reader* r = arg;
  bool wanted = strcmp(name, "log_alpha.value") == 0
                    ? r->temperature
                    : sg_text_ends(name, ".value") || sg_text_ends(name, ".targ");
  take(r, name, wanted ? bytes : NULL, size);
  if (wanted && r->fine) {
    sg_sha256_add(&r->sha, bytes, size);
  }
}


//-------------------------------- whether it fits -----------------------------------------------

static bool same_layers(const int* a, int na, const int* b, int nb) {
  return na == nb && memcmp(a, b, (size_t)na * sizeof(int)) == 0;
}


// "[256, 256] for the policy, [256, 256] for the critics"
static void layers_text(const SgConfig* config, char* text, int size) {
  char names[2][128];
  int nkey, n = 0;
  const SgConfigKey* keys = sg_config_keys(&nkey);
  for (int i = 0; i < nkey; i++) {
    if (sg_text_ends(keys[i].name, "hidden")) {
      sg_config_value(config, i, names[n++], sizeof(names[0]));
    }
  }
  snprintf(text, (size_t)size, "%s for the policy, %s for the critics", names[0], names[1]);
}


// networks of the same number of weights may still have other layers: the settings tell
static SgStatus check_layers(const SgConfig* config, const char* run, SgError* error) {
  static SgConfig other;
  char path[1200], theirs[300], ours[300];
  snprintf(path, sizeof(path), "%.1000s/config.yaml", run);
  SgStatus status = sg_config_preset(&other, "sac", error);
  if (status == SG_OK) {
    status = sg_config_load(&other, path, error);
  }
  bool same = same_layers(other.hidden, other.nhidden, config->hidden, config->nhidden) &&
              same_layers(other.critic_hidden, other.ncritic_hidden, config->critic_hidden,
                          config->ncritic_hidden);
  if (status == SG_OK && !same) {
    layers_text(&other, theirs, sizeof(theirs));
    layers_text(config, ours, sizeof(ours));
    return sg_fail(error, SG_FILE,
                   "%s: its networks have layers %s, here they have %s; set sac.hidden and "
                   "sac.critic_hidden alike",
                   run, theirs, ours);
  }
  return status;
}


static SgStatus read_sizes(Reader* r, const SgSac* sac, const char* run, SgError* error) {
  const SgSacConfig* c = sg_sac_config(sac);
  int64_t sizes[SG_CHECKPOINT_SIZES];
  take(r, "sizes", sizes, sizeof(sizes));
  if (r->fine && (sizes[0] != c->nobs || sizes[1] != c->nact)) {
    return sg_fail(error, SG_FILE,
                   "%s: its networks take %lld observations and give %lld actions, this task has "
                   "%d and %d",
                   run, (long long)sizes[0], (long long)sizes[1], c->nobs, c->nact);
  }
  return SG_OK;
}


//-------------------------------- all of it -----------------------------------------------------

SgStatus sg_inherit(SgSac* sac, const SgConfig* config, const char* run, char sha256[65],
                    SgError* error) {
  Reader r = {.fine = true, .temperature = config->alpha_auto};
  SgRunSummary summary;
  sg_sha256_init(&r.sha);
  SgStatus status = sg_run_summary(run, &summary, error);
  if (status == SG_OK) {
    status = check_layers(config, run, error);
  }
  if (status == SG_OK) {
    status = sg_checkpoint_open(run, &r.file, NULL, error);
  }
  if (status == SG_OK) {
    status = read_sizes(&r, sac, run, error);
  }
  if (status == SG_OK) {
    sg_sac_visit(sac, take_part, &r);
    status = r.fine
                 ? SG_OK
                 : sg_fail(error, SG_FILE, "%s: its checkpoint does not fit its config.yaml", run);
  }
  if (r.file) {
    fclose(r.file);
  }
  sg_sha256_hex(&r.sha, sha256);
  return status;
}
