// Resets: how an episode's first state is drawn.
//
// A list of steps on qpos and qvel, in file order, each a pure function of the stream it draws
// from. Steps before the first are mj_resetData; after the last, the caller runs mj_forward once.

#ifndef SG_TASK_RESET_H_
#define SG_TASK_RESET_H_

#include <mujoco/mujoco.h>
#include <stdbool.h>

#include "base/rng.h"

/// The kinds of step.
typedef enum SgResetKind {
  SG_RESET_UNIFORM,  ///< add uniform noise in [-scale, scale) to each
  SG_RESET_NORMAL,   ///< add scale times standard normal noise to each
  SG_RESET_VALUE,    ///< overwrite each with a value
  SG_RESET_DISC,     ///< overwrite two with a point uniform in the open disc of radius scale
  SG_RESET_ANNULUS,  ///< overwrite two with a point uniform in a box, farther than scale from zero
} SgResetKind;

/// One step.
typedef struct SgReset {
  SgResetKind kind;
  bool velocity;           ///< of qvel, else of qpos
  int count;               ///< numbers
  int* indices;            ///< (count) into the vector
  double scale;            ///< noise, value or radius
  double low[2], high[2];  ///< annulus: the box
} SgReset;

/// Apply one step, drawing from rng.
void sg_reset_apply(const SgReset* reset, mjData* d, SgRng* rng);

#endif  // SG_TASK_RESET_H_
