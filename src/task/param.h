// Parameters of a task file: the numbers a user may change without editing it.
//
//   parameters:                      softgait train hopper --set task.ctrl_cost_weight=0.01
//     ctrl_cost_weight: 1.0e-3
//     healthy_z_range: [0.7, inf]    the default's form is the type: number, switch, list, word
//
// `$name` stands wherever a number, range, switch or word is wanted; `if: $name` and `unless:
// $name` keep or drop an entry.

#ifndef SG_TASK_PARAM_H_
#define SG_TASK_PARAM_H_

#include <stdbool.h>
#include <stdint.h>

#include "base/yaml.h"
#include "task/task.h"

enum {
  SG_MAX_PARAM = 64,
  SG_MAX_LIST = 8
};

/// The form of a value.
typedef enum SgForm {
  SG_NUMBER,
  SG_SWITCH,
  SG_LIST,
  SG_WORD,
} SgForm;

/// A value: a number, a switch, a short list of numbers, or a word.
typedef struct SgValue {
  SgForm form;
  int count;  ///< of numbers: 1, or a list's length
  double numbers[SG_MAX_LIST];
  bool on;  ///< a switch
  char word[64];
} SgValue;

/// A parameter with its value now and its default, both also as text.
typedef struct SgParam {
  char name[64];
  bool given;  ///< set by the user: a bad value is then the command line's fault, not the file's
  SgValue value;
  char text[160], fallback[160];
} SgParam;

/// All parameters of a task.
typedef struct SgParamSet {
  int count;
  SgParam params[SG_MAX_PARAM];
} SgParamSet;

/// Read the map of defaults; absent is fine.
SgStatus sg_param_load(SgParamSet* set, SgYamlNode map, SgError* error);

/// Apply one setting. SG_USAGE for an unknown name (nearest match) or a value of another form.
SgStatus sg_param_set(SgParamSet* set, const SgTaskSetting* setting, SgError* error);

/// Complain about the value at a node: SG_FILE with file, line and column, or, when the node's
/// $name was set by the user, SG_USAGE with the parameter's name.
SgStatus sg_param_fail(const SgParamSet* set, SgYamlNode node, SgError* error, const char* format,
                       ...) __attribute__((format(printf, 4, 5)));

/// Read a value at a node, following $name. what: the entry's name in sentences. A number is
/// finite; the ends of a range may be infinite, the lower comes first.
SgStatus sg_param_number(const SgParamSet* set, SgYamlNode node, const char* what, double* value,
                         SgError* error);
SgStatus sg_param_range(const SgParamSet* set, SgYamlNode node, const char* what, double range[2],
                        SgError* error);
SgStatus sg_param_switch(const SgParamSet* set, SgYamlNode node, const char* what, bool* value,
                         SgError* error);

/// Words of a scalar with each $name replaced by the parameter's text ("body_x $main_body").
/// Writes at most size bytes.
SgStatus sg_param_words(const SgParamSet* set, SgYamlNode node, const char* what, char* words,
                        int size, SgError* error);

/// Whether an entry's `if: $flag` and `unless: $flag` keep it.
SgStatus sg_param_keep(const SgParamSet* set, SgYamlNode entry, bool* keep, SgError* error);

#endif  // SG_TASK_PARAM_H_
