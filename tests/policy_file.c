#include "policy_file.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/container.h"

enum {
  NGOLDEN = 3,
  HEADER = SPEC_TEXT * SPEC_MAX_ENTRY * 2
};


uint32_t draw(uint32_t* state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}


float draw_float(uint32_t* state) {
  return (float)(int32_t)(draw(state) >> 8) / 8388608.0f - 1.0f;
}


int text_replace(char* text, const char* from, const char* to) {
  char* at = strstr(text, from);
  if (!at || strlen(text) + strlen(to) >= SPEC_TEXT) {
    return 0;
  }
  memmove(at + strlen(to), at + strlen(from), strlen(at + strlen(from)) + 1);
  memcpy(at, to, strlen(to));
  return 1;
}


//-------------------------------- entries -------------------------------------------------------

static void append_to(char* text, size_t room, const char* format, ...)
    __attribute__((format(printf, 3, 4)));


static void append_to(char* text, size_t room, const char* format, ...) {
  size_t used = strlen(text);
  va_list args;
  va_start(args, format);
  vsnprintf(text + used, room - used, format, args);
  va_end(args);
}


char* spec_value(PolicySpec* spec, const char* key) {
  for (int i = 0; i < spec->nentry; i++) {
    if (strcmp(spec->keys[i], key) == 0) {
      return spec->values[i];
    }
  }
  return NULL;
}


// a new entry, empty but for this text
static char* add_entry(PolicySpec* spec, const char* key, const char* text) {
  int i = spec->nentry++;
  snprintf(spec->keys[i], sizeof(spec->keys[i]), "%s", key);
  spec->values[i] = calloc(SPEC_TEXT, 1);
  append_to(spec->values[i], SPEC_TEXT, "%s", text);
  return spec->values[i];
}


static void add_observation(PolicySpec* spec, const PolicyShape* shape) {
  char* text = add_entry(spec, "softgait.observation", "");
  append_to(text, SPEC_TEXT,
            "term=qpos size=1 unit=si scale=0.5 offset=0.25 clip=-10,10 history=1 "
            "elements=qpos:root");
  append_to(text, SPEC_TEXT,
            "\nterm=qvel size=%d unit=si scale=1 offset=0 clip=-inf,inf history=%d elements=",
            shape->nelement - 1, shape->history);
  for (int i = 1; i < shape->nelement; i++) {
    append_to(text, SPEC_TEXT, "%sqvel:joint_%d", i == 1 ? "" : ",", i);
  }
  if (shape->ncommand > 0) {
    append_to(text, SPEC_TEXT,
              "\nterm=command size=%d unit=si scale=2 offset=0 clip=-inf,inf history=1 elements=",
              shape->ncommand);
    for (int i = 0; i < shape->ncommand; i++) {
      append_to(text, SPEC_TEXT, "%scommand:c%d", i == 0 ? "" : ",", i);
    }
  }
}


static void add_command(PolicySpec* spec, const PolicyShape* shape) {
  char* text = add_entry(spec, "softgait.command", shape->ncommand > 0 ? "" : "none");
  for (int i = 0; i < shape->ncommand; i++) {
    append_to(text, SPEC_TEXT, "%scommand=c%d unit=m/s low=-1 high=%d start=0", i == 0 ? "" : "\n",
              i, i + 1);
  }
}


static void add_normaliser(PolicySpec* spec, const PolicyShape* shape, uint32_t* rng) {
  char* text = add_entry(spec, "softgait.normaliser", shape->normaliser ? "" : "none");
  int n = shape->nelement + shape->ncommand;
  for (int what = 0; shape->normaliser && what < 2; what++) {
    append_to(text, SPEC_TEXT, what == 0 ? "mean=" : " std=");
    for (int i = 0; i < n; i++) {
      double x = (double)draw_float(rng);
      append_to(text, SPEC_TEXT, "%s%.5f", i == 0 ? "" : ",", what == 0 ? x : 1.5 + x);
    }
  }
  append_to(text, SPEC_TEXT, "%s", shape->normaliser ? " clip=5" : "");
}


static void add_action(PolicySpec* spec, const PolicyShape* shape, uint32_t* rng) {
  char* text = add_entry(spec, "softgait.action", "");
  char* safe = add_entry(spec, "softgait.safe_action", "values=");
  for (int i = 0; i < shape->nact; i++) {
    double scale = 1.5 + (double)draw_float(rng), offset = (double)draw_float(rng) / 4;
    append_to(text, SPEC_TEXT,
              "%sactuator=joint_%d mode=control scale=%.4f offset=%.4f low=%.4f high=%.4f",
              i == 0 ? "" : "\n", i, scale, offset, offset - 0.9 * scale, offset + 1.1 * scale);
    append_to(safe, SPEC_TEXT, "%s%.4f", i == 0 ? "" : ",", offset);
  }
}


//-------------------------------- tensors -------------------------------------------------------

static void add_tensor(PolicySpec* spec, const char* stem, int layer, int rows, int columns,
                       uint32_t* rng) {
  SpecTensor* tensor = &spec->tensors[spec->ntensor++];
  tensor->rows = rows;
  tensor->columns = columns;
  if (layer >= 0) {
    snprintf(tensor->name, sizeof(tensor->name), "%s.%d.%s", stem, layer,
             columns ? "weight" : "bias");
  } else {
    snprintf(tensor->name, sizeof(tensor->name), "%s.%s", stem, columns ? "weight" : "bias");
  }

  // as wide as trained ones: about 1 over the root of the inputs
  float size = 1.0f;
  while (size * size * (float)rows > 2.0f) {
    size /= 2;
  }
  int n = rows * (columns ? columns : 1);
  spec->numbers = realloc(spec->numbers, sizeof(float) * (size_t)(spec->nnumber + n));
  for (int i = 0; i < n; i++) {
    spec->numbers[spec->nnumber++] = draw_float(rng) * (columns ? size : 0.25f);
  }
}


static void add_network(PolicySpec* spec, const PolicyShape* shape, uint32_t* rng) {
  int nin = 1 + (shape->nelement - 1) * shape->history + shape->ncommand;
  for (int l = 0; l < shape->nlayer; l++) {
    int nout = l + 1 < shape->nlayer ? shape->width : shape->nact;
    add_tensor(spec, "actor", l, nin, nout, rng);
    add_tensor(spec, "actor", l, nout, 0, rng);
    nin = l + 1 < shape->nlayer ? nout : nin;
  }
  add_tensor(spec, "log_std", -1, nin, shape->nact, rng);
  add_tensor(spec, "log_std", -1, shape->nact, 0, rng);
}


PolicySpec* spec_make(const PolicyShape* shape, uint32_t seed) {
  uint32_t rng = seed * 2654435761u + 1;
  PolicySpec* spec = calloc(1, sizeof(PolicySpec));
  add_entry(spec, "softgait.format", "1");
  add_entry(spec, "softgait.task", "test");
  add_observation(spec, shape);
  add_command(spec, shape);
  add_normaliser(spec, shape, &rng);
  add_action(spec, shape, &rng);
  add_entry(spec, "softgait.timing", "period=0.02 timestep=0.005");
  add_entry(spec, "softgait.training", "preset=sac step=1 updates=1 seed=0");
  add_entry(spec, "softgait.mujoco", "version=3.17.0");
  add_entry(spec, "softgait.model", "sha256=0");
  add_entry(spec, "softgait.golden", "");
  add_network(spec, shape, &rng);
  if (!spec_golden(spec)) {
    spec_free(spec);
    return NULL;
  }
  return spec;
}


PolicySpec* spec_random(uint32_t seed) {
  uint32_t rng = seed * 747796405u + 2891336453u;
  PolicyShape shape = {.nelement = 3 + (int)(draw(&rng) % 4),
                       .nact = 2 + (int)(draw(&rng) % 3),
                       .nlayer = 2 + (int)(draw(&rng) % 2),
                       .width = 3 + (int)(draw(&rng) % 20),
                       .history = 1 + (int)(draw(&rng) % 3),
                       .ncommand = 2,
                       .normaliser = 1};
  return spec_make(&shape, seed);
}


void spec_free(PolicySpec* spec) {
  for (int i = 0; spec && i < spec->nentry; i++) {
    free(spec->values[i]);
  }
  free(spec ? spec->numbers : NULL);
  free(spec);
}


//-------------------------------- bytes ---------------------------------------------------------

// as JSON wants it
static void append_quoted(char* to, const char* text) {
  to += strlen(to);
  *to++ = '"';
  for (; *text; text++) {
    if (*text == '\n' || *text == '"' || *text == '\\') {
      *to++ = '\\';
    }
    *to++ = *text == '\n' ? 'n' : *text;
  }
  *to++ = '"';
  *to = '\0';
}


char* spec_header(const PolicySpec* spec, const char* digest) {
  char* text = calloc(HEADER, 1);
  char piece[256];
  size_t at = 0;
  append_to(text, HEADER, "{\"__metadata__\":{");
  for (int i = 0; i < spec->nentry; i++) {
    append_quoted(text, spec->keys[i]);
    append_to(text, HEADER, ":");
    append_quoted(text, spec->values[i]);
    append_to(text, HEADER, ",");
  }
  append_to(text, HEADER, "\"softgait.digest\":");
  append_quoted(text, digest);
  append_to(text, HEADER, "}");
  for (int i = 0; i < spec->ntensor; i++) {
    const SpecTensor* tensor = &spec->tensors[i];
    size_t size = sizeof(float) * (size_t)tensor->rows;
    char columns[32] = "";
    if (tensor->columns > 0) {
      snprintf(columns, sizeof(columns), ",%d", tensor->columns);
      size *= (size_t)tensor->columns;
    }
    snprintf(piece, sizeof(piece),
             ",\"%s\":{\"dtype\":\"F32\",\"shape\":[%d%s],\"data_offsets\":[%zu,%zu]}",
             tensor->name, tensor->rows, columns, at, at + size);
    append_to(text, HEADER, "%s", piece);
    at += size;
  }
  append_to(text, HEADER, "}");
  while (strlen(text) % 8 != 0) {
    append_to(text, HEADER, " ");
  }
  return text;
}


char* spec_assemble(const PolicySpec* spec, const char* header, size_t* size) {
  size_t length = strlen(header), payload = sizeof(float) * (size_t)spec->nnumber;
  *size = 8 + length + payload;
  char* bytes = malloc(*size);
  for (int i = 0; i < 8; i++) {
    bytes[i] = (char)((uint64_t)length >> (8 * i));
  }
  memcpy(bytes + 8, header, length);
  memcpy(bytes + 8 + length, spec->numbers, payload);
  return bytes;
}


void spec_digest(const char* bytes, size_t size, char hex[65]) {
  SgContainer container;
  memset(hex, '0', 64);
  hex[64] = '\0';
  if (sg_container_parse(&container, bytes, size, NULL, 0)) {
    sg_container_digest(&container, hex);
    sg_container_free(&container);
  }
}


char* spec_bytes(const PolicySpec* spec, size_t* size) {
  char zeros[65], digest[65];
  memset(zeros, '0', 64);
  zeros[64] = '\0';
  char* header = spec_header(spec, zeros);
  char* bytes = spec_assemble(spec, header, size);
  spec_digest(bytes, *size, digest);
  free(header);
  free(bytes);
  header = spec_header(spec, digest);
  bytes = spec_assemble(spec, header, size);
  free(header);
  return bytes;
}


static void append_floats(char* text, const char* key, const float* x, int n) {
  append_to(text, SPEC_TEXT, "%s", key);
  for (int i = 0; i < n; i++) {
    append_to(text, SPEC_TEXT, "%s%a", i == 0 ? "" : ",", (double)x[i]);
  }
}


int spec_golden(PolicySpec* spec) {
  size_t size;
  char why[256], *text = spec_value(spec, "softgait.golden");
  text[0] = '\0';
  char* bytes = spec_bytes(spec, &size);
  SgPolicy* policy = sg_policy_load_unproved(bytes, size, why, sizeof(why));
  free(bytes);
  if (!policy) {
    fprintf(stderr, "policy_file: %s\n", why);
    return 0;
  }
  uint32_t rng = 7;
  int nobs = sg_policy_nobs(policy), nact = sg_policy_nact(policy);
  float* obs = malloc(sizeof(float) * (size_t)(nobs + nact) + sg_policy_scratch(policy));
  for (int i = 0; i < NGOLDEN; i++) {
    for (int j = 0; j < nobs; j++) {
      obs[j] = draw_float(&rng) * (float)(i + 1);
    }
    sg_policy_step(policy, obs, obs + nobs, obs + nobs + nact);
    append_floats(text, i == 0 ? "obs=" : "\nobs=", obs, nobs);
    append_floats(text, " act=", obs + nobs, nact);
  }
  free(obs);
  sg_policy_free(policy);
  return 1;
}
