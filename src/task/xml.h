// A light reader of XML: tags and attributes in the order they stand, without meaning. For what
// must be known of a model before MuJoCo's compiler sees it.

#ifndef SG_TASK_XML_H_
#define SG_TASK_XML_H_

#include <stdbool.h>

#include "task/task_internal.h"

/// The next tag at *at, "name attribute=..." or "/name" or "name .../", cut out in place; NULL at
/// the end. The text is changed.
char* sg_xml_next(char** at);

/// Whether a tag opens (or is) an element of that name.
bool sg_xml_is(const char* tag, const char* name);

/// An attribute's value; false when the tag has none of that name.
bool sg_xml_attribute(const char* tag, const char* name, char value[SG_MAX_PATH]);

#endif  // SG_TASK_XML_H_
