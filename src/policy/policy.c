// Loading a policy: structure, then integrity, then meaning, then behaviour. Nothing is computed
// from a file that has not passed all four.
//
//   bytes ─ container ─> digest ─ contract ─> layers ─ golden vectors ─> a policy

#include "policy/strict_float.h"
// the pragma above must come first

#include "policy/policy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/inside.h"

enum {
  MAX_WIDTH = 1 << 16,
  ALIGN = 64
};


//-------------------------------- network -------------------------------------------------------

// little-endian bytes as a float, whatever this machine's order
static float float_at(const unsigned char* b) {
  uint32_t bits = (uint32_t)b[3] << 24 | (uint32_t)b[2] << 16 | (uint32_t)b[1] << 8 | b[0];
  float x;
  memcpy(&x, &bits, sizeof(x));
  return x;
}


// copy a tensor's numbers into rows of `stride`, in their order; 0 when one is not finite
static int copy_tensor(float* to, const SgContainer* c, const SgTensor* tensor, size_t stride) {
  uint64_t rows = tensor->ndim == 2 ? tensor->shape[0] : 1;
  uint64_t columns = tensor->ndim == 2 ? tensor->shape[1] : tensor->shape[0];
  const unsigned char* from = c->payload + tensor->begin;
  for (uint64_t i = 0; i < rows; i++) {
    for (uint64_t j = 0; j < columns; j++, from += 4) {
      float x = float_at(from);
      to[i * stride + j] = x;
      if (!(x - x == 0.0f)) {
        return 0;
      }
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
         (*weight)->shape[0] <= MAX_WIDTH && (*weight)->shape[1] <= MAX_WIDTH &&
         (*weight)->shape[1] == (*bias)->shape[0];
}


// floats that a layer takes, padding included
static size_t layer_room(const SgTensor* weight) {
  return ((size_t)weight->shape[0] + 1) * sg_linear_pad((size_t)weight->shape[1]);
}


// actor.i, which must follow a row of nin numbers
static int read_layer(SgPolicy* p, int i, float** at, char* error, size_t error_size) {
  const SgContainer* c = &p->container;
  const SgTensor *weight, *bias;
  char stem[32];
  snprintf(stem, sizeof(stem), "actor.%d", i);
  layer_tensors(c, stem, &weight, &bias);

  int nin = i == 0 ? p->contract.nobs : p->layers[i - 1].nout;
  SgLayer layer = {(int)weight->shape[0], (int)weight->shape[1], 0, *at, NULL};
  layer.noutpad = (int)sg_linear_pad((size_t)layer.nout);
  layer.bias = *at + (size_t)layer.nin * (size_t)layer.noutpad;
  *at += layer_room(weight);
  if (layer.nin != nin || !copy_tensor(layer.weight, c, weight, (size_t)layer.noutpad) ||
      !copy_tensor(layer.bias, c, bias, 0)) {
    return sg_container_fail(error, error_size,
                             "layer %s takes %d numbers where %d come in, or holds one that is not "
                             "finite",
                             stem, layer.nin, nin);
  }
  p->layers[i] = layer;
  p->width = layer.noutpad > p->width ? layer.noutpad : p->width;
  return 1;
}


// log sigma's layer lets training go on from a policy; a step does not use it
static int check_log_std(const SgPolicy* p, float* room) {
  const SgTensor *weight, *bias;
  if (!layer_tensors(&p->container, "log_std", &weight, &bias)) {
    return 0;
  }
  const SgLayer* last = &p->layers[p->nlayer - 1];
  return weight->shape[0] == (uint64_t)last->nin && bias->shape[0] == (uint64_t)last->nout &&
         copy_tensor(room, &p->container, weight, (size_t)weight->shape[1]) &&
         copy_tensor(room, &p->container, bias, 0);
}


// memory for all layers, zeroed for the padding, at a multiple of ALIGN
static float* reserve(SgPolicy* p) {
  const SgTensor *weight, *bias;
  char stem[32];
  size_t room = (size_t)p->container.payload_size / 4;  // for log_std, which is read and dropped
  for (p->nlayer = 0; p->nlayer < SG_POLICY_MAX_LAYER; p->nlayer++) {
    snprintf(stem, sizeof(stem), "actor.%d", p->nlayer);
    if (!layer_tensors(&p->container, stem, &weight, &bias)) {
      break;
    }
    room += layer_room(weight);
  }
  p->weights = calloc(room * sizeof(float) + ALIGN, 1);
  size_t shift = (ALIGN - (uintptr_t)p->weights % ALIGN) % ALIGN;
  return p->weights ? (float*)((char*)p->weights + shift) : NULL;
}


// actor.0, actor.1, ... as far as they go: shapes must chain from nobs to nact
static int read_layers(SgPolicy* p, char* error, size_t error_size) {
  float* at = reserve(p);
  if (!at) {
    return sg_container_fail(error, error_size, "out of memory");
  }
  p->linear = sg_linear_best();
  p->width = (int)sg_linear_pad((size_t)p->contract.nobs);
  for (int i = 0; i < p->nlayer; i++) {
    if (!read_layer(p, i, &at, error, error_size)) {
      return 0;
    }
  }

  // every tensor has its use, and the last layer gives the actions
  int extra = sg_container_tensor(&p->container, "log_std.weight") != NULL;
  if (p->nlayer == 0 || p->layers[p->nlayer - 1].nout != p->contract.nact ||
      p->container.ntensor != 2 * (p->nlayer + extra) || (extra && !check_log_std(p, at))) {
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
  if (!obs) {
    return sg_container_fail(error, error_size, "out of memory");
  }
  float *wanted = obs + nobs, *act = wanted + nact, *scratch = act + nact;
  for (fine = 1; fine && (got = sg_contract_golden(&text, obs, nobs, wanted, nact)) != 0; npair++) {
    fine = got == 1 && sg_policy_step(p, obs, act, scratch) == SG_POLICY_OK &&
           memcmp(act, wanted, sizeof(float) * (size_t)nact) == 0;
  }
  free(obs);
  if (npair == 0) {
    return sg_container_fail(error, error_size, "softgait.golden is empty");
  }
  if (!fine) {
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


int sg_policy_nchannel(const SgPolicy* p) {
  return p->contract.nchannel;
}


int sg_policy_ncommand(const SgPolicy* p) {
  return p->contract.ncommand;
}


const char* sg_policy_channel(const SgPolicy* p, int i) {
  return i >= 0 && i < p->contract.nchannel ? p->contract.channels[i] : NULL;
}


const char* sg_policy_actuator(const SgPolicy* p, int i) {
  return i >= 0 && i < p->contract.nact ? p->contract.names[i] : NULL;
}


const char* sg_policy_command(const SgPolicy* p, int i) {
  return i >= 0 && i < p->contract.ncommand ? p->contract.command_names[i] : NULL;
}


double sg_policy_period(const SgPolicy* p) {
  return p->contract.period;
}


double sg_policy_timestep(const SgPolicy* p) {
  return p->contract.timestep;
}
