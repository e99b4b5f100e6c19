// Rules, evaluated. Sums run in NumPy's order, so that rewards agree with Gymnasium's to the last bit
// and not only to rounding.

#include "task/rule.h"

#include <math.h>


static double clip(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}


static double channel_value(const SgChannel* channel, const mjData* d) {
  double x;
  sg_observe(&x, channel, 1, d, false);
  return x;
}


//-------------------------------- conditions ----------------------------------------------------

static bool demand_holds(const SgDemand* demand, double x) {
  if (demand->finite) {
    return isfinite(x);
  }
  // written so that NaN fails
  return demand->strict ? x > demand->low && x < demand->high
                        : x >= demand->low && x <= demand->high;
}


bool sg_condition_holds(const SgCondition* condition, const mjData* d) {
  for (int i = 0; i < condition->ndemand; i++) {
    const SgDemand* demand = &condition->demands[i];
    for (int j = 0; j < demand->n; j++) {
      if (!demand_holds(demand, channel_value(&demand->channels[j], d))) {
        return false;
      }
    }
  }
  return true;
}


//-------------------------------- sums ----------------------------------------------------------

// the numbers whose squares are summed: controls, or channels of a state
typedef struct Numbers {
  const double* ctrl;  // NULL: channels
  const SgChannel* channels;
  const mjData* d;
  double low, high;  // clip of each
} Numbers;


static double square_at(const Numbers* numbers, int i) {
  double x = numbers->ctrl ? numbers->ctrl[i] : channel_value(&numbers->channels[i], numbers->d);
  x = clip(x, numbers->low, numbers->high);
  return x * x;
}


// sum of squares begin .. begin+n-1 by pairs, as NumPy adds: up to 7 in order, up to 128 in eight
// running sums, more in two halves
static double sum_squares(const Numbers* numbers, int begin, int n) {
  if (n < 8) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += square_at(numbers, begin + i);
    }
    return sum;
  }
  if (n > 128) {
    int half = n / 2 / 8 * 8;
    return sum_squares(numbers, begin, half) + sum_squares(numbers, begin + half, n - half);
  }

  double r[8];
  int i;
  for (i = 0; i < 8; i++) {
    r[i] = square_at(numbers, begin + i);
  }
  for (; i < n / 8 * 8; i++) {
    r[i % 8] += square_at(numbers, begin + i);
  }
  double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  for (; i < n; i++) {
    sum += square_at(numbers, begin + i);
  }
  return sum;
}


// world x of the mass centre of all bodies, from the lagged inertial frames
static double centre_x(const mjModel* m, const mjData* d) {
  double moment = 0, mass = 0;
  for (int i = 0; i < m->nbody; i++) {
    moment += m->body_mass[i] * d->xipos[3 * i];
    mass += m->body_mass[i];
  }
  return moment / mass;
}


//-------------------------------- reward terms --------------------------------------------------

double sg_reward_position(const SgReward* reward, const mjModel* m, const mjData* d) {
  if (reward->kind != SG_REWARD_VELOCITY) {
    return 0;
  }
  switch (reward->coordinate) {
    case SG_COORDINATE_QPOS: return d->qpos[reward->adr];
    case SG_COORDINATE_BODY_X: return d->xpos[3 * reward->adr];
    default: return centre_x(m, d);
  }
}


static double square_value(const SgReward* reward, const mjData* d, const double* ctrl, int nact) {
  Numbers numbers = {.ctrl = reward->of_control ? ctrl : NULL,
                     .channels = reward->channels,
                     .d = d,
                     .low = reward->each_low,
                     .high = reward->each_high};
  return reward->weight * sum_squares(&numbers, 0, reward->of_control ? nact : reward->n);
}


static double distance_value(const SgReward* reward, const mjData* d) {
  double sum = 0;
  for (int i = 0; i < reward->n; i++) {
    double x = channel_value(&reward->channels[i], d);
    sum += x * x;
  }
  return reward->weight * sqrt(sum);
}


static double weighted_value(const SgReward* reward, const mjData* d) {
  double sum = 0;
  for (int i = 0; i < reward->n; i++) {
    double x = channel_value(&reward->channels[i], d) - reward->targets[i];
    sum += reward->weights[i] * (x * x);
  }
  return reward->weight * sum;
}


double sg_reward_value(const SgReward* reward, const mjData* d, double moved, bool holds,
                       const double* ctrl, int nact, double dt) {
  double value = 0;
  switch (reward->kind) {
    case SG_REWARD_VELOCITY: value = reward->weight * (moved / dt); break;
    case SG_REWARD_CONSTANT: value = reward->weight; break;
    case SG_REWARD_SQUARE: value = square_value(reward, d, ctrl, nact); break;
    case SG_REWARD_DISTANCE: value = distance_value(reward, d); break;
    case SG_REWARD_QUANTITY:
      value = reward->weight * (channel_value(&reward->channels[0], d) - reward->targets[0]) /
              reward->divisor;
      break;
    case SG_REWARD_WEIGHTED: value = weighted_value(reward, d); break;
  }
  if (!holds) {
    return 0;
  }
  value = clip(value, reward->sum_low, reward->sum_high);
  return reward->cost ? -value : value;
}
