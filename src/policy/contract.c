// Reading a contract: first how many of everything, then one allocation each, then line by line.
//
//   contract.c               entries, timing, names, the order of reading, golden lines
//   contract_observation.c   terms, elements, commands among them, normaliser
//   contract_action.c        command inputs, actions, safe action

#include "policy/strict_float.h"
// the pragma above must come first

#include <stdlib.h>
#include <string.h>

#include "policy/contract_read.h"
#include "policy/words.h"

enum {
  MAX_GOLDEN = 64
};

static const double JITTER = 0.25;


//-------------------------------- entries -------------------------------------------------------

// every entry of a contract; training may be missing, golden may be empty in a writer's draft
static const char* const ENTRIES[] = {
    "softgait.action",      "softgait.command",     "softgait.digest", "softgait.format",
    "softgait.golden",      "softgait.model",       "softgait.mujoco", "softgait.normaliser",
    "softgait.observation", "softgait.safe_action", "softgait.task",   "softgait.timing",
    "softgait.training"};


static int is_entry(const char* key) {
  for (size_t i = 0; i < sizeof(ENTRIES) / sizeof(ENTRIES[0]); i++) {
    if (strcmp(ENTRIES[i], key) == 0) {
      return 1;
    }
  }
  return 0;
}


// a format we know, with everything in it and nothing else
static int check_entries(const SgContainer* c, SgComplaint to) {
  const char* format = sg_container_meta(c, "softgait.format");
  if (!format || strcmp(format, "1") != 0) {
    return sg_container_fail(to.text, to.size, "softgait.format is '%.20s', this reader knows 1",
                             format ? format : "missing");
  }
  for (size_t i = 0; i < sizeof(ENTRIES) / sizeof(ENTRIES[0]); i++) {
    const char *key = ENTRIES[i], *text = sg_container_meta(c, key);
    int may_lack = strcmp(key, text ? "softgait.golden" : "softgait.training") == 0;
    if (!(text && text[0]) && !may_lack) {
      return sg_container_fail(to.text, to.size, "the entry %s is missing or empty", key);
    }
  }
  for (int i = 0; i < c->nmeta; i++) {
    if (!is_entry(c->metas[i].key)) {
      return sg_container_fail(to.text, to.size, "format 1 has no entry '%.60s'", c->metas[i].key);
    }
  }
  return 1;
}


//-------------------------------- names ---------------------------------------------------------

const char* sg_contract_keep_name(char** free_text, const char* at) {
  size_t length = sg_words_item(at);
  char* name = *free_text;
  memcpy(name, at, length);
  name[length] = '\0';
  *free_text += length + 1;
  return name;
}


static int by_name(const void* a, const void* b) {
  return strcmp(*(const char* const*)a, *(const char* const*)b);
}


// whether names are all there and all different; `room` is for n pointers
static int names_differ(const char** names, int n, const char** room, const char* what,
                        SgComplaint to) {
  if (n == 0) {
    return 1;
  }
  memcpy(room, names, sizeof(names[0]) * (size_t)n);
  qsort(room, (size_t)n, sizeof(room[0]), by_name);
  for (int i = 0; i < n; i++) {
    if (!room[i][0] || (i > 0 && strcmp(room[i], room[i - 1]) == 0)) {
      return sg_container_fail(to.text, to.size, "the %s '%.60s' %s", what, room[i],
                               room[i][0] ? "stands there twice" : "has no name");
    }
  }
  return 1;
}


static int check_names(SgContract* c, SgComplaint to) {
  int most = c->nelement > c->nact ? c->nelement : c->nact;
  most = c->ncommand > most ? c->ncommand : most;
  const char** room = malloc(sizeof(room[0]) * (size_t)most);
  int fine = room ? names_differ(c->elements, c->nelement, room, "observation element", to) &&
                        names_differ(c->names, c->nact, room, "actuator", to) &&
                        names_differ(c->command_names, c->ncommand, room, "command", to)
                  : sg_container_fail(to.text, to.size, "out of memory");
  free(room);
  return fine;
}


//-------------------------------- timing --------------------------------------------------------

static int read_timing(SgContract* c, const char* text, SgComplaint to) {
  c->jitter = JITTER;
  int fine = sg_words_lines(text) == 1 && sg_words_known(text, "period timestep jitter") &&
             sg_words_number(text, "period", &c->period) &&
             sg_words_number(text, "timestep", &c->timestep) &&
             (!sg_words_find(text, "jitter") || sg_words_number(text, "jitter", &c->jitter));
  fine = fine && c->timestep > 0 && c->period >= c->timestep && c->period < 1e6 && c->jitter > 0 &&
         c->jitter < 1;
  return fine ? 1
              : sg_container_fail(to.text, to.size,
                                  "softgait.timing needs a timestep above 0, a period that is no "
                                  "shorter, and a jitter between 0 and 1 if any");
}


//-------------------------------- the whole -----------------------------------------------------

int sg_contract_read(SgContract* c, const SgContainer* container, char* error, size_t error_size) {
  SgComplaint to = {error, error_size};
  memset(c, 0, sizeof(*c));
  if (!check_entries(container, to)) {
    return 0;
  }
  const char* observation = sg_container_meta(container, "softgait.observation");
  const char* action = sg_container_meta(container, "softgait.action");
  const char* command = sg_container_meta(container, "softgait.command");

  // names are shorter than the texts they come from, zero bytes included
  size_t length = strlen(observation) + strlen(action) + strlen(command) + 3;
  char* names = c->text = malloc(length);
  c->terms = calloc((size_t)sg_words_lines(observation), sizeof(SgTerm));
  if (!names || !c->terms) {
    return sg_container_fail(error, error_size, "out of memory");
  }
  int fine = read_timing(c, sg_container_meta(container, "softgait.timing"), to) &&
             sg_contract_commands(c, command, &names, to) &&
             sg_contract_observation(c, observation, &names, to) &&
             sg_contract_normaliser(c, sg_container_meta(container, "softgait.normaliser"), to) &&
             sg_contract_action(c, action, &names, to) &&
             sg_contract_safe(c, sg_container_meta(container, "softgait.safe_action"), to) &&
             check_names(c, to);
  if (fine && sg_words_lines(sg_container_meta(container, "softgait.golden")) > MAX_GOLDEN) {
    return sg_container_fail(error, error_size, "softgait.golden has more than %d lines",
                             MAX_GOLDEN);
  }
  return fine;
}


void sg_contract_free(SgContract* c) {
  free(c->inputs);
  free(c->outputs);
  free(c->names);
  free(c->terms);
  free(c->elements);
  free(c->source);
  free(c->channels);
  free(c->commands);
  free(c->command_names);
  free(c->text);
  memset(c, 0, sizeof(*c));
}


int sg_contract_golden(const char** text, float* obs, int nobs, float* act, int nact) {
  const char* line = *text;
  if (*line == '\0') {
    return 0;
  }
  *text = sg_words_next_line(line);
  return sg_words_known(line, "obs act") && sg_words_list(line, "obs", obs, nobs) &&
                 sg_words_list(line, "act", act, nact)
             ? 1
             : -1;
}
