// Text to numbers and back. The C library's parsers follow the process's locale; here the "C"
// locale is named at every call, so that a decimal point is a point everywhere.

#include "base/text.h"

#include <ctype.h>
#include <errno.h>
#include <locale.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static locale_t c_locale;
static pthread_once_t once = PTHREAD_ONCE_INIT;


static void make_locale(void) {
  c_locale = newlocale(LC_ALL_MASK, "C", (locale_t)0);
}


// digits as strtod reads them, beyond all doubles as infinity; false when they are no number
static bool read_digits(const char* text, double* value) {
  pthread_once(&once, make_locale);

  // a digit must come first: strtod's own words and leading blanks are not numbers here
  const char* body = *text == '-' || *text == '+' ? text + 1 : text;
  if (!isdigit((unsigned char)body[0]) && !(body[0] == '.' && isdigit((unsigned char)body[1]))) {
    return false;
  }
  char* end;
  *value = strtod_l(text, &end, c_locale);
  return *end == '\0';
}


bool sg_text_double(const char* text, double* value) {
  // YAML writes infinity with a leading dot
  const char* sign = *text == '-' || *text == '+' ? text : NULL;
  const char* body = sign ? text + 1 : text;
  if (strcasecmp(body, ".inf") == 0 || strcasecmp(body, "inf") == 0) {
    *value = sign && *sign == '-' ? -(double)INFINITY : (double)INFINITY;
    return true;
  }
  if (strcasecmp(text, ".nan") == 0 || strcasecmp(text, "nan") == 0) {
    *value = (double)NAN;
    return true;
  }

  double number;
  if (!read_digits(text, &number) || isinf(number)) {
    return false;
  }
  *value = number;
  return true;
}


bool sg_text_too_large(const char* text) {
  double number;
  return read_digits(text, &number) && isinf(number);
}


bool sg_text_int(const char* text, int64_t* value) {
  const char* digits = *text == '-' || *text == '+' ? text + 1 : text;
  if (!isdigit((unsigned char)*digits)) {
    return false;
  }
  char* end;
  errno = 0;
  long long number = strtoll(text, &end, 10);
  if (*end != '\0' || errno == ERANGE) {
    return false;
  }
  *value = number;
  return true;
}


bool sg_text_bool(const char* text, bool* value) {
  if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0) {
    return false;
  }
  *value = *text == 't';
  return true;
}


void sg_text_number(char* text, int size, double value) {
  if (isnan(value) || isinf(value)) {
    snprintf(text, (size_t)size, "%s", isnan(value) ? "nan" : value > 0 ? "inf" : "-inf");
    return;
  }

  // as few digits as read back equal; 17 always do
  double back;
  for (int digits = 15; digits <= 17; digits++) {
    snprintf(text, (size_t)size, "%.*g", digits, value);
    if (sg_text_double(text, &back) && back == value) {
      return;
    }
  }
}


bool sg_text_ends(const char* text, const char* end) {
  size_t n = strlen(text), m = strlen(end);
  return n > m && strcmp(text + n - m, end) == 0;
}


// edits (insert, delete, replace) that turn a into b; long names count as far
static int distance(const char* a, const char* b) {
  enum {
    MAX = 63
  };
  size_t na = strlen(a), nb = strlen(b);
  int row[MAX + 1];
  if (na > MAX || nb > MAX) {
    return MAX;
  }

  for (size_t j = 0; j <= nb; j++) {
    row[j] = (int)j;
  }
  for (size_t i = 1; i <= na; i++) {
    int diagonal = row[0];
    row[0] = (int)i;
    for (size_t j = 1; j <= nb; j++) {
      int replace = diagonal + (a[i - 1] != b[j - 1]);
      int insert = row[j - 1] + 1, remove = row[j] + 1;
      diagonal = row[j];
      row[j] = replace < insert ? replace : insert;
      row[j] = row[j] < remove ? row[j] : remove;
    }
  }
  return row[nb];
}


const char* sg_text_nearest(const char* name, const char* const* names, int count) {
  const char* nearest = NULL;
  int best = 1 + (int)strlen(name) / 3;  // farther than this is no typing error

  for (int i = 0; i < count; i++) {
    int d = distance(name, names[i]);
    if (d < best || (d == best && !nearest)) {
      best = d;
      nearest = names[i];
    }
  }
  return nearest;
}
