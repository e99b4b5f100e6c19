// Tags by their brackets, attributes by their quotes; comments skipped.

#include "task/xml.h"

#include <stdio.h>
#include <string.h>


// behind what is no tag: a comment, raw text, an instruction, a declaration; NULL when open is a
// tag. Each ends where the compiler's reader ends it, or what stands behind could be hidden from
// one of the two
static char* behind_other(char* open) {
  static const char* const kinds[][2] = {
      {"<!--", "-->"}, {"<![CDATA[", "]]>"}, {"<?", "?>"}, {"<!", ">"}};
  for (int i = 0; i < 4; i++) {
    size_t begin = strlen(kinds[i][0]);
    if (strncmp(open, kinds[i][0], begin) == 0) {
      char* end = strstr(open + begin, kinds[i][1]);
      return end ? end + strlen(kinds[i][1]) : open + strlen(open);
    }
  }
  return NULL;
}


char* sg_xml_next(char** at) {
  for (char* open; (open = strchr(*at, '<')) != NULL;) {
    char* behind = behind_other(open);
    if (behind) {
      *at = behind;
      continue;
    }

    // to the closing bracket that is in no quotes
    char quote = '\0';
    char* end = open + 1;
    for (; *end && (quote || *end != '>'); end++) {
      if (*end == quote) {
        quote = '\0';
      } else if (!quote && (*end == '"' || *end == '\'')) {
        quote = *end;
      }
    }
    *at = *end ? end + 1 : end;
    *end = '\0';
    return open + 1;
  }
  return NULL;
}


bool sg_xml_is(const char* tag, const char* name) {
  size_t length = strcspn(tag, " \t\r\n/");
  return strlen(name) == length && strncmp(tag, name, length) == 0;
}


bool sg_xml_attribute(const char* tag, const char* name, char value[SG_MAX_PATH]) {
  static const char* const blank = " \t\r\n";
  for (const char* at = tag + strcspn(tag, blank); *at;) {
    at += strspn(at, blank);
    size_t length = strcspn(at, " \t\r\n=");
    bool wanted = strlen(name) == length && strncmp(at, name, length) == 0;
    at += length;
    at += strspn(at, " \t\r\n=");
    char quote = *at;
    const char* end = quote == '"' || quote == '\'' ? strchr(at + 1, quote) : NULL;
    if (!end) {
      return false;
    }
    if (wanted) {
      snprintf(value, SG_MAX_PATH, "%.*s", (int)(end - at - 1), at + 1);
      return true;
    }
    at = end + 1;
  }
  return false;
}
