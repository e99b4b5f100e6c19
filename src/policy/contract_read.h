/* The parts of reading a contract, for contract.c alone. Each returns 1, or 0 with one sentence. */

#ifndef SG_POLICY_CONTRACT_READ_H_
#define SG_POLICY_CONTRACT_READ_H_

#include "policy/contract.h"

/** Where a sentence goes. */
typedef struct SgComplaint {
  char* text;
  size_t size;
} SgComplaint;

/** A copy of the item at this place, behind the names that are already there; *free_text moves on. */
const char* sg_contract_keep_name(char** free_text, const char* at);

/** softgait.command; comes before the observation, which refers to it. */
int sg_contract_commands(SgContract* c, const char* text, char** names, SgComplaint to);

/** softgait.observation: terms, elements, inputs, and which element comes from where. */
int sg_contract_observation(SgContract* c, const char* text, char** names, SgComplaint to);

/** softgait.normaliser, folded into the inputs. */
int sg_contract_normaliser(SgContract* c, const char* text, SgComplaint to);

/** softgait.action, then softgait.safe_action. */
int sg_contract_action(SgContract* c, const char* text, char** names, SgComplaint to);
int sg_contract_safe(SgContract* c, const char* text, SgComplaint to);

#endif /* SG_POLICY_CONTRACT_READ_H_ */
