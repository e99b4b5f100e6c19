// A policy file taken apart into rows. The runtime has accepted the file first, so its texts are
// known to be whole: what is looked for is there.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/inspect.h"
#include "policy/sha256.h"
#include "policy/words.h"
#include "train/player.h"
#include "train/run_read.h"

static const char* const SECTIONS[] = {"general", "training", "observation",
                                       "command", "action",   "layer"};


//-------------------------------- slices --------------------------------------------------------

static SgSlice whole(const char* text) {
  return (SgSlice){text, (int)strlen(text)};
}


// the value of a word in a line of a contract, up to the blank behind it
static SgSlice word_of(const char* line, const char* key) {
  const char* at = sg_words_find(line, key);
  return at ? (SgSlice){at, (int)strcspn(at, " \n")} : (SgSlice){"", 0};
}


// the i-th item of a list a,b,c
static SgSlice item_of(SgSlice list, int i) {
  const char* at = list.text;
  while (i-- > 0) {
    at += sg_words_item(at) + 1;
  }
  return (SgSlice){at, (int)sg_words_item(at)};
}


bool sg_slice_same(SgSlice a, SgSlice b) {
  return a.length == b.length && memcmp(a.text, b.text, (size_t)a.length) == 0;
}


//-------------------------------- rows ----------------------------------------------------------

// a new row; a spare one that nobody sees when memory has run out
static SgViewRow* add_row(SgView* view, SgViewSection section, SgSlice name, int index) {
  static SgViewRow spare;
  if (view->nrow == view->room) {
    int room = view->room ? 2 * view->room : 64;
    SgViewRow* rows = realloc(view->rows, (size_t)room * sizeof(SgViewRow));
    if (!rows) {
      view->failed = true;
      return &spare;
    }
    view->rows = rows;
    view->room = room;
  }
  SgViewRow* row = &view->rows[view->nrow++];
  *row = (SgViewRow){.section = section, .name = name, .index = index};
  return row;
}


static void put(SgViewRow* row, const char* key, SgSlice value) {
  if (row->nword < SG_VIEW_WORDS) {
    row->keys[row->nword] = key;
    row->values[row->nword++] = value;
  }
}


// words of a contract's line under their own keys
static void put_words(SgViewRow* row, const char* line, const char* const* keys, int n) {
  for (int i = 0; i < n; i++) {
    put(row, keys[i], word_of(line, keys[i]));
  }
}


// a computed number; the slice is found again when it is asked for, as rows move while they grow
static void put_number(SgViewRow* row, const char* key, long long value) {
  int i = row->nword < 2 ? row->nword : 1;
  snprintf(row->own[i], sizeof(row->own[i]), "%lld", value);
  put(row, key, (SgSlice){NULL, i});
}


static void add_fact(SgView* view, SgViewSection section, const char* name, SgSlice value) {
  if (value.length > 0) {
    put(add_row(view, section, whole(name), 0), "value", value);
  }
}


static void add_count(SgView* view, const char* name, int count) {
  put_number(add_row(view, SG_VIEW_GENERAL, whole(name), 0), "value", count);
}


//-------------------------------- sections ------------------------------------------------------

// what a controller has to know
static void add_general(SgView* view) {
  const SgPolicy* p = view->policy;
  const char* timing = sg_policy_meta(p, "softgait.timing");
  SgSlice jitter = word_of(timing, "jitter");
  add_fact(view, SG_VIEW_GENERAL, "period", word_of(timing, "period"));
  add_fact(view, SG_VIEW_GENERAL, "timestep", word_of(timing, "timestep"));
  add_fact(view, SG_VIEW_GENERAL, "jitter", jitter.length ? jitter : whole("0.25"));
  add_fact(view, SG_VIEW_GENERAL, "normaliser_clip",
           word_of(sg_policy_meta(p, "softgait.normaliser"), "clip"));
  add_count(view, "observations", sg_policy_nobs(p));
  add_count(view, "channels", sg_policy_nchannel(p));
  add_count(view, "commands", sg_policy_ncommand(p));
  add_count(view, "actions", sg_policy_nact(p));
}


// where the policy comes from
static void add_training(SgView* view) {
  static const char* const keys[] = {"preset", "step", "updates", "seed"};
  const SgPolicy* p = view->policy;
  const char* told = sg_policy_meta(p, "softgait.training");
  add_fact(view, SG_VIEW_TRAINING, "task", whole(sg_policy_meta(p, "softgait.task")));
  for (int i = 0; told && i < 4; i++) {
    add_fact(view, SG_VIEW_TRAINING, keys[i], word_of(told, keys[i]));
  }
  add_fact(view, SG_VIEW_TRAINING, "model", word_of(sg_policy_meta(p, "softgait.model"), "sha256"));
  add_fact(view, SG_VIEW_TRAINING, "mujoco",
           word_of(sg_policy_meta(p, "softgait.mujoco"), "version"));
}


// one row per element; place: where its numbers stand in the row that the network sees
static void add_observation(SgView* view) {
  static const char* const keys[] = {"term", "unit", "scale", "offset", "clip", "history"};
  const char* normaliser = sg_policy_meta(view->policy, "softgait.normaliser");
  SgSlice mean = word_of(normaliser, "mean"), std = word_of(normaliser, "std");
  const char* line = sg_policy_meta(view->policy, "softgait.observation");
  for (int place = 0, element = 0; *line; line = sg_words_next_line(line)) {
    int size = atoi(word_of(line, "size").text), history = atoi(word_of(line, "history").text);
    for (int i = 0; i < size; i++, element++) {
      SgViewRow* row =
          add_row(view, SG_VIEW_OBSERVATION, item_of(word_of(line, "elements"), i), element);
      row->place = place + i;
      row->stride = size;
      put_words(row, line, keys, 6);
      if (mean.length > 0) {
        put(row, "mean", item_of(mean, element));
        put(row, "std", item_of(std, element));
      }
    }
    place += size * history;
  }
}


static void add_commands(SgView* view) {
  static const char* const keys[] = {"unit", "low", "high", "start"};
  const char* line = sg_policy_meta(view->policy, "softgait.command");
  for (int i = 0; i < sg_policy_ncommand(view->policy); i++, line = sg_words_next_line(line)) {
    put_words(add_row(view, SG_VIEW_COMMAND, word_of(line, "command"), i), line, keys, 4);
  }
}


static void add_actions(SgView* view) {
  static const char* const keys[] = {"mode", "scale", "offset", "low", "high"};
  SgSlice safe = word_of(sg_policy_meta(view->policy, "softgait.safe_action"), "values");
  const char* line = sg_policy_meta(view->policy, "softgait.action");
  for (int i = 0; *line; i++, line = sg_words_next_line(line)) {
    SgViewRow* row = add_row(view, SG_VIEW_ACTION, word_of(line, "actuator"), i);
    put_words(row, line, keys, 5);
    put(row, "safe", item_of(safe, i));
  }
}


// weights of the actor, in the order of computation
static void add_layers(SgView* view) {
  for (int i = 0; i < view->container.ntensor; i++) {
    char name[32];
    snprintf(name, sizeof(name), "actor.%d.weight", i);
    const SgTensor* tensor = sg_container_tensor(&view->container, name);
    if (tensor) {
      SgSlice stem = {tensor->name, (int)strlen(tensor->name) - (int)strlen(".weight")};
      SgViewRow* row = add_row(view, SG_VIEW_LAYER, stem, i);
      put_number(row, "inputs", (long long)tensor->shape[0]);
      put_number(row, "outputs", (long long)tensor->shape[1]);
    }
  }
}


//-------------------------------- opening and closing -------------------------------------------

static SgStatus read_file(SgView* view, SgError* error) {
  char why[512];
  SgSha256 sha;
  view->bytes = sg_file_read(view->path, SG_MAX_POLICY, &view->size, error);
  if (!view->bytes) {
    return error->status;
  }
  sg_sha256_init(&sha);
  sg_sha256_add(&sha, view->bytes, view->size);
  sg_sha256_hex(&sha, view->sha256);
  view->policy = sg_policy_load(view->bytes, view->size, why, sizeof(why));
  if (!view->policy ||
      !sg_container_parse(&view->container, view->bytes, view->size, why, sizeof(why))) {
    return sg_fail(error, SG_FILE, "%s: %s", view->path, why);
  }
  return SG_OK;
}


SgStatus sg_view_open(SgView* view, const char* what, SgError* error) {
  char folder[1024];
  *view = (SgView){0};
  SgStatus status = sg_run_policy(what, view->path, folder, sizeof(view->path), error);
  if (status == SG_OK) {
    status = read_file(view, error);
  }
  if (status == SG_OK) {
    add_general(view);
    add_training(view);
    add_observation(view);
    add_commands(view);
    add_actions(view);
    add_layers(view);
    status = view->failed ? sg_fail(error, SG_MACHINE, "out of memory for a contract") : SG_OK;
  }
  return status;
}


void sg_view_close(SgView* view) {
  sg_policy_free(view->policy);
  sg_container_free(&view->container);
  sg_file_free(view->bytes);
  free(view->rows);
  *view = (SgView){0};
}


//-------------------------------- looking up ----------------------------------------------------

const char* sg_view_section(SgViewSection section) {
  return SECTIONS[section];
}


const SgViewRow* sg_view_find(const SgView* view, SgViewSection section, SgSlice name) {
  for (int i = 0; i < view->nrow; i++) {
    if (view->rows[i].section == section && sg_slice_same(view->rows[i].name, name)) {
      return &view->rows[i];
    }
  }
  return NULL;
}


SgSlice sg_view_word(const SgViewRow* row, const char* key) {
  for (int i = 0; i < row->nword; i++) {
    if (strcmp(row->keys[i], key) == 0) {
      return row->values[i].text ? row->values[i] : whole(row->own[row->values[i].length]);
    }
  }
  return (SgSlice){"", 0};
}


SgSlice sg_view_value(const SgView* view, SgViewSection section, const char* name) {
  const SgViewRow* row = sg_view_find(view, section, whole(name));
  return row ? sg_view_word(row, "value") : (SgSlice){"", 0};
}
