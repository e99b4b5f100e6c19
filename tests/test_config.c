// Configuration: what is refused, in which words; and who wins.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "train/config.h"


static SgConfig defaults(void) {
  SgConfig config;
  assert_int_equal(sg_config_preset(&config, "sac", NULL), SG_OK);
  return config;
}


// refused as a usage error, in a sentence that names the key
static void assert_refused(const char* key, const char* text) {
  SgConfig config = defaults();
  SgError error = {0};
  if (sg_config_set(&config, key, text, SG_FROM_SET, &error) != SG_USAGE) {
    fail_msg("%s=%s was taken", key, text);
  }
  assert_non_null(strstr(error.text, key));
}


static void every_number_out_of_range_is_refused(void** state) {
  (void)state;
  static const char* const wrong[][2] = {{"sac.lr", "0"},
                                         {"sac.lr", "1"},
                                         {"sac.batch", "0"},
                                         {"sac.batch", "1.5"},
                                         {"sac.hidden", "[]"},
                                         {"sac.hidden", "[0]"},
                                         {"sac.hidden", "256"},
                                         {"sac.hidden", "[1,2,3,4,5]"},
                                         {"sac.critic_hidden", "[-1]"},
                                         {"sac.gamma", "1"},
                                         {"sac.gamma", "-0.1"},
                                         {"sac.tau", "0"},
                                         {"sac.tau", "1.01"},
                                         {"sac.alpha", "0"},
                                         {"sac.alpha", "automatic"},
                                         {"sac.target_entropy", "x"},
                                         {"sac.log_std_min", "-51"},
                                         {"sac.log_std_max", "11"},
                                         {"sac.start_steps", "-1"},
                                         {"sac.update_after", "-1"},
                                         {"sac.update_every", "0"},
                                         {"sac.updates_per_step", "1001"},
                                         {"sac.replay", "1"},
                                         {"train.steps", "0"},
                                         {"train.seed", "-1"},
                                         {"train.envs", "0"},
                                         {"train.eval_every", "0"},
                                         {"train.eval_episodes", "0"},
                                         {"train.checkpoint_seconds", "0.1"},
                                         {"train.on_bad_step", "retry"},
                                         {"math.backend", "mkl"},
                                         {"math.isa", "sse9"}};
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
    assert_refused(wrong[i][0], wrong[i][1]);
  }
}


static void no_key_takes_what_is_no_finite_number(void** state) {
  (void)state;
  static const char* const texts[] = {"nan", "inf", "-inf", "1e999", "",
                                      " 1",  "1 ",  "0x",   "1,5",   "abc"};
  int n;
  const SgConfigKey* keys = sg_config_keys(&n);
  for (int i = 0; i < n; i++) {
    for (size_t j = 0; j < sizeof(texts) / sizeof(texts[0]); j++) {
      assert_refused(keys[i].name, texts[j]);
    }
  }
}


static void unknown_names_get_the_nearest_match(void** state) {
  (void)state;
  SgConfig config = defaults();
  SgError error = {0};
  assert_int_equal(sg_config_set(&config, "sac.gama", "0.9", SG_FROM_SET, &error), SG_USAGE);
  assert_non_null(strstr(error.text, "did you mean 'sac.gamma'?"));
  assert_int_equal(sg_config_preset(&config, "spinupp", &error), SG_USAGE);
  assert_non_null(strstr(error.text, "did you mean 'spinup'?"));
}


static void presets_are_the_published_ones(void** state) {
  (void)state;
  SgConfig sac = defaults(), spinup;
  assert_int_equal(sg_config_preset(&spinup, "spinup", NULL), SG_OK);
  assert_int_equal(sg_config_resolve(&sac, 3, NULL), SG_OK);
  assert_int_equal(sg_config_resolve(&spinup, 3, NULL), SG_OK);
  assert_true(sac.lr == 3e-4 && sac.batch == 256 && sac.alpha_auto && sac.target_entropy == -3);
  assert_true(sac.start_steps == 1000 && sac.update_after == 1000 && sac.update_every == 1);
  assert_true(spinup.lr == 1e-3 && spinup.batch == 100 && !spinup.alpha_auto &&
              spinup.alpha == 0.2);
  assert_true(spinup.start_steps == 10000 && spinup.update_after == 1000 &&
              spinup.update_every == 50);
}


static void entropy_that_no_policy_reaches_is_refused(void** state) {
  (void)state;
  SgConfig config = defaults();
  SgError error = {0};
  assert_int_equal(sg_config_set(&config, "sac.target_entropy", "2.1", SG_FROM_SET, &error), SG_OK);
  SgConfig fixed = config;
  assert_int_equal(sg_config_resolve(&config, 3, &error), SG_USAGE);
  assert_non_null(strstr(error.text, "sac.target_entropy"));

  // a fixed temperature has no target
  assert_int_equal(sg_config_set(&fixed, "sac.alpha", "0.2", SG_FROM_SET, &error), SG_OK);
  assert_int_equal(sg_config_resolve(&fixed, 3, &error), SG_OK);
}


// a file with this text, applied
static SgStatus load_text(SgConfig* config, const char* text, SgError* error) {
  char path[] = "/tmp/softgait-config-XXXXXX";
  int file = mkstemp(path);
  assert_true(file >= 0 && write(file, text, strlen(text)) == (ssize_t)strlen(text));
  close(file);
  SgStatus status = sg_config_load(config, path, error);
  unlink(path);
  return status;
}


static void files_are_read_nested_or_dotted(void** state) {
  (void)state;
  SgConfig config = defaults();
  SgError error = {0};
  const char* text =
      "preset: spinup\nsac: {lr: 2e-3, hidden: [64, 32]}\ntrain.steps: 1e4\ntask: {frame_skip: "
      "2}\n";
  if (load_text(&config, text, &error) != SG_OK) {
    fail_msg("%s", error.text);
  }
  assert_true(config.lr == 2e-3 && config.nhidden == 2 && config.hidden[1] == 32 &&
              config.steps == 10000);
  assert_true(config.batch == 100 && config.nsetting == 1);
  assert_string_equal(config.settings[0].name, "frame_skip");
}


static void wrong_files_are_refused_with_their_place(void** state) {
  (void)state;
  static const char* const wrong[][2] = {
      {"", "empty"},
      {"sac: {lr: 3}\n", ":1:11: sac.lr is '3'"},
      {"sac:\n  lrr: 3e-4\n", ":2:8: there is no key 'sac.lrr'"},
      {"sac:\n  lr: 3e-4\n  lr: 3e-4\n", ":3:7: the key 'lr' stands here a second time"},
      {"sac: [\n", ":2:1:"},
      {"preset: fast\n", "there is no preset"},
      {"- 1\n", "a configuration is a map"},
      {"sac: &a {lr: 3e-4}\ntrain: *a\n", "alias"},
      {"sac: {lr: !special 3e-4}\n", "tags"},
      {"a: 1\n---\nb: 2\n", "second document"},
      {"sac: {lr: \"\xff\xfe\"}\n", "UTF-8"}};
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
    SgConfig config = defaults();
    SgError error = {0};
    assert_int_equal(load_text(&config, wrong[i][0], &error), SG_FILE);
    if (!strstr(error.text, wrong[i][1])) {
      fail_msg("expected '%s' in: %s", wrong[i][1], error.text);
    }
  }
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_number_out_of_range_is_refused),
      cmocka_unit_test(no_key_takes_what_is_no_finite_number),
      cmocka_unit_test(unknown_names_get_the_nearest_match),
      cmocka_unit_test(presets_are_the_published_ones),
      cmocka_unit_test(entropy_that_no_policy_reaches_is_refused),
      cmocka_unit_test(files_are_read_nested_or_dotted),
      cmocka_unit_test(wrong_files_are_refused_with_their_place),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
