// A policy as an ONNX model: plain operators of opset 13, so that any ONNX runtime of the last
// years takes it. Everything of the contract that computes is inside; its texts are in the model's
// metadata.
//
//   obs ─ Max Min ─ Mul Add ─ Gemm ─ Relu ─ ... ─ Gemm ─ mean ─ Tanh ─ Mul Add ─ Max Min ─┐
//    │                                                   │                                Where ─ action
//    └─ Abs ───────────────────────────── Concat ────────┘             safe action ───────┘ │
//                                            └─ LessOrEqual ─ Cast ─ ReduceMin ─ Cast ──────┘
//
// The lower row is the check for numbers that are not finite: a row with one gets the declared safe
// action, as from the runtime. A mean may overflow to infinity, which tanh turns into 1, but not be
// NaN.

#include <float.h>
#include <math.h>
#include <onnx.pb-c.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "policy/inside.h"
#include "train/export.h"

enum {
  IR = 7,  // as of ONNX 1.8; any later reader takes it
  OPSET = 13,
  MAX_NODE = 2 * SG_POLICY_MAX_LAYER + 24,
  MAX_TENSOR = 2 * SG_POLICY_MAX_LAYER + 16,
  MAX_IN = 3,
  NAME = 24
};

// an operator with the room that its message points into
typedef struct Node {
  Onnx__NodeProto proto;
  char *inputs[MAX_IN], *outputs[1], output[NAME];
  Onnx__AttributeProto attribute, *attributes[1];
  int64_t axis;
} Node;

// a constant
typedef struct Tensor {
  Onnx__TensorProto proto;
  char name[NAME];
  int64_t dims[2];
} Tensor;

// a model under construction; messages point into it, so it stays where it is
typedef struct Graph {
  const SgPolicy* policy;
  int nnode, ntensor;
  Node nodes[MAX_NODE];
  Onnx__NodeProto* node_list[MAX_NODE];
  Tensor tensors[MAX_TENSOR];
  Onnx__TensorProto* tensor_list[MAX_TENSOR];
  bool failed;  // out of memory
} Graph;


//-------------------------------- constants and operators ---------------------------------------

// a constant of rows x columns, to be filled; ndim 1: a vector of columns. Returns its name
static char* add_tensor(Graph* g, const char* name, int ndim, int rows, int columns,
                        float** values) {
  Tensor* t = &g->tensors[g->ntensor];
  size_t size = sizeof(float) * (size_t)rows * (size_t)columns;
  onnx__tensor_proto__init(&t->proto);
  snprintf(t->name, sizeof(t->name), "%s", name);
  t->dims[0] = ndim == 2 ? rows : columns;
  t->dims[1] = columns;
  t->proto.name = t->name;
  t->proto.n_dims = (size_t)ndim;
  t->proto.dims = t->dims;
  t->proto.has_data_type = 1;
  t->proto.data_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
  t->proto.has_raw_data = 1;  // little-endian, as x86-64 is
  *values = malloc(size);
  t->proto.raw_data.data = (uint8_t*)*values;
  t->proto.raw_data.len = *values ? size : 0;
  g->failed = g->failed || !*values;
  g->tensor_list[g->ntensor++] = &t->proto;
  return t->name;
}


// an operator; inputs end with the first NULL. Returns its output's name
static char* add_node(Graph* g, const char* op, const char* output, char* a, char* b, char* c) {
  Node* n = &g->nodes[g->nnode];
  onnx__node_proto__init(&n->proto);
  snprintf(n->output, sizeof(n->output), "%s", output);
  n->inputs[0] = a;
  n->inputs[1] = b;
  n->inputs[2] = c;
  n->outputs[0] = n->output;
  n->proto.op_type = (char*)op;
  n->proto.name = n->output;
  n->proto.n_input = c ? 3 : b ? 2 : 1;
  n->proto.input = n->inputs;
  n->proto.n_output = 1;
  n->proto.output = n->outputs;
  g->node_list[g->nnode++] = &n->proto;
  return n->output;
}


// a whole number for the newest operator: one, or a list of one
static void set_attribute(Graph* g, const char* name, int64_t value, bool list) {
  Node* n = &g->nodes[g->nnode - 1];
  onnx__attribute_proto__init(&n->attribute);
  n->axis = value;
  n->attribute.name = (char*)name;
  n->attribute.has_type = 1;
  n->attribute.type = list ? ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INTS
                           : ONNX__ATTRIBUTE_PROTO__ATTRIBUTE_TYPE__INT;
  n->attribute.has_i = !list;
  n->attribute.i = list ? 0 : value;
  n->attribute.n_ints = list;
  n->attribute.ints = list ? &n->axis : NULL;
  n->attributes[0] = &n->attribute;
  n->proto.n_attribute = 1;
  n->proto.attribute = n->attributes;
}


// an operator with a constant row: of each struct in `from`, the float at `offset`
static char* add_row(Graph* g, const char* op, const char* output, char* input,
                     const char* constant, const void* from, size_t stride, size_t offset, int n) {
  float* values;
  char* name = add_tensor(g, constant, 2, 1, n, &values);
  for (int i = 0; values && i < n; i++) {
    memcpy(&values[i], (const char*)from + stride * (size_t)i + offset, sizeof(float));
  }
  return add_node(g, op, output, input, name, NULL);
}


//-------------------------------- the policy ----------------------------------------------------

static char* add_inputs(Graph* g) {
  const SgContract* c = &g->policy->contract;
  size_t stride = sizeof(SgInput);
  char* x = add_row(g, "Max", "obs_above", "obs", "obs_low", c->inputs, stride,
                    offsetof(SgInput, low), c->nobs);
  x = add_row(g, "Min", "obs_inside", x, "obs_high", c->inputs, stride, offsetof(SgInput, high),
              c->nobs);
  x = add_row(g, "Mul", "obs_scaled", x, "obs_scale", c->inputs, stride, offsetof(SgInput, scale),
              c->nobs);
  return add_row(g, "Add", "obs_prepared", x, "obs_offset", c->inputs, stride,
                 offsetof(SgInput, offset), c->nobs);
}


// a layer's weights without the padding of their rows
static char* add_layer(Graph* g, int l, char* x) {
  const SgLayer* layer = &g->policy->layers[l];
  size_t nout = (size_t)layer->nout;
  char name[NAME];
  float *weight, *bias;
  snprintf(name, sizeof(name), "actor.%d.weight", l);
  char* w = add_tensor(g, name, 2, layer->nin, layer->nout, &weight);
  snprintf(name, sizeof(name), "actor.%d.bias", l);
  char* b = add_tensor(g, name, 1, 1, layer->nout, &bias);
  if (g->failed) {
    return x;
  }
  for (size_t i = 0; i < (size_t)layer->nin; i++) {
    memcpy(weight + i * nout, layer->weight + i * (size_t)layer->noutpad, sizeof(float) * nout);
  }
  memcpy(bias, layer->bias, sizeof(float) * nout);

  bool last = l + 1 == g->policy->nlayer;
  snprintf(name, sizeof(name), last ? "mean" : "sum.%d", l);
  x = add_node(g, "Gemm", name, x, w, b);
  snprintf(name, sizeof(name), "hidden.%d", l);
  return last ? x : add_node(g, "Relu", name, x, NULL, NULL);
}


static char* add_outputs(Graph* g, char* mean) {
  const SgContract* c = &g->policy->contract;
  size_t stride = sizeof(SgOutput);
  char* y = add_node(g, "Tanh", "squashed", mean, NULL, NULL);
  y = add_row(g, "Mul", "act_scaled", y, "act_scale", c->outputs, stride, offsetof(SgOutput, scale),
              c->nact);
  y = add_row(g, "Add", "act_shifted", y, "act_offset", c->outputs, stride,
              offsetof(SgOutput, offset), c->nact);
  y = add_row(g, "Max", "act_above", y, "act_low", c->outputs, stride, offsetof(SgOutput, low),
              c->nact);
  return add_row(g, "Min", "act_inside", y, "act_high", c->outputs, stride,
                 offsetof(SgOutput, high), c->nact);
}


// the action, or the safe one for a row in which something is not finite
static void add_check(Graph* g, char* mean, char* act) {
  const SgContract* c = &g->policy->contract;
  int n = c->nobs + c->nact;
  float *most, *safe;
  char* size = add_node(g, "Abs", "obs_size", "obs", NULL, NULL);
  char* both = add_node(g, "Concat", "checked", size, mean, NULL);
  set_attribute(g, "axis", 1, false);
  char* limit = add_tensor(g, "finite", 2, 1, n, &most);
  char* fine = add_node(g, "LessOrEqual", "number_is_fine", both, limit, NULL);
  fine = add_node(g, "Cast", "number_is_fine_f", fine, NULL, NULL);
  set_attribute(g, "to", ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT, false);
  fine = add_node(g, "ReduceMin", "row_is_fine_f", fine, NULL, NULL);
  set_attribute(g, "axes", 1, true);
  fine = add_node(g, "Cast", "row_is_fine", fine, NULL, NULL);
  set_attribute(g, "to", ONNX__TENSOR_PROTO__DATA_TYPE__BOOL, false);
  char* instead = add_tensor(g, "safe_action", 2, 1, c->nact, &safe);
  add_node(g, "Where", "action", fine, act, instead);
  for (int i = 0; most && i < n; i++) {
    most[i] = i < c->nobs ? FLT_MAX : INFINITY;
  }
  for (int j = 0; safe && j < c->nact; j++) {
    safe[j] = c->outputs[j].safe;
  }
}


static void add_policy(Graph* g) {
  char* x = add_inputs(g);
  for (int l = 0; l < g->policy->nlayer; l++) {
    x = add_layer(g, l, x);
  }
  add_check(g, x, add_outputs(g, x));
}


//-------------------------------- the model -----------------------------------------------------

// float (n, columns), n free
typedef struct Port {
  Onnx__ValueInfoProto proto, *list[1];
  Onnx__TypeProto type;
  Onnx__TypeProto__Tensor tensor;
  Onnx__TensorShapeProto shape;
  Onnx__TensorShapeProto__Dimension dims[2], *dim_list[2];
} Port;


static void make_port(Port* p, char* name, int columns) {
  onnx__value_info_proto__init(&p->proto);
  onnx__type_proto__init(&p->type);
  onnx__type_proto__tensor__init(&p->tensor);
  onnx__tensor_shape_proto__init(&p->shape);
  for (int i = 0; i < 2; i++) {
    onnx__tensor_shape_proto__dimension__init(&p->dims[i]);
    p->dim_list[i] = &p->dims[i];
  }
  p->dims[0].value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_PARAM;
  p->dims[0].dim_param = "n";
  p->dims[1].value_case = ONNX__TENSOR_SHAPE_PROTO__DIMENSION__VALUE_DIM_VALUE;
  p->dims[1].dim_value = columns;
  p->shape.n_dim = 2;
  p->shape.dim = p->dim_list;
  p->tensor.has_elem_type = 1;
  p->tensor.elem_type = ONNX__TENSOR_PROTO__DATA_TYPE__FLOAT;
  p->tensor.shape = &p->shape;
  p->type.value_case = ONNX__TYPE_PROTO__VALUE_TENSOR_TYPE;
  p->type.tensor_type = &p->tensor;
  p->proto.name = name;
  p->proto.type = &p->type;
  p->list[0] = &p->proto;
}


// every entry of the contract, and the digest of the file
static void make_metadata(const SgExport* job, Onnx__ModelProto* model,
                          Onnx__StringStringEntryProto* entries,
                          Onnx__StringStringEntryProto** list) {
  const char *key, *value;
  int n = 0;
  for (; sg_policy_meta_at(job->player->policy, n, &key, &value); n++) {
    onnx__string_string_entry_proto__init(&entries[n]);
    entries[n].key = (char*)key;
    entries[n].value = (char*)value;
    list[n] = &entries[n];
  }
  onnx__string_string_entry_proto__init(&entries[n]);
  entries[n].key = "softgait.policy_sha256";
  entries[n].value = (char*)job->player->policy_sha256;
  list[n] = &entries[n];
  model->metadata_props = list;
  model->n_metadata_props = (size_t)n + 1;
}


// the model's bytes to a file
static SgStatus write_model(const SgExport* job, const Onnx__ModelProto* model, SgError* error) {
  size_t size = onnx__model_proto__get_packed_size(model);
  uint8_t* bytes = malloc(size);
  if (!bytes) {
    return sg_fail(error, SG_MACHINE, "%s: out of memory for %zu bytes", job->out, size);
  }
  onnx__model_proto__pack(model, bytes);
  SgStatus status = sg_file_write(job->out, bytes, size, error);
  free(bytes);
  return status;
}


// graph and contract as one message
static SgStatus write_graph(const SgExport* job, Graph* g, SgError* error) {
  Onnx__ModelProto model = ONNX__MODEL_PROTO__INIT;
  Onnx__GraphProto graph = ONNX__GRAPH_PROTO__INIT;
  Onnx__OperatorSetIdProto opset = ONNX__OPERATOR_SET_ID_PROTO__INIT, *opsets[1] = {&opset};
  Onnx__StringStringEntryProto entries[SG_CONTAINER_MAX_META + 1],
      *entry_list[SG_CONTAINER_MAX_META + 1];
  Port obs, action;
  make_port(&obs, "obs", g->policy->contract.nobs);
  make_port(&action, "action", g->policy->contract.nact);
  graph.name = (char*)job->name;
  graph.n_node = (size_t)g->nnode;
  graph.node = g->node_list;
  graph.n_initializer = (size_t)g->ntensor;
  graph.initializer = g->tensor_list;
  graph.n_input = graph.n_output = 1;
  graph.input = obs.list;
  graph.output = action.list;

  opset.domain = "";
  opset.has_version = 1;
  opset.version = OPSET;
  model.has_ir_version = 1;
  model.ir_version = IR;
  model.n_opset_import = 1;
  model.opset_import = opsets;
  model.producer_name = "softgait";
  model.producer_version = SG_VERSION;
  model.graph = &graph;
  make_metadata(job, &model, entries, entry_list);
  return write_model(job, &model, error);
}


SgStatus sg_export_onnx(const SgExport* job, SgError* error) {
  Graph* g = calloc(1, sizeof(Graph));
  if (!g) {
    return sg_fail(error, SG_MACHINE, "%s: out of memory", job->out);
  }
  g->policy = job->player->policy;
  add_policy(g);
  SgStatus status = g->failed ? sg_fail(error, SG_MACHINE, "%s: out of memory", job->out)
                              : write_graph(job, g, error);
  for (int i = 0; i < g->ntensor; i++) {
    free(g->tensors[i].proto.raw_data.data);
  }
  free(g);
  return status;
}
