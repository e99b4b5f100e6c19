// JSON values of a contract's words, and the one way to print a line.

#ifndef SG_CLI_INSPECT_JSON_H_
#define SG_CLI_INSPECT_JSON_H_

#include <jansson.h>

#include "base/status.h"
#include "cli/inspect.h"

/// A word's value: text, number, list of numbers for a clip; null for an infinite or missing one.
json_t* sg_view_json_value(const char* key, SgSlice slice);

/// Print an object as one line and drop it. SG_MACHINE when out of memory.
SgStatus sg_view_json_print(json_t* object, SgError* error);

#endif  // SG_CLI_INSPECT_JSON_H_
