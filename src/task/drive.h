// A model that somebody else drives: what is seen and moved is said by names, not by a task file.
//
//   robot.xml ── sg_task_of_model ──> a task without rules ─┐
//                                                           ├─ sg_task_drive ──> ready for sg_env
//   robot.yaml ── sg_task_load ─────> a task with its own ──┘
//
// A policy file carries such names. Its own order and choice of numbers then stand in place of the
// task's; rewards, ends and resets stay the task's, and a model alone has none.

#ifndef SG_TASK_DRIVE_H_
#define SG_TASK_DRIVE_H_

#include <mujoco/mujoco.h>

#include "base/status.h"
#include "task/observe.h"
#include "task/task.h"

/// The functions of the MuJoCo that this program is linked to. The plugin has a table of its own.
extern const SgObserveApi sg_linked_mujoco;

/// What a controller sees and drives. Borrowed during the call.
typedef struct SgDrive {
  int nchannel;
  const char* const* channels;  ///< (nchannel) "qpos:hip", in the order of the row; see observe.h
  int nact;
  const char* const* actuators;  ///< (nact) names, in the order of the action
  const double* low;             ///< (nact) limits of each control
  const double* high;            ///< (nact)
  double period;                 ///< seconds between two actions
} SgDrive;

/// A model alone, as a task without rules: no observation, no action, no rewards, no ends, no reset
/// noise; its info says so (bare). Drive it before an environment is made of it. NULL with SG_FILE
/// when the model does not compile. Free with sg_task_free.
SgTask* sg_task_of_model(const char* model_path, SgError* error);

/// See and drive a task by these names in place of its own. No environment of it may exist yet. The
/// period must be what the task's file says; a model alone takes any multiple of its time step.
/// SG_FILE with one sentence when a name is not in the model or the period cannot be had.
SgStatus sg_task_drive(SgTask* task, const SgDrive* drive, SgError* error);

/// Whether a task already sees these channels and drives these actuators, in this order.
bool sg_task_drives(const SgTask* task, const SgDrive* drive);

/// Simulation steps that make a period, to a millionth of it; 0 when no whole number does.
int sg_drive_frames(double period, double timestep);

/// The actuator of one control that a name or #number means; -1 and a sentence with the nearest.
int sg_drive_actuator(const mjModel* m, const char* name, SgError* error);

#endif  // SG_TASK_DRIVE_H_
