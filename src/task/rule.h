// Rules: conditions of a state, reward terms of a step, and what ends an episode.
//
// Plain structs, evaluated without a question: every name was looked up when the file was read.

#ifndef SG_TASK_RULE_H_
#define SG_TASK_RULE_H_

#include <mujoco/mujoco.h>
#include <stdbool.h>

#include "task/observe.h"

/// Numbers of the state that must all lie in a range, or all be finite.
typedef struct SgDemand {
  int n;
  SgChannel* channels;  ///< (n)
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

/// The kinds of reward term.
typedef enum SgRewardKind {
  SG_REWARD_VELOCITY,  ///< weight * displacement of a coordinate / dt
  SG_REWARD_CONSTANT,  ///< weight, when the condition holds
  SG_REWARD_SQUARE,    ///< weight * sum of squares of the controls or of channels
  SG_REWARD_DISTANCE,  ///< weight * Euclidean distance of two bodies
  SG_REWARD_QUANTITY,  ///< weight * (one channel - target) / divisor
  SG_REWARD_WEIGHTED,  ///< sum of weight_i * (channel_i - target_i)^2
} SgRewardKind;

/// The coordinate whose velocity is rewarded.
typedef enum SgCoordinate {
  SG_COORDINATE_QPOS,    ///< qpos[adr], fresh
  SG_COORDINATE_BODY_X,  ///< world x of a body, lagged
  SG_COORDINATE_COM_X,   ///< world x of the mass centre of all bodies, lagged
} SgCoordinate;

/// One reward term.
typedef struct SgReward {
  SgRewardKind kind;
  bool cost;  ///< subtracted; its reported value is negative
  double weight;
  int condition;  ///< index; -1: always
  SgCoordinate coordinate;
  int adr;          ///< qpos index or body of the coordinate
  bool of_control;  ///< square: of the controls, else of the channels
  int n;
  SgChannel* channels;         ///< (n)
  double* weights;             ///< (n) weighted
  double* targets;             ///< (n) weighted and quantity
  double divisor;              ///< quantity
  double each_low, each_high;  ///< square: every number is clipped to this first
  double sum_low, sum_high;    ///< the weighted sum is clipped to this
} SgReward;

/// What ends an episode: a condition that holds, or one that does not.
typedef struct SgTerminate {
  int condition;
  bool unless;  ///< ends when the condition does not hold
} SgTerminate;

/// Whether a condition holds in the state of d.
bool sg_condition_holds(const SgCondition* condition, const mjData* d);

/// Where a velocity term's coordinate is now; 0 for other kinds.
double sg_reward_position(const SgReward* reward, const mjModel* m, const mjData* d);

/// The value of a term after a step, negative for a cost. moved: displacement of its coordinate;
/// holds: its condition; ctrl: (nact) raw controls; dt: seconds per step.
double sg_reward_value(const SgReward* reward, const mjData* d, double moved, bool holds,
                       const double* ctrl, int nact, double dt);

#endif  // SG_TASK_RULE_H_
