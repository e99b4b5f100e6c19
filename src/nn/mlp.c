// Multilayer perceptrons. Forward and backward are twins: the same layers, in opposite order.
//
//   forward    h[l+1] = relu(h[l] W[l] + b[l])
//   backward   dW[l] = h[l]^T dy     db[l] = column sums of dy     dh[l] = dy W[l]^T, masked by h[l] > 0
//
// where dy is the gradient of layer l's output before ReLU. Gradients nobody asks for are not
// computed: none for the input (but for the columns asked), none for frozen parameters.

#include "nn/mlp.h"

#include <math.h>

#include "base/check.h"
#include "math/vec.h"


// round up to whole cache lines
static size_t padded(size_t count) {
  size_t line = SG_ALIGN / sizeof(sg_real);
  return (count + line - 1) / line * line;
}


SgMlp sg_mlp_shape(int nin, int nhidden, const int* hidden, int nout) {
  SgMlp mlp = {.nlayer = nhidden + 1};
  SG_ASSERT(nhidden >= 0 && nhidden < SG_MLP_MAX && nin > 0 && nout > 0);

  // sizes along the network
  mlp.size[0] = nin;
  for (int l = 0; l < nhidden; l++) {
    mlp.size[l + 1] = hidden[l];
  }
  mlp.size[mlp.nlayer] = nout;

  // tensors one behind the other
  for (int l = 0; l < mlp.nlayer; l++) {
    mlp.weight[l] = mlp.nparam;
    mlp.nparam += padded((size_t)mlp.size[l] * (size_t)mlp.size[l + 1]);
    mlp.bias[l] = mlp.nparam;
    mlp.nparam += padded((size_t)mlp.size[l + 1]);
  }
  return mlp;
}


void sg_mlp_init(const SgMlp* mlp, sg_real* param, SgRng* rng) {
  for (int l = 0; l < mlp->nlayer; l++) {
    size_t nweight = (size_t)mlp->size[l] * (size_t)mlp->size[l + 1];
    double bound = 1 / sqrt((double)mlp->size[l]);

    for (size_t i = 0; i < nweight; i++) {
      param[mlp->weight[l] + i] = (sg_real)(bound * (2 * sg_rng_uniform(rng) - 1));
    }
    for (size_t i = 0; i < (size_t)mlp->size[l + 1]; i++) {
      param[mlp->bias[l] + i] = (sg_real)(bound * (2 * sg_rng_uniform(rng) - 1));
    }
  }
}


void sg_mlp_tape(const SgMlp* mlp, SgMlpTape* tape, int n, bool backward, SgArena* arena) {
  tape->n = n;
  for (int l = 0; l < mlp->nlayer; l++) {
    size_t count = (size_t)n * (size_t)mlp->size[l + 1];
    tape->out[l] = sg_arena_take(arena, count, sizeof(sg_real));
    bool hidden = l + 1 < mlp->nlayer;
    tape->dout[l] = sg_arena_take(arena, backward && hidden ? count : 0, sizeof(sg_real));
  }
}


sg_real* sg_mlp_forward(const SgMlp* mlp, const SgGemm* gemm, const sg_real* param,
                        const sg_real* in, int n, SgMlpTape* tape) {
  const sg_real* h = in;  // (n, size[l])
  SG_ASSERT(n <= tape->n);
  tape->in = in;

  for (int l = 0; l < mlp->nlayer; l++) {
    int nin = mlp->size[l], nout = mlp->size[l + 1];
    sg_real* y = tape->out[l];  // (n, nout)

    // y = b + h W, then ReLU but for the last layer
    sg_vec_rows(y, param + mlp->bias[l], n, nout);
    gemm->multiply(false, false, n, nout, nin, h, nin, param + mlp->weight[l], nout, true, y, nout);
    if (l + 1 < mlp->nlayer) {
      sg_vec_relu(y, (size_t)n * (size_t)nout);
    }
    h = y;
  }
  return tape->out[mlp->nlayer - 1];
}


void sg_mlp_backward(const SgMlp* mlp, const SgGemm* gemm, const sg_real* param,
                     const sg_real* dout, int n, SgMlpTape* tape, sg_real* grad, sg_real* din,
                     int ndin) {
  const sg_real* dy = dout;  // (n, size[l+1])
  SG_ASSERT(n <= tape->n && ndin <= mlp->size[0]);

  for (int l = mlp->nlayer - 1; l >= 0; l--) {
    int nin = mlp->size[l], nout = mlp->size[l + 1];
    const sg_real* h = l > 0 ? tape->out[l - 1] : tape->in;  // (n, nin)
    const sg_real* weight = param + mlp->weight[l];          // (nin, nout)

    // parameters: dW = h^T dy, db = column sums
    if (grad) {
      gemm->multiply(true, false, nin, nout, n, h, nin, dy, nout, false, grad + mlp->weight[l],
                     nout);
      sg_vec_column_sum(grad + mlp->bias[l], dy, n, nout);
    }

    // layer below: dh = dy W^T, where ReLU let it through
    if (l > 0) {
      sg_real* dh = tape->dout[l - 1];
      gemm->multiply(false, true, n, nin, nout, dy, nout, weight, nout, false, dh, nin);
      sg_vec_relu_backward(dh, h, (size_t)n * (size_t)nin);
      dy = dh;
    } else if (din) {
      const sg_real* rows = weight + (size_t)(nin - ndin) * (size_t)nout;  // (ndin, nout)
      gemm->multiply(false, true, n, ndin, nout, dy, nout, rows, nout, false, din, ndin);
    }
  }
}
