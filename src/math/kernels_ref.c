// The oracle: every kernel in its most obvious form, sums in index order, the C library's
// functions. Slow, and the judge of every faster backend; compiled in float and in double.

#include <math.h>
#include <string.h>

#include "math/kernels.h"
#include "math/scalar.h"


//-------------------------------- products ------------------------------------------------------

static void forward(sg_real* y, const sg_real* x, const sg_real* w, const sg_real* bias, int n,
                    int k, int m, bool relu) {
  for (ptrdiff_t i = 0; i < n; i++) {
    for (ptrdiff_t j = 0; j < m; j++) {
      sg_real sum = bias[j];

      for (ptrdiff_t t = 0; t < k; t++) {
        sum += x[i * k + t] * w[t * m + j];
      }
      y[i * m + j] = relu && sum < 0 ? 0 : sum;  // this way round NaN stays NaN and is found
    }
  }
}


static void backward_data(sg_real* dx, const sg_real* dy, const sg_real* w, const sg_real* wt,
                          const sg_real* h, int n, int k, int m) {
  (void)wt;
  for (ptrdiff_t i = 0; i < n; i++) {
    for (ptrdiff_t j = 0; j < k; j++) {
      sg_real sum = 0;

      for (ptrdiff_t t = 0; t < m; t++) {
        sum += dy[i * m + t] * w[j * m + t];
      }
      dx[i * k + j] = !h || h[i * k + j] > 0 ? sum : 0;
    }
  }
}


static void backward_weight(sg_real* dw, const sg_real* x, const sg_real* dy, int n, int k, int m,
                            int first, int count) {
  for (ptrdiff_t i = first; i < first + count; i++) {
    for (ptrdiff_t j = 0; j < m; j++) {
      sg_real sum = 0;

      for (ptrdiff_t t = 0; t < n; t++) {
        sum += x[t * k + i] * dy[t * m + j];
      }
      dw[i * m + j] = sum;
    }
  }
}


static void column_sum(sg_real* res, const sg_real* y, int n, int m) {
  memset(res, 0, (size_t)m * sizeof(sg_real));
  for (ptrdiff_t i = 0; i < n; i++) {
    for (ptrdiff_t j = 0; j < m; j++) {
      res[j] += y[i * m + j];
    }
  }
}


static void transpose(sg_real* res, const sg_real* x, int n, int m, int first, int count) {
  for (ptrdiff_t i = first; i < first + count; i++) {
    for (ptrdiff_t j = 0; j < m; j++) {
      res[j * n + i] = x[i * m + j];
    }
  }
}


//-------------------------------- elementwise ---------------------------------------------------

static void adam_step(sg_real* param, const sg_real* grad, sg_real* m, sg_real* v, sg_real* targ,
                      size_t count, const SgAdam* a, sg_real tau) {
  for (size_t i = 0; i < count; i++) {
    sg_real g = grad[i];
    m[i] = a->keep1 * m[i] + a->add1 * g;
    v[i] = a->keep2 * v[i] + a->add2 * g * g;
    param[i] -= a->step * m[i] / (sg_sqrt(v[i]) * a->root + a->eps);
    if (targ) {
      targ[i] += tau * (param[i] - targ[i]);
    }
  }
}


static bool finite_all(const sg_real* x, size_t count) {
  for (size_t i = 0; i < count; i++) {
    if (!isfinite((double)x[i])) {
      return false;
    }
  }
  return true;
}


static void exp_all(sg_real* y, const sg_real* x, size_t count) {
  for (size_t i = 0; i < count; i++) {
    y[i] = sg_exp(x[i]);
  }
}


static void tanh_all(sg_real* y, const sg_real* x, size_t count) {
  for (size_t i = 0; i < count; i++) {
    y[i] = sg_tanh(x[i]);
  }
}


// log(1 - tanh(u)^2) = 2 (log 2 - |u| - log1p(exp(-2 |u|)))
static void log_sech2(sg_real* y, const sg_real* x, size_t count) {
  const sg_real log_2 = (sg_real)0.693147180559945309417232121458;
  for (size_t i = 0; i < count; i++) {
    sg_real size = sg_abs(x[i]);
    y[i] = 2 * (log_2 - size - sg_log1p(sg_exp(-2 * size)));
  }
}


// 1 - tanh(u)^2 without the cancellation of writing it so
static void sech2(sg_real* y, const sg_real* x, size_t count) {
  for (size_t i = 0; i < count; i++) {
    sg_real e = sg_exp(-2 * sg_abs(x[i]));
    y[i] = 4 * e / ((1 + e) * (1 + e));
  }
}


static void normal(sg_real* y, SgRng rng, size_t count) {
  for (size_t i = 0; i < count; i++) {
    y[i] = (sg_real)sg_rng_normal(&rng);
  }
}


const SgKernels* sg_kernels_ref(void) {
  static const SgKernels ref = {
      .name = "ref",
      .core = "scalar",
      .isa = "scalar",
      .rows = 32,
      .forward = forward,
      .backward_data = backward_data,
      .backward_weight = backward_weight,
      .column_sum = column_sum,
      .transpose = transpose,
      .adam = adam_step,
      .finite = finite_all,
      .exp = exp_all,
      .tanh = tanh_all,
      .log_sech2 = log_sech2,
      .sech2 = sech2,
      .normal = normal,
  };
  return &ref;
}
