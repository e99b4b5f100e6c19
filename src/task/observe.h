// The observer: from a simulation's fields to one row of numbers.
//
// It is made from channel names alone and calls MuJoCo only through a table of functions, so that
// the engine plugin, which must not link to a MuJoCo of its own, builds the same observer from a
// policy file's contract.
//
//   channel   kind:element[:component]
//             qpos:rootz   qvel:root:3   sin_qpos:hinge   cinert:torso:9   xpos:object:0
//             xpos_difference:fingertip/target:1     the first body's minus the second's
//
//   kind               element      components         from                           time
//   qpos               joint        1, free 7, ball 4  qpos                           fresh
//   qvel               joint        1, free 6, ball 3  qvel                           fresh
//   sin_qpos cos_qpos  joint        as qpos            sine, cosine of qpos           fresh
//   xpos               body         3                  world position                 lagged
//   xpos_difference    body/body    3                  of two world positions         lagged
//   xquat              body         4                  world orientation, w x y z     lagged
//   site_xpos          site         3                  world position                 lagged
//   cinert             body         10                 inertia about tree's centre    lagged
//   cvel               body         6                  rotation, then translation     lagged
//   qfrc_actuator      joint        as qvel            actuator force                 lagged, 0
//   qfrc_constraint    joint        as qvel            constraint force               lagged, 0
//   cfrc_ext           body         6                  torque, then force             lagged, 0
//   sensor             sensor       its dimension      sensordata                     lagged, some
//                                                                                     of them 0
//
// Fresh: at the state's own time. Lagged: of the last evaluation inside mj_step. That is
// Gymnasium's behaviour and costs nothing; a forward pass before observing would be another task.
// 0: in the first observation after a reset actuation, constraint and contact count as zero,
// wherever it is computed.

#ifndef SG_TASK_OBSERVE_H_
#define SG_TASK_OBSERVE_H_

#include <mujoco/mujoco.h>
#include <stdbool.h>

#include "base/status.h"

/// The functions of MuJoCo that making and using an observer needs.
typedef struct SgObserveApi {
  int (*name2id)(const mjModel* m, int type, const char* name);
  const char* (*id2name)(const mjModel* m, int type, int id);
  void (*rne)(const mjModel* m, mjData* d);  ///< mj_rnePostConstraint
} SgObserveApi;

/// One number of a row.
typedef struct SgChannel {
  int kind;          ///< row of the kind table
  int adr;           ///< index into the field
  int adr2;          ///< index of what is subtracted; -1: nothing
  bool force;        ///< from actuation, constraint or contact: zero in the first observation
  double low, high;  ///< clip; -inf and inf: none
} SgChannel;

/// The facts of a kind that parsers need.
typedef struct SgKind {
  const char* name;
  int object;        ///< mjtObj of its elements: joint, body, site or sensor
  int ncomponent;    ///< components per element; 0: as many as the joint or sensor has
  bool velocity;     ///< joints are counted in velocities, not positions
  bool pair;         ///< an element is two bodies
  bool lagged;       ///< of the last evaluation inside mj_step, not of the state's own time
  const char* what;  ///< a few words for people: "velocity of a joint"
} SgKind;

/// Number of kinds, and the facts of one.
int sg_observe_nkind(void);
const SgKind* sg_observe_facts(int kind);

/// A kind by name; -1 when there is none.
int sg_observe_kind(const char* name);

/// Elements that a kind has in this model: joints, bodies, sites or sensors.
int sg_observe_elements(const mjModel* m, int kind);

/// Components that an element has in this model: SgKind's, or the joint's or sensor's.
int sg_observe_components(const mjModel* m, int kind, int id);

/// The element (body pairs: the first) that a name or #number means; -1 and a sentence with the
/// nearest.
int sg_observe_element(const mjModel* m, const SgObserveApi* api, int kind, const char* name,
                       SgError* error);

/// Resolve a channel name against a model. SG_FILE and what was not found, with the nearest match,
/// or when the element has several components and the name says none.
SgStatus sg_observe_channel(SgChannel* channel, const char* name, const mjModel* m,
                            const SgObserveApi* api, SgError* error);

/// Whether a channel reads what mj_step leaves to mj_rnePostConstraint: call api.rne then before
/// observing, except for the first observation.
bool sg_observe_needs_rne(const SgChannel* channels, int n);

/// Write n numbers. first: the state comes straight from a reset, where forces count as zero.
void sg_observe(double* obs, const SgChannel* channels, int n, const mjData* d, bool first);

#endif  // SG_TASK_OBSERVE_H_
