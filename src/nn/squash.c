// The squashed Gaussian head, forward and backward.
//
//   symbol   here           shape        meaning
//   mu       head[j]        (n, nact)    mean
//   l        head[nact+j]   (n, nact)    log sigma before the clamp
//   sigma    tape->sigma    (n, nact)    exp(clamp(l))
//   eps      tape->eps      (n, nact)    standard normal noise, held fixed (reparameterisation)
//   u        tape->u        (n, nact)    mu + sigma eps
//   a        act            (n, nact)    tanh(u)
//
// Because (u - mu) / sigma is eps exactly, it is never recomputed from the action.

#include "nn/squash.h"

#include <stdbool.h>
#include <stddef.h>

#include "math/mutant.h"
#include "math/scalar.h"

static const double HALF_LOG_2PI = 0.918938533204672741780329736406;


static sg_real clamp(sg_real x, sg_real low, sg_real high) {
  return x < low ? low : x > high ? high : x;
}


SgSquashTape sg_squash_rows(const SgSquashTape* tape, int first, int nact) {
  ptrdiff_t at = (ptrdiff_t)first * nact;
  return (SgSquashTape){tape->u + at, tape->sigma + at, tape->eps + at, tape->slope + at};
}


// the usual log(1 - tanh(u)^2 + 1e-6), which is wrong where it matters
static void mistaken_log_slope(sg_real* res, const sg_real* u, size_t count) {
  for (size_t i = 0; i < count; i++) {
    sg_real a = sg_tanh(u[i]);
    res[i] = (sg_real)log((double)(1 - a * a) + 1e-6);
  }
}


// the noise as one would find it back from the action alone: where tanh has saturated it is lost
static sg_real mistaken_eps(sg_real act, sg_real mean, sg_real sigma) {
  double a = fmax(-1 + 1e-6, fmin(1 - 1e-6, (double)act));
  return (sg_real)((atanh(a) - (double)mean) / (double)sigma);
}


void sg_squash_forward(const SgKernels* kernels, sg_real* act, sg_real* logp,
                       const SgSquashTape* tape, const sg_real* head, int n, int nact,
                       double log_std_min, double log_std_max) {
  sg_real low = (sg_real)log_std_min, high = (sg_real)log_std_max;
  size_t count = (size_t)n * (size_t)nact;

  // sigma = exp(clamp(l))
  for (int i = 0; i < n; i++) {
    const sg_real* log_std = head + ((ptrdiff_t)i * 2 + 1) * nact;  // (nact)
    for (int j = 0; j < nact; j++) {
      tape->sigma[(ptrdiff_t)i * nact + j] = clamp(log_std[j], low, high);
    }
  }
  kernels->exp(tape->sigma, tape->sigma, count);

  // reparameterised sample, squashed
  for (int i = 0; i < n; i++) {
    const sg_real* mean = head + (ptrdiff_t)i * 2 * nact;  // (nact)
    for (int j = 0; j < nact; j++) {
      ptrdiff_t k = (ptrdiff_t)i * nact + j;
      tape->u[k] = mean[j] + tape->sigma[k] * tape->eps[k];
    }
  }
  kernels->tanh(act, tape->u, count);
  kernels->log_sech2(tape->slope, tape->u, count);
  if (SG_MUTANT(EPS_LOGP)) {
    mistaken_log_slope(tape->slope, tape->u, count);
  }

  // normal log-density, minus the log of the squashing's slope
  for (int i = 0; i < n; i++) {
    const sg_real* log_std = head + ((ptrdiff_t)i * 2 + 1) * nact;  // (nact)
    sg_real sum = 0;
    for (int j = 0; j < nact; j++) {
      ptrdiff_t k = (ptrdiff_t)i * nact + j;
      sg_real eps = tape->eps[k], l = clamp(log_std[j], low, high);
      if (SG_MUTANT(TANH_INVERSE)) {
        eps = mistaken_eps(act[k], log_std[j - nact], tape->sigma[k]);
      }
      sum += -eps * eps / 2 - l - (sg_real)HALF_LOG_2PI - tape->slope[k];
    }
    logp[i] = sum;
  }
}


void sg_squash_backward(const SgKernels* kernels, sg_real* dhead, const sg_real* dact,
                        sg_real dlogp, const sg_real* act, const SgSquashTape* tape,
                        const sg_real* head, int n, int nact, double log_std_min,
                        double log_std_max) {
  kernels->sech2(tape->slope, tape->u, (size_t)n * (size_t)nact);

  for (int i = 0; i < n; i++) {
    const sg_real* log_std = head + ((ptrdiff_t)i * 2 + 1) * nact;  // (nact)
    sg_real* dmean = dhead + (ptrdiff_t)i * 2 * nact;               // (nact)
    sg_real* dlog_std = dmean + nact;                               // (nact)

    for (int j = 0; j < nact; j++) {
      ptrdiff_t k = (ptrdiff_t)i * nact + j;

      // through the action, da/du = 1 - tanh(u)^2, and through the density, whose derivative by u
      // is 2 tanh(u)
      sg_real du = dact[k] * tape->slope[k] + dlogp * 2 * act[k];
      if (SG_MUTANT(EPS_LOGP)) {
        sg_real slope = 1 - act[k] * act[k];
        du = dact[k] * slope + dlogp * 2 * act[k] * slope / (slope + (sg_real)1e-6);
      }
      dmean[j] = du;

      // u depends on log sigma by sigma eps, the density by -1; the clamp stops both
      bool inside = log_std[j] >= (sg_real)log_std_min && log_std[j] <= (sg_real)log_std_max;
      inside = inside || SG_MUTANT(CLAMP_LEAKS);
      dlog_std[j] = inside ? du * tape->sigma[k] * tape->eps[k] - dlogp : 0;
    }
  }
}
