// Loading a policy, and one step of it.
//
//   obs ─ clip, scale, shift ─> x ─ W0, b0, ReLU ─> ... ─ WL, bL ─> mean ─ tanh, scale, shift, limit ─> act
//
// A layer adds one input at a time to all outputs, y[j] += x[i] w[i][j]: every output's sum runs in
// index order, and the inner loop vectorises without reordering anything.

#include "policy/strict_float.h"
// the pragma above must come first

#include "policy/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/container.h"
#include "policy/contract.h"
#include "policy/tanh.h"

enum {
  MAX_LAYER = 8
};

// a linear layer; weights are copied out of the file
typedef struct Layer {
  int nin, nout;
  float* weight;  // (nin, nout)
  float* bias;    // (nout)
} Layer;

struct SgPolicy {
  SgContainer container;  // header strings only; the payload pointer is not used after loading
  SgContract contract;
  int nlayer, width;  // width: the widest layer
  Layer layers[MAX_LAYER];
  float* weights;  // owns all weights and biases
};


//-------------------------------- network -------------------------------------------------------

// little-endian bytes as a float, whatever this machine's order
static float float_at(const unsigned char* b) {
  uint32_t bits = (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
  float x;
  memcpy(&x, &bits, sizeof(x));
  return x;
}


// copy a tensor's numbers; 0 when one is not finite
static int copy_tensor(float* to, const SgContainer* c, const SgTensor* tensor) {
  uint64_t count = (tensor->end - tensor->begin) / 4;
  for (uint64_t i = 0; i < count; i++) {
    to[i] = float_at(c->payload + tensor->begin + 4 * i);
    if (!(to[i] - to[i] == 0.0f)) {
      return 0;
    }
  }
  return 1;
}


// weight and bias of a layer by name, with matching shapes; NULL when they are not there
static int layer_tensors(const SgContainer* c, const char* stem, const SgTensor** weight,
                         const SgTensor** bias) {
  char name[64];
  snprintf(name, sizeof(name), "%s.weight", stem);
  *weight = sg_container_tensor(c, name);
  snprintf(name, sizeof(name), "%s.bias", stem);
  *bias = sg_container_tensor(c, name);
  return *weight && *bias && (*weight)->ndim == 2 && (*bias)->ndim == 1 &&
         (*weight)->shape[1] == (*bias)->shape[0];
}


// log sigma's layer lets training go on from a policy; a step does not use it
static int check_log_std(const SgPolicy* p, float* room) {
  const SgTensor *weight, *bias;
  if (!layer_tensors(&p->container, "log_std", &weight, &bias)) {
    return 0;
  }
  const Layer* last = &p->layers[p->nlayer - 1];
  return weight->shape[0] == (uint64_t)last->nin && bias->shape[0] == (uint64_t)last->nout &&
         copy_tensor(room, &p->container, weight) && copy_tensor(room, &p->container, bias);
}


// actor.0, actor.1, ... as far as they go: shapes must chain from nobs to nact
static int read_layers(SgPolicy* p, char* error, size_t error_size) {
  const SgContainer* c = &p->container;
  const SgTensor *weight, *bias;
  char stem[32];
  uint64_t nin = (uint64_t)p->contract.nobs;
  float* at = p->weights = malloc((size_t)c->payload_size + 4);
  if (!at) {
    return sg_container_fail(error, error_size, "out of memory");
  }

  p->width = p->contract.nobs;
  for (; p->nlayer < MAX_LAYER; p->nlayer++) {
    snprintf(stem, sizeof(stem), "actor.%d", p->nlayer);
    if (!layer_tensors(c, stem, &weight, &bias)) {
      break;
    }
    Layer layer = {(int)weight->shape[0], (int)weight->shape[1], at, NULL};
    layer.bias = at + (size_t)(weight->shape[0] * weight->shape[1]);
    at = layer.bias + layer.nout;
    if (weight->shape[0] != nin || !copy_tensor(layer.weight, c, weight) ||
        !copy_tensor(layer.bias, c, bias)) {
      return sg_container_fail(
          error, error_size,
          "layer %s does not follow the one before it, or holds a number that is "
          "not finite",
          stem);
    }
    nin = (uint64_t)layer.nout;
    p->layers[p->nlayer] = layer;
    p->width = layer.nout > p->width ? layer.nout : p->width;
  }

  // every tensor has its use, and the last layer gives the actions
  int extra = sg_container_tensor(c, "log_std.weight") != NULL;
  if (p->nlayer == 0 || nin != (uint64_t)p->contract.nact ||
      c->ntensor != 2 * (p->nlayer + extra) || (extra && !check_log_std(p, at))) {
    return sg_container_fail(
        error, error_size,
        "the network does not lead from %d observations to %d actions, or a tensor "
        "has no use",
        p->contract.nobs, p->contract.nact);
  }
  return 1;
}


//-------------------------------- loading -------------------------------------------------------

static int check_digest(const SgPolicy* p, char* error, size_t error_size) {
  const char* given = sg_container_meta(&p->container, "softgait.digest");
  char computed[65];
  sg_container_digest(&p->container, computed);
  if (!given || strcmp(given, computed) != 0) {
    return sg_container_fail(
        error, error_size,
        "the digest does not match the contents: the file was changed or damaged");
  }
  return 1;
}


// the file's own examples must come out byte for byte
static int check_golden(const SgPolicy* p, char* error, size_t error_size) {
  const char* text = sg_container_meta(&p->container, "softgait.golden");
  int nobs = p->contract.nobs, nact = p->contract.nact, got = 0, npair = 0, fine = 0;
  float* obs = malloc(sizeof(float) * (size_t)(nobs + 2 * nact) + sg_policy_scratch(p));
  float *wanted = obs + nobs, *act = wanted + nact, *scratch = act + nact;
  if (!obs) {
    return sg_container_fail(error, error_size, "out of memory");
  }
  for (fine = 1; fine && (got = sg_contract_golden(&text, obs, nobs, wanted, nact)) != 0; npair++) {
    fine = got == 1 && sg_policy_step(p, obs, act, scratch) == SG_POLICY_OK &&
           memcmp(act, wanted, sizeof(float) * (size_t)nact) == 0;
  }
  free(obs);
  if (!fine || npair == 0) {
    return sg_container_fail(
        error, error_size,
        "golden vector %d does not come out: this build of the runtime computes "
        "otherwise, or the file is wrong",
        npair);
  }
  return 1;
}


SgPolicy* sg_policy_load_unproved(const void* bytes, size_t size, char* error, size_t error_size) {
  SgPolicy* p = calloc(1, sizeof(SgPolicy));
  if (!p) {
    sg_container_fail(error, error_size, "out of memory");
    return NULL;
  }

  // structure, then integrity, then meaning
  if (!sg_container_parse(&p->container, bytes, size, error, error_size) ||
      !check_digest(p, error, error_size) ||
      !sg_contract_read(&p->contract, &p->container, error, error_size) ||
      !read_layers(p, error, error_size)) {
    sg_policy_free(p);
    return NULL;
  }
  p->container.payload = NULL;
  return p;
}


SgPolicy* sg_policy_load(const void* bytes, size_t size, char* error, size_t error_size) {
  SgPolicy* p = sg_policy_load_unproved(bytes, size, error, error_size);

  // and behaviour
  if (p && !check_golden(p, error, error_size)) {
    sg_policy_free(p);
    return NULL;
  }
  return p;
}


void sg_policy_free(SgPolicy* p) {
  if (p) {
    sg_container_free(&p->container);
    sg_contract_free(&p->contract);
    free(p->weights);
    free(p);
  }
}


//-------------------------------- looking inside ------------------------------------------------

int sg_policy_nobs(const SgPolicy* p) {
  return p->contract.nobs;
}


int sg_policy_nact(const SgPolicy* p) {
  return p->contract.nact;
}


const char* sg_policy_meta(const SgPolicy* p, const char* key) {
  return sg_container_meta(&p->container, key);
}


int sg_policy_meta_at(const SgPolicy* p, int i, const char** key, const char** value) {
  if (i < 0 || i >= p->container.nmeta) {
    return 0;
  }
  *key = p->container.metas[i].key;
  *value = p->container.metas[i].value;
  return 1;
}


size_t sg_policy_scratch(const SgPolicy* p) {
  return sizeof(float) * 2 * (size_t)p->width;
}


//-------------------------------- one step ------------------------------------------------------

// y (nout) = b + x W, then ReLU unless it is the last layer
static void apply_layer(float* restrict y, const float* restrict x, const Layer* layer, int last) {
  int nin = layer->nin, nout = layer->nout;
  memcpy(y, layer->bias, sizeof(float) * (size_t)nout);

  for (int i = 0; i < nin; i++) {
    const float* restrict w = layer->weight + (size_t)i * (size_t)nout;  // (nout)
    float xi = x[i];
    for (int j = 0; j < nout; j++) {
      y[j] += xi * w[j];
    }
  }
  for (int j = 0; !last && j < nout; j++) {
    y[j] = y[j] < 0.0f ? 0.0f : y[j];
  }
}


static float clip(float x, float low, float high) {
  return x < low ? low : x > high ? high : x;
}


// the declared safe action
static SgPolicyStatus be_safe(const SgPolicy* p, float* act) {
  for (int j = 0; j < p->contract.nact; j++) {
    act[j] = p->contract.outputs[j].safe;
  }
  return SG_POLICY_NOT_FINITE;
}


SgPolicyStatus sg_policy_step(const SgPolicy* p, const float* obs, float* act, void* scratch) {
  float *x = scratch, *y = x + p->width;

  // prepare the observation
  for (int i = 0; i < p->contract.nobs; i++) {
    const SgInput* in = &p->contract.inputs[i];
    if (!(obs[i] - obs[i] == 0.0f)) {
      return be_safe(p, act);
    }
    x[i] = clip(obs[i], in->low, in->high) * in->scale + in->offset;
  }

  // through the layers, back and forth between the two rows of scratch
  for (int l = 0; l < p->nlayer; l++) {
    apply_layer(y, x, &p->layers[l], l + 1 == p->nlayer);
    float* swap = x;
    x = y;
    y = swap;
  }

  // squash into the environment's units; an overflow on the way shows as NaN
  for (int j = 0; j < p->contract.nact; j++) {
    const SgOutput* out = &p->contract.outputs[j];
    float a = sg_policy_tanh(x[j]);
    if (!(a - a == 0.0f)) {
      return be_safe(p, act);
    }
    act[j] = clip(a * out->scale + out->offset, out->low, out->high);
  }
  return SG_POLICY_OK;
}
