// Reading a contract: first how many of everything, then one allocation each, then line by line.

#include "policy/strict_float.h"
// the pragma above must come first

#include <stdlib.h>
#include <string.h>

#include "policy/contract.h"
#include "policy/words.h"

enum {
  MAX_ROW = 1 << 16,
  MAX_HISTORY = 256,
  MAX_COMMAND = 64,
  MAX_GOLDEN = 64
};

// where a sentence goes
typedef struct Complaint {
  char* text;
  size_t size;
} Complaint;

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
static int check_entries(const SgContainer* c, Complaint to) {
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

// a copy of the item at this place, behind the names that are already there
static const char* keep_name(char** free_text, const char* at) {
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
                        Complaint to) {
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


static int check_names(SgContract* c, Complaint to) {
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


//-------------------------------- observation ---------------------------------------------------

// a whole number within [1, most]; 0 for another
static int whole(const char* line, const char* key, int most) {
  float x;
  return sg_words_float(line, key, &x) && x >= 1.0f && x <= (float)most && x == (float)(int)x
             ? (int)x
             : 0;
}


// sizes of every term, and what they come to
static int measure_terms(SgContract* c, const char* text, Complaint to) {
  for (const char* line = text; *line; line = sg_words_next_line(line)) {
    SgTerm* term = &c->terms[c->nterm++];
    term->size = whole(line, "size", MAX_ROW);
    term->history = whole(line, "history", MAX_HISTORY);
    term->element = c->nelement;
    term->row = c->nobs;
    if (!sg_words_known(line, "term size unit scale offset clip history elements") ||
        term->size == 0 || term->history == 0) {
      return sg_container_fail(to.text, to.size,
                               "softgait.observation, line %d: needs size 1 to %d, history 1 to %d",
                               c->nterm, MAX_ROW, MAX_HISTORY);
    }
    if (term->size > (MAX_ROW - c->nobs) / term->history) {
      return sg_container_fail(to.text, to.size, "the observation has more than %d numbers",
                               MAX_ROW);
    }
    c->nelement += term->size;
    c->nobs += term->size * term->history;
  }
  return 1;
}


// as many element names as the term's size
static int read_elements(SgContract* c, const SgTerm* term, const char* line, char** names) {
  const char* at = sg_words_find(line, "elements");
  for (int i = 0; at && i < term->size; i++) {
    c->elements[term->element + i] = keep_name(names, at);
    at += sg_words_item(at);
    at = *at == ',' ? at + 1 : i + 1 == term->size ? at : NULL;
  }
  return at && (*at == '\0' || *at == '\n' || *at == ' ') && at[-1] != ',';
}


static int read_term(SgContract* c, const SgTerm* term, const char* line) {
  SgInput input;
  float clip[2];
  if (!sg_words_find(line, "term") || !sg_words_find(line, "unit") ||
      !sg_words_float(line, "scale", &input.scale) ||
      !sg_words_float(line, "offset", &input.offset) || !sg_words_list(line, "clip", clip, 2)) {
    return 0;
  }
  input.low = clip[0];
  input.high = clip[1];
  for (int i = 0; i < term->size * term->history; i++) {
    c->inputs[term->row + i] = input;
  }
  return sg_words_finite(input.scale) && input.scale > 0.0f && sg_words_finite(input.offset) &&
         input.low <= input.high && input.low <= FLT_MAX && input.high >= -FLT_MAX;
}


// the place of a command; -1 when there is none of that name
static int find_command(const SgContract* c, const char* name) {
  int k = c->ncommand - 1;
  while (k >= 0 && strcmp(c->command_names[k], name) != 0) {
    k--;
  }
  return k;
}


// a command's limits are a clip of its numbers in the row, beside the term's own
static int hold_commands(SgContract* c, Complaint to) {
  for (int t = 0; t < c->nterm; t++) {
    const SgTerm* term = &c->terms[t];
    for (int i = 0; i < term->size * term->history; i++) {
      int source = c->source[term->element + i % term->size];
      SgInput* in = &c->inputs[term->row + i];
      if (source < 0) {
        const SgCommand* command = &c->commands[-1 - source];
        in->low = command->low > in->low ? command->low : in->low;
        in->high = command->high < in->high ? command->high : in->high;
      }
      if (!(in->low <= in->high)) {
        return sg_container_fail(to.text, to.size,
                                 "softgait.observation, line %d: the clip and a command's limits "
                                 "have nothing in common",
                                 t + 1);
      }
    }
  }
  return 1;
}


// elements called command:NAME are commands, the others channels
static int read_sources(SgContract* c, Complaint to) {
  int nused = 0;
  for (int i = 0; i < c->nelement; i++) {
    const char* name = c->elements[i];
    if (strncmp(name, "command:", 8) != 0) {
      c->channels[c->nchannel] = name;
      c->source[i] = c->nchannel++;
      continue;
    }
    int k = find_command(c, name + 8);
    if (k < 0) {
      return sg_container_fail(to.text, to.size, "softgait.command has no '%.60s'", name + 8);
    }
    c->source[i] = -1 - k;
    nused++;
  }
  return nused == c->ncommand
             ? hold_commands(c, to)
             : sg_container_fail(to.text, to.size, "a command is not in the observation");
}


static int read_observation(SgContract* c, const char* text, char** names, Complaint to) {
  if (!measure_terms(c, text, to)) {
    return 0;
  }
  size_t n = (size_t)c->nelement;
  c->inputs = calloc((size_t)c->nobs, sizeof(SgInput));
  c->elements = calloc(n, sizeof(c->elements[0]));
  c->channels = calloc(n, sizeof(c->channels[0]));
  c->source = calloc(n, sizeof(c->source[0]));
  if (!c->inputs || !c->elements || !c->channels || !c->source) {
    return sg_container_fail(to.text, to.size, "out of memory");
  }
  const char* line = text;
  for (int i = 0; i < c->nterm; i++, line = sg_words_next_line(line)) {
    if (!read_elements(c, &c->terms[i], line, names)) {
      return sg_container_fail(
          to.text, to.size,
          "softgait.observation, line %d: the list of elements does not have %d "
          "names",
          i + 1, c->terms[i].size);
    }
    if (!read_term(c, &c->terms[i], line)) {
      return sg_container_fail(to.text, to.size,
                               "softgait.observation, line %d: needs term, unit, a finite scale "
                               "above 0, a finite offset and clip=low,high",
                               i + 1);
    }
  }
  return read_sources(c, to);
}


//-------------------------------- normaliser ----------------------------------------------------

// (x - mean) / std within [-clip, clip], folded into one input; 0 when nothing finite is left
static int fold(SgInput* in, double mean, double std, double clip) {
  double scale = (double)in->scale / std, offset = ((double)in->offset - mean) / std;
  float low = (float)((-clip - offset) / scale), high = (float)((clip - offset) / scale);
  in->scale = (float)scale;
  in->offset = (float)offset;
  in->low = low > in->low ? low : in->low;
  in->high = high < in->high ? high : in->high;
  return sg_words_finite(in->scale) && in->scale > 0.0f && sg_words_finite(in->offset) &&
         in->low <= in->high;
}


static int fold_all(SgContract* c, const float* mean, const float* std, float clip) {
  int fine = 1;
  for (int t = 0; t < c->nterm; t++) {
    const SgTerm* term = &c->terms[t];
    for (int i = 0; i < term->size * term->history; i++) {
      int e = term->element + i % term->size;
      fine = fine && sg_words_finite(mean[e]) && sg_words_finite(std[e]) && std[e] > 0.0f &&
             fold(&c->inputs[term->row + i], (double)mean[e], (double)std[e], (double)clip);
    }
  }
  return fine;
}


static int read_normaliser(SgContract* c, const char* text, Complaint to) {
  if (strcmp(text, "none") == 0) {
    return 1;
  }
  float clip, *mean = malloc(sizeof(float) * 2 * (size_t)c->nelement);
  float* std = mean + c->nelement;
  if (!mean) {
    return sg_container_fail(to.text, to.size, "out of memory");
  }
  int fine = sg_words_lines(text) == 1 && sg_words_known(text, "mean std clip") &&
             sg_words_list(text, "mean", mean, c->nelement) &&
             sg_words_list(text, "std", std, c->nelement) && sg_words_float(text, "clip", &clip) &&
             clip > 0.0f && fold_all(c, mean, std, clip);
  free(mean);
  return fine ? 1
              : sg_container_fail(to.text, to.size,
                                  "softgait.normaliser is neither none nor a finite mean and a std "
                                  "above 0 for each of %d elements with a clip above 0 that leaves "
                                  "something of the terms' own clips",
                                  c->nelement);
}


//-------------------------------- commands and actions ------------------------------------------

static int read_commands(SgContract* c, const char* text, char** names, Complaint to) {
  if (strcmp(text, "none") == 0) {
    return 1;
  }
  size_t n = (size_t)sg_words_lines(text);
  if (n > MAX_COMMAND) {
    return sg_container_fail(to.text, to.size, "softgait.command has more than %d lines",
                             MAX_COMMAND);
  }
  c->commands = calloc(n, sizeof(SgCommand));
  c->command_names = calloc(n, sizeof(c->command_names[0]));
  if (!c->commands || !c->command_names) {
    return sg_container_fail(to.text, to.size, "out of memory");
  }
  for (const char* line = text; *line; line = sg_words_next_line(line)) {
    SgCommand* command = &c->commands[c->ncommand];
    int known = sg_words_known(line, "command unit low high start");
    if (!known || !sg_words_find(line, "command") || !sg_words_find(line, "unit") ||
        !sg_words_float(line, "low", &command->low) ||
        !sg_words_float(line, "high", &command->high) ||
        !sg_words_float(line, "start", &command->start) || !sg_words_finite(command->low) ||
        !sg_words_finite(command->high) || !(command->low <= command->start) ||
        !(command->start <= command->high)) {
      return sg_container_fail(to.text, to.size,
                               "softgait.command, line %d: needs command, unit, finite low, high "
                               "and a start within them",
                               c->ncommand + 1);
    }
    c->command_names[c->ncommand++] = keep_name(names, sg_words_find(line, "command"));
  }
  return 1;
}


static int read_channel(const char* line, SgOutput* out) {
  return sg_words_known(line, "actuator mode scale offset low high") &&
         sg_words_find(line, "actuator") && sg_words_find(line, "mode") &&
         sg_words_float(line, "scale", &out->scale) &&
         sg_words_float(line, "offset", &out->offset) && sg_words_float(line, "low", &out->low) &&
         sg_words_float(line, "high", &out->high) && sg_words_finite(out->scale) &&
         out->scale > 0.0f && sg_words_finite(out->offset) && sg_words_finite(out->low) &&
         sg_words_finite(out->high) && out->low <= out->high;
}


static int read_action(SgContract* c, const char* text, char** names, Complaint to) {
  int n = sg_words_lines(text);
  c->outputs = calloc((size_t)n, sizeof(SgOutput));
  c->names = calloc((size_t)n, sizeof(c->names[0]));
  if (!c->outputs || !c->names) {
    return sg_container_fail(to.text, to.size, "out of memory");
  }
  for (const char* line = text; *line; line = sg_words_next_line(line)) {
    if (!read_channel(line, &c->outputs[c->nact])) {
      return sg_container_fail(to.text, to.size,
                               "softgait.action, line %d: needs actuator, mode, a finite scale "
                               "above 0, a finite offset and finite limits",
                               c->nact + 1);
    }
    c->names[c->nact++] = keep_name(names, sg_words_find(line, "actuator"));
  }
  return 1;
}


// what is sent when the policy cannot answer: within the limits
static int read_safe(SgContract* c, const char* text, Complaint to) {
  float* values = calloc((size_t)c->nact, sizeof(float));
  int fine = values && sg_words_lines(text) == 1 && sg_words_known(text, "values") &&
             sg_words_list(text, "values", values, c->nact);
  for (int j = 0; fine && j < c->nact; j++) {
    SgOutput* out = &c->outputs[j];
    out->safe = values[j];
    fine = out->safe >= out->low && out->safe <= out->high;
  }
  free(values);
  return fine ? 1
              : sg_container_fail(to.text, to.size,
                                  "softgait.safe_action needs a value within the limits for each "
                                  "of %d actions",
                                  c->nact);
}


static int read_timing(SgContract* c, const char* text, Complaint to) {
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
  Complaint to = {error, error_size};
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
  int fine =
      read_timing(c, sg_container_meta(container, "softgait.timing"), to) &&
      read_commands(c, command, &names, to) && read_observation(c, observation, &names, to) &&
      read_normaliser(c, sg_container_meta(container, "softgait.normaliser"), to) &&
      read_action(c, action, &names, to) &&
      read_safe(c, sg_container_meta(container, "softgait.safe_action"), to) && check_names(c, to);
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
