// Coverage-guided fuzzing of the policy runtime, two ways in:
//
//   FUZZ_READ   the input is the file. Whatever it is: refused with one sentence, or loaded and run.
//   FUZZ_RUN    the input is a header's text and, behind a zero byte, numbers. They are put into a file
//               of the right length with the right digest, so that the fuzzer reaches what lies behind.
//
// What loads is bound and run on observations of every kind: actions must be finite and inside the
// limits. Built with libFuzzer by test.sh; built plainly with FUZZ_REPLAY it runs the files it is
// given.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/inside.h"

enum {
  MAX_PAYLOAD = 1 << 16,
  MAX_CHANNEL = 4096,
  NSTEP = 6
};

int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size);

static long nloaded;


static void require(int fine, const char* what) {
  if (!fine) {
    fprintf(stderr, "fuzz_policy: %s\n", what);
    abort();
  }
}


//-------------------------------- running what loads --------------------------------------------

// floats out of the input's bits, over and over
static float next_float(const unsigned char* data, size_t size, size_t* at) {
  unsigned char bytes[4] = {0, 0, 0, 0};
  float x;
  for (int i = 0; i < 4 && size > 0; i++) {
    bytes[i] = data[(*at)++ % size];
  }
  memcpy(&x, bytes, sizeof(x));
  return x;
}


static void check_action(const SgPolicy* policy, const float* act) {
  for (int j = 0; j < policy->contract.nact; j++) {
    const SgOutput* out = &policy->contract.outputs[j];
    require(act[j] >= out->low && act[j] <= out->high, "an action is outside its limits");
  }
}


static void bind_own_names(const SgPolicy* policy) {
  int n = sg_policy_nchannel(policy), m = sg_policy_nact(policy);
  int* index = malloc(sizeof(int) * (size_t)(n + m));
  SgPolicyBinding binding = {index, 0};
  if (n <= MAX_CHANNEL && m <= MAX_CHANNEL) {
    require(sg_policy_bind(policy, &binding, policy->contract.channels, n, NULL, 0, NULL, 0) ||
                n == 0 || strlen(policy->contract.channels[0]) > 100,
            "a policy does not bind to its own channels");
    sg_policy_bind_actions(policy, &binding, policy->contract.names, m, NULL, 0, NULL, 0);
  }
  free(index);
}


static void run(const SgPolicy* policy, const unsigned char* data, size_t size) {
  size_t at = 0, bytes = sg_policy_state_size(policy);
  int n = sg_policy_nchannel(policy) + sg_policy_ncommand(policy), nact = sg_policy_nact(policy);
  float* now = malloc(sizeof(float) * (size_t)(n + nact));
  void* memory = malloc(bytes);
  SgPolicyState* state = sg_policy_state_init(policy, memory, bytes);
  require(now && state, "out of memory");
  for (int k = 0; k < NSTEP; k++) {
    for (int i = 0; i < n; i++) {
      now[i] = k % 2 == 0 ? (float)(i % 7 - 3) : next_float(data, size, &at);
    }
    double time = k * sg_policy_period(policy) * (k == 4 ? 2 : 1);
    sg_policy_step_at(state, time, now, now + sg_policy_nchannel(policy), now + n);
    check_action(policy, now + n);
  }
  free(memory);
  free(now);
}


static void load_and_run(const unsigned char* file, size_t size, const unsigned char* numbers,
                         size_t nnumber) {
  char why[512] = "";
  SgPolicy* policy = sg_policy_load_unproved(file, size, why, sizeof(why));
  require(policy || (why[0] && !strchr(why, '\n')), "no sentence, or more than a line");
  if (policy) {
    nloaded++;
    bind_own_names(policy);
    run(policy, numbers, nnumber);
    sg_policy_free(policy);
  }
  sg_policy_free(sg_policy_load(file, size, why, sizeof(why)));
}


//-------------------------------- files made to fit ---------------------------------------------

// the furthest end of a tensor in a header's text, as far as we go
static size_t payload_of(const char* header) {
  size_t most = 0;
  for (const char* at = header; (at = strstr(at, "data_offsets\":[")) != NULL; at++) {
    const char* comma = strchr(at, ',');
    size_t end = comma ? (size_t)strtoul(comma + 1, NULL, 10) : 0;
    most = end > most && end <= MAX_PAYLOAD ? end : most;
  }
  return most;
}


// the digest of what the file holds, in the place of the one in its header
static void fix_digest(unsigned char* file, size_t size, char* header) {
  static const char key[] = "\"softgait.digest\":\"";
  SgContainer container;
  char hex[65], *place = strstr(header, key);
  if (place && strlen(place) >= strlen(key) + 64 &&
      sg_container_parse(&container, file, size, NULL, 0)) {
    sg_container_digest(&container, hex);
    sg_container_free(&container);
    memcpy(place + strlen(key), hex, 64);
  }
}


static void run_header(const unsigned char* data, size_t size) {
  const unsigned char* zero = memchr(data, 0, size);
  size_t length = zero ? (size_t)(zero - data) : size, nnumber = zero ? size - length - 1 : 0;
  char* header = calloc(length + 1, 1);
  memcpy(header, data, length);
  size_t payload = payload_of(header), whole = 8 + length + payload;
  unsigned char* file = calloc(whole, 1);
  require(header && file, "out of memory");
  for (int i = 0; i < 8; i++) {
    file[i] = (unsigned char)((unsigned long long)length >> (8 * i));
  }
  memcpy(file + 8, header, length);
  for (size_t i = 0; i < payload && nnumber > 0; i++) {
    file[8 + length + i] = zero[1 + i % nnumber];
  }
  fix_digest(file, whole, header);
  memcpy(file + 8, header, length);
  load_and_run(file, whole, nnumber > 0 ? zero + 1 : data, nnumber > 0 ? nnumber : size);
  free(file);
  free(header);
}


int LLVMFuzzerTestOneInput(const unsigned char* data, size_t size) {
#ifndef FUZZ_RUN
  load_and_run(data, size, data, size);
#endif
#ifndef FUZZ_READ
  run_header(data, size);
#endif
  return 0;
}


//-------------------------------- replay --------------------------------------------------------

#ifdef FUZZ_REPLAY

int main(int argc, char** argv) {
  static unsigned char bytes[1 << 20];
  int nfile = 0;
  for (int i = 1; i < argc; i++, nfile++) {
    FILE* file = fopen(argv[i], "rb");
    require(file != NULL, argv[i]);
    size_t size = fread(bytes, 1, sizeof(bytes), file);
    fclose(file);

    // a copy of the exact size, so that a sanitizer sees a read past the end
    unsigned char* copy = malloc(size + 1);
    memcpy(copy, bytes, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
  }
  printf("fuzz_policy: %d files, of which %ld policies were run\n", nfile, nloaded);
  return nfile > 0 && nloaded > 0 ? 0 : 1;
}

#endif
