// A strict reader on libyaml's document API, whose nodes know where they stood in the file.

#include "base/yaml.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "base/file.h"
#include "base/text.h"

enum {
  MAX_BYTES = 1 << 20,
  MAX_NODES = 20000,
  MAX_DEPTH = 32,
  MAX_PAIRS = 1000,
};

struct SgYaml {
  yaml_document_t document;
  char name[256];  // the file's name as errors tell it
};


static yaml_node_t* raw(SgYamlNode node) {
  if (node.id == 0) {
    return NULL;
  }
  return yaml_document_get_node((yaml_document_t*)&node.doc->document, node.id);
}


static SgYamlNode node_at(const SgYaml* doc, int id) {
  return (SgYamlNode){doc, id};
}


// the key of pair i of a map, as a place to point at
static SgYamlNode key_at(SgYamlNode map, int i) {
  return node_at(map.doc, raw(map)->data.mapping.pairs.start[i].key);
}


//-------------------------------- loading -------------------------------------------------------

// a byte the reader stumbled over, told by line and column as editors count them: the parser itself
// has not come that far and knows only the byte's number
static void reader_error(const yaml_parser_t* parser, const char* path, const char* text,
                         const char* what, SgError* error) {
  int line = 1, column = 1;
  for (size_t i = 0; i < parser->problem_offset; i++) {
    bool begins_letter = ((unsigned char)text[i] & 0xC0) != 0x80;
    line += text[i] == '\n';
    column = text[i] == '\n' ? 1 : column + begins_letter;
  }
  column -= strstr(what, "trailing") != NULL;  // told of a later byte of the letter
  sg_fail(error, SG_FILE, "%s:%d:%d: %s%s", path, line, column, what,
          strstr(what, "UTF-8") ? "; the file must be UTF-8" : "");
}


// libyaml's complaint in our words
static void parser_error(const yaml_parser_t* parser, const char* path, const char* text,
                         SgError* error) {
  const char* what = parser->problem ? parser->problem : "it is not YAML";
  if (parser->error == YAML_READER_ERROR) {
    reader_error(parser, path, text, what, error);
    return;
  }
  sg_fail(error, SG_FILE, "%s:%zu:%zu: %s", path, parser->problem_mark.line + 1,
          parser->problem_mark.column + 1, what);
}


// whether tag is one that a plain file's nodes get by themselves
static bool plain_tag(const yaml_node_t* node) {
  const char* tag = (const char*)node->tag;
  return !tag || strcmp(tag, YAML_DEFAULT_SCALAR_TAG) == 0 ||
         strcmp(tag, YAML_DEFAULT_SEQUENCE_TAG) == 0 || strcmp(tag, YAML_DEFAULT_MAPPING_TAG) == 0;
}


// a scalar's text is read as C text, which a zero byte would cut: "a\0b" must not pass for "a"
static bool whole_text(SgYamlNode node, SgError* error) {
  const yaml_node_t* n = raw(node);
  if (strlen((const char*)n->data.scalar.value) == n->data.scalar.length) {
    return true;
  }
  sg_yaml_fail(node, error, "a text with a zero byte (\\0) in it");
  return false;
}


// keys of a map: plain words, each once
static bool check_map(SgYamlNode map, SgError* error) {
  if (sg_yaml_size(map) > MAX_PAIRS) {
    sg_yaml_fail(map, error, "a map of more than %d keys", MAX_PAIRS);
    return false;
  }
  for (int i = 0; i < sg_yaml_size(map); i++) {
    const char* key = sg_yaml_key(map, i);
    if (!key || strcmp(key, "<<") == 0) {
      sg_yaml_fail(key_at(map, i), error, "a key must be a plain word");
      return false;
    }
    if (!whole_text(key_at(map, i), error)) {
      return false;
    }
    for (int j = 0; j < i; j++) {
      if (strcmp(key, sg_yaml_key(map, j)) == 0) {
        sg_yaml_fail(key_at(map, i), error, "the key '%s' stands here a second time", key);
        return false;
      }
    }
  }
  return true;
}


// the whole tree once: depth, tags, keys, texts. visits counts the nodes reached
static bool check_tree(SgYamlNode node, int depth, int* visits, SgError* error) {
  if (depth > MAX_DEPTH || ++*visits > MAX_NODES) {
    sg_yaml_fail(node, error, "nested deeper than %d levels or more than %d entries", MAX_DEPTH,
                 MAX_NODES);
    return false;
  }
  if (!plain_tag(raw(node))) {
    sg_yaml_fail(node, error, "tags (!...) have no meaning here");
    return false;
  }
  if (sg_yaml_kind(node) == SG_YAML_SCALAR) {
    return whole_text(node, error);
  }
  if (sg_yaml_kind(node) == SG_YAML_MAP) {
    if (!check_map(node, error)) {
      return false;
    }
    *visits += sg_yaml_size(node);  // the keys
  }
  for (int i = 0; i < sg_yaml_size(node); i++) {
    if (!check_tree(sg_yaml_at(node, i), depth + 1, visits, error)) {
      return false;
    }
  }
  return true;
}


static bool check_document(SgYaml* doc, SgError* error) {
  int visits = 0;
  if (doc->document.nodes.top == doc->document.nodes.start) {
    sg_fail(error, SG_FILE, "%s:1:1: the file is empty", doc->name);
    return false;
  }
  return check_tree(sg_yaml_root(doc), 0, &visits, error);
}


// an alias is gone once the document is made: it is looked for among the parser's events, before.
// What does not parse is left to the reading that follows
static bool check_aliases(const SgYaml* doc, const char* text, size_t size, SgError* error) {
  yaml_parser_t parser;
  yaml_event_t event;
  bool fine = true, more = true;
  if (!yaml_parser_initialize(&parser)) {
    sg_fail(error, SG_MACHINE, "%s: out of memory", doc->name);
    return false;
  }
  yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser, (const unsigned char*)text, size);
  while (more && yaml_parser_parse(&parser, &event)) {
    if (event.type == YAML_ALIAS_EVENT) {
      sg_fail(error, SG_FILE, "%s:%zu:%zu: aliases (*name) are not allowed, write the value out",
              doc->name, event.start_mark.line + 1, event.start_mark.column + 1);
      fine = false;
    }
    more = fine && event.type != YAML_STREAM_END_EVENT;
    yaml_event_delete(&event);
  }
  yaml_parser_delete(&parser);
  return fine;
}


// brackets within brackets, beyond which the parser's time grows with the square: refused before it
static bool check_brackets(const SgYaml* doc, const char* text, SgError* error) {
  int depth = 0, line = 1;
  for (const char* c = text; *c; c++) {
    line += *c == '\n';
    depth += *c == '[' || *c == '{';
    depth -= (*c == ']' || *c == '}') && depth > 0;
    if (depth > 4 * MAX_DEPTH) {
      sg_fail(error, SG_FILE, "%s:%d:1: brackets are nested deeper than %d", doc->name, line,
              4 * MAX_DEPTH);
      return false;
    }
  }
  return true;
}


// parse the only document of the text
static bool parse(SgYaml* doc, const char* text, size_t size, SgError* error) {
  yaml_parser_t parser;
  yaml_document_t second;
  bool fine = false;

  if (!yaml_parser_initialize(&parser)) {
    sg_fail(error, SG_MACHINE, "%s: out of memory", doc->name);
    return false;
  }
  yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&parser, (const unsigned char*)text, size);
  if (!yaml_parser_load(&parser, &doc->document)) {
    parser_error(&parser, doc->name, text, error);
    memset(&doc->document, 0, sizeof(doc->document));
  } else if (!yaml_parser_load(&parser, &second)) {
    parser_error(&parser, doc->name, text, error);
  } else {
    fine = yaml_document_get_root_node(&second) == NULL;
    if (!fine) {
      sg_fail(error, SG_FILE, "%s:%zu:1: a second document begins here, one is allowed", doc->name,
              second.start_mark.line + 1);
    }
    yaml_document_delete(&second);
  }
  yaml_parser_delete(&parser);
  return fine;
}


SgYaml* sg_yaml_load(const char* path, SgError* error) {
  size_t size;
  char* text = sg_file_read(path, MAX_BYTES, &size, error);
  SgYaml* doc = text ? calloc(1, sizeof(SgYaml)) : NULL;
  if (text && !doc) {
    sg_fail(error, SG_MACHINE, "%s: out of memory", path);
  }
  if (doc) {
    snprintf(doc->name, sizeof(doc->name), "%s", path);
    if (!check_brackets(doc, text, error) || !check_aliases(doc, text, size, error) ||
        !parse(doc, text, size, error) || !check_document(doc, error)) {
      sg_yaml_free(doc);
      doc = NULL;
    }
  }
  sg_file_free(text);
  return doc;
}


void sg_yaml_free(SgYaml* doc) {
  if (doc) {
    yaml_document_delete(&doc->document);
    free(doc);
  }
}


//-------------------------------- walking -------------------------------------------------------

SgYamlNode sg_yaml_root(const SgYaml* doc) {
  return node_at(doc, 1);
}


SgYamlKind sg_yaml_kind(SgYamlNode node) {
  const yaml_node_t* n = raw(node);
  if (!n) {
    return SG_YAML_ABSENT;
  }
  return n->type == YAML_MAPPING_NODE    ? SG_YAML_MAP
         : n->type == YAML_SEQUENCE_NODE ? SG_YAML_LIST
                                         : SG_YAML_SCALAR;
}


int sg_yaml_size(SgYamlNode node) {
  const yaml_node_t* n = raw(node);
  switch (sg_yaml_kind(node)) {
    case SG_YAML_MAP: return (int)(n->data.mapping.pairs.top - n->data.mapping.pairs.start);
    case SG_YAML_LIST: return (int)(n->data.sequence.items.top - n->data.sequence.items.start);
    default: return 0;
  }
}


SgYamlNode sg_yaml_at(SgYamlNode node, int i) {
  const yaml_node_t* n = raw(node);
  if (sg_yaml_kind(node) == SG_YAML_MAP) {
    return node_at(node.doc, n->data.mapping.pairs.start[i].value);
  }
  return node_at(node.doc, n->data.sequence.items.start[i]);
}


const char* sg_yaml_key(SgYamlNode map, int i) {
  return sg_yaml_text(key_at(map, i));
}


SgYamlNode sg_yaml_get(SgYamlNode map, const char* key) {
  if (sg_yaml_kind(map) == SG_YAML_MAP) {
    for (int i = 0; i < sg_yaml_size(map); i++) {
      if (strcmp(sg_yaml_key(map, i), key) == 0) {
        return sg_yaml_at(map, i);
      }
    }
  }
  return node_at(map.doc, 0);
}


const char* sg_yaml_text(SgYamlNode node) {
  if (sg_yaml_kind(node) != SG_YAML_SCALAR) {
    return NULL;
  }
  return (const char*)raw(node)->data.scalar.value;
}


bool sg_yaml_flat(SgYamlNode node, char* text, int size) {
  int used = 0;
  if (sg_yaml_text(node)) {
    return snprintf(text, (size_t)size, "%s", sg_yaml_text(node)) < size;
  }
  if (sg_yaml_kind(node) != SG_YAML_LIST) {
    return false;
  }
  for (int i = 0; i < sg_yaml_size(node); i++) {
    const char* item = sg_yaml_text(sg_yaml_at(node, i));
    used += snprintf(text + used, (size_t)(size - used), "%s%s", i == 0 ? "[" : ", ",
                     item ? item : "?");
    if (used >= size - 2) {
      return false;
    }
  }
  snprintf(text + used, (size_t)(size - used), "%s", used == 0 ? "[]" : "]");
  return true;
}


//-------------------------------- complaining ---------------------------------------------------

SgStatus sg_yaml_fail(SgYamlNode node, SgError* error, const char* format, ...) {
  const yaml_node_t* n = raw(node);
  char text[512];
  va_list args;

  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);
  return sg_fail(error, SG_FILE, "%s:%zu:%zu: %s", node.doc->name, n ? n->start_mark.line + 1 : 1,
                 n ? n->start_mark.column + 1 : 1, text);
}


// a value of the wrong kind, with what stands there
static SgStatus wrong(SgYamlNode node, const char* what, const char* wanted, SgError* error) {
  const char* text = sg_yaml_text(node);
  if (text && sg_text_too_large(text)) {
    return sg_yaml_fail(node, error, "%s is '%.60s', out of range", what, text);
  }
  if (text) {
    return sg_yaml_fail(node, error, "%s is '%.60s', %s is needed", what, text, wanted);
  }
  return sg_yaml_fail(node, error, "%s needs %s", what, wanted);
}


SgStatus sg_yaml_double(SgYamlNode node, const char* what, double* value, SgError* error) {
  const char* text = sg_yaml_text(node);
  return text && sg_text_double(text, value) ? SG_OK : wrong(node, what, "a number", error);
}


SgStatus sg_yaml_int(SgYamlNode node, const char* what, int64_t* value, SgError* error) {
  const char* text = sg_yaml_text(node);
  return text && sg_text_int(text, value) ? SG_OK : wrong(node, what, "a whole number", error);
}


SgStatus sg_yaml_keys(SgYamlNode map, const char* what, const char* const* names, int count,
                      SgError* error) {
  if (sg_yaml_kind(map) != SG_YAML_MAP) {
    return wrong(map, what, "a map (key: value)", error);
  }
  for (int i = 0; i < sg_yaml_size(map); i++) {
    const char* key = sg_yaml_key(map, i);
    bool known = false;
    for (int j = 0; j < count; j++) {
      known = known || strcmp(key, names[j]) == 0;
    }
    if (!known) {
      const char* nearest = sg_text_nearest(key, names, count);
      return sg_yaml_fail(key_at(map, i), error, "%s has no key '%.60s'%s%s%s", what, key,
                          nearest ? "; did you mean '" : "", nearest ? nearest : "",
                          nearest ? "'?" : "");
    }
  }
  return SG_OK;
}
