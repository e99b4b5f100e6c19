// Between the library, which knows no MuJoCo, and its parts, each of which knows one version.

#ifndef SG_PLUGIN_LOAD_H_
#define SG_PLUGIN_LOAD_H_

#include <stddef.h>

/// The host's function of that name; NULL when it has none.
typedef void* SgLookup(const char* name);

/// A part's one function: register with a host of the part's version. Return 1, or 0 with a
/// sentence in why (size bytes).
typedef int SgPart(SgLookup* lookup, char* why, size_t size);

#endif  // SG_PLUGIN_LOAD_H_
