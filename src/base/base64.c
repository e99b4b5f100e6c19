// Three bytes are four letters of six bits:   | aaaaaabb | bbbbcccc | ccdddddd |  ->  a b c d

#include "base/base64.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char LETTERS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";


char* sg_base64_encode(const void* bytes, size_t size) {
  const unsigned char* from = bytes;
  char* text = malloc((size + 2) / 3 * 4 + 1);
  char* to = text;
  for (size_t i = 0; text && i < size; i += 3) {
    size_t left = size - i;
    uint32_t group = (uint32_t)from[i] << 16;
    group |= left > 1 ? (uint32_t)from[i + 1] << 8 : 0;
    group |= left > 2 ? from[i + 2] : 0;
    *to++ = LETTERS[group >> 18];
    *to++ = LETTERS[group >> 12 & 63];
    *to++ = left > 1 ? LETTERS[group >> 6 & 63] : '=';
    *to++ = left > 2 ? LETTERS[group & 63] : '=';
  }
  if (text) {
    *to = '\0';
  }
  return text;
}


static int is_blank(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}


void* sg_base64_decode(const char* text, size_t* size) {
  unsigned char* bytes = malloc(strlen(text) / 4 * 3 + 4);
  size_t n = 0, nletter = 0, npad = 0, i = 0;
  uint32_t group = 0;
  for (; bytes && text[i]; i++) {
    const char* letter = strchr(LETTERS, text[i]);
    if (is_blank(text[i])) {
      continue;
    }

    // padding may only end the last group, and nothing follows it
    if (text[i] == '=' ? nletter % 4 < 2 : !letter || npad > 0) {
      break;
    }
    npad += text[i] == '=';
    group = group << 6 | (letter ? (uint32_t)(letter - LETTERS) : 0);
    nletter++;
    if (nletter % 4 == 0) {
      bytes[n++] = (unsigned char)(group >> 16);
      bytes[n++] = (unsigned char)(group >> 8);
      bytes[n++] = (unsigned char)group;
    }
  }
  if (bytes && !text[i] && nletter % 4 == 0) {
    *size = n - npad;
    return bytes;
  }
  free(bytes);
  *size = i;
  return NULL;
}
