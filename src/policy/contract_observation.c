// A contract's observation: terms and their elements, which of them are commands, the normaliser.
// All of it is folded into one SgInput per number of the row.

#include "policy/strict_float.h"
// the pragma above must come first

#include <stdlib.h>
#include <string.h>

#include "policy/contract_read.h"
#include "policy/words.h"

enum {
  MAX_ROW = 1 << 16,
  MAX_HISTORY = 256
};


//-------------------------------- terms ---------------------------------------------------------

// a whole number within [1, most]; 0 for another
static int whole(const char* line, const char* key, int most) {
  float x;
  return sg_words_float(line, key, &x) && x >= 1.0f && x <= (float)most && x == (float)(int)x
             ? (int)x
             : 0;
}


// sizes of every term, and what they come to
static int measure_terms(SgContract* c, const char* text, SgComplaint to) {
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
    c->elements[term->element + i] = sg_contract_keep_name(names, at);
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
static int hold_commands(SgContract* c, SgComplaint to) {
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
static int read_sources(SgContract* c, SgComplaint to) {
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


int sg_contract_observation(SgContract* c, const char* text, char** names, SgComplaint to) {
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


int sg_contract_normaliser(SgContract* c, const char* text, SgComplaint to) {
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
