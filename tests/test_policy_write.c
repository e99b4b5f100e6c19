// The policy file: what the learner computes is what the file says, byte for byte the same each
// time, and nothing that was changed on the way is taken for it.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "policy/policy.h"
#include "task/guard.h"
#include "temp_folder.h"
#include "train/policy_write.h"

static const char MODEL[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

// a task with an untrained learner for it
typedef struct Fixture {
  SgTask* task;
  const SgTaskInfo* info;
  SgPool* pool;
  SgSac* sac;
} Fixture;


static Fixture open_learner(const char* name, uint64_t seed) {
  char path[1024];
  SgError error = {0};
  Fixture f = {.pool = sg_pool_create(1, &error)};
  if (sg_task_find(name, path, sizeof(path), &error) == SG_OK) {
    f.task = sg_task_load(path, NULL, 0, &error);
  }
  if (!f.task) {
    fail_msg("%s", error.text);
  }
  f.info = sg_task_info(f.task);
  SgSacConfig config = sg_sac_default(f.info->nobs, f.info->nact);
  config.nhidden = 3;
  config.hidden[0] = 24;
  config.hidden[1] = 8;
  config.hidden[2] = 16;
  config.seed = seed;
  f.sac = sg_sac_create(&config, sg_kernels_ref(), f.pool, &error);
  assert_non_null(f.sac);
  return f;
}


static void close_learner(Fixture* f) {
  sg_sac_destroy(f->sac);
  sg_pool_destroy(f->pool);
  sg_task_free(f->task);
}


static char* write_policy(const Fixture* f, int64_t step, size_t* size) {
  SgError error = {0};
  SgPolicySummary summary = {
      .step = step, .updates = 90, .seed = 3, .preset = "sac", .model_sha256 = MODEL};
  char* bytes = sg_policy_bytes(f->sac, f->task, &summary, size, &error);
  if (!bytes) {
    fail_msg("%s", error.text);
  }
  return bytes;
}


static SgPolicy* load(const char* bytes, size_t size) {
  char why[256] = "";
  SgPolicy* policy = sg_policy_load(bytes, size, why, sizeof(why));
  if (!policy) {
    fail_msg("%s", why);
  }
  return policy;
}


//-------------------------------- tests ---------------------------------------------------------

static void the_same_policy_gives_the_same_bytes(void** state) {
  (void)state;
  Fixture f = open_learner("hopper", 3), g = open_learner("hopper", 3),
          h = open_learner("hopper", 4);
  size_t sizes[5];
  char* files[] = {write_policy(&f, 100, &sizes[0]), write_policy(&f, 100, &sizes[1]),
                   write_policy(&g, 100, &sizes[2]), write_policy(&h, 100, &sizes[3]),
                   write_policy(&f, 101, &sizes[4])};
  for (int i = 1; i < 5; i++) {
    bool same = sizes[i] == sizes[0] && memcmp(files[i], files[0], sizes[0]) == 0;
    assert_int_equal(same, i < 3);
  }
  for (int i = 0; i < 5; i++) {
    sg_file_free(files[i]);
  }
  close_learner(&f);
  close_learner(&g);
  close_learner(&h);
}


// the runtime's action against the learner's mean action in the environment's units
static void compare_actions(const Fixture* f, const SgPolicy* policy, double width) {
  float obs[64], ours[16], learner[16];
  void* scratch = malloc(sg_policy_scratch(policy));
  SgRng rng = sg_rng_make(5, SG_RNG_TEST, 0, 0);
  for (int k = 0; k < 200; k++) {
    for (int i = 0; i < f->info->nobs; i++) {
      obs[i] = (float)(width * sg_rng_normal(&rng));
    }
    ours[0] = 999;
    assert_int_equal(sg_policy_step(policy, obs, ours, scratch), SG_POLICY_OK);
    sg_sac_act(f->sac, learner, obs, 1, true, 0);
    for (int i = 0; i < f->info->nact; i++) {
      double ctrl = f->info->act_scale[i] * (double)learner[i] + f->info->act_offset[i];
      assert_true(fabs((double)ours[i] - ctrl) <= 1e-5);
    }
  }
  free(scratch);
}


static void the_runtime_acts_as_the_learner_does(void** state) {
  (void)state;
  temp_cart("robot", "1", "0");  // its actuator goes from -2 to 3
  static const char* const tasks[] = {"hopper", "half_cheetah", "inverted_pendulum",
                                      "robot/cart.yaml"};
  for (size_t i = 0; i < sizeof(tasks) / sizeof(tasks[0]); i++) {
    Fixture f = open_learner(tasks[i], 3);
    size_t size;
    char* bytes = write_policy(&f, 100, &size);
    SgPolicy* policy = load(bytes, size);
    assert_int_equal(sg_policy_nobs(policy), f.info->nobs);
    assert_int_equal(sg_policy_nact(policy), f.info->nact);
    compare_actions(&f, policy, 0.1);
    compare_actions(&f, policy,
                    1.5);  // within the clips: the environment applies them for the learner
    sg_policy_free(policy);
    sg_file_free(bytes);
    close_learner(&f);
  }
}


static void expect_meta(const SgPolicy* policy, const char* key, const char* value) {
  assert_non_null(sg_policy_meta(policy, key));
  assert_string_equal(sg_policy_meta(policy, key), value);
}


static void the_contract_tells_the_task(void** state) {
  (void)state;
  temp_cart("robot", "1", "0");
  Fixture f = open_learner("robot/cart.yaml", 3);
  size_t size;
  char* bytes = write_policy(&f, 100, &size);
  SgPolicy* policy = load(bytes, size);
  expect_meta(policy, "softgait.format", "1");
  expect_meta(policy, "softgait.task", "cart");
  expect_meta(policy, "softgait.observation",
              "term=qpos size=1 unit=si scale=1 offset=0 clip=-inf,inf history=1 "
              "elements=qpos:slide\n"
              "term=qvel size=1 unit=si scale=1 offset=0 clip=-inf,inf history=1 "
              "elements=qvel:slide");
  expect_meta(policy, "softgait.action",
              "actuator=push mode=control scale=2.5 offset=0.5 low=-2 high=3");
  expect_meta(policy, "softgait.safe_action", "values=0");
  expect_meta(policy, "softgait.timing", "period=0.02 timestep=0.01");
  expect_meta(policy, "softgait.training", "preset=sac step=100 updates=90 seed=3");
  expect_meta(policy, "softgait.mujoco", "version=3.17.0");
  assert_string_equal(sg_policy_meta(policy, "softgait.model") + 7, MODEL);
  sg_policy_free(policy);
  sg_file_free(bytes);
  close_learner(&f);
}


static void a_clip_of_the_task_is_the_runtimes_too(void** state) {
  (void)state;
  Fixture f = open_learner("hopper", 3);  // velocities are clipped to [-10, 10]
  size_t size;
  char* bytes = write_policy(&f, 100, &size);
  SgPolicy* policy = load(bytes, size);
  void* scratch = malloc(sg_policy_scratch(policy));
  float far[11] = {1, 0, 0, 0, 0, 1e4f, -1e4f, 0, 0, 0, 0}, at_edge[11] = {1, 0, 0, 0, 0, 10, -10};
  float one[3] = {999}, two[3] = {0};
  assert_int_equal(sg_policy_step(policy, far, one, scratch), SG_POLICY_OK);
  assert_int_equal(sg_policy_step(policy, at_edge, two, scratch), SG_POLICY_OK);
  assert_memory_equal(one, two, sizeof(one));
  free(scratch);
  sg_policy_free(policy);
  sg_file_free(bytes);
  close_learner(&f);
}


static void a_file_with_any_bit_flipped_or_cut_is_refused(void** state) {
  (void)state;
  Fixture f = open_learner("inverted_pendulum", 3);
  size_t size;
  char *bytes = write_policy(&f, 100, &size), why[256];
  for (size_t i = 0; i < size; i += 7) {
    bytes[i] = (char)(bytes[i] ^ (1 << (i % 8)));
    why[0] = '\0';
    SgPolicy* policy = sg_policy_load(bytes, size, why, sizeof(why));
    if (policy) {
      fail_msg("byte %zu may change unseen", i);
    }
    assert_true(why[0]);
    bytes[i] = (char)(bytes[i] ^ (1 << (i % 8)));
  }
  for (size_t cut = 1; cut < size; cut = cut * 3 / 2 + 1) {
    assert_null(sg_policy_load(bytes, size - cut, why, sizeof(why)));
  }
  sg_policy_free(load(bytes, size));  // and whole, it is still one
  sg_file_free(bytes);
  close_learner(&f);
}


static void names_that_a_contract_cannot_hold_are_refused(void** state) {
  (void)state;
  static const char* const names[] = {"my slide", "a,b", "\xff"};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    char text[1024];
    size_t size;
    SgError error = {0};
    SgPolicySummary summary = {.preset = "sac", .model_sha256 = MODEL};
    temp_cart("robot", "1", "0");
    snprintf(text, sizeof(text),
             "<mujoco><worldbody><body><joint name='j' type='slide'/><geom size='0.1'/></body>"
             "</worldbody><actuator><motor name='%s' joint='j' ctrlrange='-1 1'/></actuator>"
             "</mujoco>",
             names[i]);
    temp_write("robot/cart.xml", text);
    Fixture f = open_learner("robot/cart.yaml", 1);
    assert_null(sg_policy_bytes(f.sac, f.task, &summary, &size, &error));
    assert_int_equal(error.status, SG_FILE);
    assert_non_null(strstr(error.text, names[i]));
    assert_non_null(strstr(error.text, "robot/cart.xml"));
    close_learner(&f);
  }
}


int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, temp_folder_enter, temp_folder_leave)
  const struct CMUnitTest tests[] = {
      TEST(the_same_policy_gives_the_same_bytes),
      TEST(the_runtime_acts_as_the_learner_does),
      TEST(the_contract_tells_the_task),
      TEST(a_clip_of_the_task_is_the_runtimes_too),
      TEST(a_file_with_any_bit_flipped_or_cut_is_refused),
      TEST(names_that_a_contract_cannot_hold_are_refused),
  };
  sg_guard_install();
  return cmocka_run_group_tests_name("policy_write", tests, NULL, NULL);
}
