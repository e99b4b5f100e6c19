// Words on the command line, by a table of flags per command.

#ifndef SG_CLI_ARGS_H_
#define SG_CLI_ARGS_H_

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum {
  SG_MAX_ARG = 256  ///< flags, and words, of one command line
};

/// A flag: `--steps N` takes a value (also as `--steps=N`), `--json` does not.
typedef struct SgFlag {
  const char* name;
  const char* value;  ///< what the value is called in help, NULL: none
  const char* what;   ///< one line
} SgFlag;

/// A command line, sorted. Texts are borrowed from argv.
typedef struct SgArgs {
  int nword;
  const char* words[SG_MAX_ARG];  ///< what is no flag, in order
  int nflag;
  const char* names[SG_MAX_ARG];   ///< flags in order, as in the table
  const char* values[SG_MAX_ARG];  ///< their values; NULL for a flag without
} SgArgs;

/// Sort argv[first..]: SG_USAGE for an unknown flag (nearest match), a missing value, or more than
/// max_words words.
SgStatus sg_args_parse(SgArgs* args, int argc, char** argv, int first, const SgFlag* flags,
                       int nflag, int max_words, SgError* error);

/// Whether a flag was given.
bool sg_args_has(const SgArgs* args, const char* name);

/// The last value of a flag; fallback when it was not given.
const char* sg_args_text(const SgArgs* args, const char* name, const char* fallback);

/// The last value of a flag as a whole number in [low, high]; value is left alone when it was not
/// given. SG_USAGE names flag and value.
SgStatus sg_args_int(const SgArgs* args, const char* name, int64_t low, int64_t high,
                     int64_t* value, SgError* error);

/// Cut `key=value` of a --set into key (size bytes) and value (borrowed). SG_USAGE without "=".
SgStatus sg_args_setting(const char* text, char* key, int size, const char** value, SgError* error);

#endif  // SG_CLI_ARGS_H_
