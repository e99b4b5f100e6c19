// YAML files, walked with types: every complaint names file, line and column.
//
//   SgYaml* doc = sg_yaml_load("hopper.yaml", &error)
//   SgYamlNode control = sg_yaml_get(sg_yaml_root(doc), "control")     absent: .id == 0
//   sg_yaml_keys(control, keys, nkey, &error)                          unknown keys, nearest match
//   sg_yaml_int(sg_yaml_get(control, "frame_skip"), &value, &error)
//
// The reader is strict: one document, maps and lists and scalars, no aliases, no tags and no zero
// bytes; duplicate keys are refused; size, nodes and depth are capped. A complaint about a key
// points at the key, any other at the value.

#ifndef SG_BASE_YAML_H_
#define SG_BASE_YAML_H_

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

/// A loaded document. Opaque; owns all its text.
typedef struct SgYaml SgYaml;

/// A place in a document, by value. id 0: nothing there.
typedef struct SgYamlNode {
  const SgYaml* doc;
  int id;
} SgYamlNode;

/// What stands at a node.
typedef enum SgYamlKind {
  SG_YAML_ABSENT,
  SG_YAML_SCALAR,
  SG_YAML_LIST,
  SG_YAML_MAP,
} SgYamlKind;

/// Load a file. NULL with SG_FILE and "file:line:column: ..." when it is missing, malformed, empty,
/// too large, or uses what is not allowed.
SgYaml* sg_yaml_load(const char* path, SgError* error);

/// Free a document; its nodes and texts are gone. NULL is allowed.
void sg_yaml_free(SgYaml* doc);

/// The outermost node.
SgYamlNode sg_yaml_root(const SgYaml* doc);

/// What stands at a node.
SgYamlKind sg_yaml_kind(SgYamlNode node);

/// Items of a list or pairs of a map; 0 otherwise.
int sg_yaml_size(SgYamlNode node);

/// Item i of a list, or the value of pair i of a map.
SgYamlNode sg_yaml_at(SgYamlNode node, int i);

/// The key of pair i of a map. Borrowed from the document.
const char* sg_yaml_key(SgYamlNode map, int i);

/// The value of a key in a map; absent when there is none or node is no map.
SgYamlNode sg_yaml_get(SgYamlNode map, const char* key);

/// A scalar's text; NULL when node is none. Borrowed from the document.
const char* sg_yaml_text(SgYamlNode node);

/// A scalar's text, or a list of scalars in brackets ("[0.7, inf]"), into text (size bytes). False
/// for anything else, and when it does not fit.
bool sg_yaml_flat(SgYamlNode node, char* text, int size);

/// Put "file:line:column: " and a sentence into error, with SG_FILE; returns SG_FILE.
SgStatus sg_yaml_fail(SgYamlNode node, SgError* error, const char* format, ...)
    __attribute__((format(printf, 3, 4)));

/// Typed values. SG_FILE and a sentence with the place when the node is something else, or a number
/// that no double can hold. what: the name used in the sentence.
SgStatus sg_yaml_double(SgYamlNode node, const char* what, double* value, SgError* error);
SgStatus sg_yaml_int(SgYamlNode node, const char* what, int64_t* value, SgError* error);

/// Check that a node is a map whose keys are all among names (count).
SgStatus sg_yaml_keys(SgYamlNode map, const char* what, const char* const* names, int count,
                      SgError* error);

#endif  // SG_BASE_YAML_H_
