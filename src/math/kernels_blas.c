// OpenBLAS behind the seam. Opened when this backend is chosen, so the program starts without it.
//
// One thread: the learner runs one critic per thread and calls from both, which scales better at
// these sizes than threads inside a product, and keeps the bytes independent of the thread count.
//
// What is no product (bias, ReLU, masks, and everything elementwise) is our own kernels'.
//
// Skinny products are cut in two halves of the rows. OpenBLAS has a faster path for small products
// (m n k up to 10^6) that the 17 to 365 wide first layers at batch 256 just miss; measured on
// Zen 4, 17 -> 256 rises from 79 to 103 GFLOP/s.

#include <dlfcn.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "math/kernels_own.h"

enum {
  ROW_MAJOR = 101,
  NO_TRANS = 111,
  TRANS = 112
};  // cblas.h's numbers

enum {
  SMALL = 1000000
};  // the largest m n k of OpenBLAS's small path

typedef void CblasSgemm(int order, int transa, int transb, int m, int n, int k, float alpha,
                        const float* a, int lda, const float* b, int ldb, float beta, float* c,
                        int ldc);

enum {
  ROWS = 128
};  // rows per task: below, the library's own packing begins to weigh

static CblasSgemm* sgemm;
static SgKernels blas;
static pthread_once_t once = PTHREAD_ONCE_INIT;


// C (m, n) = op(A) op(B) [+ C]
static void multiply(bool ta, bool tb, int m, int n, int k, const float* a, int lda, const float* b,
                     int ldb, bool add, float* c, int ldc) {
  int transa = ta ? TRANS : NO_TRANS, transb = tb ? TRANS : NO_TRANS;
  float beta = add ? 1.0f : 0.0f;
  long work = (long)m * n * k;
  int half = m / 2;

  // two halves of the rows when that brings each onto the small path
  if (work > SMALL && work <= 2L * SMALL && half > 0) {
    const float* a2 = a + (size_t)half * (ta ? 1 : (size_t)lda);
    sgemm(ROW_MAJOR, transa, transb, half, n, k, 1, a, lda, b, ldb, beta, c, ldc);
    sgemm(ROW_MAJOR, transa, transb, m - half, n, k, 1, a2, lda, b, ldb, beta,
          c + (size_t)half * (size_t)ldc, ldc);
    return;
  }
  sgemm(ROW_MAJOR, transa, transb, m, n, k, 1, a, lda, b, ldb, beta, c, ldc);
}


// y = x w + bias, then ReLU
static void forward(float* y, const float* x, const float* w, const float* bias, int n, int k,
                    int m, bool relu) {
  for (ptrdiff_t i = 0; i < n; i++) {
    memcpy(y + i * m, bias, (size_t)m * sizeof(float));
  }
  multiply(false, false, n, m, k, x, k, w, m, true, y, m);
  for (ptrdiff_t i = 0; relu && i < (ptrdiff_t)n * m; i++) {
    y[i] = y[i] < 0 ? 0 : y[i];  // this way round NaN stays NaN
  }
}


// dx = dy w^T, masked
static void backward_data(float* dx, const float* dy, const float* w, const float* wt,
                          const float* h, int n, int k, int m) {
  (void)wt;
  multiply(false, true, n, k, m, dy, m, w, m, false, dx, k);
  for (ptrdiff_t i = 0; h && i < (ptrdiff_t)n * k; i++) {
    dx[i] = h[i] > 0 ? dx[i] : 0;
  }
}


// rows of dw = x^T dy
static void backward_weight(float* dw, const float* x, const float* dy, int n, int k, int m,
                            int first, int count) {
  multiply(true, false, count, m, n, x + first, k, dy, m, false, dw + (ptrdiff_t)first * m, m);
}


// a symbol of the library as a function pointer, through a union: ISO C has no cast between the two
static void (*find(void* library, const char* name))(void) {
  union {
    void* object;
    void (*function)(void);
  } symbol = {dlsym(library, name)};
  return symbol.function;
}


static void open_library(void) {
  // read by OpenBLAS while it is being loaded: no idle worker threads
  setenv("OPENBLAS_NUM_THREADS", "1", 1);
  void* library = dlopen("libopenblas.so.0", RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    return;
  }

  void (*set_threads)(int) = (void (*)(int))find(library, "openblas_set_num_threads");
  char* (*corename)(void) = (char* (*)(void))find(library, "openblas_get_corename");
  sgemm = (CblasSgemm*)find(library, "cblas_sgemm");
  if (!sgemm) {
    return;
  }
  if (set_threads) {
    set_threads(1);
  }
  const SgKernels* own = sg_kernels_own("auto", NULL);
  if (!own) {
    return;
  }
  blas = *own;
  blas.name = "openblas";
  blas.core = corename ? corename() : "unknown core";
  blas.rows = ROWS;
  blas.backward_data = backward_data;
  blas.backward_weight = backward_weight;
  blas.forward = forward;
}


const SgKernels* sg_kernels_blas(SgError* error) {
  pthread_once(&once, open_library);
  if (!blas.forward) {
    sg_fail(error, SG_MACHINE,
            "OpenBLAS cannot be opened (libopenblas.so.0 with cblas_sgemm); install "
            "libopenblas0-pthread, or train with --set math.backend=ref, which is slow");
    return NULL;
  }
  return &blas;
}
