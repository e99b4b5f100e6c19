// What the parser's parts share: choices, ranges, optional values, room.

#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "task/parse.h"


SgStatus sg_parse_no_memory(SgError* error) {
  return sg_fail(error, SG_MACHINE, "out of memory while reading a task");
}


void* sg_parse_array(SgTask* task, SgYamlNode list, size_t size) {
  return sg_task_keep(task, (size_t)sg_yaml_size(list) + 1, size);
}


SgStatus sg_parse_list(SgYamlNode node, const char* what, SgError* error) {
  SgYamlKind kind = sg_yaml_kind(node);
  if (kind == SG_YAML_LIST || kind == SG_YAML_ABSENT) {
    return SG_OK;
  }
  return sg_yaml_fail(node, error, "%s needs a list (- {...})", what);
}


SgYamlNode sg_parse_need(SgYamlNode entry, const char* key, SgError* error) {
  SgYamlNode node = sg_yaml_get(entry, key);
  if (!node.id) {
    sg_yaml_fail(entry, error, "`%s:` is missing here", key);
  }
  return node;
}


// "; did you mean 'x'?", or all there is to choose from
static void suggest(char* text, int size, const char* word, const char* const* words, int count) {
  const char* near = sg_text_nearest(word, words, count);
  int used = 0;
  text[0] = '\0';
  if (near) {
    snprintf(text, (size_t)size, "; did you mean '%s'?", near);
    return;
  }
  for (int i = 0; i < count && used < size; i++) {
    used += snprintf(text + used, (size_t)(size - used), "%s%s", i == 0 ? "; there are " : ", ",
                     words[i]);
  }
}


int sg_parse_choice(SgYamlNode entry, const char* key, const char* what, const char* const* words,
                    int count, SgError* error) {
  SgYamlNode node = sg_parse_need(entry, key, error);
  const char* text = sg_yaml_text(node);
  for (int i = 0; text && i < count; i++) {
    if (strcmp(text, words[i]) == 0) {
      return i;
    }
  }
  if (text) {
    char hint[256];
    suggest(hint, sizeof(hint), text, words, count);
    sg_yaml_fail(node, error, "%s '%.60s' is unknown%s", what, text, hint);
  } else if (node.id) {
    sg_yaml_fail(node, error, "%s needs a word", what);
  }
  return -1;
}


int sg_parse_condition(const SgTask* task, SgYamlNode entry, const char* key, SgError* error) {
  const char* names[SG_MAX_CONDITION];
  for (int i = 0; i < task->ncondition; i++) {
    names[i] = task->conditions[i].name;
  }
  return sg_parse_choice(entry, key, "the condition", names, task->ncondition, error);
}


SgStatus sg_parse_number(const SgTask* task, SgYamlNode entry, const char* key, double* value,
                         SgError* error) {
  SgYamlNode node = sg_yaml_get(entry, key);
  return node.id ? sg_param_number(&task->params, node, key, value, error) : SG_OK;
}


SgStatus sg_parse_limits(const SgTask* task, SgYamlNode entry, const char* key, double* low,
                         double* high, SgError* error) {
  SgYamlNode node = sg_yaml_get(entry, key);
  double range[2] = {*low, *high};
  SgStatus status = node.id ? sg_param_range(&task->params, node, key, range, error) : SG_OK;
  *low = range[0];
  *high = range[1];
  return status;
}


SgStatus sg_parse_range(SgYamlNode entry, int total, int* first, int* count, SgError* error) {
  SgYamlNode index = sg_yaml_get(entry, "index"), from = sg_yaml_get(entry, "first");
  SgYamlNode many = sg_yaml_get(entry, "count");
  int64_t begin = 0, size;
  if (index.id && (from.id || many.id)) {
    return sg_yaml_fail(index, error, "index stands for one number; leave out first and count");
  }

  // what is asked
  SgStatus status = SG_OK;
  if (index.id) {
    status = sg_yaml_int(index, "index", &begin, error);
  } else if (from.id) {
    status = sg_yaml_int(from, "first", &begin, error);
  }
  size = index.id ? 1 : total - begin;
  if (status == SG_OK && many.id) {
    status = sg_yaml_int(many, "count", &size, error);
  }

  // within what there is
  if (status == SG_OK && (begin < 0 || begin >= total || size < 1 || size > total - begin)) {
    status =
        sg_yaml_fail(entry, error, "there are indices 0 to %d; %lld with count %lld is outside",
                     total - 1, (long long)begin, (long long)size);
  }
  if (status == SG_OK) {
    *first = (int)begin;
    *count = (int)size;
  }
  return status;
}
