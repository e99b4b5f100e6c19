// Lines of words. Numbers are parsed here, because the C library's parser follows the locale of
// whatever program the runtime was linked into.

#include "policy/strict_float.h"
// the pragma above must come first

#include "policy/words.h"

#include <string.h>


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


// a number at the beginning of a text; the place behind it, or NULL. "inf" is one, "nan" is none
static const char* read_number(const char* at, double* value) {
  int negative = *at == '-';
  double number = 0;
  at += negative;
  if (strncmp(at, "inf", 3) == 0) {
    number = (double)FLT_MAX * 2;  // infinite as a float
    at += 3;
  } else if (at[0] == '0' && at[1] == 'x') {
    at = read_hexadecimal(at + 2, &number);
  } else {
    at = read_decimal(at, &number);
  }
  *value = negative ? -number : number;
  return at;
}


int sg_words_finite(float x) {
  return x - x == 0.0f;
}


//-------------------------------- words ---------------------------------------------------------

// whether a word ends at this place
static int word_ends(const char* at) {
  return *at == '\0' || *at == '\n' || *at == ' ';
}


size_t sg_words_item(const char* at) {
  size_t length = 0;
  while (!word_ends(at + length) && at[length] != ',') {
    length++;
  }
  return length;
}


// place of a key of this length in the list "a b c"; -1 when it is not there
static int key_place(const char* keys, const char* key, size_t length) {
  for (int place = 0; *keys; place++) {
    size_t size = 0;
    while (keys[size] && keys[size] != ' ') {
      size++;
    }
    if (size == length && memcmp(keys, key, length) == 0) {
      return place;
    }
    keys += size + (keys[size] == ' ');
  }
  return -1;
}


int sg_words_known(const char* line, const char* keys) {
  unsigned long seen = 0;
  for (const char* at = line;; at++) {
    size_t length = 0;
    while (!word_ends(at + length) && at[length] != '=') {
      length++;
    }

    // a known key that was not there before, and a value
    int place = at[length] == '=' ? key_place(keys, at, length) : -1;
    if (place < 0 || seen >> place & 1 || word_ends(at + length + 1)) {
      return 0;
    }
    seen |= 1ul << place;
    for (at += length; !word_ends(at); at++) {
    }
    if (*at != ' ') {
      return 1;
    }
  }
}


const char* sg_words_find(const char* line, const char* key) {
  size_t length = strlen(key);
  for (const char* at = line; *at && *at != '\n';) {
    if (strncmp(at, key, length) == 0 && at[length] == '=') {
      return at + length + 1;
    }
    while (!word_ends(at)) {
      at++;
    }
    at += *at == ' ';
  }
  return NULL;
}


int sg_words_number(const char* line, const char* key, double* value) {
  const char* at = sg_words_find(line, key);
  at = at ? read_number(at, value) : NULL;
  return at && word_ends(at);
}


int sg_words_float(const char* line, const char* key, float* value) {
  return sg_words_list(line, key, value, 1);
}


int sg_words_list(const char* line, const char* key, float* values, int n) {
  const char* at = sg_words_find(line, key);
  for (int i = 0; i < n && at; i++) {
    double value = 0;
    at = read_number(at, &value);
    values[i] = (float)value;
    if (at && i + 1 < n) {
      at = *at == ',' ? at + 1 : NULL;
    }
  }
  return at && word_ends(at);
}


const char* sg_words_next_line(const char* line) {
  const char* end = strchr(line, '\n');
  return end ? end + 1 : line + strlen(line);
}


int sg_words_lines(const char* text) {
  int n = 0;
  for (; *text; text = sg_words_next_line(text)) {
    n++;
  }
  return n;
}
