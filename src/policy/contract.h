/* The contract: what a policy expects and gives, as lines of `key=value` words in the metadata.
 *
 *   softgait.format       1
 *   softgait.task         hopper
 *   softgait.observation  term=qpos size=5 unit=si scale=1 offset=0 clip=-inf,inf history=1
 *                           elements=qpos:rootz,qpos:rooty,...            one line per term, in order
 *   softgait.action       actuator=thigh_joint mode=control scale=1 offset=0 low=-1 high=1
 *                                                                         one line per action, in order
 *   softgait.normaliser   none
 *   softgait.command      none
 *   softgait.timing       period=0.008 timestep=0.002                     seconds
 *   softgait.safe_action  values=0,0,0                                    in the environment's units
 *   softgait.golden       obs=0x1p-1,... act=0x1.8p-2,...                 one line per pair
 *   softgait.training     preset=sac step=100000 updates=99000 seed=0
 *   softgait.mujoco       version=3.17.0
 *   softgait.model        sha256=...
 *   softgait.digest       64 hex digits, see container.h
 *
 * A number of the observation is clipped, then scaled, then shifted:  x = clip(obs) * scale + offset.
 * An action is  tanh(mean) * scale + offset,  then held within [low, high]. Golden numbers are in
 * hexadecimal and exact; others have at most 9 digits, which is what a float needs.
 */

#ifndef SG_POLICY_CONTRACT_H_
#define SG_POLICY_CONTRACT_H_

#include "policy/container.h"

/** How one number of the observation is prepared. */
typedef struct SgInput {
  float scale, offset, low, high;
} SgInput;

/** How one action is made, and what is sent when the policy cannot answer. */
typedef struct SgOutput {
  float scale, offset, low, high, safe;
} SgOutput;

/** The parts of a contract that a step needs. */
typedef struct SgContract {
  int nobs, nact;
  SgInput* inputs;   /**< (nobs) */
  SgOutput* outputs; /**< (nact) */
} SgContract;

/** Read and check a contract. Return 1, or 0 with one sentence in error. Free with sg_contract_free,
 *  after a failure too. */
int sg_contract_read(SgContract* contract, const SgContainer* container, char* error,
                     size_t error_size);

/** Free what reading allocated. A zeroed contract is allowed. */
void sg_contract_free(SgContract* contract);

/** Read `obs=` and `act=` of the next golden line at *text, which is advanced; obs: (nobs), act: (nact).
 *  Return 1, 0 at the end of the text, -1 for a malformed line. */
int sg_contract_golden(const char** text, float* obs, int nobs, float* act, int nact);

#endif /* SG_POLICY_CONTRACT_H_ */
