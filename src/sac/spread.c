// The spread of a quantity: sums that can be added up over updates and epochs.

#include "sac/sac.h"


void sg_spread_add(SgSpread* spread, double x) {
  spread->min = spread->count == 0 || x < spread->min ? x : spread->min;
  spread->max = spread->count == 0 || x > spread->max ? x : spread->max;
  spread->sum += x;
  spread->sum_square += x * x;
  spread->count++;
}


void sg_spread_join(SgSpread* spread, const SgSpread* other) {
  if (other->count == 0) {
    return;
  }
  spread->min = spread->count == 0 || other->min < spread->min ? other->min : spread->min;
  spread->max = spread->count == 0 || other->max > spread->max ? other->max : spread->max;
  spread->sum += other->sum;
  spread->sum_square += other->sum_square;
  spread->count += other->count;
}
