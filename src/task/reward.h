// Reward terms of a step.
//
//   reward = sum of the terms in file order; a list inside the list is summed by itself first:
//
//   - {reward: forward}        ((forward + survive) + (-ctrl - contact))
//   - {reward: survive}
//   - - {cost: ctrl}           that is how Gymnasium adds Ant's and Humanoid's terms, so the
//     - {cost: contact}        rounding is the same
//
// Plain structs, evaluated without a question: every name was looked up when the file was read.

#ifndef SG_TASK_REWARD_H_
#define SG_TASK_REWARD_H_

#include <mujoco/mujoco.h>
#include <stdbool.h>

#include "task/observe.h"

/// The kinds of reward term.
typedef enum SgRewardKind {
  SG_REWARD_VELOCITY,  ///< weight * displacement of a coordinate / dt
  SG_REWARD_CONSTANT,  ///< weight, when the condition holds
  SG_REWARD_SQUARE,    ///< weight * sum of squares of the controls or of channels
  SG_REWARD_DISTANCE,  ///< weight * Euclidean distance of two bodies
  SG_REWARD_QUANTITY,  ///< weight * (one channel - target) / divisor
  SG_REWARD_SQUARES,   ///< weight * sum of weight_i * (channel_i - target_i)^2
} SgRewardKind;

/// The coordinate whose velocity is rewarded.
typedef enum SgCoordinate {
  SG_COORDINATE_QPOS,  ///< qpos[adr], fresh
  SG_COORDINATE_BODY,  ///< xpos[adr], a world coordinate of a body, lagged
  SG_COORDINATE_COM,   ///< a world coordinate of the mass centre of all bodies, lagged
} SgCoordinate;

/// One reward term.
typedef struct SgReward {
  SgRewardKind kind;
  bool cost;  ///< subtracted; its reported value is negative
  double weight;
  int condition;            ///< index; -1: always
  int group;                ///< terms of one inner list share a number; -1: in no inner list
  SgCoordinate coordinate;  ///< velocity
  int adr;                  ///< velocity: index into qpos or xpos, or the axis of the mass centre
  double mass;              ///< velocity of the mass centre: mass of all bodies
  bool of_control;          ///< square: of the controls, else of the channels
  int n;
  SgChannel* channels;         ///< (n)
  const char** names;          ///< (n) the channels' names, for people
  double* weights;             ///< (n) squares
  double* targets;             ///< (n) squares and quantity
  double divisor;              ///< quantity
  double each_low, each_high;  ///< square: every number is clipped to this first
  double sum_low, sum_high;    ///< the weighted value is clipped to this
} SgReward;

/// What a term is computed from, after a step.
typedef struct SgMoment {
  const mjData* d;
  const double* ctrl;  ///< (nact) raw controls
  int nact;
  double dt;        ///< seconds per step
  double moved;     ///< displacement of the term's coordinate
  bool holds;       ///< its condition
  double* scratch;  ///< room for sg_reward_scratch numbers
} SgMoment;

/// Where a velocity term's coordinate is now; 0 for other kinds.
double sg_reward_position(const SgReward* reward, const mjModel* m, const mjData* d);

/// Numbers of scratch that a term needs.
int sg_reward_scratch(const SgReward* reward, int nact);

/// The value of a term after a step, negative for a cost.
double sg_reward_value(const SgReward* reward, const SgMoment* moment);

/// The sum of all terms' values in the order that the file gives. terms: (n).
double sg_reward_total(const SgReward* rewards, const double* terms, int n);

/// The sum of x (n) in NumPy's order, by pairs.
double sg_sum(const double* x, int n);

#endif  // SG_TASK_REWARD_H_
