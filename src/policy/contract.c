// Lines of words. Numbers are parsed here, because the C library's parser follows the locale of
// whatever program the runtime was linked into.

#include "policy/strict_float.h"
// the pragma above must come first

#include <stdlib.h>
#include <string.h>

#include "policy/contract.h"

enum {
  MAX_SIZE = 1 << 20
};


//-------------------------------- numbers -------------------------------------------------------

static int is_digit(char c) {
  return c >= '0' && c <= '9';
}


// 10 to the n, 0 <= n <= 22: exact in double
static double power_of_ten(int n) {
  double p = 1;
  for (int i = 0; i < n; i++) {
    p *= 10;
  }
  return p;
}


// an exponent "e-05" or "p+3"; the place behind it, or NULL
static const char* read_exponent(const char* at, int* exponent) {
  int negative = *at == '-';
  at += *at == '-' || *at == '+';
  *exponent = 0;
  if (!is_digit(*at)) {
    return NULL;
  }
  for (; is_digit(*at); at++) {
    *exponent = *exponent < 10000 ? *exponent * 10 + (*at - '0') : *exponent;
  }
  *exponent = negative ? -*exponent : *exponent;
  return at;
}


// a decimal of at most 15 digits: an exact integer times or over an exact power of ten is one
// rounding, so the double is the nearest one
static const char* read_decimal(const char* at, double* value) {
  double digits = 0;
  int ndigit = 0, scale = 0, exponent = 0, point = 0;
  for (; is_digit(*at) || (*at == '.' && !point); at++) {
    if (*at == '.') {
      point = 1;
      continue;
    }
    digits = digits * 10 + (*at - '0');
    ndigit++;
    scale -= point;
  }
  if (ndigit == 0 || ndigit > 15) {
    return NULL;
  }
  if (*at == 'e') {
    at = read_exponent(at + 1, &exponent);
  }
  scale += exponent;

  // floats reach from 1e-45 to 3e38: two exact steps are enough, the second hardly ever needed
  if (!at || scale < -60 || scale > 44) {
    return NULL;
  }
  for (; scale < -22; scale += 22) {
    digits /= power_of_ten(22);
  }
  for (; scale > 22; scale -= 22) {
    digits *= power_of_ten(22);
  }
  *value = scale < 0 ? digits / power_of_ten(-scale) : digits * power_of_ten(scale);
  return at;
}


static int hex_digit(char c) {
  return is_digit(c) ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}


// a hexadecimal float "1.8p-2" behind its "0x", exactly
static const char* read_hexadecimal(const char* at, double* value) {
  double digits = 0;
  int ndigit = 0, scale = 0, exponent = 0, point = 0;
  for (; hex_digit(*at) >= 0 || (*at == '.' && !point); at++) {
    if (*at == '.') {
      point = 1;
      continue;
    }
    digits = digits * 16 + hex_digit(*at);
    ndigit++;
    scale -= 4 * point;
  }
  if (ndigit == 0 || ndigit > 13 || *at != 'p') {
    return NULL;
  }
  at = read_exponent(at + 1, &exponent);
  if (!at || exponent < -1000 || exponent > 1000) {
    return NULL;
  }
  for (scale += exponent; scale < 0; scale++) {
    digits /= 2;
  }
  for (; scale > 0; scale--) {
    digits *= 2;
  }
  *value = digits;
  return at;
}


// a float at the beginning of a text; the place behind it, or NULL. "inf" is one, "nan" is none
static const char* read_float(const char* at, float* value) {
  int negative = *at == '-';
  double number = 0;
  at += negative;
  if (strncmp(at, "inf", 3) == 0) {
    number = (double)FLT_MAX * 2;
    at += 3;
  } else if (at[0] == '0' && at[1] == 'x') {
    at = read_hexadecimal(at + 2, &number);
  } else {
    at = read_decimal(at, &number);
  }
  *value = (float)(negative ? -number : number);
  return at;
}


//-------------------------------- words ---------------------------------------------------------

// the value of `key=` in the line at text, up to a blank or the line's end; NULL when there is none
static const char* find_word(const char* line, const char* key) {
  size_t length = strlen(key);
  for (const char* at = line; *at && *at != '\n';) {
    if (strncmp(at, key, length) == 0 && at[length] == '=') {
      return at + length + 1;
    }
    while (*at && *at != '\n' && *at != ' ') {
      at++;
    }
    at += *at == ' ';
  }
  return NULL;
}


// whether a word ends at this place
static int word_ends(const char* at) {
  return *at == '\0' || *at == '\n' || *at == ' ';
}


// a float word of a line
static int read_word(const char* line, const char* key, float* value) {
  const char* at = find_word(line, key);
  at = at ? read_float(at, value) : NULL;
  return at && word_ends(at);
}


// `key=a,b,c`: exactly n floats
static int read_list(const char* line, const char* key, float* values, int n) {
  const char* at = find_word(line, key);
  for (int i = 0; i < n && at; i++) {
    at = read_float(at, &values[i]);
    if (at && i + 1 < n) {
      at = *at == ',' ? at + 1 : NULL;
    }
  }
  return at && word_ends(at);
}


static const char* next_line(const char* line) {
  const char* end = strchr(line, '\n');
  return end ? end + 1 : line + strlen(line);
}


static int is_finite(float x) {
  return x - x == 0.0f;
}


//-------------------------------- the contract --------------------------------------------------

// numbers of a term, 1 to MAX_SIZE; 0 for a malformed line
static int term_size(const char* line) {
  float size;
  if (!read_word(line, "size", &size) || !(size >= 1.0f && size <= (float)MAX_SIZE) ||
      size != (float)(int)size) {
    return 0;
  }

  // as many element names
  const char* at = find_word(line, "elements");
  int count = at && !word_ends(at);
  for (; at && !word_ends(at); at++) {
    count += *at == ',';
  }
  return count == (int)size ? count : 0;
}


static int read_term(const char* line, SgInput* inputs, int size) {
  float clip[2], history;
  SgInput input;
  if (!find_word(line, "term") || !read_word(line, "scale", &input.scale) ||
      !read_word(line, "offset", &input.offset) || !read_list(line, "clip", clip, 2) ||
      !read_word(line, "history", &history)) {
    return 0;
  }
  input.low = clip[0];
  input.high = clip[1];
  if (!is_finite(input.scale) || !(input.scale > 0.0f) || !is_finite(input.offset) ||
      !(input.low <= input.high) || history != 1.0f) {
    return 0;
  }
  for (int i = 0; i < size; i++) {
    inputs[i] = input;
  }
  return 1;
}


static int read_observation(SgContract* c, const char* text, char* error, size_t error_size) {
  // how many numbers, then each of them
  for (const char* line = text; *line; line = next_line(line)) {
    int size = term_size(line);
    if (size == 0 || c->nobs > MAX_SIZE - size) {
      return sg_container_fail(error, error_size,
                               "an observation term's size and elements disagree");
    }
    c->nobs += size;
  }
  c->inputs = calloc((size_t)(c->nobs > 0 ? c->nobs : 1), sizeof(SgInput));
  if (!c->inputs || c->nobs == 0) {
    return sg_container_fail(error, error_size, "the observation is empty, or memory is out");
  }
  SgInput* at = c->inputs;
  for (const char* line = text; *line; line = next_line(line)) {
    int size = term_size(line);
    if (!read_term(line, at, size)) {
      return sg_container_fail(
          error, error_size,
          "an observation term needs term, scale above 0, offset, clip, history=1");
    }
    at += size;
  }
  return 1;
}


static int read_channel(const char* line, SgOutput* out) {
  return find_word(line, "actuator") && find_word(line, "mode") &&
         read_word(line, "scale", &out->scale) && read_word(line, "offset", &out->offset) &&
         read_word(line, "low", &out->low) && read_word(line, "high", &out->high) &&
         is_finite(out->scale) && out->scale > 0.0f && is_finite(out->offset) &&
         is_finite(out->low) && is_finite(out->high) && out->low <= out->high;
}


static int read_action(SgContract* c, const char* text, const char* safe, char* error,
                       size_t error_size) {
  for (const char* line = text; *line; line = next_line(line)) {
    c->nact++;
  }
  c->outputs = calloc((size_t)(c->nact > 0 ? c->nact : 1), sizeof(SgOutput));
  float* values = calloc((size_t)(c->nact > 0 ? c->nact : 1), sizeof(float));
  int fine = c->outputs && values && c->nact > 0 && read_list(safe, "values", values, c->nact);

  SgOutput* out = c->outputs;
  for (const char* line = text; fine && *line; line = next_line(line), out++) {
    fine = read_channel(line, out);
    out->safe = values[out - c->outputs];
    fine = fine && out->safe >= out->low && out->safe <= out->high;
  }
  free(values);
  return fine ? 1
              : sg_container_fail(
                    error, error_size,
                    "an action needs actuator, mode, scale above 0, offset, limits, and "
                    "a safe value within them");
}


int sg_contract_read(SgContract* c, const SgContainer* container, char* error, size_t error_size) {
  static const char* const needed[] = {
      "softgait.task",   "softgait.observation", "softgait.action", "softgait.safe_action",
      "softgait.timing", "softgait.golden",      "softgait.model",  "softgait.mujoco"};
  const char* format = sg_container_meta(container, "softgait.format");
  const char* normaliser = sg_container_meta(container, "softgait.normaliser");
  const char* command = sg_container_meta(container, "softgait.command");
  memset(c, 0, sizeof(*c));

  // a version we know, with everything in it
  if (!format || strcmp(format, "1") != 0) {
    return sg_container_fail(error, error_size, "softgait.format is '%s', this reader knows 1",
                             format ? format : "missing");
  }
  for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
    if (!sg_container_meta(container, needed[i])) {
      return sg_container_fail(error, error_size, "%s is missing", needed[i]);
    }
  }
  if (!normaliser || strcmp(normaliser, "none") != 0 || !command || strcmp(command, "none") != 0) {
    return sg_container_fail(error, error_size,
                             "softgait.normaliser and softgait.command must be 'none' in format 1");
  }

  float seconds;
  const char* timing = sg_container_meta(container, "softgait.timing");
  if (!read_word(timing, "period", &seconds) || !(seconds > 0.0f) || !is_finite(seconds)) {
    return sg_container_fail(error, error_size, "softgait.timing needs a period above 0");
  }
  return read_observation(c, sg_container_meta(container, "softgait.observation"), error,
                          error_size) &&
         read_action(c, sg_container_meta(container, "softgait.action"),
                     sg_container_meta(container, "softgait.safe_action"), error, error_size);
}


void sg_contract_free(SgContract* c) {
  free(c->inputs);
  free(c->outputs);
  memset(c, 0, sizeof(*c));
}


int sg_contract_golden(const char** text, float* obs, int nobs, float* act, int nact) {
  const char* line = *text;
  if (*line == '\0') {
    return 0;
  }
  *text = next_line(line);
  return read_list(line, "obs", obs, nobs) && read_list(line, "act", act, nact) ? 1 : -1;
}
