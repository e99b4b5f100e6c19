// Multilayer perceptrons. Forward and backward are twins: the same layers, in opposite order.
//
//   forward    h[l+1] = relu(h[l] W[l] + b[l])                      row by row
//   backward   dh[l] = dy W[l]^T, where h[l] > 0                    row by row
//   gradient   dW[l] = h[l]^T dy     db[l] = column sums of dy      part by part, over all rows
//
// where dy is the gradient of layer l's output before ReLU. Gradients nobody asks for are not
// computed: none for the input (but for the columns asked), none for frozen parameters.

#include "nn/mlp.h"

#include <math.h>

#include "base/check.h"


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


//-------------------------------- rows ----------------------------------------------------------

sg_real* sg_mlp_forward(const SgMlp* mlp, const SgKernels* kernels, const sg_real* param,
                        const sg_real* in, int first, int count, SgMlpTape* tape) {
  const sg_real* h = in + (ptrdiff_t)first * mlp->size[0];  // (count, size[l])
  SG_ASSERT(first + count <= tape->n);

  for (int l = 0; l < mlp->nlayer; l++) {
    int nin = mlp->size[l], nout = mlp->size[l + 1];
    sg_real* y = tape->out[l] + (ptrdiff_t)first * nout;  // (count, nout)

    kernels->forward(y, h, param + mlp->weight[l], param + mlp->bias[l], count, nin, nout,
                     l + 1 < mlp->nlayer);
    h = y;
  }
  return tape->out[mlp->nlayer - 1];
}


void sg_mlp_backward(const SgMlp* mlp, const SgKernels* kernels, const sg_real* param,
                     const sg_real* trans, const sg_real* dout, int first, int count,
                     SgMlpTape* tape, sg_real* din, int ndin) {
  const sg_real* dy = dout + (ptrdiff_t)first * mlp->size[mlp->nlayer];  // (count, size[l+1])
  SG_ASSERT(first + count <= tape->n && ndin <= mlp->size[0]);

  for (int l = mlp->nlayer - 1; l >= 0; l--) {
    int nin = mlp->size[l], nout = mlp->size[l + 1];
    const sg_real* weight = param + mlp->weight[l];  // (nin, nout)
    const sg_real* turned = trans ? trans + mlp->weight[l] : NULL;

    // layer below: dh = dy W^T, where ReLU let it through
    if (l > 0) {
      ptrdiff_t at = (ptrdiff_t)first * nin;
      kernels->backward_data(tape->dout[l - 1] + at, dy, weight, turned, tape->out[l - 1] + at,
                             count, nin, nout);
      dy = tape->dout[l - 1] + at;
    } else if (din) {
      const sg_real* rows = weight + (ptrdiff_t)(nin - ndin) * nout;  // (ndin, nout)
      kernels->backward_data(din + (ptrdiff_t)first * ndin, dy, rows, turned, NULL, count, ndin,
                             nout);
    }
  }
}


//-------------------------------- parts of the parameters ---------------------------------------

// entries that make a part worth a task
enum {
  PART_SIZE = 8192,
  PART_ROWS = 24  // rows come in multiples of this: of 8, 6 and 4, which kernels take at once
};


// rows of layer l's weight that make a part
static int part_rows(const SgMlp* mlp, int l) {
  int nout = mlp->size[l + 1];
  int rows = (PART_SIZE + nout - 1) / nout;
  return (rows + PART_ROWS - 1) / PART_ROWS * PART_ROWS;
}


// parts of layer l
static int layer_parts(const SgMlp* mlp, int l) {
  int rows = part_rows(mlp, l);
  return (mlp->size[l] + rows - 1) / rows;
}


int sg_mlp_nparts(const SgMlp* mlp) {
  int nparts = 0;
  for (int l = 0; l < mlp->nlayer; l++) {
    nparts += layer_parts(mlp, l);
  }
  return nparts;
}


// part i of layer l
static SgMlpPart part_of(const SgMlp* mlp, int l, int i) {
  int rows = part_rows(mlp, l), first = i * rows, left = mlp->size[l] - first;
  SgMlpPart part = {.layer = l, .first = first, .count = left < rows ? left : rows};
  part.bias = first + part.count == mlp->size[l];

  // up to the next part: the last one takes the gaps and the bias with it
  size_t nout = (size_t)mlp->size[l + 1];
  part.from = mlp->weight[l] + (size_t)first * nout;
  part.length = part.bias ? mlp->bias[l] + nout - part.from : (size_t)part.count * nout;
  return part;
}


// the whole parts of all layers come before those that are less: threads then end together
SgMlpPart sg_mlp_part(const SgMlp* mlp, int i) {
  for (int l = 0; l < mlp->nlayer; l++) {
    int whole = mlp->size[l] / part_rows(mlp, l);
    if (i < whole) {
      return part_of(mlp, l, i);
    }
    i -= whole;
  }
  int l = 0;
  for (; mlp->size[l] % part_rows(mlp, l) == 0 || i > 0; l++) {
    i -= mlp->size[l] % part_rows(mlp, l) != 0;
  }
  return part_of(mlp, l, layer_parts(mlp, l) - 1);
}


void sg_mlp_gradient(const SgMlp* mlp, const SgKernels* kernels, const sg_real* in,
                     const sg_real* dout, int n, const SgMlpTape* tape, sg_real* grad,
                     const SgMlpPart* part) {
  int l = part->layer, nin = mlp->size[l], nout = mlp->size[l + 1];
  const sg_real* h = l > 0 ? tape->out[l - 1] : in;                // (n, nin)
  const sg_real* dy = l + 1 < mlp->nlayer ? tape->dout[l] : dout;  // (n, nout)

  kernels->backward_weight(grad + mlp->weight[l], h, dy, n, nin, nout, part->first, part->count);
  if (part->bias) {
    kernels->column_sum(grad + mlp->bias[l], dy, n, nout);
  }
}


void sg_mlp_transpose(const SgMlp* mlp, const SgKernels* kernels, sg_real* trans,
                      const sg_real* param, int ndin, const SgMlpPart* part) {
  int l = part->layer, nin = mlp->size[l], nout = mlp->size[l + 1];
  int skip = l > 0 ? 0 : nin - ndin;  // rows that nobody asks for
  int first = part->first > skip ? part->first : skip;
  int count = part->first + part->count - first;

  // a single output's weight is its own transposed copy
  if (count > 0 && nout > 1) {
    kernels->transpose(trans + mlp->weight[l], param + mlp->weight[l] + (ptrdiff_t)skip * nout,
                       nin - skip, nout, first - skip, count);
  }
}
