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


//-------------------------------- loading -------------------------------------------------------

// libyaml's complaint in our words
static void parser_error(const yaml_parser_t* parser, const char* path, SgError* error) {
  const char* what = parser->problem ? parser->problem : "it is not YAML";
  if (parser->error == YAML_READER_ERROR) {
    sg_fail(error, SG_FILE, "%s: byte %zu: %s; the file must be UTF-8", path,
            parser->problem_offset, what);
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


// keys of a map: plain words, each once
static bool check_map(SgYamlNode map, SgError* error) {
  if (sg_yaml_size(map) > MAX_PAIRS) {
    sg_yaml_fail(map, error, "a map of more than %d keys", MAX_PAIRS);
    return false;
  }
  for (int i = 0; i < sg_yaml_size(map); i++) {
    const char* key = sg_yaml_key(map, i);
    if (!key || strcmp(key, "<<") == 0) {
      sg_yaml_fail(sg_yaml_at(map, i), error, "the key before this is not a plain word");
      return false;
    }
    for (int j = 0; j < i; j++) {
      if (strcmp(key, sg_yaml_key(map, j)) == 0) {
        sg_yaml_fail(sg_yaml_at(map, i), error, "the key '%s' stands here a second time", key);
        return false;
      }
    }
  }
  return true;
}


// the whole tree once: depth, tags, keys. visits counts nodes reached, which exceeds the nodes there
// are when an alias makes one node part of two places
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
  int visits = 0, nnode = (int)(doc->document.nodes.top - doc->document.nodes.start);
  SgYamlNode root = sg_yaml_root(doc);
  if (nnode == 0) {
    sg_fail(error, SG_FILE, "%s:1:1: the file is empty", doc->name);
    return false;
  }
  if (!check_tree(root, 0, &visits, error)) {
    return false;
  }
  if (visits > nnode) {
    sg_yaml_fail(root, error, "aliases (*name) are not allowed, write the value out");
    return false;
  }
  return true;
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
    parser_error(&parser, doc->name, error);
    memset(&doc->document, 0, sizeof(doc->document));
  } else if (!yaml_parser_load(&parser, &second)) {
    parser_error(&parser, doc->name, error);
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
    if (!check_brackets(doc, text, error) || !parse(doc, text, size, error) ||
        !check_document(doc, error)) {
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
  return sg_yaml_text(node_at(map.doc, raw(map)->data.mapping.pairs.start[i].key));
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


SgStatus sg_yaml_bool(SgYamlNode node, const char* what, bool* value, SgError* error) {
  const char* text = sg_yaml_text(node);
  return text && sg_text_bool(text, value) ? SG_OK : wrong(node, what, "true or false", error);
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
      return sg_yaml_fail(sg_yaml_at(map, i), error, "%s has no key '%.60s'%s%s%s", what, key,
                          nearest ? "; did you mean '" : "", nearest ? nearest : "",
                          nearest ? "'?" : "");
    }
  }
  return SG_OK;
}
