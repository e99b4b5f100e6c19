/* What a loaded policy is made of; for the runtime's own files. */

#ifndef SG_POLICY_INSIDE_H_
#define SG_POLICY_INSIDE_H_

#include "policy/container.h"
#include "policy/contract.h"
#include "policy/linear.h"
#include "policy/policy.h"

enum {
  SG_POLICY_MAX_LAYER = 8
};

/** A linear layer. Columns past nout are zero. */
typedef struct SgLayer {
  int nin, nout, noutpad;
  float* weight; /**< (nin, noutpad) */
  float* bias;   /**< (noutpad) */
} SgLayer;

struct SgPolicy {
  SgContainer container; /**< header strings only; the payload pointer is not used after loading */
  SgContract contract;
  int nlayer, width; /**< width: the widest row, padded */
  SgLayer layers[SG_POLICY_MAX_LAYER];
  SgLinear* linear; /**< for this CPU */
  void* weights;    /**< owns all weights and biases */
};

#endif /* SG_POLICY_INSIDE_H_ */
