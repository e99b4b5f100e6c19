// e^x = 2^n e^r with n = round(x / ln 2), |r| <= ln 2 / 2, and there the Taylor series: it leaves out
// r^14 / 14! < 5e-18. Not the C library's, so that no update calls it: its bytes change between
// versions.

#include "math/exp.h"

#include <stdint.h>
#include <string.h>

enum {
  LAST = 13  // power of r that the series ends with
};

static const double LIMIT = 700, LOG2E = 1.4426950408889634, LN2_HIGH = 0x1.62e42fefap-1,
                    LN2_LOW = 0x1.cf79abc9e3b3ap-40;


double sg_exp_double(double x) {
  if (!(x == x)) {
    return x;
  }
  x = x < -LIMIT ? -LIMIT : x > LIMIT ? LIMIT : x;

  // LN2_HIGH has room behind it, so that its product with n is exact
  int64_t n = (int64_t)(x * LOG2E + (x < 0 ? -0.5 : 0.5));
  double r = (x - (double)n * LN2_HIGH) - (double)n * LN2_LOW;

  double sum = 1;
  for (int i = LAST; i > 0; i--) {
    sum = 1 + sum * r / i;
  }

  // times 2^n, by its exponent bits
  uint64_t bits = (uint64_t)(n + 1023) << 52;
  double power;
  memcpy(&power, &bits, sizeof(power));
  return sum * power;
}
