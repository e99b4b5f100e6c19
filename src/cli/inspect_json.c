// A contract as JSON, one object per line; `softgait inspect --help` names the fields.

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "cli/inspect.h"
#include "cli/inspect_json.h"
#include "policy/words.h"


//-------------------------------- values --------------------------------------------------------

// keys whose values are words, even where one looks like a number
static bool is_text(const char* key) {
  static const char* const keys[] = {"term", "unit", "mode", "preset", "task", "mujoco", "model"};
  for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
    if (strcmp(keys[i], key) == 0) {
      return true;
    }
  }
  return false;
}


static json_t* text_value(SgSlice slice) {
  return json_stringn(slice.text, (size_t)slice.length);
}


// a number; null for an infinite one
static json_t* number_value(SgSlice slice) {
  char text[64];
  double x = 0;
  int64_t whole;
  snprintf(text, sizeof(text), "%.*s", slice.length, slice.text);
  if (sg_text_int(text, &whole)) {
    return json_integer(whole);
  }
  return sg_text_double(text, &x) && isfinite(x) ? json_real(x) : json_null();
}


static json_t* list_value(SgSlice slice) {
  json_t* list = json_array();
  const char *at = slice.text, *end = slice.text + slice.length;
  while (at < end) {
    int length = (int)sg_words_item(at);
    json_array_append_new(list, number_value((SgSlice){at, length}));
    at += length + 1;
  }
  return list;
}


json_t* sg_view_json_value(const char* key, SgSlice slice) {
  if (slice.length == 0) {
    return json_null();
  }
  if (strcmp(key, "clip") == 0) {
    return list_value(slice);
  }
  return is_text(key) ? text_value(slice) : number_value(slice);
}


SgStatus sg_view_json_print(json_t* object, SgError* error) {
  char* text = object ? json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(15)) : NULL;
  json_decref(object);
  if (!text) {
    return sg_fail(error, SG_MACHINE, "out of memory for a line of JSON");
  }
  puts(text);
  free(text);
  return SG_OK;
}


//-------------------------------- rows ----------------------------------------------------------

// the facts of a policy as one object
static json_t* policy_object(const SgView* view) {
  int ngolden = sg_words_lines(sg_policy_meta(view->policy, "softgait.golden"));
  json_t* object =
      json_pack("{s: s, s: s, s: s, s: s, s: i}", "row", "policy", "path", view->path, "sha256",
                view->sha256, "digest", sg_policy_meta(view->policy, "softgait.digest"), "format",
                atoi(sg_policy_meta(view->policy, "softgait.format")));
  for (int i = 0; i < view->nrow; i++) {
    const SgViewRow* row = &view->rows[i];
    if (row->section == SG_VIEW_GENERAL || row->section == SG_VIEW_TRAINING) {
      char key[32];
      snprintf(key, sizeof(key), "%.*s", row->name.length, row->name.text);
      json_object_set_new(object, key, sg_view_json_value(key, sg_view_word(row, "value")));
    }
  }
  json_object_set_new(object, "golden", json_integer(ngolden));
  json_object_set_new(object, "golden_reproduced", json_integer(ngolden));
  return object;
}


// where an element's numbers stand in the network's row, oldest first
static json_t* places(const SgViewRow* row) {
  json_t* list = json_array();
  int history = atoi(sg_view_word(row, "history").text);
  for (int k = 0; k < history; k++) {
    json_array_append_new(list, json_integer(row->place + k * row->stride));
  }
  return list;
}


static json_t* row_object(const SgViewRow* row) {
  static const char* const names[] = {"", "", "channel", "command", "actuator", "layer"};
  json_t* object =
      json_pack("{s: s, s: i}", "row", sg_view_section(row->section), "index", row->index);
  json_object_set_new(object, names[row->section], text_value(row->name));
  for (int i = 0; i < row->nword; i++) {
    json_object_set_new(object, row->keys[i],
                        sg_view_json_value(row->keys[i], sg_view_word(row, row->keys[i])));
  }
  if (row->section == SG_VIEW_OBSERVATION) {
    json_object_set_new(object, "places", places(row));
  }
  return object;
}


SgStatus sg_view_print_json(const SgView* view, SgError* error) {
  SgStatus status = sg_view_json_print(policy_object(view), error);
  for (int i = 0; status == SG_OK && i < view->nrow; i++) {
    if (view->rows[i].section >= SG_VIEW_OBSERVATION) {
      status = sg_view_json_print(row_object(&view->rows[i]), error);
    }
  }
  return status;
}
