/* The contract: what a policy expects and gives, as lines of `key=value` words in the metadata.
 *
 *   softgait.format       1
 *   softgait.task         hopper
 *   softgait.observation  term=qpos size=5 unit=si scale=1 offset=0 clip=-inf,inf history=1
 *                           elements=qpos:rootz,qpos:rooty,...            one line per term, in order
 *   softgait.action       actuator=thigh_joint mode=control scale=1 offset=0 low=-1 high=1
 *                                                                         one line per action, in order
 *   softgait.normaliser   none, or  mean=0.1,... std=2.5,... clip=10      a number per element
 *   softgait.command      none, or  command=vx unit=m/s low=-1 high=1 start=0
 *                                                                         one line per command
 *   softgait.timing       period=0.008 timestep=0.002 [jitter=0.25]       seconds; share of the period
 *   softgait.safe_action  values=0,0,0                                    in the environment's units
 *   softgait.golden       obs=0x1p-1,... act=0x1.8p-2,...                 one line per pair, at most 64
 *   softgait.training     preset=sac step=100000 updates=99000 seed=0     may be missing
 *   softgait.mujoco       version=3.17.0
 *   softgait.model        sha256=...
 *   softgait.digest       64 hex digits, see container.h
 *
 * Nothing else: an unknown entry or word is refused, because it might be what matters.
 *
 * The row that the network sees goes term by term. A term with a history of H stands there H times,
 * oldest first:   | qpos (t-2) | qpos (t-1) | qpos (t) | qvel (t) |     for history=3 and history=1
 * After a reset the first observation fills the history. Elements are unique names; one called
 * command:NAME takes its number from the command inputs, the others from the host's sensors.
 * A command's limits are folded into the clip of its numbers.
 *
 * A number of the observation is clipped, then scaled, then shifted:  x = clip(obs) * scale + offset.
 * The normaliser comes behind that:  x = clip((x - mean) / std).  It is folded, once and in double,
 * into the term's scale, offset and clip. An action is  tanh(mean) * scale + offset,  then held
 * within [low, high]. Golden numbers are in hexadecimal and exact; others have at most 9 digits,
 * which is what a float needs.
 */

#ifndef SG_POLICY_CONTRACT_H_
#define SG_POLICY_CONTRACT_H_

#include "policy/container.h"

/** How one number of the row is prepared. */
typedef struct SgInput {
  float scale, offset, low, high;
} SgInput;

/** How one action is made, and what is sent when the policy cannot answer. */
typedef struct SgOutput {
  float scale, offset, low, high, safe;
} SgOutput;

/** A term: size elements, history times in the row. */
typedef struct SgTerm {
  int size, history;
  int element; /**< its first element */
  int row;     /**< its first number in the row */
} SgTerm;

/** A command input: held within [low, high] by its clip; start when the host gives none. */
typedef struct SgCommand {
  float low, high, start;
} SgCommand;

/** A contract. Everything a step needs; names are copies that end with a zero byte. */
typedef struct SgContract {
  int nobs, nact;     /**< numbers of the row, actions */
  SgInput* inputs;    /**< (nobs), normaliser included */
  SgOutput* outputs;  /**< (nact) */
  const char** names; /**< (nact) actuators */

  int nterm, nelement;
  SgTerm* terms;         /**< (nterm) */
  const char** elements; /**< (nelement) all terms' elements, in order */
  int* source;           /**< (nelement) place among the channels; of a command: -1 - its place */

  int nchannel; /**< elements that the host supplies */
  const char** channels;
  int ncommand;
  SgCommand* commands;        /**< (ncommand) */
  const char** command_names; /**< (ncommand) */

  double period, timestep, jitter;
  char* text; /**< owns the names */
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
