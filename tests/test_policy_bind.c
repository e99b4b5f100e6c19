// Binding by name: any order of the host's names gives the same actions, and a name that is
// missing, doubled or mistyped gives one sentence.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/policy.h"
#include "policy_file.h"

enum {
  NCHANNEL = 5,
  NACT = 3,
  NEXTRA = 2,  // numbers of the host that the policy does not use
  NHOST = NCHANNEL + NEXTRA
};

static const PolicyShape SHAPE = {
    .nelement = NCHANNEL, .nact = NACT, .nlayer = 2, .width = 8, .history = 2};

// what the policy calls its numbers
static const char* const CHANNELS[NCHANNEL] = {"qpos:root", "qvel:joint_1", "qvel:joint_2",
                                               "qvel:joint_3", "qvel:joint_4"};


static SgPolicy* open_policy(void) {
  size_t size;
  PolicySpec* spec = spec_make(&SHAPE, 5);
  char why[256] = "", *bytes = spec_bytes(spec, &size);
  SgPolicy* policy = sg_policy_load(bytes, size, why, sizeof(why));
  free(bytes);
  spec_free(spec);
  if (!policy) {
    fail_msg("%s", why);
  }
  return policy;
}


static void the_policy_tells_its_names(void** state) {
  (void)state;
  SgPolicy* policy = open_policy();
  assert_int_equal(sg_policy_nchannel(policy), NCHANNEL);
  assert_int_equal(sg_policy_nobs(policy), 1 + 2 * (NCHANNEL - 1));
  assert_int_equal(sg_policy_nact(policy), NACT);
  for (int i = 0; i < NCHANNEL; i++) {
    assert_string_equal(sg_policy_channel(policy, i), CHANNELS[i]);
  }
  assert_string_equal(sg_policy_actuator(policy, 2), "joint_2");
  assert_null(sg_policy_channel(policy, NCHANNEL));
  assert_null(sg_policy_actuator(policy, -1));
  assert_null(sg_policy_command(policy, 0));
  assert_true(sg_policy_period(policy) == 0.02 && sg_policy_timestep(policy) == 0.005);
  sg_policy_free(policy);
}


// one action with the host's numbers in the order of its names
static void act_by_name(const SgPolicy* policy, const char* const* names, float* act) {
  int index[NCHANNEL];
  double memory[512];
  float host[NHOST], now[NCHANNEL];
  SgPolicyBinding binding = {.index = index};
  char why[256] = "";
  if (!sg_policy_bind(policy, &binding, names, NHOST, NULL, 0, why, sizeof(why))) {
    fail_msg("%s", why);
  }
  assert_int_equal(binding.n, NCHANNEL);

  // a number that belongs to the name, wherever it stands
  for (int i = 0; i < NHOST; i++) {
    host[i] = (float)names[i][strlen(names[i]) - 1] / 100;
  }
  sg_policy_gather(&binding, host, now);
  SgPolicyState* running = sg_policy_state_init(policy, memory, sizeof(memory));
  assert_non_null(running);
  assert_int_equal(sg_policy_step_now(running, now, NULL, act), SG_POLICY_OK);
}


static void any_order_of_the_hosts_names_gives_the_same_action(void** state) {
  (void)state;
  SgPolicy* policy = open_policy();
  const char* names[NHOST] = {"imu:x", "imu:y"};
  float first[NACT], again[NACT];
  uint32_t rng = 3;
  memcpy(names + NEXTRA, CHANNELS, sizeof(CHANNELS));
  act_by_name(policy, names, first);
  for (int round = 0; round < 100; round++) {
    for (int i = NHOST - 1; i > 0; i--) {
      int j = (int)(draw(&rng) % (uint32_t)(i + 1));
      const char* swap = names[i];
      names[i] = names[j];
      names[j] = swap;
    }
    act_by_name(policy, names, again);
    assert_memory_equal(again, first, sizeof(first));
  }

  // and the numbers matter: with two of them exchanged it is another action
  const char* wrong[NHOST] = {"imu:x",        "imu:y",        "qpos:root",   "qvel:joint_2",
                              "qvel:joint_1", "qvel:joint_3", "qvel:joint_4"};
  float host[NHOST], now[NCHANNEL], other[NACT];
  double memory[512];
  for (int i = 0; i < NHOST; i++) {
    host[i] = (float)wrong[i][strlen(wrong[i]) - 1] / 100;
  }
  memcpy(now, host + NEXTRA, sizeof(now));
  SgPolicyState* running = sg_policy_state_init(policy, memory, sizeof(memory));
  sg_policy_step_now(running, now, NULL, other);
  assert_memory_not_equal(other, first, sizeof(first));
  sg_policy_free(policy);
}


static void renames_reach_elements_and_whole_channels(void** state) {
  (void)state;
  SgPolicy* policy = open_policy();
  static const char* const names[] = {"qvel:KnEE", "height", "qvel:joint_2", "qvel:joint_3",
                                      "qvel:joint_4"};
  static const SgPolicyRename renames[] = {{"joint_1", "KnEE"}, {"qpos:root", "height"}};
  int index[NCHANNEL];
  char why[256] = "";
  SgPolicyBinding binding = {.index = index};
  if (!sg_policy_bind(policy, &binding, names, NCHANNEL, renames, 2, why, sizeof(why))) {
    fail_msg("%s", why);
  }
  assert_int_equal(index[0], 1);
  assert_int_equal(index[1], 0);
  assert_int_equal(index[4], 4);
  sg_policy_free(policy);
}


//-------------------------------- refusals ------------------------------------------------------

// binding fails with a sentence that holds all of these
static void assert_refused(const SgPolicy* policy, int actions, const char* const* names, int n,
                           const SgPolicyRename* renames, int nrename, const char* part,
                           const char* other) {
  int index[NCHANNEL];
  char why[300] = "";
  SgPolicyBinding binding = {.index = index, .n = 7};
  int fine =
      actions
          ? sg_policy_bind_actions(policy, &binding, names, n, renames, nrename, why, sizeof(why))
          : sg_policy_bind(policy, &binding, names, n, renames, nrename, why, sizeof(why));
  assert_false(fine);
  assert_int_equal(binding.n, 0);
  if (!strstr(why, part) || !strstr(why, other) || strchr(why, '\n')) {
    fail_msg("'%s' lacks '%s' or '%s'", why, part, other);
  }
}


static void wrong_channels_get_one_sentence(void** state) {
  (void)state;
  SgPolicy* policy = open_policy();
  const char* names[NHOST + 1];
  memcpy(names, CHANNELS, sizeof(CHANNELS));

  // each missing in turn, mistyped in turn, doubled in turn
  for (int i = 0; i < NCHANNEL; i++) {
    char typed[32];
    names[i] = names[NCHANNEL - 1];
    assert_refused(policy, 0, names, NCHANNEL - 1, NULL, 0, CHANNELS[i], "does not have");
    snprintf(typed, sizeof(typed), "%sx", CHANNELS[i]);
    names[i] = typed;
    assert_refused(policy, 0, names, NCHANNEL, NULL, 0, CHANNELS[i], typed);
    names[i] = CHANNELS[i];
    names[NCHANNEL] = CHANNELS[i];
    assert_refused(policy, 0, names, NCHANNEL + 1, NULL, 0, CHANNELS[i], "twice");
  }
  assert_refused(policy, 0, NULL, 0, NULL, 0, "qpos:root", "does not have");

  // renames: of nothing, twice, into the same
  static const SgPolicyRename nothing[] = {{"joint_9", "knee"}};
  static const SgPolicyRename twice[] = {{"joint_1", "a"}, {"joint_1", "b"}};
  static const SgPolicyRename same[] = {{"joint_1", "joint_2"}};
  static const SgPolicyRename missing[] = {{"joint_1", "knee"}};
  assert_refused(policy, 0, CHANNELS, NCHANNEL, nothing, 1, "joint_9", "no use");
  assert_refused(policy, 0, CHANNELS, NCHANNEL, twice, 2, "joint_1", "renamed twice");
  assert_refused(policy, 0, CHANNELS, NCHANNEL, same, 1, "qvel:joint_1", "qvel:joint_2");
  assert_refused(policy, 0, CHANNELS, NCHANNEL, missing, 1, "qvel:joint_1", "qvel:knee");
  sg_policy_free(policy);
}


static void wrong_actuators_get_one_sentence(void** state) {
  (void)state;
  SgPolicy* policy = open_policy();
  static const char* const right[] = {"joint_2", "joint_0", "joint_1"};
  static const char* const more[] = {"joint_2", "joint_0", "joint_1", "gripper"};
  static const char* const typed[] = {"joint_2", "joint_0", "joimt_1"};
  static const char* const doubled[] = {"joint_2", "joint_0", "joint_0"};
  int index[NCHANNEL];
  float act[NACT] = {10, 11, 12}, host[NACT] = {0};
  SgPolicyBinding binding = {.index = index};
  assert_true(sg_policy_bind_actions(policy, &binding, right, NACT, NULL, 0, NULL, 0));
  sg_policy_scatter(&binding, act, host);
  assert_true(host[0] == 12 && host[1] == 10 && host[2] == 11);

  assert_refused(policy, 1, more, 4, NULL, 0, "gripper", "drives no actuator");
  assert_refused(policy, 1, typed, NACT, NULL, 0, "joint_1", "joimt_1");
  assert_refused(policy, 1, doubled, NACT, NULL, 0, "joint_0", "twice");
  assert_refused(policy, 1, right, 2, NULL, 0, "joint_1", "does not have");
  sg_policy_free(policy);
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(the_policy_tells_its_names),
      cmocka_unit_test(any_order_of_the_hosts_names_gives_the_same_action),
      cmocka_unit_test(renames_reach_elements_and_whole_channels),
      cmocka_unit_test(wrong_channels_get_one_sentence),
      cmocka_unit_test(wrong_actuators_get_one_sentence),
  };
  return cmocka_run_group_tests_name("policy_bind", tests, NULL, NULL);
}
