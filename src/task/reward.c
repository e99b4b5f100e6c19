// Reward terms, evaluated. Operations and sums run in NumPy's order, so that rewards agree with
// Gymnasium's to the last bit and not only to rounding.

#include "task/reward.h"

#include <math.h>


static double clip(double x, double low, double high) {
  return x < low ? low : x > high ? high : x;
}


// up to 7 in order, up to 128 in eight running sums, more in two halves
double sg_sum(const double* x, int n) {
  if (n < 8) {
    double sum = 0;
    for (int i = 0; i < n; i++) {
      sum += x[i];
    }
    return sum;
  }
  if (n > 128) {
    int half = n / 2 / 8 * 8;
    return sg_sum(x, half) + sg_sum(x + half, n - half);
  }

  double r[8];
  int i;
  for (i = 0; i < 8; i++) {
    r[i] = x[i];
  }
  for (; i < n / 8 * 8; i++) {
    r[i % 8] += x[i];
  }
  double sum = ((r[0] + r[1]) + (r[2] + r[3])) + ((r[4] + r[5]) + (r[6] + r[7]));
  for (; i < n; i++) {
    sum += x[i];
  }
  return sum;
}


//-------------------------------- coordinates ---------------------------------------------------

// a world coordinate of the mass centre of all bodies, from the lagged inertial frames
static double centre(const SgReward* reward, const mjModel* m, const mjData* d) {
  double moment = 0;
  for (int i = 0; i < m->nbody; i++) {
    moment += m->body_mass[i] * d->xipos[3 * i + reward->adr];
  }
  return moment / reward->mass;
}


double sg_reward_position(const SgReward* reward, const mjModel* m, const mjData* d) {
  if (reward->kind != SG_REWARD_VELOCITY) {
    return 0;
  }
  switch (reward->coordinate) {
    case SG_COORDINATE_QPOS: return d->qpos[reward->adr];
    case SG_COORDINATE_BODY: return d->xpos[reward->adr];
    default: return centre(reward, m, d);
  }
}


//-------------------------------- terms ---------------------------------------------------------

int sg_reward_scratch(const SgReward* reward, int nact) {
  return reward->of_control ? nact : reward->n;
}


static double square(const SgReward* reward, const SgMoment* moment) {
  int n = sg_reward_scratch(reward, moment->nact);
  double* x = moment->scratch;
  if (!reward->of_control) {
    sg_observe(x, reward->channels, n, moment->d, false);
  }
  for (int i = 0; i < n; i++) {
    double y =
        clip(reward->of_control ? moment->ctrl[i] : x[i], reward->each_low, reward->each_high);
    x[i] = y * y;
  }
  return reward->weight * sg_sum(x, n);
}


static double distance(const SgReward* reward, const SgMoment* moment) {
  double sum = 0, *x = moment->scratch;
  sg_observe(x, reward->channels, reward->n, moment->d, false);
  for (int i = 0; i < reward->n; i++) {
    sum += x[i] * x[i];
  }
  return reward->weight * sqrt(sum);
}


static double quantity(const SgReward* reward, const SgMoment* moment) {
  double x;
  sg_observe(&x, reward->channels, 1, moment->d, false);
  return reward->weight * ((x - reward->targets[0]) / reward->divisor);
}


static double squares(const SgReward* reward, const SgMoment* moment) {
  double sum = 0, *x = moment->scratch;
  sg_observe(x, reward->channels, reward->n, moment->d, false);
  for (int i = 0; i < reward->n; i++) {
    double y = x[i] - reward->targets[i];
    sum += reward->weights[i] * (y * y);
  }
  return reward->weight * sum;
}


double sg_reward_value(const SgReward* reward, const SgMoment* moment) {
  double value = 0;
  if (!moment->holds) {
    return 0;
  }
  switch (reward->kind) {
    case SG_REWARD_VELOCITY: value = reward->weight * (moment->moved / moment->dt); break;
    case SG_REWARD_CONSTANT: value = reward->weight; break;
    case SG_REWARD_SQUARE: value = square(reward, moment); break;
    case SG_REWARD_DISTANCE: value = distance(reward, moment); break;
    case SG_REWARD_QUANTITY: value = quantity(reward, moment); break;
    case SG_REWARD_SQUARES: value = squares(reward, moment); break;
  }
  value = clip(value, reward->sum_low, reward->sum_high);
  return reward->cost ? -value : value;
}


double sg_reward_total(const SgReward* rewards, const double* terms, int n) {
  double sum = 0;
  for (int i = 0; i < n;) {
    double part = terms[i];
    int group = rewards[i].group;
    for (i++; group >= 0 && i < n && rewards[i].group == group; i++) {
      part += terms[i];
    }
    sum += part;
  }
  return sum;
}
