// Conditions of a state, and the terminations that follow from them.
//
//   healthy: [{quantity: qpos, index: 1, inside: [0.7, inf]}, ...]   all must hold
//   terminate: [{unless: healthy}]
//
// Plain structs, evaluated without a question: every name was looked up when the file was read.

#ifndef SG_TASK_CONDITION_H_
#define SG_TASK_CONDITION_H_

#include <mujoco/mujoco.h>
#include <stdbool.h>

#include "task/observe.h"

/// Numbers of the state that must all lie in a range, or all be finite.
typedef struct SgDemand {
  int n;
  SgChannel* channels;  ///< (n)
  const char** names;   ///< (n) the channels' names, for people
  bool finite;          ///< only finiteness is asked
  bool strict;          ///< the ends of the range are outside
  double low, high;
} SgDemand;

/// A named condition: all demands hold.
typedef struct SgCondition {
  char name[32];
  int ndemand;
  SgDemand* demands;
} SgCondition;

/// What ends an episode: a condition that holds, or one that does not.
typedef struct SgTerminate {
  int condition;
  bool unless;  ///< ends when the condition does not hold
} SgTerminate;

/// Whether a condition holds in the state of d. A NaN is inside no range.
bool sg_condition_holds(const SgCondition* condition, const mjData* d);

#endif  // SG_TASK_CONDITION_H_
