// Each product twice, by the backend and by the three loops, entry by entry.
//
// A sum of `terms` products of numbers up to 1 grows like sqrt(terms) and is rounded at every one
// of them, by both, in different orders: together some 0.2 terms FLT_EPSILON. Five times that is
// allowed; a wrong or missing term, a third on average, is far beyond.

#include "math/kernels_check.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

// numbers for one shape, in one block
typedef struct Numbers {
  sg_real *x, *w, *wt, *bias, *dy, *h;  // (n, k), (k, m), (m, k), (m), (n, m), (n, k)
  sg_real *got, *expected;              // the largest of these
} Numbers;

// a product under comparison
typedef struct Case {
  const SgKernels* kernels;
  const Numbers* numbers;
  int n, k, m;
} Case;


static size_t max_size(size_t a, size_t b, size_t c) {
  size_t most = a > b ? a : b;
  return most > c ? most : c;
}


// all of it random, the transposed copy aside; NULL without memory
static sg_real* make_numbers(Numbers* numbers, int n, int k, int m) {
  size_t nk = (size_t)n * (size_t)k, km = (size_t)k * (size_t)m, nm = (size_t)n * (size_t)m;
  size_t input = 2 * nk + 2 * km + nm + (size_t)m, result = max_size(nk, km, nm);
  sg_real* block = malloc((input + 2 * result) * sizeof(sg_real));
  if (!block) {
    return NULL;
  }
  SgRng rng = sg_rng_make(0, SG_RNG_TEST, 0, 0);
  for (size_t i = 0; i < input; i++) {
    block[i] = (sg_real)(2 * sg_rng_uniform(&rng) - 1);
  }
  sg_real* at = block;
  numbers->x = at;
  numbers->h = at += nk;
  numbers->w = at += nk;
  numbers->wt = at += km;
  numbers->dy = at += km;
  numbers->bias = at += nm;
  numbers->got = at += m;
  numbers->expected = at + result;
  return block;
}


// count sums of `terms` products each
static SgStatus compare(const Case* c, const char* product, int count_rows, int count_columns,
                        int terms, SgError* error) {
  size_t count = (size_t)count_rows * (size_t)count_columns;
  for (size_t i = 0; i < count; i++) {
    double got = (double)c->numbers->got[i], expected = (double)c->numbers->expected[i];
    if (!(fabs(got - expected) <= (double)FLT_EPSILON * (8 + terms))) {
      return sg_fail(error, SG_FAIL,
                     "kernels %s (%s): %s of %d x %d x %d differs from the oracle's: entry %zu is "
                     "%.9g, not %.9g; try another math.backend or math.isa, and please report this",
                     c->kernels->name, c->kernels->core, product, c->n, c->k, c->m, i, got,
                     expected);
    }
  }
  return SG_OK;
}


static SgStatus check_forward(const Case* c, bool relu, SgError* error) {
  const Numbers* a = c->numbers;
  c->kernels->forward(a->got, a->x, a->w, a->bias, c->n, c->k, c->m, relu);
  sg_kernels_ref()->forward(a->expected, a->x, a->w, a->bias, c->n, c->k, c->m, relu);
  return compare(c, relu ? "forward with ReLU" : "forward", c->n, c->m, c->k, error);
}


static SgStatus check_backward_data(const Case* c, bool masked, SgError* error) {
  const Numbers* a = c->numbers;
  const sg_real* h = masked ? a->h : NULL;
  c->kernels->transpose(a->wt, a->w, c->k, c->m, 0, c->k);
  c->kernels->backward_data(a->got, a->dy, a->w, a->wt, h, c->n, c->k, c->m);
  sg_kernels_ref()->backward_data(a->expected, a->dy, a->w, a->wt, h, c->n, c->k, c->m);
  return compare(c, masked ? "backward_data with a mask" : "backward_data", c->n, c->k, c->m,
                 error);
}


static SgStatus check_backward_weight(const Case* c, SgError* error) {
  const Numbers* a = c->numbers;
  c->kernels->backward_weight(a->got, a->x, a->dy, c->n, c->k, c->m, 0, c->k);
  sg_kernels_ref()->backward_weight(a->expected, a->x, a->dy, c->n, c->k, c->m, 0, c->k);
  return compare(c, "backward_weight", c->k, c->m, c->n, error);
}


static SgStatus check_column_sum(const Case* c, SgError* error) {
  const Numbers* a = c->numbers;
  c->kernels->column_sum(a->got, a->dy, c->n, c->m);
  sg_kernels_ref()->column_sum(a->expected, a->dy, c->n, c->m);
  return compare(c, "column_sum", 1, c->m, c->n, error);
}


SgStatus sg_kernels_check(const SgKernels* kernels, int n, int k, int m, SgError* error) {
  Numbers numbers;
  sg_real* block = make_numbers(&numbers, n, k, m);
  if (!block) {
    return sg_fail(error, SG_MACHINE, "out of memory for a product of %d x %d x %d", n, k, m);
  }
  const Case c = {kernels, &numbers, n, k, m};
  SgStatus status = check_forward(&c, false, error);
  status = status == SG_OK ? check_forward(&c, true, error) : status;
  status = status == SG_OK ? check_backward_data(&c, false, error) : status;
  status = status == SG_OK ? check_backward_data(&c, true, error) : status;
  status = status == SG_OK ? check_backward_weight(&c, error) : status;
  status = status == SG_OK ? check_column_sum(&c, error) : status;
  free(block);
  return status;
}
