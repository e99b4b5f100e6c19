// The configuration: every key's limits, who overrides whom, files, and the way there and back.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "temp_folder.h"
#include "train/config.h"


static SgConfig preset(const char* name) {
  SgConfig config;
  memset(&config, 0x55, sizeof(config));
  assert_int_equal(sg_config_preset(&config, name, NULL), SG_OK);
  return config;
}


static int place_of(const char* name) {
  int n;
  const SgConfigKey* keys = sg_config_keys(&n);
  for (int i = 0; i < n; i++) {
    if (strcmp(keys[i].name, name) == 0) {
      return i;
    }
  }
  fail_msg("no key %s", name);
  return -1;
}


// what a key is now, and where that came from
static void expect(const SgConfig* config, const char* name, const char* value,
                   const char* source) {
  char text[128] = "999";
  sg_config_value(config, place_of(name), text, sizeof(text));
  assert_string_equal(text, value);
  assert_string_equal(sg_config_source(config, place_of(name)), source);
}


//-------------------------------- values --------------------------------------------------------

// a key with texts just inside its limits, and texts just outside
typedef struct Limits {
  const char* name;
  const char *fine[4], *wrong[4];
} Limits;

static const Limits LIMITS[] = {
    {"sac.lr", {"1e-12", "0.999"}, {"0", "1", "-3e-4"}},
    {"sac.batch", {"1", "1e6", "1000000"}, {"0", "1000001", "2.5", "-1"}},
    {"sac.hidden", {"[1]", "[16384, 1, 2, 3]", "[7,8]"}, {"[]", "[0]", "[1,2,3,4,5]", "[16385]"}},
    {"sac.critic_hidden", {"auto", "[400, 300]"}, {"256", "[1.5]", "[a]", "[256"}},
    {"sac.gamma", {"0", "0.9999"}, {"1", "-0.1", "1.1"}},
    {"sac.tau", {"1", "1e-12"}, {"0", "1.0001"}},
    {"sac.alpha", {"auto", "1e-12", "1e6"}, {"0", "-0.2", "1.1e6", "Auto"}},
    {"sac.target_entropy", {"auto", "-1e6", "1e6"}, {"-1.1e6", "1.1e6"}},
    {"sac.log_std_min", {"-50", "10"}, {"-50.1", "10.1"}},
    {"sac.log_std_max", {"-50", "10"}, {"-50.1", "10.1"}},
    {"sac.start_steps", {"0", "1e15"}, {"-1", "1.1e15", "0.5"}},
    {"sac.update_after", {"auto", "0", "1e15"}, {"-1", "1.1e15", "0.5"}},
    {"sac.update_every", {"1", "1e6"}, {"0", "1.1e6", "1.5"}},
    {"sac.updates_per_step", {"0", "1000"}, {"-1", "1001", "0.5"}},
    {"sac.replay", {"2", "1e10"}, {"1", "1.1e10", "2.5"}},
    {"train.steps", {"1", "1e15"}, {"0", "1.1e15", "1.5"}},
    {"train.seed", {"0", "1e15"}, {"-1", "1.1e15", "0.5"}},
    {"train.envs", {"1", "4096"}, {"0", "4097", "1.5"}},
    {"train.eval_every", {"1", "1e15"}, {"0", "1.1e15", "1.5"}},
    {"train.eval_episodes", {"1", "10000"}, {"0", "10001", "1.5"}},
    {"train.checkpoint_seconds", {"0.2", "1e9"}, {"0.19", "1.1e9"}},
    {"train.on_bad_step", {"stop", "skip"}, {"sto", "stop|skip", "Stop", "stopp"}},
    {"math.backend", {"auto", "own", "openblas", "ref"}, {"mkl", "re"}},
    {"math.isa", {"auto", "avx512", "avx2", "avx"}, {"avx51", "neon"}},
};


static void refuse(SgConfig* config, const char* name, const char* text) {
  SgConfig before = *config;
  SgError error = {0};
  assert_int_equal(sg_config_set(config, name, text, SG_FROM_SET, &error), SG_USAGE);
  assert_int_equal(error.status, SG_USAGE);

  // the sentence names the key, the value, what is allowed and what is usual
  char quoted[64];
  snprintf(quoted, sizeof(quoted), "'%s'", text);
  assert_non_null(strstr(error.text, name));
  assert_non_null(strstr(error.text, quoted));
  assert_non_null(strstr(error.text, "allowed: "));
  assert_non_null(strstr(error.text, "usual: "));
  assert_memory_equal(config, &before, sizeof(before));
}


static void every_key_has_its_limits_tested(void** state) {
  (void)state;
  int n, nlimit = (int)(sizeof(LIMITS) / sizeof(LIMITS[0]));
  const SgConfigKey* keys = sg_config_keys(&n);
  assert_int_equal(n, nlimit);
  for (int i = 0; i < n; i++) {
    assert_string_equal(keys[i].name, LIMITS[i].name);
    assert_true(keys[i].what[0] && keys[i].range[0] && keys[i].sac[0] && keys[i].spinup[0]);
  }
}


static void values_inside_the_limits_are_taken(void** state) {
  (void)state;
  SgConfig config = preset("sac");
  for (size_t i = 0; i < sizeof(LIMITS) / sizeof(LIMITS[0]); i++) {
    for (int j = 0; j < 4 && LIMITS[i].fine[j]; j++) {
      SgError error = {0};
      if (sg_config_set(&config, LIMITS[i].name, LIMITS[i].fine[j], SG_FROM_SET, &error) != SG_OK) {
        fail_msg("%s", error.text);
      }
      assert_string_equal(sg_config_source(&config, place_of(LIMITS[i].name)), "--set");
    }
  }
  assert_int_equal(config.batch, 1000000);
  assert_int_equal(config.nhidden, 2);
  assert_int_equal(config.hidden[0], 7);
  assert_int_equal(config.hidden[1], 8);
}


static void values_outside_the_limits_are_refused_one_by_one(void** state) {
  (void)state;
  static const char* const never[] = {"nan", "-nan", "inf", "-inf", "1e999", "",
                                      "abc", "1x",   "0x",  "1,5",  " 1",    "1 "};
  SgConfig config = preset("sac");
  for (size_t i = 0; i < sizeof(LIMITS) / sizeof(LIMITS[0]); i++) {
    for (int j = 0; j < 4 && LIMITS[i].wrong[j]; j++) {
      refuse(&config, LIMITS[i].name, LIMITS[i].wrong[j]);
    }
    for (size_t j = 0; j < sizeof(never) / sizeof(never[0]); j++) {
      refuse(&config, LIMITS[i].name, never[j]);
    }
  }
}


static void unknown_names_get_the_nearest(void** state) {
  (void)state;
  SgConfig config = preset("sac");
  SgError error = {0};
  assert_int_equal(sg_config_set(&config, "sac.gama", "0.9", SG_FROM_SET, &error), SG_USAGE);
  assert_non_null(strstr(error.text, "'sac.gama'"));
  assert_non_null(strstr(error.text, "did you mean 'sac.gamma'?"));
  assert_int_equal(sg_config_set(&config, "colour", "red", SG_FROM_SET, &error), SG_USAGE);
  assert_non_null(strstr(error.text, "'colour'"));
  assert_null(strstr(error.text, "did you mean"));
  assert_int_equal(sg_config_preset(&config, "spinupp", &error), SG_USAGE);
  assert_non_null(strstr(error.text, "did you mean 'spinup'?"));
}


static void presets_are_the_published_ones(void** state) {
  (void)state;
  SgConfig sac = preset("sac"), spinup = preset("spinup");
  expect(&sac, "sac.lr", "0.0003", "preset sac");
  expect(&sac, "sac.batch", "256", "preset sac");
  expect(&sac, "sac.alpha", "auto", "preset sac");
  expect(&sac, "sac.start_steps", "1000", "preset sac");
  expect(&sac, "sac.update_every", "1", "preset sac");
  expect(&spinup, "sac.lr", "0.001", "preset spinup");
  expect(&spinup, "sac.batch", "100", "preset spinup");
  expect(&spinup, "sac.alpha", "0.2", "preset spinup");
  expect(&spinup, "sac.start_steps", "10000", "preset spinup");
  expect(&spinup, "sac.update_after", "1000", "preset spinup");
  expect(&spinup, "sac.update_every", "50", "preset spinup");
  expect(&spinup, "sac.hidden", "[256, 256]", "preset spinup");
}


static void task_settings_are_kept_and_replaced(void** state) {
  (void)state;
  SgConfig config = preset("sac");
  SgTaskSetting settings[SG_MAX_SETTING];
  SgError error = {0};
  assert_int_equal(sg_config_set(&config, "task.a", "1", SG_FROM_FILE, &error), SG_OK);
  assert_int_equal(sg_config_set(&config, "task.b", "[0.7, inf]", SG_FROM_SET, &error), SG_OK);
  assert_int_equal(sg_config_set(&config, "task.a", "2", SG_FROM_SET, &error), SG_OK);
  assert_int_equal(sg_config_settings(&config, settings), 2);
  assert_string_equal(settings[0].name, "a");
  assert_string_equal(settings[0].text, "2");
  assert_string_equal(settings[1].text, "[0.7, inf]");
  assert_int_equal(sg_config_set(&config, "task.", "2", SG_FROM_SET, &error), SG_USAGE);

  // as many as there is room for
  for (int i = 2; i < SG_MAX_SETTING; i++) {
    char name[32];
    snprintf(name, sizeof(name), "task.p%d", i);
    assert_int_equal(sg_config_set(&config, name, "0", SG_FROM_SET, &error), SG_OK);
  }
  assert_int_equal(sg_config_set(&config, "task.more", "0", SG_FROM_SET, &error), SG_USAGE);
  assert_non_null(strstr(error.text, "task.more"));
}


//-------------------------------- resolving -----------------------------------------------------

static void values_follow_others_when_resolved(void** state) {
  (void)state;
  SgConfig config = preset("sac");
  assert_int_equal(sg_config_set(&config, "sac.start_steps", "77", SG_FROM_SET, NULL), SG_OK);
  assert_int_equal(sg_config_set(&config, "sac.hidden", "[5, 6]", SG_FROM_SET, NULL), SG_OK);
  assert_int_equal(sg_config_resolve(&config, 3, NULL), SG_OK);
  expect(&config, "sac.update_after", "77", "preset sac");
  expect(&config, "sac.critic_hidden", "[5, 6]", "preset sac");
  expect(&config, "sac.target_entropy", "-3", "preset sac");

  // what was set stays
  config = preset("spinup");
  assert_int_equal(sg_config_set(&config, "sac.critic_hidden", "[9]", SG_FROM_SET, NULL), SG_OK);
  assert_int_equal(sg_config_resolve(&config, 3, NULL), SG_OK);
  expect(&config, "sac.update_after", "1000", "preset spinup");
  expect(&config, "sac.critic_hidden", "[9]", "--set");
  SgSacConfig sac = sg_config_sac(&config, 11, 3);
  assert_int_equal(sac.ncritic_hidden, 1);
  assert_int_equal(sac.critic_hidden[0], 9);
  assert_int_equal(sac.nobs, 11);
  assert_false(sac.alpha_auto);
}


static void an_entropy_out_of_reach_is_refused_when_alpha_is_learned(void** state) {
  (void)state;
  SgError error = {0};
  SgConfig config = preset("sac");
  assert_int_equal(sg_config_set(&config, "sac.target_entropy", "2.05", SG_FROM_SET, NULL), SG_OK);
  assert_int_equal(sg_config_resolve(&config, 3, &error), SG_USAGE);
  assert_non_null(strstr(error.text, "sac.target_entropy is 2.05"));
  assert_non_null(strstr(error.text, "0.68"));
  assert_non_null(strstr(error.text, "usual: -3"));

  // just inside, or without meaning
  assert_int_equal(sg_config_set(&config, "sac.target_entropy", "2.04", SG_FROM_SET, NULL), SG_OK);
  assert_int_equal(sg_config_resolve(&config, 3, NULL), SG_OK);
  assert_int_equal(sg_config_set(&config, "sac.target_entropy", "99", SG_FROM_SET, NULL), SG_OK);
  assert_int_equal(sg_config_set(&config, "sac.alpha", "0.2", SG_FROM_SET, NULL), SG_OK);
  assert_int_equal(sg_config_resolve(&config, 3, NULL), SG_OK);
}


static void keys_that_contradict_each_other_are_refused(void** state) {
  (void)state;
  SgError error = {0};
  SgConfig config = preset("sac");
  assert_int_equal(sg_config_set(&config, "sac.log_std_min", "3", SG_FROM_SET, NULL), SG_OK);
  assert_int_equal(sg_config_resolve(&config, 3, &error), SG_USAGE);
  assert_non_null(strstr(error.text, "sac.log_std_min"));
  config = preset("sac");
  assert_int_equal(sg_config_set(&config, "sac.replay", "199", SG_FROM_SET, NULL), SG_OK);
  assert_int_equal(sg_config_set(&config, "train.envs", "100", SG_FROM_SET, NULL), SG_OK);
  assert_int_equal(sg_config_resolve(&config, 3, &error), SG_USAGE);
  assert_non_null(strstr(error.text, "sac.replay is 199"));
}


//-------------------------------- files ---------------------------------------------------------

static SgStatus load(SgConfig* config, const char* text, SgError* error) {
  temp_write("c.yaml", text);
  return sg_config_load(config, "c.yaml", error);
}


static void files_hold_groups_dotted_keys_and_a_preset(void** state) {
  (void)state;
  SgConfig config = preset("sac");
  SgError error = {0};
  SgStatus status = load(&config,
                         "sac: {lr: 1e-4, hidden: [32, 16]}\ntrain.steps: 1e5\npreset: spinup\n"
                         "task: {frame_skip: 3, range: [0.7, .inf]}\nmath:\n  backend: ref\n",
                         &error);
  assert_string_equal(error.text, "");
  assert_int_equal(status, SG_OK);
  assert_string_equal(config.preset, "spinup");
  expect(&config, "sac.lr", "0.0001", "file");
  expect(&config, "sac.hidden", "[32, 16]", "file");
  expect(&config, "train.steps", "100000", "file");
  expect(&config, "math.backend", "ref", "file");
  expect(&config, "sac.batch", "100", "preset spinup");
  assert_int_equal(config.nsetting, 2);
  assert_string_equal(config.settings[1].text, "[0.7, .inf]");
}


static void later_sources_win_key_by_key(void** state) {
  (void)state;
  SgConfig config = preset("spinup");
  assert_int_equal(
      load(&config, "sac: {lr: 1e-4, tau: 0.1, gamma: 0.5}\ntrain: {steps: 7}\n", NULL), SG_OK);
  assert_int_equal(sg_config_set(&config, "sac.tau", "0.2", SG_FROM_SET, NULL), SG_OK);
  assert_int_equal(sg_config_set(&config, "sac.gamma", "0.6", SG_FROM_SET, NULL), SG_OK);
  assert_int_equal(sg_config_set(&config, "train.steps", "8", SG_FROM_FLAG, NULL), SG_OK);
  expect(&config, "sac.batch", "100", "preset spinup");
  expect(&config, "sac.lr", "0.0001", "file");
  expect(&config, "sac.tau", "0.2", "--set");
  expect(&config, "sac.gamma", "0.6", "--set");
  expect(&config, "train.steps", "8", "flag");
}


static void files_are_refused_with_their_line(void** state) {
  (void)state;
  static const struct {
    const char *text, *sentence[2];
  } cases[] = {
      {"sac:\n  lr: 5\n", {"c.yaml:2:7: sac.lr is '5'", "allowed: "}},
      {"sac:\n  batc: 5\n", {"c.yaml:2:9: there is no key 'sac.batc'", "'sac.batch'"}},
      {"\nsacc: {lr: 1e-3}\n", {"c.yaml:2:7: there is no group 'sacc'", "'sac'"}},
      {"sac: 3\n", {"c.yaml:1:6: there is no key 'sac'", ""}},
      {"sac: {lr: 1e-3}\nsac.lr: 1e-4\n", {"c.yaml:2:9: sac.lr", "a second time"}},
      {"task: {a: 1}\ntask.a: 2\n", {"c.yaml:2:9: task.a", "a second time"}},
      {"sac: {hidden: {a: 1}}\n", {"c.yaml:1:15: sac.hidden needs a value", ""}},
      {"sac: {hidden: [[1]]}\n", {"c.yaml:1:15: sac.hidden is '[?]'", ""}},
      {"preset: sack\n", {"c.yaml:1:9: there is no preset 'sack'", "'sac'"}},
      {"preset: [sac]\n", {"c.yaml:1:9: preset needs a name", ""}},
      {"checks: {mujuco: 3}\n", {"c.yaml:1:10: checks has no key 'mujuco'", "'mujoco'"}},
      {"- 1\n", {"c.yaml:1:1: a configuration is a map", ""}},
      {"sac: {lr: 1\n", {"c.yaml:2:1: ", ""}},
      {"sac:\n  lr: 3e-4\n  lr: 3e-4\n", {"c.yaml:3:3: the key 'lr'", "a second time"}},
      {"sac: &a {lr: 3e-4}\ntrain: *a\n", {"c.yaml:2:8: aliases", ""}},
      {"sac: {lr: !special 3e-4}\n", {"tags", ""}},
      {"a: 1\n---\nb: 2\n", {"second document", ""}},
      {"sac: {lr: \"\xff\xfe\"}\n", {"c.yaml:1:12: ", "UTF-8"}},
      {"sac: {lr: 1e400}\n", {"c.yaml:1:11: sac.lr is '1e400'", "allowed: "}},
      {"", {"c.yaml:1:1: the file is empty", ""}},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    SgConfig config = preset("sac");
    SgError error = {0};
    assert_int_equal(load(&config, cases[i].text, &error), SG_FILE);
    if (!strstr(error.text, cases[i].sentence[0]) || !strstr(error.text, cases[i].sentence[1])) {
      fail_msg("'%s' gives: %s", cases[i].text, error.text);
    }
    assert_int_equal(load(&config, cases[i].text, NULL), SG_FILE);
  }
  SgConfig config = preset("sac");
  assert_int_equal(sg_config_load(&config, "missing.yaml", NULL), SG_FILE);
}


static void a_value_from_a_file_is_the_files_fault(void** state) {
  (void)state;
  SgConfig config = preset("sac");
  SgError error = {0};
  assert_int_equal(load(&config, "sac: {target_entropy: 4}\n", NULL), SG_OK);
  assert_int_equal(sg_config_resolve(&config, 3, &error), SG_FILE);
  assert_non_null(strstr(error.text, "c.yaml: sac.target_entropy is 4"));
}


static void a_file_names_its_task(void** state) {
  (void)state;
  SgConfig config = preset("sac");
  assert_int_equal(load(&config, "task: hopper\n", NULL), SG_OK);
  assert_string_equal(config.task, "hopper");

  // one that lies beside the file, and a run's own copy
  temp_cart("beside", "1", "0");
  temp_write("beside/c.yaml", "task: cart.yaml\n");
  config = preset("sac");
  assert_int_equal(sg_config_load(&config, "beside/c.yaml", NULL), SG_OK);
  assert_string_equal(config.task, "beside/cart.yaml");
  temp_write("run/config.yaml", "checks: {task: cart, mujoco: 9.9.9}\n");
  config = preset("sac");
  assert_int_equal(sg_config_load(&config, "run/config.yaml", NULL), SG_OK);
  assert_string_equal(config.task, "cart");
  assert_string_equal(config.checks.mujoco, "9.9.9");
  temp_cart("run/model", "1", "0");
  config = preset("sac");
  assert_int_equal(sg_config_load(&config, "run/config.yaml", NULL), SG_OK);
  assert_string_equal(config.task, "run/model/cart.yaml");
}


static void config_yaml_reads_back_to_the_same_values(void** state) {
  (void)state;
  static const char* const sets[][2] = {
      {"sac.lr", "0.30000000000000004"}, {"sac.hidden", "[31, 7, 1]"}, {"sac.alpha", "auto"},
      {"train.on_bad_step", "skip"},     {"train.seed", "1e15"},       {"task.place", "0.1"}};
  SgConfig config = preset("spinup");
  for (size_t i = 0; i < sizeof(sets) / sizeof(sets[0]); i++) {
    assert_int_equal(sg_config_set(&config, sets[i][0], sets[i][1], SG_FROM_SET, NULL), SG_OK);
  }
  assert_int_equal(sg_config_resolve(&config, 1, NULL), SG_OK);

  // write it down
  temp_cart("robot", "1", "0");
  SgError error = {0};
  SgTaskSetting settings[SG_MAX_SETTING];
  int nsetting = sg_config_settings(&config, settings);
  SgTask* task = sg_task_load("robot/cart.yaml", settings, nsetting, &error);
  assert_string_equal(error.text, "");
  SgConfigChecks checks = {.task = "cart", .backend = "it's (one)", .task_file = "robot/cart.yaml"};
  FILE* file = fopen("config.yaml", "w");
  sg_config_write(&config, task, &checks, file);
  fclose(file);
  sg_task_free(task);

  // read it back: every value as it was, every source the file
  SgConfig back = preset("sac");
  assert_int_equal(sg_config_load(&back, "config.yaml", &error), SG_OK);
  assert_int_equal(sg_config_resolve(&back, 1, NULL), SG_OK);
  int n;
  const SgConfigKey* keys = sg_config_keys(&n);
  for (int i = 0; i < n; i++) {
    char text[128];
    sg_config_value(&config, i, text, sizeof(text));
    expect(&back, keys[i].name, text, "file");
  }
  assert_string_equal(back.preset, "spinup");
  assert_string_equal(back.task, "robot/cart.yaml");
  assert_string_equal(back.checks.backend, "it's (one)");
  assert_int_equal(back.nsetting, 2);
  assert_string_equal(back.settings[0].name, "place");
  assert_string_equal(back.settings[0].text, "0.1");

  // and it tells people where a value came from
  char* text = temp_read("config.yaml");
  assert_non_null(strstr(text, "  lr: 0.30000000000000004         # --set\n"));
  assert_non_null(strstr(text, "  batch: 100                      # preset spinup\n"));
  free(text);
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_key_has_its_limits_tested),
      cmocka_unit_test(values_inside_the_limits_are_taken),
      cmocka_unit_test(values_outside_the_limits_are_refused_one_by_one),
      cmocka_unit_test(unknown_names_get_the_nearest),
      cmocka_unit_test(presets_are_the_published_ones),
      cmocka_unit_test(task_settings_are_kept_and_replaced),
      cmocka_unit_test(values_follow_others_when_resolved),
      cmocka_unit_test(an_entropy_out_of_reach_is_refused_when_alpha_is_learned),
      cmocka_unit_test(keys_that_contradict_each_other_are_refused),
      cmocka_unit_test(files_hold_groups_dotted_keys_and_a_preset),
      cmocka_unit_test(later_sources_win_key_by_key),
      cmocka_unit_test(files_are_refused_with_their_line),
      cmocka_unit_test(a_value_from_a_file_is_the_files_fault),
      cmocka_unit_test(a_file_names_its_task),
      cmocka_unit_test(config_yaml_reads_back_to_the_same_values),
  };
  return cmocka_run_group_tests_name("config", tests, temp_folder_enter, temp_folder_leave);
}
