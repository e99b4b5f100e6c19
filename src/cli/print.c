// Quoting, by the rules of those who read it.

#include "cli/print.h"

#include <math.h>
#include <string.h>

#include "base/text.h"


void sg_print_json_text(FILE* file, const char* text) {
  fputc('"', file);
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    if (c == '"' || c == '\\') {
      fprintf(file, "\\%c", c);
    } else if (c < 0x20) {
      fprintf(file, "\\u%04x", c);
    } else {
      fputc(c, file);
    }
  }
  fputc('"', file);
}


void sg_print_json_number(FILE* file, double value) {
  char text[32] = "null";
  if (isfinite(value)) {
    sg_text_number(text, sizeof(text), value);
  }
  fputs(text, file);
}


void sg_print_word(FILE* file, const char* text) {
  static const char* const plain =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:=,+-@%";
  if (*text && strspn(text, plain) == strlen(text)) {
    fputs(text, file);
    return;
  }

  // inside single quotes nothing is special but the quote itself
  fputc('\'', file);
  for (; *text; text++) {
    if (*text == '\'') {
      fputs("'\\''", file);
    } else {
      fputc(*text, file);
    }
  }
  fputc('\'', file);
}
