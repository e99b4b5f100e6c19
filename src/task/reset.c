// Resets, drawn. Distributions are Gymnasium's; its generator is not imitated.

#include "task/reset.h"

#include <math.h>


// two numbers uniform in a box
static void draw_box(double point[2], const double low[2], const double high[2], SgRng* rng) {
  for (int i = 0; i < 2; i++) {
    point[i] = low[i] + (high[i] - low[i]) * sg_rng_uniform(rng);
  }
}


// a point of the disc or annulus, by drawing from its box until one lies there
static void draw_point(const SgReset* reset, double point[2], SgRng* rng) {
  double low[2] = {-reset->scale, -reset->scale}, high[2] = {reset->scale, reset->scale};
  bool disc = reset->kind == SG_RESET_DISC;

  for (;;) {
    draw_box(point, disc ? low : reset->low, disc ? high : reset->high, rng);
    double norm = hypot(point[0], point[1]);
    if (disc ? norm < reset->scale : norm > reset->scale) {
      return;
    }
  }
}


void sg_reset_apply(const SgReset* reset, mjData* d, SgRng* rng) {
  mjtNum* x = reset->velocity ? d->qvel : d->qpos;
  if (reset->kind == SG_RESET_DISC || reset->kind == SG_RESET_ANNULUS) {
    double point[2];
    draw_point(reset, point, rng);
    x[reset->indices[0]] = point[0];
    x[reset->indices[1]] = point[1];
    return;
  }

  for (int i = 0; i < reset->count; i++) {
    mjtNum* at = &x[reset->indices[i]];
    switch (reset->kind) {
      case SG_RESET_UNIFORM: *at += reset->scale * (2 * sg_rng_uniform(rng) - 1); break;
      case SG_RESET_NORMAL: *at += reset->scale * sg_rng_normal(rng); break;
      default: *at = reset->scale; break;
    }
  }
}
