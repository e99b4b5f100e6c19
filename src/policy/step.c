// One step of a policy, and the memory between steps.
//
//   obs ─ clip, scale, shift ─> x ─ W0, b0, ReLU ─> ... ─ WL, bL ─> mean ─ tanh, scale, shift, limit ─> act
//
// A state is one block of the caller's memory without pointers into itself, so it may be copied:
//
//   | policy, time, flags | row (nobs): the stacked observation | scratch (2, width) |

#include "policy/strict_float.h"
// the pragma above must come first

#include <string.h>

#include "policy/inside.h"
#include "policy/tanh.h"

struct SgPolicyState {
  const SgPolicy* policy;
  double time;   // of the last step_at
  int has_time;  // whether there was one since the reset
  int fresh;     // the next observation fills the history
};


//-------------------------------- from a row to an action ---------------------------------------

static int is_finite(float x) {
  return x - x == 0.0f;
}


static float clip(float x, float low, float high) {
  return x < low ? low : x > high ? high : x;
}


// the declared safe action
static SgPolicyStatus be_safe(const SgPolicy* p, float* act, SgPolicyStatus why) {
  for (int j = 0; j < p->contract.nact; j++) {
    act[j] = p->contract.outputs[j].safe;
  }
  return why;
}


static void relu(float* y, int n) {
  for (int j = 0; j < n; j++) {
    y[j] = y[j] < 0.0f ? 0.0f : y[j];
  }
}


size_t sg_policy_scratch(const SgPolicy* p) {
  return sizeof(float) * 2 * (size_t)p->width;
}


SgPolicyStatus sg_policy_step(const SgPolicy* p, const float* obs, float* act, void* scratch) {
  float *x = scratch, *y = x + p->width;

  // prepare the observation
  for (int i = 0; i < p->contract.nobs; i++) {
    const SgInput* in = &p->contract.inputs[i];
    if (!is_finite(obs[i])) {
      return be_safe(p, act, SG_POLICY_NOT_FINITE);
    }
    x[i] = clip(obs[i], in->low, in->high) * in->scale + in->offset;
  }

  // through the layers, back and forth between the two rows of scratch
  for (int l = 0; l < p->nlayer; l++) {
    const SgLayer* layer = &p->layers[l];
    p->linear(y, x, layer->weight, layer->bias, layer->nin, layer->noutpad);
    if (l + 1 < p->nlayer) {
      relu(y, layer->nout);
    }
    float* swap = x;
    x = y;
    y = swap;
  }

  // squash into the environment's units; an overflow on the way shows as NaN
  for (int j = 0; j < p->contract.nact; j++) {
    const SgOutput* out = &p->contract.outputs[j];
    float a = sg_policy_tanh(x[j]);
    if (!is_finite(a)) {
      return be_safe(p, act, SG_POLICY_NOT_FINITE);
    }
    act[j] = clip(a * out->scale + out->offset, out->low, out->high);
  }
  return SG_POLICY_OK;
}


//-------------------------------- the memory between steps --------------------------------------

static float* row_of(SgPolicyState* state) {
  return (float*)(state + 1);
}


size_t sg_policy_state_size(const SgPolicy* p) {
  return sizeof(SgPolicyState) + sizeof(float) * (size_t)p->contract.nobs + sg_policy_scratch(p);
}


SgPolicyState* sg_policy_state_init(const SgPolicy* p, void* memory, size_t size) {
  if (!memory || size < sg_policy_state_size(p) || (uintptr_t)memory % sizeof(double) != 0) {
    return NULL;
  }
  SgPolicyState* state = memory;
  memset(state, 0, sg_policy_state_size(p));
  state->policy = p;
  sg_policy_reset(state);
  return state;
}


void sg_policy_reset(SgPolicyState* state) {
  state->has_time = 0;
  state->fresh = 1;
}


// the number of an element now: from a sensor, or a command
static float element_now(const SgContract* c, int element, const float* now, const float* command) {
  int source = c->source[element];
  if (source >= 0) {
    return now[source];
  }
  return command ? command[-1 - source] : c->commands[-1 - source].start;
}


// whether everything that the host gives is a number
static int all_finite(const SgContract* c, const float* now, const float* command) {
  int fine = 1;
  for (int i = 0; i < c->nchannel; i++) {
    fine &= is_finite(now[i]);
  }
  for (int i = 0; command && i < c->ncommand; i++) {
    fine &= is_finite(command[i]);
  }
  return fine;
}


// move each term's history on by one, the newest at its end
static void remember(SgPolicyState* state, const float* now, const float* command) {
  const SgContract* c = &state->policy->contract;
  for (int t = 0; t < c->nterm; t++) {
    const SgTerm* term = &c->terms[t];
    size_t size = (size_t)term->size, older = size * (size_t)(term->history - 1);
    float* row = row_of(state) + term->row;
    memmove(row, row + size, sizeof(float) * older);
    for (int i = 0; i < term->size; i++) {
      row[older + (size_t)i] = element_now(c, term->element + i, now, command);
    }
    for (int k = 0; state->fresh && k + 1 < term->history; k++) {
      memcpy(row + size * (size_t)k, row + older, sizeof(float) * size);
    }
  }
  state->fresh = 0;
}


static SgPolicyStatus refuse(SgPolicyState* state, float* act, SgPolicyStatus why) {
  state->fresh = 1;
  return be_safe(state->policy, act, why);
}


SgPolicyStatus sg_policy_step_now(SgPolicyState* state, const float* now, const float* command,
                                  float* act) {
  const SgPolicy* p = state->policy;
  if (!all_finite(&p->contract, now, command)) {
    return refuse(state, act, SG_POLICY_NOT_FINITE);
  }
  remember(state, now, command);
  SgPolicyStatus status = sg_policy_step(p, row_of(state), act, row_of(state) + p->contract.nobs);
  return status == SG_POLICY_OK ? status : refuse(state, act, status);
}


SgPolicyStatus sg_policy_step_at(SgPolicyState* state, double time, const float* now,
                                 const float* command, float* act) {
  const SgContract* c = &state->policy->contract;
  double passed = time - state->time;
  if (!(time - time == 0) || (state->has_time && !(passed > 0))) {
    return refuse(state, act, SG_POLICY_STALE);
  }
  int first = !state->has_time;
  state->time = time;
  state->has_time = 1;
  if (!first && !(passed > c->period * (1 - c->jitter) && passed < c->period * (1 + c->jitter))) {
    return refuse(state, act, SG_POLICY_BAD_PERIOD);
  }
  return sg_policy_step_now(state, now, command, act);
}


//-------------------------------- the memory as numbers -----------------------------------------
//
//   | 1: there is a history | rows of the terms that have one |

// numbers of a term's row that the next step still needs
static size_t term_memory(const SgTerm* term) {
  return term->history > 1 ? (size_t)term->size * (size_t)term->history : 0;
}


int sg_policy_memory_size(const SgPolicy* p) {
  size_t n = 1;
  for (int t = 0; t < p->contract.nterm; t++) {
    n += term_memory(&p->contract.terms[t]);
  }
  return (int)n;
}


void sg_policy_memory_get(const SgPolicyState* state, float* memory) {
  const SgContract* c = &state->policy->contract;
  const float* row = (const float*)(state + 1);
  *memory++ = state->fresh ? 0.0f : 1.0f;
  for (int t = 0; t < c->nterm; t++) {
    size_t n = term_memory(&c->terms[t]);
    memcpy(memory, row + c->terms[t].row, sizeof(float) * n);
    memory += n;
  }
}


void sg_policy_memory_set(SgPolicyState* state, const float* memory) {
  const SgContract* c = &state->policy->contract;
  sg_policy_reset(state);
  state->fresh = *memory++ == 0.0f;
  for (int t = 0; t < c->nterm; t++) {
    size_t n = term_memory(&c->terms[t]);
    memcpy(row_of(state) + c->terms[t].row, memory, sizeof(float) * n);
    memory += n;
  }
}


const char* sg_policy_status_text(SgPolicyStatus status) {
  switch (status) {
    case SG_POLICY_OK: return "fine";
    case SG_POLICY_BAD_FILE: return "the bytes are not a policy file, or not a whole one";
    case SG_POLICY_NO_MEMORY: return "out of memory";
    case SG_POLICY_NOT_FINITE: return "an observation, a command or the answer is not finite";
    case SG_POLICY_BAD_PERIOD: return "the step came too early or too late for the control period";
    case SG_POLICY_STALE: return "the time stamp is not newer than the last one";
  }
  return "no status of this runtime";
}
