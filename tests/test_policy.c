// The policy runtime: what it computes, and what it refuses. A small policy file is made here by
// hand; the trainer's writer has its own test.

#include <float.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/container.h"
#include "policy/policy.h"
#include "policy/tanh.h"

enum {
  NOBS = 3,
  NHIDDEN = 4,
  NACT = 2,
  MAX_FILE = 1 << 16
};

// numbers of the small network: weight (3, 4), bias (4), weight (4, 2), bias (2)
static const float NUMBERS[] = {0.5f,  -0.25f, 0.125f, 1.0f, -0.75f, 0.3f, 0.9f,  -0.6f, 0.2f,
                                0.1f,  -0.4f,  0.7f,   0.1f, -0.2f,  0.3f, 0.05f, 0.8f,  -0.5f,
                                -0.3f, 0.6f,   0.25f,  0.4f, -0.9f,  0.7f, 0.01f, -0.02f};

static const char* const TENSORS =
    "\"actor.0.bias\":{\"dtype\":\"F32\",\"shape\":[4],\"data_offsets\":[48,64]},"
    "\"actor.0.weight\":{\"dtype\":\"F32\",\"shape\":[3,4],\"data_offsets\":[0,48]},"
    "\"actor.1.bias\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[96,104]},"
    "\"actor.1.weight\":{\"dtype\":\"F32\",\"shape\":[4,2],\"data_offsets\":[64,96]}";

// a file under construction
typedef struct File {
  char bytes[MAX_FILE];
  size_t size;
} File;


//-------------------------------- making files --------------------------------------------------

static void assemble(File* file, const char* header, const float* numbers, size_t n) {
  size_t length = strlen(header);
  for (int i = 0; i < 8; i++) {
    file->bytes[i] = (char)(length >> (8 * i));
  }
  memcpy(file->bytes + 8, header, length);
  memcpy(file->bytes + 8 + length, numbers, n * sizeof(float));
  file->size = 8 + length + n * sizeof(float);
}


static void make_header(char* header, size_t size, const char* golden, const char* digest,
                        const char* tensors) {
  snprintf(header, size,
           "{\"__metadata__\":{\"softgait.action\":\"actuator=hip mode=control scale=2 offset=0.5 "
           "low=-1.5 "
           "high=2.5\\nactuator=knee mode=control scale=1 offset=0 low=-1 high=1\","
           "\"softgait.command\":\"none\",\"softgait.digest\":\"%s\",\"softgait.format\":\"1\","
           "\"softgait.golden\":\"%s\",\"softgait.model\":\"sha256=0\",\"softgait.mujoco\":"
           "\"version=3.17.0\","
           "\"softgait.normaliser\":\"none\",\"softgait.observation\":\"term=qpos size=2 unit=si "
           "scale=1 "
           "offset=0 clip=-inf,inf history=1 elements=qpos:a,qpos:b\\nterm=qvel size=1 unit=si "
           "scale=0.5 "
           "offset=0.25 clip=-10,10 history=1 "
           "elements=qvel:a\",\"softgait.safe_action\":\"values=0.5,0\","
           "\"softgait.task\":\"toy\",\"softgait.timing\":\"period=0.02 timestep=0.01\"},%s}",
           digest, golden, tensors);
}


// a file whose digest is right, whatever else is wrong with it
static void make_file(File* file, const char* golden, const char* tensors, const float* numbers,
                      size_t n) {
  static char header[MAX_FILE];
  char digest[65];
  SgContainer container;
  memset(digest, '0', 64);
  digest[64] = '\0';
  make_header(header, sizeof(header), golden, digest, tensors);
  assemble(file, header, numbers, n);
  if (sg_container_parse(&container, file->bytes, file->size, NULL, 0)) {
    sg_container_digest(&container, digest);
    sg_container_free(&container);
  }
  make_header(header, sizeof(header), golden, digest, tensors);
  assemble(file, header, numbers, n);
}


// what the small network answers, in double
static void reference(const float* obs, double act[NACT]) {
  const float *w0 = NUMBERS, *b0 = w0 + 12, *w1 = b0 + 4, *b1 = w1 + 8;
  double x[NOBS] = {(double)obs[0], (double)obs[1],
                    fmin(fmax((double)obs[2], -10), 10) * 0.5 + 0.25};
  double h[NHIDDEN], low[NACT] = {-1.5, -1}, high[NACT] = {2.5, 1};
  for (int j = 0; j < NHIDDEN; j++) {
    h[j] = (double)b0[j];
    for (int i = 0; i < NOBS; i++) {
      h[j] += x[i] * (double)w0[i * NHIDDEN + j];
    }
    h[j] = fmax(h[j], 0);
  }
  for (int j = 0; j < NACT; j++) {
    double mean = (double)b1[j];
    for (int i = 0; i < NHIDDEN; i++) {
      mean += h[i] * (double)w1[i * NACT + j];
    }
    act[j] = j == 0 ? tanh(mean) * 2 + 0.5 : tanh(mean);
    act[j] = fmin(fmax(act[j], low[j]), high[j]);
  }
}


// the small file, with a golden vector that the runtime itself answered
static void make_good_file(File* file) {
  char golden[512], why[256];
  float obs[NOBS] = {0.5f, -1.25f, 3.0f}, act[NACT], scratch[64];
  make_file(file, "", TENSORS, NUMBERS, 26);
  SgPolicy* policy = sg_policy_load_unproved(file->bytes, file->size, why, sizeof(why));
  if (!policy) {
    fail_msg("%s", why);
  }
  assert_int_equal(sg_policy_step(policy, obs, act, scratch), SG_POLICY_OK);
  sg_policy_free(policy);
  snprintf(golden, sizeof(golden), "obs=%a,%a,%a act=%a,%a", (double)obs[0], (double)obs[1],
           (double)obs[2], (double)act[0], (double)act[1]);
  make_file(file, golden, TENSORS, NUMBERS, 26);
}


static SgPolicy* load(const File* file) {
  char why[256] = "";
  SgPolicy* policy = sg_policy_load(file->bytes, file->size, why, sizeof(why));
  assert_true(policy || why[0]);
  return policy;
}


static void assert_refused(const File* file) {
  SgPolicy* policy = load(file);
  assert_null(policy);
}


//-------------------------------- computing -----------------------------------------------------

static void step_agrees_with_a_reference_in_double(void** state) {
  (void)state;
  static File file;
  make_good_file(&file);
  SgPolicy* policy = load(&file);
  assert_non_null(policy);
  assert_int_equal(sg_policy_nobs(policy), NOBS);
  assert_int_equal(sg_policy_nact(policy), NACT);
  assert_string_equal(sg_policy_meta(policy, "softgait.task"), "toy");

  for (int i = 0; i < 1000; i++) {
    float obs[NOBS], act[NACT] = {999, 999}, scratch[64];
    double wanted[NACT];
    for (int j = 0; j < NOBS; j++) {
      obs[j] = (float)((i * 37 + j * 101) % 400 - 200) / 13.0f;
    }
    assert_int_equal(sg_policy_step(policy, obs, act, scratch), SG_POLICY_OK);
    reference(obs, wanted);
    for (int j = 0; j < NACT; j++) {
      assert_true(fabs((double)act[j] - wanted[j]) < 2e-6);
    }
  }
  sg_policy_free(policy);
}


static void observation_that_is_not_finite_gives_the_safe_action(void** state) {
  (void)state;
  static File file;
  const float wrong[] = {NAN, INFINITY, -INFINITY};
  make_good_file(&file);
  SgPolicy* policy = load(&file);
  for (int i = 0; i < 3; i++) {
    for (int j = 0; j < NOBS; j++) {
      float obs[NOBS] = {1, 2, 3}, act[NACT] = {999, 999}, scratch[64];
      obs[j] = wrong[i];
      assert_int_equal(sg_policy_step(policy, obs, act, scratch), SG_POLICY_NOT_FINITE);
      assert_true(act[0] == 0.5f && act[1] == 0.0f);
    }
  }

  // so large that a layer overflows: never NaN
  float obs[NOBS] = {FLT_MAX, -FLT_MAX, 0}, act[NACT] = {999, 999}, scratch[64];
  sg_policy_step(policy, obs, act, scratch);
  assert_true(isfinite(act[0]) && isfinite(act[1]));
  sg_policy_free(policy);
}


static void tanh_is_within_two_units_everywhere(void** state) {
  (void)state;
  double worst = 0;

  // every 997th float from the smallest denormal up to 20
  for (uint32_t bits = 1; bits < 0x41a00000u; bits += 997) {
    float x;
    memcpy(&x, &bits, sizeof(x));
    float y = sg_policy_tanh(x);
    double exact = tanh((double)x);
    double unit = (double)(nextafterf((float)exact, 2.0f) - (float)exact);
    worst = fmax(worst, fabs((double)y - exact) / unit);
    assert_true(sg_policy_tanh(-x) == -y && y <= 1.0f);
  }
  printf("  worst error of tanh: %.3f units in the last place\n", worst);
  assert_true(worst < 2);
  assert_true(sg_policy_tanh(INFINITY) == 1.0f && sg_policy_tanh(-INFINITY) == -1.0f);
  assert_true(isnan(sg_policy_tanh(NAN)) && sg_policy_tanh(0.0f) == 0.0f);
  assert_true(signbit(sg_policy_tanh(-0.0f)) && !signbit(sg_policy_tanh(0.0f)));
}


//-------------------------------- refusing ------------------------------------------------------

static void every_flipped_bit_is_refused(void** state) {
  (void)state;
  static File file;
  make_good_file(&file);
  for (size_t i = 0; i < file.size; i++) {
    for (int bit = 0; bit < 8; bit++) {
      file.bytes[i] = (char)(file.bytes[i] ^ (1 << bit));
      SgPolicy* policy = load(&file);
      if (policy) {
        fail_msg("byte %zu, bit %d: a flipped bit went unnoticed", i, bit);
      }
      file.bytes[i] = (char)(file.bytes[i] ^ (1 << bit));
    }
  }
  SgPolicy* policy = load(&file);
  assert_non_null(policy);
  sg_policy_free(policy);
}


static void every_truncation_is_refused(void** state) {
  (void)state;
  static File file;
  make_good_file(&file);
  size_t whole = file.size;
  for (file.size = 0; file.size < whole; file.size++) {
    assert_refused(&file);
  }
  file.size = whole + 1;
  assert_refused(&file);
}


static void hostile_headers_are_refused(void** state) {
  (void)state;
  static File file;
  static const char* const headers[] = {
      "",
      "{",
      "{}",
      "[]",
      "{\"a\":1}",
      "{\"__metadata__\":{}}",
      "{\"__metadata__\":{\"a\":\"b\",\"a\":\"c\"}}",
      "{\"__metadata__\":{\"a\":\"b\"},\"__metadata__\":{\"c\":\"d\"}}",
      "{\"a\":{\"dtype\":\"F64\",\"shape\":[1],\"data_offsets\":[0,4]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[-1],\"data_offsets\":[0,4]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1,1,1],\"data_offsets\":[0,4]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,4]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[99999999999999999999],\"data_offsets\":[0,4]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,0]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4],\"shape\":[1]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"F32\","
      "\"shape\":[1],"
      "\"data_offsets\":[4,8]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\","
      "\"shape\":[1],"
      "\"data_offsets\":[8,12]}}",
      "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"F32\","
      "\"shape\":[1],"
      "\"data_offsets\":[0,4]}}",
      "{\"a\\u0041\":{}}",
      "{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{{",
  };
  for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++) {
    assemble(&file, headers[i], NUMBERS, 2);
    assert_refused(&file);
  }

  // a header longer than the file, and longer than memory
  make_good_file(&file);
  memset(file.bytes, 0xff, 8);
  assert_refused(&file);
}


static void wrong_contents_with_a_right_digest_are_refused(void** state) {
  (void)state;
  static File file;
  float numbers[26];
  memcpy(numbers, NUMBERS, sizeof(numbers));

  // golden vectors that do not come out, are malformed, or are missing
  make_file(&file, "obs=0x1p+0,0x1p+0,0x1p+0 act=0x1p+0,0x1p+0", TENSORS, NUMBERS, 26);
  assert_refused(&file);
  make_file(&file, "obs=1 act=2", TENSORS, NUMBERS, 26);
  assert_refused(&file);
  make_file(&file, "", TENSORS, NUMBERS, 26);
  assert_refused(&file);

  // a weight that is not finite
  numbers[5] = NAN;
  make_file(&file, "", TENSORS, numbers, 26);
  assert_null(sg_policy_load_unproved(file.bytes, file.size, NULL, 0));

  // a tensor that has no use
  char tensors[1024];
  snprintf(tensors, sizeof(tensors),
           "%s,\"spare\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[104,108]}", TENSORS);
  make_file(&file, "", tensors, NUMBERS, 26);
  memcpy(file.bytes + file.size, NUMBERS, 4);
  file.size += 4;
  assert_null(sg_policy_load_unproved(file.bytes, file.size, NULL, 0));
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(step_agrees_with_a_reference_in_double),
      cmocka_unit_test(observation_that_is_not_finite_gives_the_safe_action),
      cmocka_unit_test(tanh_is_within_two_units_everywhere),
      cmocka_unit_test(every_flipped_bit_is_refused),
      cmocka_unit_test(every_truncation_is_refused),
      cmocka_unit_test(hostile_headers_are_refused),
      cmocka_unit_test(wrong_contents_with_a_right_digest_are_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
