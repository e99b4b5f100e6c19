// The observer: from a simulation's fields to one row of numbers.
//
// It is made from channel names alone and calls MuJoCo only through a table of functions, so that the
// engine plugin, which must not link to a MuJoCo of its own, builds the same observer from a policy
// file's contract.
//
//   channel   kind:element[:component]
//             qpos:rootz   qvel:root:3   sin_qpos:hinge   cinert:torso:9   xpos:object:0
//             xpos_difference:fingertip/target:1     the first body's minus the second's
//
//   kind               element      components      from                        time
//   qpos               joint        1, free 7, ball 4  qpos                     fresh
//   qvel               joint        1, free 6, ball 3  qvel                     fresh
//   sin_qpos cos_qpos  joint        1               sine, cosine of qpos        fresh
//   xpos               body         3               world position              lagged
//   xpos_difference    body/body    3               of two world positions      lagged
//   site_xpos          site         3               world position              lagged
//   cinert             body         10              inertia about the tree's centre  lagged
//   cvel               body         6               rotation, then translation  lagged
//   qfrc_actuator      joint        as qvel         actuator force              lagged, 0 at reset
//   qfrc_constraint    joint        as qvel         constraint force            lagged
//   cfrc_ext           body         6               torque, then force          lagged, 0 at reset
//
// Fresh: at the state's own time. Lagged: of the last evaluation inside mj_step. That is Gymnasium's
// behaviour and costs nothing; a forward pass before observing would be another task.

#ifndef SG_TASK_OBSERVE_H_
#define SG_TASK_OBSERVE_H_

#include <mujoco/mujoco.h>
#include <stdbool.h>

#include "base/status.h"

/// The functions of MuJoCo that making an observer needs.
typedef struct SgObserveApi {
  int (*name2id)(const mjModel* m, int type, const char* name);
  const char* (*id2name)(const mjModel* m, int type, int id);
} SgObserveApi;

/// One number of a row.
typedef struct SgChannel {
  int kind;          ///< row of the kind table
  int adr;           ///< index into the field
  int adr2;          ///< index of what is subtracted; -1: nothing
  double low, high;  ///< clip; -inf and inf: none
} SgChannel;

/// The facts of a kind that parsers need.
typedef struct SgKind {
  const char* name;
  int object;      ///< mjtObj of its elements: joint, body or site
  int ncomponent;  ///< components per element; 0: as many as the joint has
  bool velocity;   ///< joints are counted in velocities, not positions
  bool pair;       ///< an element is two bodies
} SgKind;

/// The kind table, and its length.
const SgKind* sg_observe_kinds(int* n);

/// A kind by name; -1 when there is none.
int sg_observe_kind(const char* name);

/// Components that an element has in this model: SgKind's, or the joint's.
int sg_observe_components(const mjModel* m, int kind, int id);

/// Resolve a channel name against a model. SG_FILE and what was not found, with the nearest match.
SgStatus sg_observe_channel(SgChannel* channel, const char* name, const mjModel* m,
                            const SgObserveApi* api, SgError* error);

/// Write n numbers. first: the state comes straight from a reset, where forces count as zero.
void sg_observe(double* obs, const SgChannel* channels, int n, const mjData* d, bool first);

#endif  // SG_TASK_OBSERVE_H_
