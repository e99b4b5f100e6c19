// Products: C (m, n) = A (m, k) B (k, n), a tile of C at a time held in registers.
//
//             B  k x n                one turn of the inner loop, rows r and vectors v of a tile:
//            ┌──┬──┬──┐
//            │  │▒▒│  │  row t          w[v]       =  B row t, two vectors
//            └──┴──┴──┘                 x          =  A (r, t) in every lane
//   A m x k  ┌──┬──┬──┐                 acc[r][v] +=  x w[v]
//   ┌────┐   │  │  │  │
//   │▒▒▒▒│   │  │▓▓│  │  SG_TILE_ROWS rows; with 8 x 2 vectors of 16 lanes the multiply-adds keep both
//   │    │   │  │  │  │  units busy and the loads hide behind them: 99 % of peak at 256 x 256 x 256
//   └────┘   └──┴──┴──┘
//
// A is read one number at a time, so any strides will do: rows of activations, or columns of them
// when it stands transposed (weight gradients). B is always read along its rows. Every entry of C
// is one sum in the order of t, whichever tile it falls into: cutting work between rows changes no
// byte.

#ifndef SG_MATH_SIMD_TILE_H_
#define SG_MATH_SIMD_TILE_H_

#include <stdbool.h>

#include "math/simd.h"

#define SG_UNROLL _Pragma("GCC unroll 16")
#define SG_UNROLL_4 _Pragma("GCC unroll 4")
#define SG_TILE_COLS (2 * SG_LANES)

enum {
  SMALL = 6144,   // entries of a matrix that stays in the nearest cache
  LONGEST = 1024  // rows of A^T that there is room to copy
};

// a product and what happens to its entries on the way out
typedef struct Product {
  float* c;              // (m, n)
  const float* a;        // (m, k) by strides
  ptrdiff_t arow, acol;  // from one row, one column of A to the next
  const float* b;        // (k, n)
  const float* bias;     // (n) where sums begin; NULL: at zero
  const float* h;        // (m, n) C is kept where it is positive; NULL: everywhere
  bool relu;             // negative entries become zero
  int m, n, k;
  ptrdiff_t stride;  // from one row of B, C, h to the next
} Product;


// one tile at row i, column j: rows x vecs vectors, the last of which has `last` lanes in use
SG_INLINE void tile(const Product* p, ptrdiff_t i, ptrdiff_t j, int rows, int vecs, int last) {
  const float *a = p->a + i * p->arow, *b = p->b + j, *h = p->h;
  float* c = p->c;
  ptrdiff_t arow = p->arow, acol = p->acol, stride = p->stride;
  bool relu = p->relu;
  Vec acc[SG_TILE_ROWS][2];
  bool part = last < SG_LANES;

  // sums begin at the bias
  SG_UNROLL for (int v = 0; v < vecs; v++) {
    const float* bias = p->bias ? p->bias + j + v * SG_LANES : NULL;
    Vec begin = !bias ? (Vec){0} : part ? vec_load_part(bias, last) : vec_load(bias);
    SG_UNROLL for (int r = 0; r < rows; r++) {
      acc[r][v] = begin;
    }
  }

  // multiply and add; four turns at once, or the counting would take a place from the work
  SG_UNROLL_4 for (int t = 0; t < p->k; t++) {
    Vec w[2];
    SG_UNROLL for (int v = 0; v < vecs; v++) {
      w[v] = part ? vec_load_part(b, last) : vec_load(b + v * SG_LANES);
    }
    SG_UNROLL for (int r = 0; r < rows; r++) {
      Vec x = vec_all(a[r * arow]);
      __asm__("" : "+x"(x));  // one load for all vectors of the row
      SG_UNROLL for (int v = 0; v < vecs; v++) {
        acc[r][v] += x * w[v];
      }
    }
    a += acol;
    b += stride;
  }

  // out, through ReLU or a mask
  SG_UNROLL for (int r = 0; r < rows; r++) {
    SG_UNROLL for (int v = 0; v < vecs; v++) {
      ptrdiff_t at = (i + r) * stride + j + v * SG_LANES;
      Vec y = acc[r][v];
      if (relu) {
        y = vec_where(~(y < 0), y);  // this way round NaN stays NaN
      }
      if (h) {
        y = vec_where((part ? vec_load_part(h + at, last) : vec_load(h + at)) > 0, y);
      }
      if (part) {
        vec_store_part(c + at, y, last);
      } else {
        vec_store(c + at, y);
      }
    }
  }
}


// tiles by number of rows: two full vectors, one, part of one
typedef void TileFunction(const Product* p, ptrdiff_t i, ptrdiff_t j, int last);

#define SG_TILES(rows)                                                              \
  static void pair_##rows(const Product* p, ptrdiff_t i, ptrdiff_t j, int last) {   \
    (void)last;                                                                     \
    tile(p, i, j, rows, 2, SG_LANES);                                               \
  }                                                                                 \
  static void single_##rows(const Product* p, ptrdiff_t i, ptrdiff_t j, int last) { \
    (void)last;                                                                     \
    tile(p, i, j, rows, 1, SG_LANES);                                               \
  }                                                                                 \
  static void part_##rows(const Product* p, ptrdiff_t i, ptrdiff_t j, int last) {   \
    tile(p, i, j, rows, 1, last < SG_LANES ? last : SG_LANES - 1);                  \
  }

// clang-format off
SG_TILES(1) SG_TILES(2) SG_TILES(3) SG_TILES(4)
#if SG_TILE_ROWS >= 6
SG_TILES(5) SG_TILES(6)
#endif
#if SG_TILE_ROWS >= 8
SG_TILES(7) SG_TILES(8)
#endif

#if SG_TILE_ROWS == 8
#define SG_BY_ROWS(kind) {NULL, kind##_1, kind##_2, kind##_3, kind##_4, kind##_5, kind##_6, kind##_7, kind##_8}
#elif SG_TILE_ROWS == 6
#define SG_BY_ROWS(kind) {NULL, kind##_1, kind##_2, kind##_3, kind##_4, kind##_5, kind##_6}
#else
#define SG_BY_ROWS(kind) {NULL, kind##_1, kind##_2, kind##_3, kind##_4}
#endif

static TileFunction* const PAIRS[] = SG_BY_ROWS(pair);
static TileFunction* const SINGLES[] = SG_BY_ROWS(single);
static TileFunction* const PARTS[] = SG_BY_ROWS(part);
// clang-format on


// one column of tiles, from the top
static void column(const Product* p, TileFunction* const tiles[SG_TILE_ROWS + 1], int j, int last) {
  for (int i = 0; i < p->m; i += SG_TILE_ROWS) {
    int rows = p->m - i < SG_TILE_ROWS ? p->m - i : SG_TILE_ROWS;
    tiles[rows](p, i, j, last);
  }
}


// column of tiles by column of tiles: their part of B stays near
static void columns(const Product* p) {
  int j = 0;
  for (; j + SG_TILE_COLS <= p->n; j += SG_TILE_COLS) {
    column(p, PAIRS, j, SG_LANES);
  }
  for (; j + SG_LANES <= p->n; j += SG_LANES) {
    column(p, SINGLES, j, SG_LANES);
  }
  if (j < p->n) {
    column(p, PARTS, j, p->n - j);
  }
}


// on to the next row of tiles
SG_INLINE void move_down(Product* p) {
  p->a += SG_TILE_ROWS * p->arow;
  p->c += SG_TILE_ROWS * p->stride;
  p->h += p->h ? SG_TILE_ROWS * p->stride : 0;
}


// The whole product. A small B stays near by itself, and then C is better written along its rows:
// 82 % of peak, not 72, where 17 observations become 256 (6 x 16 tiles).
static void multiply(const Product* p) {
  if ((size_t)p->k * (size_t)p->n > SMALL) {
    columns(p);
    return;
  }
  Product strip = *p;
  for (int left = p->m; left > 0; left -= SG_TILE_ROWS) {
    strip.m = left < SG_TILE_ROWS ? left : SG_TILE_ROWS;
    columns(&strip);
    move_down(&strip);
  }
}


// The same for a transposed A, which is read down its columns.
//
// A tile needs SG_TILE_ROWS neighbours of each row of A^T, a third of a cache line, and rows a
// power of two apart push each other out of the nearest cache before their next tile comes. So on
// machines with short vectors a row of tiles works on a close copy. One thread, 256 x 256 x 256,
// share of peak: 6 x 16 tiles 88 % without the copy, 94 % with it; 8 x 32 tiles, which ask for new
// lines half as often, 98 % without and 95 % with it.
static void multiply_turned(const Product* p) {
  _Alignas(64) float near[LONGEST * SG_TILE_ROWS + SG_LANES];
  bool copies = SG_LANES < 16 && p->k <= LONGEST && p->n >= 4 * SG_TILE_COLS;
  Product strip = *p;
  int left = p->m;

  for (; copies && left >= SG_TILE_ROWS; left -= SG_TILE_ROWS) {
    // whole vectors are written, and what is too much is written over
    for (int t = 0; t < p->k; t++) {
      vec_store(near + t * SG_TILE_ROWS, vec_load_part(strip.a + t * p->acol, SG_TILE_ROWS));
    }
    Product close = strip;
    close.m = SG_TILE_ROWS;
    close.a = near;
    close.acol = SG_TILE_ROWS;
    multiply(&close);
    move_down(&strip);
  }

  // what is less than a row of tiles, or all of it
  strip.m = left;
  multiply(&strip);
}


//-------------------------------- a single output -----------------------------------------------
//
// A critic's head reads its rows again, while they are near, in place of sums in the layer below
// that would depend on how its columns are cut into tiles: 3.4 microseconds for 256 x 256, 0.4 % of
// an update in all.

// x . w over k, four vectors abreast, then what is left
SG_INLINE float dot(const float* x, const float* w, int k) {
  Vec sum[4] = {{0}};
  int t = 0;
  for (; t + 4 * SG_LANES <= k; t += 4 * SG_LANES) {
    SG_UNROLL for (int v = 0; v < 4; v++) {
      sum[v] += vec_load(x + t + v * SG_LANES) * vec_load(w + t + v * SG_LANES);
    }
  }
  for (; t + SG_LANES <= k; t += SG_LANES) {
    sum[0] += vec_load(x + t) * vec_load(w + t);
  }
  if (t < k) {
    sum[1] += vec_load_part(x + t, k - t) * vec_load_part(w + t, k - t);
  }
  return vec_sum((sum[0] + sum[1]) + (sum[2] + sum[3]));
}


// dx (k) = dy w, kept where h is positive
SG_INLINE void scale_row(float* dx, float dy, const float* w, const float* h, int k) {
  Vec by = vec_all(dy);
  int t = 0;
  for (; t + SG_LANES <= k; t += SG_LANES) {
    Vec y = by * vec_load(w + t);
    vec_store(dx + t, h ? vec_where(vec_load(h + t) > 0, y) : y);
  }
  for (; t < k; t++) {
    dx[t] = !h || h[t] > 0 ? dy * w[t] : 0;
  }
}


//-------------------------------- the kernels ---------------------------------------------------

static void forward(float* y, const float* x, const float* w, const float* bias, int n, int k,
                    int m, bool relu) {
  if (m == 1 && !relu) {
    for (ptrdiff_t i = 0; i < n; i++) {
      y[i] = bias[0] + dot(x + i * k, w, k);
    }
    return;
  }
  Product p = {.c = y,
               .a = x,
               .arow = k,
               .acol = 1,
               .b = w,
               .bias = bias,
               .relu = relu,
               .m = n,
               .n = m,
               .k = k,
               .stride = m};
  multiply(&p);
}


static void backward_data(float* dx, const float* dy, const float* w, const float* wt,
                          const float* h, int n, int k, int m) {
  if (m == 1) {
    for (ptrdiff_t i = 0; i < n; i++) {
      scale_row(dx + i * k, dy[i], w, h ? h + i * k : NULL, k);
    }
    return;
  }
  Product p = {
      .c = dx, .a = dy, .arow = m, .acol = 1, .b = wt, .h = h, .m = n, .n = k, .k = m, .stride = k};
  multiply(&p);
}


static void backward_weight(float* dw, const float* x, const float* dy, int n, int k, int m,
                            int first, int count) {
  // one output: the transposed product, whose rows are long
  if (m == 1) {
    Product p = {.c = dw + first,
                 .a = dy,
                 .acol = 1,
                 .b = x + first,
                 .m = 1,
                 .n = count,
                 .k = n,
                 .stride = k};
    multiply(&p);
    return;
  }
  Product p = {.c = dw + (ptrdiff_t)first * m,
               .a = x + first,
               .arow = 1,
               .acol = k,
               .b = dy,
               .m = count,
               .n = m,
               .k = n,
               .stride = m};
  multiply_turned(&p);
}

#endif  // SG_MATH_SIMD_TILE_H_
