// Multilayer perceptrons with ReLU between linear layers: shapes, forward and backward.
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
#include "math/gemm.h"
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
  int n;                      ///< rows it has room for
  const sg_real* in;          ///< (n, nin) of the last forward, borrowed
  sg_real* out[SG_MLP_MAX];   ///< (n, size[l+1]) output of each layer, after ReLU but for the last
  sg_real* dout[SG_MLP_MAX];  ///< (n, size[l+1]) gradients of the same, the last one is not used
} SgMlpTape;

/// The shape of a network: nhidden + 1 linear layers.
SgMlp sg_mlp_shape(int nin, int nhidden, const int* hidden, int nout);

/// Draw parameters: weights and biases uniform in +-1/sqrt(fan in), as PyTorch's Linear. param:
/// (nparam).
void sg_mlp_init(const SgMlp* mlp, sg_real* param, SgRng* rng);

/// Take a tape's memory for n rows from an arena; with gradients or without.
void sg_mlp_tape(const SgMlp* mlp, SgMlpTape* tape, int n, bool backward, SgArena* arena);

/// Compute the outputs of n rows; returns the last layer's, (n, nout), which is tape->out's last.
sg_real* sg_mlp_forward(const SgMlp* mlp, const SgGemm* gemm, const sg_real* param,
                        const sg_real* in, int n, SgMlpTape* tape);

/// Compute gradients from dout (n, nout), after the forward of the same rows.
/// grad: (nparam), replaced, gaps untouched; NULL: no parameter gradients.
/// din: (n, ndin), gradient of the last ndin input columns; NULL: none.
void sg_mlp_backward(const SgMlp* mlp, const SgGemm* gemm, const sg_real* param,
                     const sg_real* dout, int n, SgMlpTape* tape, sg_real* grad, sg_real* din,
                     int ndin);

#endif  // SG_NN_MLP_H_
