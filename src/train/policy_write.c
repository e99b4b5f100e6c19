// The policy file: the actor's tensors behind a header that tells the whole contract. The format is
// described in policy/container.h and policy/contract.h; what is written here is read back by the
// runtime before it is returned, golden vectors included.
//
// The golden vectors are answers of the runtime itself, so the file is made twice: once with
// vectors that are all zero to get a runtime to ask, then with its answers.

#include "train/policy_write.h"

#include <jansson.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "policy/container.h"
#include "policy/policy.h"

enum {
  NGOLDEN = 8
};

// text that grows
typedef struct Text {
  char* bytes;
  size_t used, room;
  bool failed;
} Text;


static void add(Text* text, const char* format, ...) __attribute__((format(printf, 2, 3)));


static void add(Text* text, const char* format, ...) {
  va_list args;
  char piece[1024];
  va_start(args, format);
  int length = vsnprintf(piece, sizeof(piece), format, args);
  va_end(args);
  size_t need = text->used + (size_t)length + 1;
  if (length < 0 || length >= (int)sizeof(piece)) {
    text->failed = true;
    return;
  }

  // double the room when it is too small
  if (need > text->room) {
    size_t room = need * 2;
    char* bytes = realloc(text->bytes, room);
    if (!bytes) {
      text->failed = true;
      return;
    }
    text->bytes = bytes;
    text->room = room;
  }
  memcpy(text->bytes + text->used, piece, (size_t)length + 1);
  text->used += (size_t)length;
}


// a number as the nearest float, in as few digits as that float needs
static const char* number(char text[32], double value) {
  float x = (float)value;
  if (isinf(x)) {
    snprintf(text, 32, "%s", x > 0 ? "inf" : "-inf");
    return text;
  }
  for (int digits = 6; digits <= 9; digits++) {
    double back;
    snprintf(text, 32, "%.*g", digits, (double)x);
    if (sg_text_double(text, &back) && (float)back == x) {
      break;
    }
  }
  return text;
}


//-------------------------------- the contract's texts ------------------------------------------

// whether a name can stand in a line of words, and in JSON, which is UTF-8
static bool is_word(const char* name) {
  json_t* text = json_string(name);
  bool fine = text && name[0];
  for (const char* c = name; *c; c++) {
    fine = fine && (unsigned char)*c > ' ' && *c != ',' && *c != 127;
  }
  json_decref(text);
  return fine;
}


// every name that goes into the contract: the observation's elements, then the actuators
static const char** list_names(const SgTask* task) {
  const SgTaskInfo* info = sg_task_info(task);
  const char** names = malloc(sizeof(names[0]) * (size_t)(info->nobs + info->nact));
  int n = 0;
  for (int i = 0; names && i < sg_task_nterm(task); i++) {
    SgTaskTerm term = sg_task_term(task, i);
    for (int j = 0; j < term.size; j++) {
      names[n++] = term.elements[j];
    }
  }
  for (int i = 0; names && i < info->nact; i++) {
    names[n++] = info->actuators[i];
  }
  return names;
}


static int by_name(const void* a, const void* b) {
  return strcmp(*(const char* const*)a, *(const char* const*)b);
}


// the first of n names that cannot be told; NULL when all can
static const char* find_bad(const char** names, int n) {
  for (int i = 0; i < n; i++) {
    if (!is_word(names[i])) {
      return names[i];
    }
  }
  return NULL;
}


// the first of n names that stands there twice; NULL when none does. Sorts them
static const char* find_double(const char** names, int n) {
  qsort(names, (size_t)n, sizeof(names[0]), by_name);
  for (int i = 1; i < n; i++) {
    if (strcmp(names[i - 1], names[i]) == 0) {
      return names[i];
    }
  }
  return NULL;
}


// names come from the user's model and task; MuJoCo allows any, a controller binds by them
static SgStatus check_names(const SgTask* task, SgError* error) {
  const SgTaskInfo* info = sg_task_info(task);
  const char** names = list_names(task);
  if (!names) {
    return sg_fail(error, SG_MACHINE, "out of memory for a policy file's names");
  }
  SgStatus status = SG_OK;
  const char* bad = find_bad(names, info->nobs + info->nact);
  const char* twice = find_double(names, info->nobs);
  twice = twice ? twice : find_double(names + info->nobs, info->nact);
  if (bad) {
    status = sg_fail(error, SG_FILE,
                     "%s: '%.60s' cannot be told in a policy file, where names have no blanks and "
                     "no commas; rename it",
                     info->model_path, bad);
  } else if (twice) {
    status = sg_fail(error, SG_FILE,
                     "%s: '%.60s' is in the observation or action twice, and a controller binds by "
                     "name; keep one",
                     info->name, twice);
  }
  free(names);
  return status;
}


static void add_observation(Text* text, const SgTask* task) {
  char low[32], high[32];
  for (int i = 0; i < sg_task_nterm(task); i++) {
    SgTaskTerm term = sg_task_term(task, i);
    add(text, "%sterm=%s size=%d unit=si scale=1 offset=0 clip=%s,%s history=1 elements=",
        i == 0 ? "" : "\n", term.kind, term.size, number(low, term.clip_low),
        number(high, term.clip_high));
    for (int j = 0; j < term.size; j++) {
      add(text, "%s%s", j == 0 ? "" : ",", term.elements[j]);
    }
  }
}


static void add_action(Text* text, const SgTaskInfo* info) {
  char scale[32], offset[32], low[32], high[32];
  for (int i = 0; i < info->nact; i++) {
    add(text, "%sactuator=%s mode=control scale=%s offset=%s low=%s high=%s", i == 0 ? "" : "\n",
        info->actuators[i], number(scale, info->act_scale[i]), number(offset, info->act_offset[i]),
        number(low, info->act_low[i]), number(high, info->act_high[i]));
  }
}


// no torque, or as little as the limits allow
static void add_safe(Text* text, const SgTaskInfo* info) {
  char value[32];
  add(text, "values=");
  for (int i = 0; i < info->nact; i++) {
    double safe = fmin(fmax(0, info->act_low[i]), info->act_high[i]);
    add(text, "%s%s", i == 0 ? "" : ",", number(value, safe));
  }
}


// observations that are the same in every file of these sizes: standard normal, growing wider
static void golden_obs(float* obs, int nobs, int pair) {
  SgRng rng = sg_rng_make(0, SG_RNG_TEST, 0, (uint32_t)pair);
  for (int i = 0; i < nobs; i++) {
    obs[i] = (float)(sg_rng_normal(&rng) * (double)(pair + 1) / 2);
  }
}


static void add_floats(Text* text, const char* key, const float* x, int n) {
  add(text, "%s=", key);
  for (int i = 0; i < n; i++) {
    add(text, "%s%a", i == 0 ? "" : ",", (double)x[i]);
  }
}


// answers of the runtime, or zeros while there is none
static void add_golden(Text* text, const SgTaskInfo* info, const SgPolicy* policy) {
  size_t nobs = (size_t)info->nobs, nact = (size_t)info->nact;
  size_t nscratch = policy ? sg_policy_scratch(policy) : 0;
  float* obs = calloc(nobs + nact + nscratch / sizeof(float) + 1, sizeof(float));
  text->failed = text->failed || !obs;
  for (int i = 0; obs && i < NGOLDEN; i++) {
    golden_obs(obs, info->nobs, i);
    if (policy) {
      sg_policy_step(policy, obs, obs + nobs, obs + nobs + nact);
    }
    add(text, "%s", i == 0 ? "" : "\n");
    add_floats(text, "obs", obs, info->nobs);
    add(text, " ");
    add_floats(text, "act", obs + nobs, info->nact);
  }
  free(obs);
}


// a metadata entry from a text, which is freed
static bool put(json_t* metadata, const char* key, Text* text) {
  bool fine = !text->failed && text->bytes &&
              json_object_set_new(metadata, key, json_string(text->bytes)) == 0;
  free(text->bytes);
  *text = (Text){0};
  return fine;
}


// every entry but the golden vectors and the digest
static bool put_contract(json_t* metadata, const SgTask* task, const SgPolicySummary* summary) {
  const SgTaskInfo* info = sg_task_info(task);
  char period[32], timestep[32];
  Text text = {0};
  bool fine = true;

  add(&text, "1");
  fine = put(metadata, "softgait.format", &text) && fine;
  add(&text, "%s", info->name);
  fine = put(metadata, "softgait.task", &text) && fine;
  add_observation(&text, task);
  fine = put(metadata, "softgait.observation", &text) && fine;
  add_action(&text, info);
  fine = put(metadata, "softgait.action", &text) && fine;
  add_safe(&text, info);
  fine = put(metadata, "softgait.safe_action", &text) && fine;
  add(&text, "none");
  fine = put(metadata, "softgait.normaliser", &text) && fine;
  add(&text, "none");
  fine = put(metadata, "softgait.command", &text) && fine;
  add(&text, "period=%s timestep=%s", number(period, info->dt),
      number(timestep, sg_task_model(task)->opt.timestep));
  fine = put(metadata, "softgait.timing", &text) && fine;
  add(&text, "preset=%s step=%lld updates=%lld seed=%lld", summary->preset,
      (long long)summary->step, (long long)summary->updates, (long long)summary->seed);
  fine = put(metadata, "softgait.training", &text) && fine;
  add(&text, "version=%s", mj_versionString());
  fine = put(metadata, "softgait.mujoco", &text) && fine;
  add(&text, "sha256=%s", summary->model_sha256);
  return put(metadata, "softgait.model", &text) && fine;
}


//-------------------------------- the tensors ---------------------------------------------------

// a tensor's place in the file
typedef struct Tensor {
  char name[32];
  const sg_real* from;
  int rows, columns;  // taken from
  int first, stride;  // columns first .. first + columns - 1 of rows `stride` wide
  bool vector;        // one dimension in the file
} Tensor;


// the hidden layers whole, the head cut into mean and log sigma; returns how many
static int list_tensors(const SgSac* sac, Tensor* tensors) {
  int nlayer = sg_sac_config(sac)->nhidden + 1, nact = sg_sac_config(sac)->nact, n = 0;
  for (int l = 0; l <= nlayer; l++) {
    const sg_real *weight, *bias;
    int nin, nout, layer = l < nlayer ? l : nlayer - 1;
    bool head = layer == nlayer - 1, log_std = l == nlayer;
    char stem[20];

    sg_sac_actor_layer(sac, layer, &weight, &bias, &nin, &nout);
    snprintf(stem, sizeof(stem), log_std ? "log_std" : "actor.%d", l);
    int columns = head ? nact : nout, first = log_std ? nact : 0;
    tensors[n] =
        (Tensor){.from = weight, .rows = nin, .columns = columns, .first = first, .stride = nout};
    snprintf(tensors[n++].name, sizeof(tensors[0].name), "%s.weight", stem);
    tensors[n] = (Tensor){.from = bias,
                          .rows = 1,
                          .columns = columns,
                          .first = first,
                          .stride = nout,
                          .vector = true};
    snprintf(tensors[n++].name, sizeof(tensors[0].name), "%s.bias", stem);
  }
  return n;
}


static size_t tensor_bytes(const Tensor* tensor) {
  return (size_t)tensor->rows * (size_t)tensor->columns * sizeof(float);
}


static void write_tensor(char* to, const Tensor* tensor) {
  for (int i = 0; i < tensor->rows; i++) {
    for (int j = 0; j < tensor->columns; j++) {
      float x =
          (float)tensor->from[(size_t)i * (size_t)tensor->stride + (size_t)(tensor->first + j)];
      memcpy(to, &x, sizeof(x));  // x86-64 is little-endian, as the file is
      to += sizeof(x);
    }
  }
}


static bool put_tensors(json_t* header, const Tensor* tensors, int n) {
  size_t at = 0;
  bool fine = true;
  for (int i = 0; i < n; i++) {
    size_t end = at + tensor_bytes(&tensors[i]);
    json_t* shape = tensors[i].vector ? json_pack("[i]", tensors[i].columns)
                                      : json_pack("[i, i]", tensors[i].rows, tensors[i].columns);
    json_t* entry = json_pack("{s: s, s: o, s: [I, I]}", "dtype", "F32", "shape", shape,
                              "data_offsets", (json_int_t)at, (json_int_t)end);
    fine = entry && json_object_set_new(header, tensors[i].name, entry) == 0 && fine;
    at = end;
  }
  return fine;
}


//-------------------------------- the file ------------------------------------------------------

// length, header padded with blanks to a multiple of 8, payload
static char* assemble(json_t* header, const Tensor* tensors, int n, size_t* size) {
  char* text = json_dumps(header, JSON_COMPACT | JSON_SORT_KEYS);
  size_t length = text ? strlen(text) : 0, padded = (length + 7) / 8 * 8, payload = 0;
  for (int i = 0; i < n; i++) {
    payload += tensor_bytes(&tensors[i]);
  }
  *size = 8 + padded + payload;
  char* bytes = text ? malloc(*size) : NULL;
  if (bytes) {
    for (int i = 0; i < 8; i++) {
      bytes[i] = (char)((uint64_t)padded >> (8 * i));
    }
    memset(bytes + 8, ' ', padded);
    memcpy(bytes + 8, text, length);
    char* at = bytes + 8 + padded;
    for (int i = 0; i < n; i++) {
      write_tensor(at, &tensors[i]);
      at += tensor_bytes(&tensors[i]);
    }
  }
  free(text);
  return bytes;
}


// the file with these golden vectors: assembled without a digest, measured, assembled with it
static char* make_file(json_t* header, json_t* metadata, const SgTaskInfo* info,
                       const SgPolicy* policy, const Tensor* tensors, int n, size_t* size) {
  SgContainer container;
  char digest[65];
  Text text = {0};
  add_golden(&text, info, policy);
  if (!put(metadata, "softgait.golden", &text)) {
    return NULL;
  }

  char* bytes = assemble(header, tensors, n, size);
  if (!bytes || !sg_container_parse(&container, bytes, *size, NULL, 0)) {
    free(bytes);
    return NULL;
  }
  sg_container_digest(&container, digest);
  sg_container_free(&container);
  free(bytes);
  json_object_set_new(metadata, "softgait.digest", json_string(digest));
  return assemble(header, tensors, n, size);
}


char* sg_policy_bytes(const SgSac* sac, const SgTask* task, const SgPolicySummary* summary,
                      size_t* size, SgError* error) {
  const SgTaskInfo* info = sg_task_info(task);
  Tensor tensors[2 * (SG_MAX_HIDDEN + 2)];
  if (check_names(task, error) != SG_OK) {
    return NULL;
  }
  int n = list_tensors(sac, tensors);
  json_t *header = json_object(), *metadata = json_object();
  char *draft = NULL, *bytes = NULL, why[256] = "out of memory";
  SgPolicy *asked = NULL, *check = NULL;

  // a draft whose golden vectors are not looked at, to have a runtime to ask
  if (put_contract(metadata, task, summary) && put_tensors(header, tensors, n) &&
      json_object_set(header, "__metadata__", metadata) == 0) {
    draft = make_file(header, metadata, info, NULL, tensors, n, size);
  }
  if (draft) {
    asked = sg_policy_load_unproved(draft, *size, why, sizeof(why));
  }

  // the file, and the proof that it loads
  if (asked) {
    bytes = make_file(header, metadata, info, asked, tensors, n, size);
    check = bytes ? sg_policy_load(bytes, *size, why, sizeof(why)) : NULL;
  }
  if (!check) {
    sg_fail(error, SG_FAIL, "the policy file could not be made: %s", why);
    free(bytes);
    bytes = NULL;
  }
  sg_policy_free(asked);
  sg_policy_free(check);
  free(draft);
  json_decref(metadata);
  json_decref(header);
  return bytes;
}
