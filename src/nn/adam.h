// Adam and Polyak averaging over flat blocks: all tensors of a network lie in one block, and its
// gradient, moments and target in blocks of the same shape, so each rule is one loop.

#ifndef SG_NN_ADAM_H_
#define SG_NN_ADAM_H_

#include <stddef.h>
#include <stdint.h>

#include "math/real.h"

/// One Adam step (Kingma and Ba 2015, algorithm 1; beta 0.9 and 0.999, epsilon 1e-8 outside the
/// root). param, m, v are changed, grad is read; all (count). t: this step's number, from 1.
void sg_adam_step(sg_real* param, const sg_real* grad, sg_real* m, sg_real* v, size_t count,
                  double lr, int64_t t);

/// Move targets toward parameters: targ += tau (param - targ), (count).
void sg_polyak(sg_real* targ, const sg_real* param, size_t count, double tau);

#endif  // SG_NN_ADAM_H_
