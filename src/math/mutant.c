// The choice of a mistake, in the copy of the learner that tests build with SG_MUTANTS.

#include "math/mutant.h"

#ifdef SG_MUTANTS
SgMutant sg_mutant = SG_MUTANT_NONE;
#endif
