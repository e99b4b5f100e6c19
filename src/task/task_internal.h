// A loaded task's insides: plain arrays that the environment walks, made once by the parser.

#ifndef SG_TASK_TASK_INTERNAL_H_
#define SG_TASK_TASK_INTERNAL_H_

#include "base/yaml.h"
#include "task/observe.h"
#include "task/param.h"
#include "task/reset.h"
#include "task/rule.h"
#include "task/task.h"

enum {
  SG_MAX_FILE = 64,
  SG_MAX_PATH = 1024
};

struct SgTask {
  SgTaskInfo info;  // its arrays are kept by `kept`
  mjModel* model;
  SgParamSet params;
  void* kept;  // every small piece of memory the parser took, as one chain

  // observation: terms as told, channels as computed
  int nterm;
  SgTaskTerm* terms;
  SgChannel* channels;  // (nobs)

  // rules, in file order
  int ncondition, nreward, nterminate, nreset;
  SgCondition* conditions;
  SgReward* rewards;
  SgTerminate* terminates;
  SgReset* resets;

  int* actuators;  // (nact) actuator of each action
};

/// Take zeroed memory that lives as long as the task. NULL when out of memory.
void* sg_task_keep(SgTask* task, size_t count, size_t size);

/// A copy of a text that lives as long as the task. NULL when out of memory.
char* sg_task_keep_text(SgTask* task, const char* text);

/// Fill a task from its file's root node; the model is loaded, the parameters are final.
SgStatus sg_task_parse(SgTask* task, SgYamlNode root, SgError* error);

/// The channels that an entry of the file names: kind, and where keys (first, count, index, joints,
/// bodies, sites, of, components). names may be NULL. Arrays are kept by the task.
SgStatus sg_parse_source(SgTask* task, SgYamlNode entry, const char* kind, SgChannel** channels,
                         const char*** names, int* n, SgError* error);

/// The parts of the file that are rules.
SgStatus sg_parse_conditions(SgTask* task, SgYamlNode map, SgError* error);
SgStatus sg_parse_rewards(SgTask* task, SgYamlNode list, SgError* error);
SgStatus sg_parse_terminates(SgTask* task, SgYamlNode list, SgError* error);
SgStatus sg_parse_resets(SgTask* task, SgYamlNode list, SgError* error);

#endif  // SG_TASK_TASK_INTERNAL_H_
