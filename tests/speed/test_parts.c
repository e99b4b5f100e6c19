// What one task works on: the parts of a network cover every parameter and every row once, for
// sizes that fill parts and sizes that do not, and those that are less than whole come last.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "nn/mlp.h"

// rows of a layer's whole parts: the most that any part of it has
static int most_rows(const SgMlp* mlp, int layer) {
  int most = 0;
  for (int i = 0; i < sg_mlp_nparts(mlp); i++) {
    SgMlpPart part = sg_mlp_part(mlp, i);
    most = part.layer == layer && part.count > most ? part.count : most;
  }
  return most;
}


static void check(int nin, int nhidden, const int* hidden, int nout) {
  SgMlp mlp = sg_mlp_shape(nin, nhidden, hidden, nout);
  unsigned char* seen = calloc(mlp.nparam, 1);
  int nrow[SG_MLP_MAX] = {0}, nbias[SG_MLP_MAX] = {0};
  bool less = false;
  assert_non_null(seen);
  for (int i = 0; i < sg_mlp_nparts(&mlp); i++) {
    SgMlpPart part = sg_mlp_part(&mlp, i);
    assert_true(part.count > 0 && part.from + part.length <= mlp.nparam);
    for (size_t at = part.from; at < part.from + part.length; at++) {
      assert_int_equal(seen[at]++, 0);
    }
    nrow[part.layer] += part.count;
    nbias[part.layer] += part.bias;

    // after the first part that is less than another of its layer, no part is whole
    bool last_of_many = part.count < most_rows(&mlp, part.layer);
    assert_false(less && !last_of_many && part.first > 0 && !part.bias);
    less = less || last_of_many;
  }
  for (int l = 0; l < mlp.nlayer; l++) {
    for (size_t at = mlp.weight[l]; at < mlp.bias[l] + (size_t)mlp.size[l + 1]; at++) {
      assert_int_equal(seen[at], 1);
    }
    assert_int_equal(nrow[l], mlp.size[l]);
    assert_int_equal(nbias[l], 1);
  }
  free(seen);
}


static void parts_cover_everything_once(void** state) {
  (void)state;
  static const int sizes[] = {1, 7, 23, 47, 48, 49, 96, 256, 288, 365, 1024};
  enum {
    N = sizeof(sizes) / sizeof(sizes[0])
  };
  for (int a = 0; a < N; a++) {
    for (int b = 0; b < N; b++) {
      for (int c = 0; c < N; c++) {
        const int hidden[] = {sizes[b], sizes[c]};
        check(sizes[a], 2, hidden, 1);
        check(sizes[a], 1, hidden, 12);
      }
    }
  }
}


static void every_thread_of_two_gets_its_half(void** state) {
  (void)state;
  const int hidden[] = {256, 256};
  SgMlp actor = sg_mlp_shape(17, 2, hidden, 12);

  // in turns, the next part to the thread that has less to do: rows of 256 numbers
  double load[2] = {0, 0};
  for (int i = 0; i < sg_mlp_nparts(&actor); i++) {
    SgMlpPart part = sg_mlp_part(&actor, i);
    load[load[1] < load[0]] += (double)part.length / 256;
  }
  double all = load[0] + load[1];
  assert_true(load[0] < 0.53 * all && load[1] < 0.53 * all);
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(parts_cover_everything_once),
      cmocka_unit_test(every_thread_of_two_gets_its_half),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
