/* The bytes of many actions, as one digest: compiled by every compiler, run on every processor.
 *
 *   bytes POLICY N [SEED]     prints SHA-256 over N actions and their statuses, and over tanh
 *   bytes N [SEED]            the same of exported.c, a policy as C of the name `exported`, when compiled
 *                             with -DEXPORTED
 *
 * Three quarters of the observations are ordinary, the others are any float there is: denormals,
 * the largest, infinities, NaN. Everything is drawn with integers, so that the input is equal
 * everywhere.
 */

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/policy.h"
#include "policy/sha256.h"
#include "policy/tanh.h"

#ifdef EXPORTED
#include "exported.c"
#endif


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


/*-------------------------------- the policy in question -----------------------------------------*/

/* a policy with its state; step: now (nchannel), command (ncommand) or NULL, act (nact) */
typedef struct Subject {
  int nchannel, ncommand, nact;
  int (*step)(void* state, const float* now, const float* command, float* act);
  void* state;
  float (*squash)(float x);
} Subject;

#ifdef EXPORTED

static int step_exported(void* state, const float* now, const float* command, float* act) {
  return exported_step_now(state, now, command, act);
}


static int open_subject(Subject* subject, int* argc, char*** argv) {
  static exported_state state;
  (void)argc;
  (void)argv;
  exported_reset(&state);
  *subject = (Subject){exported_NCHANNEL, exported_NCOMMAND, exported_NACT, step_exported, &state,
                       exported_tanh};
  return 1;
}


static int is_proved(void) {
  int failed = exported_self_test();
  if (failed) {
    fprintf(stderr, "bytes: the self test says %d\n", failed);
  }
  return !failed;
}

#else

static unsigned char bytes[1 << 22];
static size_t size;


static int step_runtime(void* state, const float* now, const float* command, float* act) {
  return (int)sg_policy_step_now(state, now, command, act);
}


static int open_subject(Subject* subject, int* argc, char*** argv) {
  char why[256];
  FILE* file = *argc > 1 ? fopen((*argv)[1], "rb") : NULL;
  size = file ? fread(bytes, 1, sizeof(bytes), file) : 0;
  SgPolicy* policy = sg_policy_load_unproved(bytes, size, why, sizeof(why));
  if (!file || !policy) {
    fprintf(stderr, "bytes: %s\n", file ? why : "usage: bytes POLICY N [SEED]");
    return 0;
  }
  fclose(file);
  void* memory = malloc(sg_policy_state_size(policy));
  *subject = (Subject){sg_policy_nchannel(policy),
                       sg_policy_ncommand(policy),
                       sg_policy_nact(policy),
                       step_runtime,
                       sg_policy_state_init(policy, memory, sg_policy_state_size(policy)),
                       sg_policy_tanh};
  ++*argv;
  --*argc;
  return 1;
}


/* whether this build reproduces the file's own vectors */
static int is_proved(void) {
  char why[256];
  SgPolicy* policy = sg_policy_load(bytes, size, why, sizeof(why));
  if (!policy) {
    fprintf(stderr, "bytes: %s\n", why);
  }
  sg_policy_free(policy);
  return policy != NULL;
}

#endif


/*-------------------------------- its bytes ------------------------------------------------------*/

static void add_actions(SgSha256* sha, const Subject* subject, long n, uint32_t rng) {
  int nchannel = subject->nchannel, ninput = nchannel + subject->ncommand;
  float* input = malloc(sizeof(float) * (size_t)(ninput + subject->nact));
  float* act = input + ninput;

  for (long k = 0; k < n; k++) {
    /* of an unusual observation one number is of its kind, or all are */
    int place = (int)(draw(&rng) % (uint32_t)ninput), all = k % 16 >= 8;
    for (int i = 0; i < ninput; i++) {
      input[i] = draw_number(&rng, all || i == place ? (int)(k % 8) : 0);
    }
    const float* command = subject->ncommand ? input + nchannel : NULL;
    unsigned char status = (unsigned char)subject->step(subject->state, input, command, act);
    sg_sha256_add(sha, &status, 1);
    for (int j = 0; j < subject->nact; j++) {
      add_float(sha, act[j]);
    }
  }
  free(input);
}


int main(int argc, char** argv) {
  static Subject subject; /* what it owns lives as long as the program */
  char hex[65];
  if (!open_subject(&subject, &argc, &argv) || argc < 2) {
    return 2;
  }

  SgSha256 sha;
  sg_sha256_init(&sha);
  add_actions(&sha, &subject, atol(argv[1]), argc > 2 ? (uint32_t)atol(argv[2]) : 1);
  for (uint32_t i = 0; i < 0xff000000u / 4099u; i++) {
    float x = from_bits(i * 4099u);
    add_float(&sha, x == x ? subject.squash(x) : 0.0f);
  }
  sg_sha256_hex(&sha, hex);
  printf("%s\n", hex);
  return is_proved() ? 0 : 1;
}
