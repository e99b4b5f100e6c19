// Driving: when a policy decides, and what it remembers.
//
//       mj_step                 mj_step                 mj_step
//   ┌──────────────────────┬───────────────────────┬──────────────────────┬──
//   │ compute ... advance  │ compute ... advance    │ compute ... advance  │
//   └──────────────────────┴───────────────────────┴──────────────────────┴──
//     ctrl = held  count     ctrl = held  decide      ctrl = held  count       (period: two steps)
//
// That is a trainer's loop (step, observe, decide, write ctrl, step): at the end of a step qpos,
// qvel and time are new while every derived field is of the step's evaluation, exactly as a trainer
// finds them. compute is idempotent, so mj_forward may be called at will. Before the first advance
// after a reset compute decides itself, each time from the state as it is then, because hosts reset
// first and write their qpos afterwards.
//
// Everything that lasts is in plugin_state, as plain numbers, so that reset, copy, save and
// restore, also in another process, work as for the rest of the state:
//
//   | running | steps since the decision | safe answers | action (nact) | command (ncommand) | memory |
//
// No heap, no file, no lock and no message here.

#ifndef SG_PLUGIN_DRIVE_H_
#define SG_PLUGIN_DRIVE_H_

#include "plugin/instance.h"

/// Numbers of plugin_state that a policy needs.
int sg_drive_nstate(const SgPolicy* policy);

/// Velocity stage: write the held action to ctrl and to the sensors that show it. state:
/// (sg_drive_nstate).
void sg_drive_compute(SgInstance* me, const mjModel* m, mjData* d, mjtNum* state);

/// End of a step: count it; at the end of a period decide.
void sg_drive_advance(SgInstance* me, const mjModel* m, mjData* d, mjtNum* state);

#endif  // SG_PLUGIN_DRIVE_H_
