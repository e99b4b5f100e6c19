// Parameters: defaults from the file, settings from the command line, values by $name.

#include "task/param.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"


static const char* form_word(SgForm form) {
  static const char* const words[] = {"a number", "true or false", "a list like [0.7, inf]",
                                      "a word"};
  return words[form];
}


// a scalar's text as a value: a number, a switch, or else a word
static void value_from_text(SgValue* value, const char* text) {
  *value = (SgValue){.form = SG_WORD};
  if (sg_text_double(text, &value->numbers[0])) {
    value->form = SG_NUMBER;
    value->count = 1;
  } else if (sg_text_bool(text, &value->on)) {
    value->form = SG_SWITCH;
  } else {
    snprintf(value->word, sizeof(value->word), "%s", text);
  }
}


// "[0.7, inf]" as a list; false when it is not one
static bool list_from_text(SgValue* value, const char* text) {
  size_t length = strlen(text);
  char inside[160];
  if (length < 2 || length >= sizeof(inside) || text[0] != '[' || text[length - 1] != ']') {
    return false;
  }
  snprintf(inside, sizeof(inside), "%.*s", (int)length - 2, text + 1);

  *value = (SgValue){.form = SG_LIST};
  char* rest = inside;
  for (char* item; (item = strsep(&rest, ",")) != NULL;) {
    while (*item == ' ') {
      item++;
    }
    for (size_t end = strlen(item); end > 0 && item[end - 1] == ' '; end--) {
      item[end - 1] = '\0';
    }
    if (value->count == SG_MAX_LIST || !sg_text_double(item, &value->numbers[value->count++])) {
      return false;
    }
  }
  return true;
}


// a value as text, in the form it is set in
static void value_to_text(char* text, int size, const SgValue* value) {
  char number[32];
  int used = 0;

  switch (value->form) {
    case SG_WORD: snprintf(text, (size_t)size, "%s", value->word); break;
    case SG_SWITCH: snprintf(text, (size_t)size, "%s", value->on ? "true" : "false"); break;
    case SG_NUMBER: sg_text_number(text, size, value->numbers[0]); break;
    case SG_LIST:
      for (int i = 0; i < value->count; i++) {
        sg_text_number(number, sizeof(number), value->numbers[i]);
        used += snprintf(text + used, (size_t)(size - used), "%s%s", i == 0 ? "[" : ", ", number);
      }
      snprintf(text + used, (size_t)(size - used), "]");
      break;
  }
}


// a node as a value
static SgStatus value_from_node(SgValue* value, SgYamlNode node, const char* what, SgError* error) {
  if (sg_yaml_text(node) && !sg_text_too_large(sg_yaml_text(node))) {
    value_from_text(value, sg_yaml_text(node));
    return SG_OK;
  }
  if (sg_yaml_text(node)) {
    return sg_yaml_double(node, what, &value->numbers[0], error);  // which says out of range
  }
  if (sg_yaml_kind(node) != SG_YAML_LIST || sg_yaml_size(node) == 0 ||
      sg_yaml_size(node) > SG_MAX_LIST) {
    return sg_yaml_fail(node, error,
                        "%s needs a number, a switch, a word or a list of 1 to %d "
                        "numbers",
                        what, SG_MAX_LIST);
  }
  *value = (SgValue){.form = SG_LIST, .count = sg_yaml_size(node)};
  for (int i = 0; i < value->count; i++) {
    SgStatus status = sg_yaml_double(sg_yaml_at(node, i), what, &value->numbers[i], error);
    if (status != SG_OK) {
      return status;
    }
  }
  return SG_OK;
}


SgStatus sg_param_load(SgParamSet* set, SgYamlNode map, SgError* error) {
  set->count = 0;
  if (sg_yaml_kind(map) == SG_YAML_ABSENT) {
    return SG_OK;
  }
  if (sg_yaml_kind(map) != SG_YAML_MAP || sg_yaml_size(map) > SG_MAX_PARAM) {
    return sg_yaml_fail(map, error, "parameters needs a map of at most %d entries", SG_MAX_PARAM);
  }

  for (int i = 0; i < sg_yaml_size(map); i++) {
    SgParam* param = &set->params[set->count++];
    int length = snprintf(param->name, sizeof(param->name), "%s", sg_yaml_key(map, i));
    if (length < 1 || length >= (int)sizeof(param->name)) {
      return sg_yaml_fail(sg_yaml_at(map, i), error, "a parameter's name has 1 to %d letters",
                          (int)sizeof(param->name) - 1);
    }
    SgStatus status = value_from_node(&param->value, sg_yaml_at(map, i), param->name, error);
    if (status != SG_OK) {
      return status;
    }
    value_to_text(param->text, sizeof(param->text), &param->value);
    memcpy(param->fallback, param->text, sizeof(param->text));
  }
  return SG_OK;
}


// a parameter's index; -1 when there is none
static int find_index(const SgParamSet* set, const char* name) {
  for (int i = 0; i < set->count; i++) {
    if (strcmp(set->params[i].name, name) == 0) {
      return i;
    }
  }
  return -1;
}


static const SgParam* find(const SgParamSet* set, const char* name) {
  int i = find_index(set, name);
  return i < 0 ? NULL : &set->params[i];
}


// the parameter meant by an unknown name, or NULL
static const char* nearest(const SgParamSet* set, const char* name) {
  const char* names[SG_MAX_PARAM];
  for (int i = 0; i < set->count; i++) {
    names[i] = set->params[i].name;
  }
  return sg_text_nearest(name, names, set->count);
}


SgStatus sg_param_set(SgParamSet* set, const SgTaskSetting* setting, SgError* error) {
  int index = find_index(set, setting->name);
  if (index < 0) {
    const char* near = nearest(set, setting->name);
    return sg_fail(error, SG_USAGE, "this task has no parameter 'task.%s'%s%s%s", setting->name,
                   near ? "; did you mean 'task." : "; see `softgait tasks NAME`", near ? near : "",
                   near ? "'?" : "");
  }

  // the form must stay what the default's is, a list's length too
  SgParam* param = &set->params[index];
  if (sg_text_too_large(setting->text)) {
    return sg_fail(error, SG_USAGE, "task.%s is '%.80s', out of range; default: %s", setting->name,
                   setting->text, param->fallback);
  }
  SgValue value;
  if (!list_from_text(&value, setting->text)) {
    value_from_text(&value, setting->text);
  }
  bool same = value.form == param->value.form && value.count == param->value.count;
  bool word = param->value.form == SG_WORD && value.form == SG_NUMBER;
  for (int i = 0; i < value.count; i++) {
    same = same && !isnan(value.numbers[i]);
  }
  if (!same && !word) {
    return sg_fail(error, SG_USAGE, "task.%s is '%.80s', it needs %s; default: %s", setting->name,
                   setting->text, form_word(param->value.form), param->fallback);
  }
  param->value = value;
  param->given = true;
  value_to_text(param->text, sizeof(param->text), &value);
  return SG_OK;
}


//-------------------------------- values by $name -----------------------------------------------

// the parameter that a node's text names with a $, or NULL
static const SgParam* named_by(const SgParamSet* set, SgYamlNode node) {
  const char* text = sg_yaml_text(node);
  const char* dollar = text ? strchr(text, '$') : NULL;
  return dollar ? find(set, dollar + 1) : NULL;
}


SgStatus sg_param_fail(const SgParamSet* set, SgYamlNode node, SgError* error, const char* format,
                       ...) {
  char text[512];
  va_list args;
  va_start(args, format);
  vsnprintf(text, sizeof(text), format, args);
  va_end(args);

  const SgParam* param = named_by(set, node);
  if (param && param->given) {
    return sg_fail(error, SG_USAGE, "task.%s is '%s': %s", param->name, param->text, text);
  }
  return sg_yaml_fail(node, error, "%s", text);
}


static SgStatus unknown_parameter(const SgParamSet* set, SgYamlNode node, const char* dollar_name,
                                  SgError* error) {
  const char* near = nearest(set, dollar_name + 1);
  return sg_yaml_fail(node, error, "there is no parameter '%s'%s%s%s", dollar_name,
                      near ? "; did you mean '$" : "", near ? near : "", near ? "'?" : "");
}


// the value at a node, its own or a parameter's
static SgStatus value_at(const SgParamSet* set, SgYamlNode node, const char* what, SgValue* value,
                         SgError* error) {
  const char* text = sg_yaml_text(node);
  if (sg_yaml_kind(node) == SG_YAML_ABSENT) {
    return sg_yaml_fail(node, error, "%s is missing", what);
  }
  if (!text || text[0] != '$') {
    return value_from_node(value, node, what, error);
  }
  const SgParam* param = find(set, text + 1);
  if (!param) {
    return unknown_parameter(set, node, text, error);
  }
  *value = param->value;
  return SG_OK;
}


// the same, of a given form and length
static SgStatus value_of(const SgParamSet* set, SgYamlNode node, const char* what, SgForm form,
                         int count, SgValue* value, SgError* error) {
  SgStatus status = value_at(set, node, what, value, error);
  if (status != SG_OK) {
    return status;
  }
  if (value->form != form || value->count != count) {
    return sg_yaml_fail(node, error, "%s needs %s", what, form_word(form));
  }
  for (int i = 0; i < count; i++) {
    if (isnan(value->numbers[i])) {
      return sg_yaml_fail(node, error, "%s is not a number (nan)", what);
    }
  }
  return SG_OK;
}


SgStatus sg_param_number(const SgParamSet* set, SgYamlNode node, const char* what, double* value,
                         SgError* error) {
  SgValue v;
  SgStatus status = value_of(set, node, what, SG_NUMBER, 1, &v, error);
  if (status == SG_OK && isinf(v.numbers[0])) {
    status = sg_param_fail(set, node, error, "%s must be finite", what);
  }
  if (status == SG_OK) {
    *value = v.numbers[0];
  }
  return status;
}


SgStatus sg_param_range(const SgParamSet* set, SgYamlNode node, const char* what, double range[2],
                        SgError* error) {
  SgValue v;
  SgStatus status = value_of(set, node, what, SG_LIST, 2, &v, error);
  if (status == SG_OK) {
    range[0] = v.numbers[0];
    range[1] = v.numbers[1];
    if (range[0] > range[1]) {
      status =
          sg_param_fail(set, node, error, "%s runs from %g down to %g; the lower end comes first",
                        what, range[0], range[1]);
    }
  }
  return status;
}


SgStatus sg_param_switch(const SgParamSet* set, SgYamlNode node, const char* what, bool* value,
                         SgError* error) {
  SgValue v;
  SgStatus status = value_of(set, node, what, SG_SWITCH, 0, &v, error);
  if (status == SG_OK) {
    *value = v.on;
  }
  return status;
}


SgStatus sg_param_words(const SgParamSet* set, SgYamlNode node, const char* what, char* words,
                        int size, SgError* error) {
  const char* text = sg_yaml_text(node);
  if (!text) {
    return sg_yaml_fail(node, error, "%s needs a word", what);
  }

  int used = 0;
  while (*text) {
    // a plain stretch, or a $name up to the next space
    size_t length = *text == '$' ? strcspn(text, " ") : strcspn(text, "$");
    const char* piece = text;
    char name[64];
    if (*text == '$') {
      snprintf(name, sizeof(name), "%.*s", (int)length, text);
      const SgParam* param = find(set, name + 1);
      if (!param) {
        return unknown_parameter(set, node, name, error);
      }
      piece = param->text;
    }
    int written = snprintf(words + used, (size_t)(size - used), "%.*s",
                           *text == '$' ? size : (int)length, piece);
    used += written;
    if (used >= size) {
      return sg_yaml_fail(node, error, "%s is longer than %d letters", what, size - 1);
    }
    text += length;
  }
  words[used] = '\0';
  return SG_OK;
}


SgStatus sg_param_keep(const SgParamSet* set, SgYamlNode entry, bool* keep, SgError* error) {
  SgYamlNode when = sg_yaml_get(entry, "if"), unless = sg_yaml_get(entry, "unless");
  bool on = true, off = false;
  SgStatus status = SG_OK;

  if (when.id) {
    status = sg_param_switch(set, when, "if", &on, error);
  }
  if (status == SG_OK && unless.id) {
    status = sg_param_switch(set, unless, "unless", &off, error);
  }
  *keep = on && !off;
  return status;
}
