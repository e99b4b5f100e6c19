// A loaded task's insides: plain arrays that the environment walks, made once by the parser.

#ifndef SG_TASK_TASK_INTERNAL_H_
#define SG_TASK_TASK_INTERNAL_H_

#include "base/yaml.h"
#include "task/condition.h"
#include "task/observe.h"
#include "task/param.h"
#include "task/reset.h"
#include "task/reward.h"
#include "task/task.h"

enum {
  SG_MAX_FILE = 256,
  SG_MAX_PATH = 1024,
  SG_MAX_CONDITION = 32
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
  int nscratch;  // numbers of scratch that a reward term needs at most

  int* controls;  // (nact) index into ctrl of each action
};

/// Take zeroed memory that lives as long as the task. NULL when out of memory.
void* sg_task_keep(SgTask* task, size_t count, size_t size);

/// A copy of a text that lives as long as the task. NULL when out of memory.
char* sg_task_keep_text(SgTask* task, const char* text);

/// Fill a task from its file's root node; the model is loaded, the parameters are final.
SgStatus sg_task_parse(SgTask* task, SgYamlNode root, SgError* error);

/// Take note of the scratch that the reward terms need, after they or the actions changed.
void sg_task_size_scratch(SgTask* task);

/// Compile the model at task->info.model_path, list its files, keep what MuJoCo warned of.
SgStatus sg_task_load_model(SgTask* task, SgError* error);

/// List the files that a model is made of, the MJCF first: includes, assets, models that it
/// attaches with theirs. files: (SG_MAX_FILE), kept by the task; files that do not exist are left
/// out. SG_FILE for more files than there is room, and for one that is a pipe or a device. Its
/// nesting is checked.
SgStatus sg_task_list_files(SgTask* task, const char* path, SgError* error);

/// Refuse the model at path when it asks for sizes that no robot needs, or is nested without end.
SgStatus sg_task_check_caps(const char* path, SgError* error);

/// Where a file that is included lies: in the folder of the model's main file, else beside the file
/// that includes it. Return false when the name does not fit.
bool sg_path_included(char* path, int size, const char* main, const char* file, const char* name);

/// SG_FILE with a sentence when path is there and no regular file: a pipe would be waited for.
SgStatus sg_path_regular(const char* path, SgError* error);

/// The path of a name that stands in a file: absolute, or relative to that file's folder. Return
/// false when it does not fit.
bool sg_path_beside(char* path, int size, const char* file, const char* name);

#endif  // SG_TASK_TASK_INTERNAL_H_
