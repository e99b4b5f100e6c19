// Sorting words: flags with their values, and the rest.

#include "cli/args.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"

enum {
  MAX_FLAG = 64  // of one command
};


// a flag of the table by the first length letters of text; NULL when there is none
static const SgFlag* find_flag(const SgFlag* flags, int nflag, const char* text, size_t length) {
  for (int i = 0; i < nflag; i++) {
    if (strlen(flags[i].name) == length && strncmp(flags[i].name, text, length) == 0) {
      return &flags[i];
    }
  }
  return NULL;
}


// dashes are left out of the comparison: they would make any two flags look alike
static SgStatus unknown(const char* text, const SgFlag* flags, int nflag, SgError* error) {
  const char* names[MAX_FLAG];
  char name[64];
  snprintf(name, sizeof(name), "%.*s", (int)strcspn(text, "="), text);
  for (int i = 0; i < nflag; i++) {
    names[i] = flags[i].name + strspn(flags[i].name, "-");
  }
  const char* near = sg_text_nearest(name + strspn(name, "-"), names, nflag);
  if (near) {
    return sg_fail(error, SG_USAGE, "there is no flag '%s'; did you mean '--%s'?", name, near);
  }
  return sg_fail(error, SG_USAGE, "there is no flag '%s'; --help shows those there are", name);
}


SgStatus sg_args_parse(SgArgs* args, int argc, char** argv, int first, const SgFlag* flags,
                       int nflag, int max_words, SgError* error) {
  SG_ASSERT(nflag <= MAX_FLAG);
  memset(args, 0, sizeof(*args));
  for (int i = first; i < argc; i++) {
    const char* text = argv[i];
    if (args->nflag == SG_MAX_ARG || args->nword == SG_MAX_ARG) {
      return sg_fail(error, SG_USAGE, "there are more than %d words", SG_MAX_ARG);
    }

    // a word, among as many as the command takes
    if (text[0] != '-' || text[1] == '\0') {
      if (args->nword == max_words) {
        return sg_fail(error, SG_USAGE,
                       "'%.80s' is one word too many; --help shows what is expected", text);
      }
      args->words[args->nword++] = text;
      continue;
    }

    // a flag, its value behind "=" or in the next word
    size_t length = strcspn(text, "=");
    const SgFlag* flag = find_flag(flags, nflag, text, length);
    if (!flag) {
      return unknown(text, flags, nflag, error);
    }
    const char* value = text[length] == '=' ? text + length + 1 : NULL;
    if (!flag->value && value) {
      return sg_fail(error, SG_USAGE, "%s takes no value", flag->name);
    }
    if (flag->value && !value) {
      if (i + 1 == argc) {
        return sg_fail(error, SG_USAGE, "%s needs a value: %s %s", flag->name, flag->name,
                       flag->value);
      }
      value = argv[++i];
    }
    args->names[args->nflag] = flag->name;
    args->values[args->nflag++] = value;
  }
  return SG_OK;
}


bool sg_args_has(const SgArgs* args, const char* name) {
  for (int i = 0; i < args->nflag; i++) {
    if (strcmp(args->names[i], name) == 0) {
      return true;
    }
  }
  return false;
}


const char* sg_args_text(const SgArgs* args, const char* name, const char* fallback) {
  const char* value = fallback;
  for (int i = 0; i < args->nflag; i++) {
    if (strcmp(args->names[i], name) == 0) {
      value = args->values[i];
    }
  }
  return value;
}


SgStatus sg_args_int(const SgArgs* args, const char* name, int64_t low, int64_t high,
                     int64_t* value, SgError* error) {
  const char* text = sg_args_text(args, name, NULL);
  double number;
  if (!text) {
    return SG_OK;
  }
  bool fine = sg_text_double(text, &number) && number == floor(number) && number >= (double)low &&
              number <= (double)high;
  if (!fine) {
    return sg_fail(error, SG_USAGE, "%s is '%.60s', it must be a whole number from %lld to %lld",
                   name, text, (long long)low, (long long)high);
  }
  *value = (int64_t)number;
  return SG_OK;
}


SgStatus sg_args_setting(const char* text, char* key, int size, const char** value,
                         SgError* error) {
  const char* equals = strchr(text, '=');
  if (!equals || equals == text || equals - text >= size) {
    return sg_fail(error, SG_USAGE, "--set needs key=value, not '%.80s'", text);
  }
  snprintf(key, (size_t)size, "%.*s", (int)(equals - text), text);
  *value = equals + 1;
  return SG_OK;
}
