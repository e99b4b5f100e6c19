// The configuration: every key of a run, where its value came from, and how it is written down.
//
//   preset  <  --config FILE  <  --set key=value  <  flags          later wins, key by key
//
// One table (config.c) holds every key with its default per preset, range, unit and one line of
// explanation; parsing, checking, `softgait config` and config.yaml (config_file.c) all walk it.

#ifndef SG_TRAIN_CONFIG_H_
#define SG_TRAIN_CONFIG_H_

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/status.h"
#include "sac/sac.h"
#include "task/task.h"

enum {
  SG_MAX_SETTING = 64  ///< task.<parameter> settings of one run
};

/// Where a value came from.
typedef enum SgSource {
  SG_FROM_PRESET,
  SG_FROM_FILE,
  SG_FROM_SET,
  SG_FROM_FLAG,
} SgSource;

/// What to do when an update gives a number that is not finite.
typedef enum SgOnBadStep {
  SG_STOP,
  SG_SKIP,
} SgOnBadStep;

/// What a run's config.yaml says it was run with, for comparison; "" where it says nothing.
typedef struct SgConfigChecks {
  char task[64];
  char task_sha256[65];   ///< of the task file
  char model_sha256[65];  ///< of the model's files
  char mujoco[32];        ///< "3.17.0"
  char backend[64];       ///< "own (avx512)"
  char isa[32];           ///< "avx512"
  char task_file[1024];   ///< "model/hopper.yaml", beside the file; not compared
  char from_sha256[65];   ///< of the networks that the run began with; "": its own
} SgConfigChecks;

/// All settings of a run. Make with sg_config_preset, change with sg_config_load and sg_config_set,
/// then sg_config_resolve with the task's sizes before use.
typedef struct SgConfig {
  char preset[16];  ///< "sac" or "spinup"
  char task[1024];  ///< TASK as given, or as the config file names it; "" when none
  char file[1024];  ///< the config file, "" when none
  char from[1024];  ///< the run whose networks this one begins with, "" when none

  // sac.*; ranges and units: the table in config.c
  double lr;
  int64_t batch;
  int nhidden, hidden[SG_MAX_HIDDEN];
  int ncritic_hidden, critic_hidden[SG_MAX_HIDDEN];  ///< 0 layers: same as hidden
  double gamma, tau;
  bool alpha_auto;           ///< learned
  double alpha;              ///< fixed, or where learning starts
  bool target_entropy_auto;  ///< -nact; false once resolved
  double target_entropy;
  double log_std_min, log_std_max;
  int64_t start_steps;
  int64_t update_after;      ///< -1: same as start_steps; resolved: 0 or more
  int64_t update_every;      ///< updates come in groups, this many steps apart
  int64_t updates_per_step;  ///< a group has update_every times as many, so the ratio stays
  int64_t replay;

  // train.*
  int64_t steps;
  int64_t seed;
  int64_t envs;
  int64_t eval_every, eval_episodes;
  double checkpoint_seconds;
  SgOnBadStep on_bad_step;

  char backend[16];  ///< math.backend: "auto", "own", "openblas" or "ref"
  char isa[16];      ///< math.isa: "auto", "avx512", "avx2" or "avx"

  int nsetting;  ///< task.<parameter> settings
  struct {
    char name[64], text[128];
    SgSource source;
  } settings[SG_MAX_SETTING];

  SgSource source[64];    ///< per key of the table, in its order
  SgConfigChecks checks;  ///< of the config file
} SgConfig;

/// One key of the table, for `softgait config` and its JSON.
typedef struct SgConfigKey {
  const char* name;    ///< "sac.lr"
  const char* sac;     ///< default in preset sac, as text
  const char* spinup;  ///< default in preset spinup
  const char* range;   ///< "(0, 1)"
  const char* unit;    ///< "environment steps", "" when it has none
  const char* what;    ///< one line
} SgConfigKey;

/// The table, and its length.
const SgConfigKey* sg_config_keys(int* n);

/// Every key at its default of a preset. SG_USAGE for an unknown one, with the nearest match.
SgStatus sg_config_preset(SgConfig* config, const char* preset, SgError* error);

/// Set one key from text. Unknown key, malformed or out-of-range value: SG_USAGE and a sentence
/// with the key, the value, the range and, for an unknown key, the nearest match. `task.<name>` is
/// kept as a setting and checked when the task is loaded.
SgStatus sg_config_set(SgConfig* config, const char* key, const char* text, SgSource source,
                       SgError* error);

/// Apply a config file: YAML, nested maps (sac: {lr: 1e-3}) or dotted keys (sac.lr: 1e-3), with
/// `preset:` and `task:` at the top if wanted. A preset in the file resets every key first. A run's
/// own config.yaml is one: its `checks:` name the task, and the copy of it in model/ beside the
/// file is taken. SG_FILE with line and column. It replaces what was set before, so apply it before
/// `--set`.
SgStatus sg_config_load(SgConfig* config, const char* path, SgError* error);

/// Write config.yaml: the preset, every key and every parameter of the task, the source of each
/// value as a trailing comment, then the checks. sg_config_load reads it back to the same values.
void sg_config_write(const SgConfig* config, const SgTask* task, const SgConfigChecks* checks,
                     FILE* file);

/// Check what keys decide together or with the task's sizes (target entropy at most 0.68 nact,
/// clamps in order, rows for every environment) and fill in the values that follow others;
/// afterwards nothing but a learned alpha is `auto`. SG_USAGE, or SG_FILE when the value came from
/// the config file.
SgStatus sg_config_resolve(SgConfig* config, int nact, SgError* error);

/// The learner's part of a resolved configuration.
SgSacConfig sg_config_sac(const SgConfig* config, int nobs, int nact);

/// The task's part: settings borrowed from config, written to settings (SG_MAX_SETTING). Returns
/// their number.
int sg_config_settings(const SgConfig* config, SgTaskSetting* settings);

/// The value of key i of the table as text ("[256, 256]"), and where it came from ("preset sac",
/// "file", "--set", "flag").
void sg_config_value(const SgConfig* config, int i, char* text, int size);
const char* sg_config_source(const SgConfig* config, int i);

#endif  // SG_TRAIN_CONFIG_H_
