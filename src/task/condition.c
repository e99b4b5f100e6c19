// Conditions, evaluated number by number: the first that fails decides.

#include "task/condition.h"

#include <math.h>


static bool demand_holds(const SgDemand* demand, double x) {
  if (demand->finite) {
    return isfinite(x);
  }
  // written so that NaN fails
  return demand->strict ? x > demand->low && x < demand->high
                        : x >= demand->low && x <= demand->high;
}


bool sg_condition_holds(const SgCondition* condition, const mjData* d) {
  for (int i = 0; i < condition->ndemand; i++) {
    const SgDemand* demand = &condition->demands[i];
    for (int j = 0; j < demand->n; j++) {
      double x;
      sg_observe(&x, &demand->channels[j], 1, d, false);
      if (!demand_holds(demand, x)) {
        return false;
      }
    }
  }
  return true;
}
