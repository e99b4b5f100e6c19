// A task: one MuJoCo model and the rules that make a learning problem of it, read from a YAML file.
//
//   hopper.yaml ─┐
//                ├─ sg_task_load ─> SgTask (const) ──┬─ sg_env ... one simulation under these rules
//   hopper.xml  ─┘                                   └─ sg_env ... another
//
// All names are looked up once, at load. After that a task is read-only and may be shared by
// threads.

#ifndef SG_TASK_TASK_H_
#define SG_TASK_TASK_H_

#include <mujoco/mujoco.h>
#include <stdbool.h>

#include "base/status.h"

/// One `--set task.<name>=<text>`; the text is parsed by the parameter's own type.
typedef struct SgTaskSetting {
  const char* name;  ///< parameter name, without "task."; borrowed during the load
  const char* text;  ///< "true", "0.5", "inf", "[0.7, inf]"; borrowed during the load
} SgTaskSetting;

/// A task ready to run. Opaque; owns its model.
typedef struct SgTask SgTask;

/// Load a task file and its model; apply settings over the parameters' defaults. Return NULL on
/// failure: SG_FILE with file, line and column for the files, SG_USAGE for a wrong setting.
SgTask* sg_task_load(const char* path, const SgTaskSetting* settings, int nsetting, SgError* error);

/// Free a task. NULL is allowed. No environment of it may be left.
void sg_task_free(SgTask* task);

/// What a user may ask of a task. All strings and arrays are borrowed from the task.
typedef struct SgTaskInfo {
  const char* name;              ///< "hopper"
  const char* task_path;         ///< the YAML file
  const char* model_path;        ///< the MJCF file
  int nfile;                     ///< files the model was made of: MJCF, includes, assets
  const char* const* files;      ///< (nfile) their paths, the MJCF first; for digests and copies
  int nobs;                      ///< observation size
  int nact;                      ///< action size
  int nreward;                   ///< reward terms
  const char* const* rewards;    ///< (nreward) their names, in file order
  int nparameter;                ///< parameters
  int frame_skip;                ///< mj_step calls per environment step
  double dt;                     ///< seconds per environment step
  int episode_steps;             ///< time limit in environment steps; 0: none
  const double* act_scale;       ///< (nact) ctrl = scale * act + offset
  const double* act_offset;      ///< (nact)
  const double* act_low;         ///< (nact) ctrl at action -1
  const double* act_high;        ///< (nact) ctrl at action +1
  const char* about;             ///< one line for people, "" when the file has none
  bool bare;                     ///< a model alone, without rules: nothing says what is rewarded
  const char* warning;           ///< what MuJoCo warned of while compiling the model, or ""
  const char* const* actuators;  ///< (nact) names
} SgTaskInfo;

/// What this task is.
const SgTaskInfo* sg_task_info(const SgTask* task);

/// The model. Borrowed, read-only.
const mjModel* sg_task_model(const SgTask* task);

/// Parameter i (0 .. nparameter-1): its name, the text of its value now ("[0.7, inf]") and of its
/// default. Borrowed from the task.
void sg_task_parameter(const SgTask* task, int i, const char** name, const char** value,
                       const char** fallback);

/// One entry of the observation or action contract, as the policy file tells it.
typedef struct SgTaskTerm {
  const char* kind;  ///< "qpos", "qvel", "cfrc_ext", ...
  int size;          ///< numbers it contributes
  const char* const*
      elements;  ///< (size) the channel of each number: "qpos:rootz", "cinert:torso:3"
  double clip_low, clip_high;  ///< -inf, inf: not clipped
} SgTaskTerm;

/// Number of observation terms in use, and term i.
int sg_task_nterm(const SgTask* task);
SgTaskTerm sg_task_term(const SgTask* task, int i);

/// Find a shipped task by name in the models folder: SOFTGAIT_MODELS, beside the executable, then
/// the source tree. TASK may also be a path to .yaml, or to .xml with a .yaml of the same name
/// beside it. Writes the YAML's path. SG_USAGE with the nearest match for an unknown name, SG_FILE
/// for a missing file.
SgStatus sg_task_find(const char* task, char* path, int path_size, SgError* error);

/// A task file for a model that has none: it loads and runs as it is, but what the robot should do
/// is the user's to say. Return malloc'ed text that the caller frees, or NULL with SG_FILE for a
/// model that does not compile or has nothing to drive.
char* sg_task_template(const char* model_path, SgError* error);

/// A task for people, entry by entry: times, what each observation is, what each action drives, how
/// the reward is made, what ends an episode, how it begins, the parameters. Return malloc'ed text
/// that the caller frees, or NULL with SG_MACHINE when out of memory.
char* sg_task_describe(const SgTask* task, SgError* error);

/// Names of the shipped tasks, sorted, borrowed for the program's life; count in n. Empty without a
/// models folder.
const char* const* sg_task_names(int* n);

#endif  // SG_TASK_TASK_H_
