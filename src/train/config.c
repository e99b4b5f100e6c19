// The table of keys, and everything that walks it.
//
//   KEYS:   name   default of each preset   range   unit   one line   |   type   field   limits
//           '--------------- what people are told ---------------'    '-- what the parser needs --'
//
// A key's default is text and goes through the same parser as a user's value, so that a default out
// of range cannot be shipped.

#include "train/config.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"

// how a key's value reads
typedef enum Type {
  REAL,         // a number
  COUNT,        // a whole number; 1e6 is one
  AUTO_REAL,    // auto or a number
  AUTO_COUNT,   // auto or a whole number
  HIDDEN,       // a list of layer sizes
  AUTO_HIDDEN,  // auto or such a list
  CHOICE,       // one of a few words
} Type;

// a key with what its parser needs
typedef struct Key {
  SgConfigKey facts;
  Type type;
  size_t field;         // offset in SgConfig
  double low, high;     // inclusive
  bool below_high;      // but for this
  const char* choices;  // "stop|skip"
} Key;

#define FIELD(name) offsetof(SgConfig, name)
#define MANY 1e15  // every whole number up to here is a double
#define CLOSED false, NULL

// clang-format off
static const Key KEYS[] = {
    {{"sac.lr", "3e-4", "1e-3", "[1e-12, 1)", "", "Adam's step size, for policy, critics and temperature"},
     REAL, FIELD(lr), 1e-12, 1, true, NULL},
    {{"sac.batch", "256", "100", "[1, 1000000]", "transitions", "rows per update"},
     COUNT, FIELD(batch), 1, 1e6, CLOSED},
    {{"sac.hidden", "[256, 256]", "[256, 256]", "1 to 4 layers of 1 to 16384", "units", "hidden layers of the policy"},
     HIDDEN, FIELD(hidden), 1, 16384, CLOSED},
    {{"sac.critic_hidden", "auto", "auto", "auto, or as sac.hidden", "units", "hidden layers of the critics; auto: as sac.hidden"},
     AUTO_HIDDEN, FIELD(critic_hidden), 1, 16384, CLOSED},
    {{"sac.gamma", "0.99", "0.99", "[0, 1)", "per step", "discount"},
     REAL, FIELD(gamma), 0, 1 - 1e-12, CLOSED},
    {{"sac.tau", "0.005", "0.005", "[1e-12, 1]", "per update", "how far the target critics follow"},
     REAL, FIELD(tau), 1e-12, 1, CLOSED},
    {{"sac.alpha", "auto", "0.2", "auto, or [1e-12, 1e6]", "reward per nat", "temperature; auto: learned, starting at 1"},
     AUTO_REAL, FIELD(alpha), 1e-12, 1e6, CLOSED},
    {{"sac.target_entropy", "auto", "auto", "auto, or [-1e6, 0.68 nact]", "nats", "entropy the learned temperature aims at; auto: -nact"},
     AUTO_REAL, FIELD(target_entropy), -1e6, 1e6, CLOSED},
    {{"sac.log_std_min", "-20", "-20", "[-50, 10]", "", "lower clamp of log sigma"},
     REAL, FIELD(log_std_min), -50, 10, CLOSED},
    {{"sac.log_std_max", "2", "2", "[-50, 10]", "", "upper clamp of log sigma"},
     REAL, FIELD(log_std_max), -50, 10, CLOSED},
    {{"sac.start_steps", "1000", "10000", "[0, 1e15]", "environment steps", "uniform random actions at the beginning"},
     COUNT, FIELD(start_steps), 0, MANY, CLOSED},
    {{"sac.update_after", "auto", "1000", "auto, or [0, 1e15]", "environment steps", "no update up to here; auto: as sac.start_steps"},
     AUTO_COUNT, FIELD(update_after), 0, MANY, CLOSED},
    {{"sac.update_every", "1", "50", "[1, 1e6]", "environment steps", "steps between groups of updates; a group makes up for all of them"},
     COUNT, FIELD(update_every), 1, 1e6, CLOSED},
    {{"sac.updates_per_step", "1", "1", "[0, 1000]", "updates", "updates per environment step"},
     COUNT, FIELD(updates_per_step), 0, 1000, CLOSED},
    {{"sac.replay", "1000000", "1000000", "[2, 1e10]", "transitions", "rows of the replay, over all environments"},
     COUNT, FIELD(replay), 2, 1e10, CLOSED},
    {{"train.steps", "1000000", "1000000", "[1, 1e15]", "environment steps", "length of the run"},
     COUNT, FIELD(steps), 1, MANY, CLOSED},
    {{"train.seed", "0", "0", "[0, 1e15]", "", "same seed, same bytes"},
     COUNT, FIELD(seed), 0, MANY, CLOSED},
    {{"train.envs", "1", "1", "[1, 4096]", "environments", "environments stepped together"},
     COUNT, FIELD(envs), 1, 4096, CLOSED},
    {{"train.eval_every", "5000", "5000", "[1, 1e15]", "environment steps", "evaluation and table row"},
     COUNT, FIELD(eval_every), 1, MANY, CLOSED},
    {{"train.eval_episodes", "10", "10", "[1, 10000]", "episodes", "episodes of each evaluation"},
     COUNT, FIELD(eval_episodes), 1, 10000, CLOSED},
    {{"train.checkpoint_seconds", "300", "300", "[0.2, 1e9]", "seconds", "time between checkpoints; changes no bytes"},
     REAL, FIELD(checkpoint_seconds), 0.2, 1e9, CLOSED},
    {{"train.on_bad_step", "stop", "stop", "stop or skip", "", "when an update's numbers are not finite"},
     CHOICE, FIELD(on_bad_step), 0, 0, false, "stop|skip"},
    {{"math.backend", "auto", "auto", "auto, own, openblas or ref", "", "who multiplies matrices"},
     CHOICE, FIELD(backend), 0, 0, false, "auto|own|openblas|ref"},
    {{"math.isa", "auto", "auto", "auto, avx512, avx2 or avx", "", "instructions of our own kernels"},
     CHOICE, FIELD(isa), 0, 0, false, "auto|avx512|avx2|avx"},
};
// clang-format on

enum {
  NKEY = sizeof(KEYS) / sizeof(KEYS[0])
};

_Static_assert(NKEY <= sizeof((SgConfig){0}.source) / sizeof(SgSource), "a source for every key");


const SgConfigKey* sg_config_keys(int* n) {
  static SgConfigKey facts[NKEY];
  for (int i = 0; i < NKEY; i++) {
    facts[i] = KEYS[i].facts;
  }
  *n = NKEY;
  return facts;
}


static int find_key(const char* name) {
  for (int i = 0; i < NKEY; i++) {
    if (strcmp(KEYS[i].facts.name, name) == 0) {
      return i;
    }
  }
  return -1;
}


//-------------------------------- parsing values ------------------------------------------------

static bool in_range(const Key* key, double x) {
  return isfinite(x) && x >= key->low && (key->below_high ? x < key->high : x <= key->high);
}


static bool is_whole(const Key* key) {
  return key->type == COUNT || key->type == AUTO_COUNT;
}


// a number of this key, whole if it counts
static bool parse_number(const Key* key, const char* text, double* value) {
  return sg_text_double(text, value) && in_range(key, *value) &&
         (!is_whole(key) || *value == floor(*value));
}


// "[256, 256]" into sizes; false when it is none
static bool parse_hidden(const Key* key, const char* text, int* sizes, int* n) {
  char inside[128];
  size_t length = strlen(text);
  if (length < 3 || length >= sizeof(inside) || text[0] != '[' || text[length - 1] != ']') {
    return false;
  }
  snprintf(inside, sizeof(inside), "%.*s", (int)length - 2, text + 1);

  *n = 0;
  char* rest = inside;
  for (char* item; (item = strsep(&rest, ",")) != NULL;) {
    int64_t size;
    item += strspn(item, " ");
    item[strcspn(item, " ")] = '\0';
    if (*n == SG_MAX_HIDDEN || !sg_text_int(item, &size) || !in_range(key, (double)size)) {
      return false;
    }
    sizes[(*n)++] = (int)size;
  }
  return true;
}


static bool set_hidden(SgConfig* config, const Key* key, const char* text) {
  int sizes[SG_MAX_HIDDEN] = {0}, n = 0;
  bool critic = key->type == AUTO_HIDDEN, automatic = critic && strcmp(text, "auto") == 0;
  if (!automatic && !parse_hidden(key, text, sizes, &n)) {
    return false;
  }
  memcpy(critic ? config->critic_hidden : config->hidden, sizes, sizeof(sizes));
  *(critic ? &config->ncritic_hidden : &config->nhidden) = n;
  return true;
}


// auto or a number: each such key keeps its own note of being automatic
static bool set_auto(SgConfig* config, const Key* key, const char* text) {
  bool automatic = strcmp(text, "auto") == 0;
  double value = 0;
  if (!automatic && !parse_number(key, text, &value)) {
    return false;
  }
  if (key->field == FIELD(alpha)) {
    config->alpha_auto = automatic;
    config->alpha = automatic ? 1 : value;
  } else if (key->field == FIELD(target_entropy)) {
    config->target_entropy_auto = automatic;
    config->target_entropy = value;
  } else {
    config->update_after = automatic ? -1 : (int64_t)value;
  }
  return true;
}


static bool is_choice(const char* choices, const char* text, int* place) {
  size_t length = strlen(text);
  *place = 0;
  for (const char* at = choices; at; (*place)++) {
    size_t n = strcspn(at, "|");
    if (n == length && strncmp(at, text, n) == 0) {
      return true;
    }
    at = at[n] ? at + n + 1 : NULL;
  }
  return false;
}


static bool set_choice(SgConfig* config, const Key* key, const char* text) {
  int place;
  if (!is_choice(key->choices, text, &place)) {
    return false;
  }
  if (key->field == FIELD(on_bad_step)) {
    config->on_bad_step = place == 0 ? SG_STOP : SG_SKIP;
  } else {
    snprintf((char*)config + key->field, sizeof(config->backend), "%s", text);
  }
  return true;
}


static bool set_value(SgConfig* config, const Key* key, const char* text) {
  void* field = (char*)config + key->field;
  double value;
  switch (key->type) {
    case HIDDEN:
    case AUTO_HIDDEN: return set_hidden(config, key, text);
    case AUTO_REAL:
    case AUTO_COUNT: return set_auto(config, key, text);
    case CHOICE: return set_choice(config, key, text);
    case REAL:
    case COUNT:
      if (!parse_number(key, text, &value)) {
        return false;
      }
      if (key->type == REAL) {
        *(double*)field = value;
      } else {
        *(int64_t*)field = (int64_t)value;
      }
      return true;
  }
  return false;
}


// a task's own parameter: kept, checked when the task is loaded
static SgStatus set_parameter(SgConfig* config, const char* name, const char* text, SgSource source,
                              SgError* error) {
  int i = 0;
  while (i < config->nsetting && strcmp(config->settings[i].name, name) != 0) {
    i++;
  }
  if (i == SG_MAX_SETTING) {
    return sg_fail(error, SG_USAGE, "task.%.60s: is one task setting more than the %d allowed",
                   name, SG_MAX_SETTING);
  }
  if (!name[0] || strlen(name) >= sizeof(config->settings[0].name) ||
      strlen(text) >= sizeof(config->settings[0].text)) {
    return sg_fail(error, SG_USAGE,
                   "task.%.60s: the name needs 1 to %zu letters, the value at most %zu", name,
                   sizeof(config->settings[0].name) - 1, sizeof(config->settings[0].text) - 1);
  }
  snprintf(config->settings[i].name, sizeof(config->settings[i].name), "%s", name);
  snprintf(config->settings[i].text, sizeof(config->settings[i].text), "%s", text);
  config->settings[i].source = source;
  config->nsetting += i == config->nsetting;
  return SG_OK;
}


static SgStatus unknown_key(const char* name, SgError* error) {
  const char* names[NKEY];
  for (int i = 0; i < NKEY; i++) {
    names[i] = KEYS[i].facts.name;
  }
  const char* near = sg_text_nearest(name, names, NKEY);
  return sg_fail(error, SG_USAGE, "there is no key '%.60s'; %s%s%s`softgait config` lists them",
                 name, near ? "did you mean '" : "", near ? near : "", near ? "'? " : "");
}


SgStatus sg_config_set(SgConfig* config, const char* name, const char* text, SgSource source,
                       SgError* error) {
  if (strncmp(name, "task.", 5) == 0) {
    return set_parameter(config, name + 5, text, source, error);
  }
  int i = find_key(name);
  if (i < 0) {
    return unknown_key(name, error);
  }
  const SgConfigKey* facts = &KEYS[i].facts;
  if (!set_value(config, &KEYS[i], text)) {
    return sg_fail(error, SG_USAGE, "%s is '%.60s'; allowed: %s%s; usual: %s", name, text,
                   facts->range, is_whole(&KEYS[i]) ? ", whole numbers" : "",
                   strcmp(config->preset, "spinup") == 0 ? facts->spinup : facts->sac);
  }
  config->source[i] = source;
  return SG_OK;
}


//-------------------------------- presets -------------------------------------------------------

SgStatus sg_config_preset(SgConfig* config, const char* preset, SgError* error) {
  static const char* const names[] = {"sac", "spinup"};
  bool spinup = strcmp(preset, "spinup") == 0;
  if (!spinup && strcmp(preset, "sac") != 0) {
    const char* near = sg_text_nearest(preset, names, 2);
    return sg_fail(error, SG_USAGE, "there is no preset '%.60s'; %s%s%sthere are sac and spinup",
                   preset, near ? "did you mean '" : "", near ? near : "", near ? "'? " : "");
  }
  memset(config, 0, sizeof(*config));
  snprintf(config->preset, sizeof(config->preset), "%s", preset);
  for (int i = 0; i < NKEY; i++) {
    bool fine = set_value(config, &KEYS[i], spinup ? KEYS[i].facts.spinup : KEYS[i].facts.sac);
    SG_ASSERT(fine);
    config->source[i] = SG_FROM_PRESET;
  }
  return SG_OK;
}


//-------------------------------- resolving -----------------------------------------------------

// a refused value: the command line's fault, or the file's that it came from
static SgStatus refuse(const SgConfig* config, const char* name, SgError* error, const char* format,
                       ...) __attribute__((format(printf, 4, 5)));


static SgStatus refuse(const SgConfig* config, const char* name, SgError* error, const char* format,
                       ...) {
  char text[512];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  if (config->source[find_key(name)] == SG_FROM_FILE) {
    return sg_fail(error, SG_FILE, "%s: %s", config->file, text);
  }
  return sg_fail(error, SG_USAGE, "%s", text);
}


// keys that only make sense together
static SgStatus check_together(const SgConfig* config, int nact, SgError* error) {
  double most = 0.68 * nact;
  if (config->log_std_min > config->log_std_max) {
    return refuse(config, "sac.log_std_min", error,
                  "sac.log_std_min is %g, above sac.log_std_max, %g; usual: -20 and 2",
                  config->log_std_min, config->log_std_max);
  }
  if (config->alpha_auto && config->target_entropy > most) {
    return refuse(config, "sac.target_entropy", error,
                  "sac.target_entropy is %g, but a squashed Gaussian has at most 0.68 nats per "
                  "action dimension, %g for the %d here: the temperature would grow without end; "
                  "usual: %d",
                  config->target_entropy, most, nact, -nact);
  }
  if (config->replay / config->envs < 2) {
    return refuse(config, "sac.replay", error,
                  "sac.replay is %lld, too small for %lld environments: each needs at least 2 rows",
                  (long long)config->replay, (long long)config->envs);
  }
  return SG_OK;
}


SgStatus sg_config_resolve(SgConfig* config, int nact, SgError* error) {
  if (config->ncritic_hidden == 0) {
    config->ncritic_hidden = config->nhidden;
    memcpy(config->critic_hidden, config->hidden, sizeof(config->hidden));
  }
  if (config->target_entropy_auto) {
    config->target_entropy = -nact;
    config->target_entropy_auto = false;
  }
  if (config->update_after < 0) {
    config->update_after = config->start_steps;
  }
  return check_together(config, nact, error);
}


SgSacConfig sg_config_sac(const SgConfig* config, int nobs, int nact) {
  SgSacConfig sac = sg_sac_default(nobs, nact);
  sac.batch = (int)config->batch;
  sac.nhidden = config->nhidden;
  sac.ncritic_hidden = config->ncritic_hidden;
  memcpy(sac.hidden, config->hidden, sizeof(sac.hidden));
  memcpy(sac.critic_hidden, config->critic_hidden, sizeof(sac.critic_hidden));
  sac.lr = config->lr;
  sac.gamma = config->gamma;
  sac.tau = config->tau;
  sac.alpha_auto = config->alpha_auto;
  sac.alpha = config->alpha;
  sac.target_entropy = config->target_entropy;
  sac.log_std_min = config->log_std_min;
  sac.log_std_max = config->log_std_max;
  sac.seed = (uint64_t)config->seed;
  return sac;
}


int sg_config_settings(const SgConfig* config, SgTaskSetting* settings) {
  for (int i = 0; i < config->nsetting; i++) {
    settings[i] = (SgTaskSetting){config->settings[i].name, config->settings[i].text};
  }
  return config->nsetting;
}


//-------------------------------- writing values ------------------------------------------------

static void hidden_text(const int* sizes, int n, char* text, int size) {
  int used = snprintf(text, (size_t)size, "%s", n == 0 ? "auto" : "");
  for (int i = 0; i < n; i++) {
    used += snprintf(text + used, (size_t)(size - used), "%s%d", i == 0 ? "[" : ", ", sizes[i]);
  }
  snprintf(text + used, (size_t)(size - used), "%s", n == 0 ? "" : "]");
}


static void auto_text(const SgConfig* config, const Key* key, char* text, int size) {
  if (key->field == FIELD(alpha) && !config->alpha_auto) {
    sg_text_number(text, size, config->alpha);
  } else if (key->field == FIELD(target_entropy) && !config->target_entropy_auto) {
    sg_text_number(text, size, config->target_entropy);
  } else if (key->field == FIELD(update_after) && config->update_after >= 0) {
    snprintf(text, (size_t)size, "%lld", (long long)config->update_after);
  } else {
    snprintf(text, (size_t)size, "auto");
  }
}


void sg_config_value(const SgConfig* config, int i, char* text, int size) {
  SG_ASSERT(i >= 0 && i < NKEY);
  const Key* key = &KEYS[i];
  const void* field = (const char*)config + key->field;
  switch (key->type) {
    case REAL: sg_text_number(text, size, *(const double*)field); break;
    case COUNT: snprintf(text, (size_t)size, "%lld", (long long)*(const int64_t*)field); break;
    case AUTO_REAL:
    case AUTO_COUNT: auto_text(config, key, text, size); break;
    case HIDDEN: hidden_text(config->hidden, config->nhidden, text, size); break;
    case AUTO_HIDDEN: hidden_text(config->critic_hidden, config->ncritic_hidden, text, size); break;
    case CHOICE:
      if (key->field == FIELD(on_bad_step)) {
        field = config->on_bad_step == SG_STOP ? "stop" : "skip";
      }
      snprintf(text, (size_t)size, "%s", (const char*)field);
      break;
  }
}


const char* sg_config_source(const SgConfig* config, int i) {
  SG_ASSERT(i >= 0 && i < NKEY);
  switch (config->source[i]) {
    case SG_FROM_PRESET: return strcmp(config->preset, "sac") == 0 ? "preset sac" : "preset spinup";
    case SG_FROM_FILE: return "file";
    case SG_FROM_SET: return "--set";
    default: return "flag";
  }
}
