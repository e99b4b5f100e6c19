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
static const double LOG_2 = 0.693147180559945309417232121458;


// log(1 - tanh(u)^2)
static sg_real log_sech2(sg_real u) {
  sg_real size = sg_abs(u);

  if (SG_MUTANT(EPS_LOGP)) {
    sg_real a = sg_tanh(u);
    return (sg_real)log((double)(1 - a * a) + 1e-6);
  }
  return 2 * ((sg_real)LOG_2 - size - sg_log1p(sg_exp(-2 * size)));
}


// 1 - tanh(u)^2 without the cancellation of writing it so
static sg_real sech2(sg_real u) {
  sg_real e = sg_exp(-2 * sg_abs(u));
  return 4 * e / ((1 + e) * (1 + e));
}


static sg_real clamp(sg_real x, sg_real low, sg_real high) {
  return x < low ? low : x > high ? high : x;
}


void sg_squash_forward(sg_real* act, sg_real* logp, SgSquashTape* tape, const sg_real* head, int n,
                       int nact, double log_std_min, double log_std_max) {
  for (int i = 0; i < n; i++) {
    const sg_real* mean = head + (ptrdiff_t)i * 2 * nact;  // (nact)
    const sg_real* log_std = mean + nact;                  // (nact)
    sg_real sum = 0;

    for (int j = 0; j < nact; j++) {
      ptrdiff_t k = (ptrdiff_t)i * nact + j;
      sg_real l = clamp(log_std[j], (sg_real)log_std_min, (sg_real)log_std_max);
      sg_real eps = tape->eps[k];

      // reparameterised sample before squashing
      tape->sigma[k] = sg_exp(l);
      tape->u[k] = mean[j] + tape->sigma[k] * eps;

      // normal log-density, minus the log of the squashing's slope
      sum += -eps * eps / 2 - l - (sg_real)HALF_LOG_2PI - log_sech2(tape->u[k]);
      act[k] = sg_tanh(tape->u[k]);
    }
    logp[i] = sum;
  }
}


void sg_squash_backward(sg_real* dhead, const sg_real* dact, sg_real dlogp,
                        const SgSquashTape* tape, const sg_real* head, int n, int nact,
                        double log_std_min, double log_std_max) {
  for (int i = 0; i < n; i++) {
    const sg_real* log_std = head + ((ptrdiff_t)i * 2 + 1) * nact;  // (nact)
    sg_real* dmean = dhead + (ptrdiff_t)i * 2 * nact;               // (nact)
    sg_real* dlog_std = dmean + nact;                               // (nact)

    for (int j = 0; j < nact; j++) {
      ptrdiff_t k = (ptrdiff_t)i * nact + j;
      sg_real u = tape->u[k];

      // through the action, da/du = 1 - tanh(u)^2, and through the density, whose derivative by u
      // is 2 tanh(u)
      sg_real du = dact[k] * sech2(u) + dlogp * 2 * sg_tanh(u);
      if (SG_MUTANT(EPS_LOGP)) {
        sg_real a = sg_tanh(u), slope = 1 - a * a;
        du = dact[k] * slope + dlogp * 2 * a * slope / (slope + (sg_real)1e-6);
      }
      dmean[j] = du;

      // u depends on log sigma by sigma eps, the density by -1; the clamp stops both
      bool inside = log_std[j] >= (sg_real)log_std_min && log_std[j] <= (sg_real)log_std_max;
      dlog_std[j] = inside ? du * tape->sigma[k] * tape->eps[k] - dlogp : 0;
    }
  }
}
