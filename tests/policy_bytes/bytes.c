/* The bytes of many actions, as one digest: compiled by every compiler, run on every processor.
 *
 *   bytes POLICY N [SEED]     prints SHA-256 over N actions and their statuses, and over tanh
 *
 * Three quarters of the observations are ordinary, the others are any float there is: denormals, the
 * largest, infinities, NaN. Everything is drawn with integers, so that the input is equal everywhere.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"
#include "policy/sha256.h"
#include "policy/tanh.h"

enum {
  MAX_FILE = 1 << 22
};


static uint32_t draw(uint32_t* state) {
  *state ^= *state << 13;
  *state ^= *state >> 17;
  *state ^= *state << 5;
  return *state;
}


static float from_bits(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof(x));
  return x;
}


/* ordinary: [-4, 4) in steps of 2^-21; otherwise any bits, or a denormal */
static float draw_number(uint32_t* rng, int kind) {
  uint32_t bits = draw(rng);
  if (kind % 8 == 3) {
    return from_bits(bits);
  }
  if (kind % 8 == 7) {
    return from_bits(bits & 0x807fffffu);
  }
  return (float)(int32_t)(bits >> 8) / 2097152.0f - 4.0f;
}


static void add_float(SgSha256* sha, float x) {
  uint32_t bits;
  unsigned char bytes[4];
  memcpy(&bits, &x, sizeof(bits));
  for (int i = 0; i < 4; i++) {
    bytes[i] = (unsigned char)(bits >> (8 * i));
  }
  sg_sha256_add(sha, bytes, sizeof(bytes));
}


static void add_actions(SgSha256* sha, const SgPolicy* policy, long n, uint32_t rng) {
  int nchannel = sg_policy_nchannel(policy), ncommand = sg_policy_ncommand(policy);
  int nact = sg_policy_nact(policy), ninput = nchannel + ncommand;
  float* input = malloc(sizeof(float) * (size_t)(ninput + nact));
  void* memory = malloc(sg_policy_state_size(policy));
  SgPolicyState* state = sg_policy_state_init(policy, memory, sg_policy_state_size(policy));
  float* act = input + ninput;

  for (long k = 0; k < n; k++) {
    /* of an unusual observation one number is of its kind, or all are */
    int place = (int)(draw(&rng) % (uint32_t)ninput), all = k % 16 >= 8;
    for (int i = 0; i < ninput; i++) {
      input[i] = draw_number(&rng, all || i == place ? (int)(k % 8) : 0);
    }
    unsigned char status =
        (unsigned char)sg_policy_step_now(state, input, ncommand ? input + nchannel : NULL, act);
    sg_sha256_add(sha, &status, 1);
    for (int j = 0; j < nact; j++) {
      add_float(sha, act[j]);
    }
  }
  free(memory);
  free(input);
}


int main(int argc, char** argv) {
  static unsigned char bytes[MAX_FILE];
  char why[256], hex[65];
  FILE* file = argc > 2 ? fopen(argv[1], "rb") : NULL;
  size_t size = file ? fread(bytes, 1, sizeof(bytes), file) : 0;
  SgPolicy* policy = sg_policy_load_unproved(bytes, size, why, sizeof(why));
  if (!file || !policy) {
    fprintf(stderr, "bytes: %s\n", file ? why : "usage: bytes POLICY N [SEED]");
    return 2;
  }
  fclose(file);

  SgSha256 sha;
  sg_sha256_init(&sha);
  add_actions(&sha, policy, atol(argv[2]), argc > 3 ? (uint32_t)atol(argv[3]) : 1);
  for (uint32_t i = 0; i < 0xff000000u / 4099u; i++) {
    float x = from_bits(i * 4099u);
    add_float(&sha, x == x ? sg_policy_tanh(x) : 0.0f);
  }
  sg_sha256_hex(&sha, hex);
  printf("%s\n", hex);
  sg_policy_free(policy);

  /* and whether this build reproduces the file's own vectors */
  policy = sg_policy_load(bytes, size, why, sizeof(why));
  if (!policy) {
    fprintf(stderr, "bytes: %s\n", why);
  }
  sg_policy_free(policy);
  return policy ? 0 : 1;
}
