// The squashed Gaussian head: a = tanh(u), u = mean + sigma eps, with its exact log-density.
//
//   head (n, 2 nact) = [ mean | log sigma, not yet clamped ]
//
//   log pi(a) = sum_j  -eps^2/2 - log sigma - log(2 pi)/2 - log(1 - tanh(u)^2)      (SAC, appendix C)
//   log(1 - tanh(u)^2) = 2 (log 2 - |u| - log1p(exp(-2|u|)))                         exact at any u
//
// The usual log(1 - a^2 + 1e-6) is half a percent off at |u| = 5, and its gradient, the only force
// that pulls a saturated policy back, is gone beyond |u| = 9. The density is that of the action in
// [-1, 1]: scale and offset belong to the task and add no constant.

#ifndef SG_NN_SQUASH_H_
#define SG_NN_SQUASH_H_

#include "math/kernels.h"

/// What forward leaves for backward; memory is the holder's, all (n, nact).
typedef struct SgSquashTape {
  sg_real* u;      ///< before squashing
  sg_real* sigma;  ///< standard deviation
  sg_real* eps;    ///< the noise that was used, standard normal
  sg_real* slope;  ///< log of the squashing's slope, then in backward the slope
} SgSquashTape;

/// The part of a tape that belongs to rows from first on.
SgSquashTape sg_squash_rows(const SgSquashTape* tape, int first, int nact);

/// Draw actions. head: (n, 2 nact), tape->eps: given, act: (n, nact), logp: (n).
void sg_squash_forward(const SgKernels* kernels, sg_real* act, sg_real* logp,
                       const SgSquashTape* tape, const sg_real* head, int n, int nact,
                       double log_std_min, double log_std_max);

/// Gradient of a loss with respect to head (n, 2 nact), from its gradients with respect to act (n,
/// nact) and logp (one number for all rows). act: what forward gave. Outside the clamp log sigma
/// gets zero.
void sg_squash_backward(const SgKernels* kernels, sg_real* dhead, const sg_real* dact,
                        sg_real dlogp, const sg_real* act, const SgSquashTape* tape,
                        const sg_real* head, int n, int nact, double log_std_min,
                        double log_std_max);

#endif  // SG_NN_SQUASH_H_
