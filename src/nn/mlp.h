// Multilayer perceptrons with ReLU between linear layers: shapes, forward and backward.
//
// Rows are independent, and so are parts of the parameters: both are cut into tasks, by sizes
// alone.
//
// A shape holds no numbers. Parameters live in a flat block that the holder owns, gradients and
// moments in blocks of the same shape:
//
//   | weight 0 (nin, h0) | bias 0 (h0) | weight 1 (h0, h1) | bias 1 (h1) | ... |
//   ^ each tensor starts on a 64-byte boundary; the gaps are zero and stay zero
//
//   in (n, nin) --W0,b0--> relu --W1,b1--> relu ... --WL,bL--> out (n, nout), linear

#ifndef SG_NN_MLP_H_
#define SG_NN_MLP_H_

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/rng.h"
#include "math/kernels.h"
#include "math/real.h"

/// The most linear layers of a network.
enum {
  SG_MLP_MAX = 5
};

/// A network's shape. Made once by sg_mlp_shape, then read-only.
typedef struct SgMlp {
  int nlayer;                 ///< linear layers, 1 to SG_MLP_MAX
  int size[SG_MLP_MAX + 1];   ///< nin, hidden sizes, nout
  size_t weight[SG_MLP_MAX];  ///< where each weight (size[l], size[l+1]) begins in a flat block
  size_t bias[SG_MLP_MAX];    ///< and each bias (size[l+1])
  size_t nparam;              ///< length of a flat block, gaps included
} SgMlp;

/// What forward leaves for backward, and backward's own scratch. Memory is an arena's.
typedef struct SgMlpTape {
  int n;                     ///< rows it has room for
  sg_real* out[SG_MLP_MAX];  ///< (n, size[l+1]) output of each layer, after ReLU but for the last
  sg_real* dout
      [SG_MLP_MAX];  ///< (n, size[l+1]) gradients by the layer's result before ReLU; not the last
} SgMlpTape;

/// The shape of a network: nhidden + 1 linear layers.
SgMlp sg_mlp_shape(int nin, int nhidden, const int* hidden, int nout);

/// Draw parameters: weights and biases uniform in +-1/sqrt(fan in), as PyTorch's Linear. param:
/// (nparam).
void sg_mlp_init(const SgMlp* mlp, sg_real* param, SgRng* rng);

/// Take a tape's memory for n rows from an arena; with gradients or without.
void sg_mlp_tape(const SgMlp* mlp, SgMlpTape* tape, int n, bool backward, SgArena* arena);


//-------------------------------- rows ----------------------------------------------------------

/// Compute the outputs of the rows first .. first + count - 1 of in (n, nin); returns the last
/// layer's output for all rows, (n, nout), which is tape->out's last.
sg_real* sg_mlp_forward(const SgMlp* mlp, const SgKernels* kernels, const sg_real* param,
                        const sg_real* in, int first, int count, SgMlpTape* tape);

/// Compute the gradients of the same rows by every layer's output, down from dout (n, nout), after
/// their forward. din: (n, ndin), gradient by the last ndin input columns; NULL: none. trans:
/// (nparam), transposed weights by sg_mlp_transpose; a backend that does without takes NULL.
void sg_mlp_backward(const SgMlp* mlp, const SgKernels* kernels, const sg_real* param,
                     const sg_real* trans, const sg_real* dout, int first, int count,
                     SgMlpTape* tape, sg_real* din, int ndin);


//-------------------------------- parts of the parameters ---------------------------------------

/// Some rows of one layer's weight, and its bias with the last of them: what one task works on.
typedef struct SgMlpPart {
  int layer;
  int first, count;     ///< rows of the weight
  bool bias;            ///< the layer's bias belongs to this part
  size_t from, length;  ///< the same as a range of a flat block
} SgMlpPart;

/// Parts a network is cut into, by its sizes alone; and one of them, those that are less than whole
/// last.
int sg_mlp_nparts(const SgMlp* mlp);
SgMlpPart sg_mlp_part(const SgMlp* mlp, int i);

/// Compute a part of the parameter gradients of all n rows, after their backward. in: (n, nin);
/// dout: (n, nout); grad: (nparam).
void sg_mlp_gradient(const SgMlp* mlp, const SgKernels* kernels, const sg_real* in,
                     const sg_real* dout, int n, const SgMlpTape* tape, sg_real* grad,
                     const SgMlpPart* part);

/// Renew a part of trans (nparam) from param: each weight (nin, nout) as (nout, nin) in the same
/// place, of the first layer only the last ndin rows, as (nout, ndin).
void sg_mlp_transpose(const SgMlp* mlp, const SgKernels* kernels, sg_real* trans,
                      const sg_real* param, int ndin, const SgMlpPart* part);

#endif  // SG_NN_MLP_H_
