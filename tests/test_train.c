// A whole run, small: the same configuration gives the same bytes, whatever the threads; what it
// leaves behind loads; everything in its state counts in the digest.

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "policy/policy.h"
#include "task/guard.h"
#include "train/policy_write.h"
#include "train/run_read.h"
#include "train/train.h"

static char folder[64];  // a folder of this test's own

// a run's result and the bytes it left
typedef struct Left {
  SgTrainResult result;
  char *best, *latest, *csv;
  size_t best_size, latest_size;
} Left;


static int make_folder(void** state) {
  (void)state;
  snprintf(folder, sizeof(folder), "/tmp/softgait-train-XXXXXX");
  return mkdtemp(folder) ? 0 : -1;
}


static int remove_folder(void** state) {
  (void)state;
  char command[128];
  snprintf(command, sizeof(command), "rm -rf %s", folder);
  return system(command);
}


static void set(SgConfig* config, const char* key, const char* text) {
  SgError error = {0};
  if (sg_config_set(config, key, text, SG_FROM_SET, &error) != SG_OK) {
    fail_msg("%s", error.text);
  }
}


// a run of a few seconds
static SgConfig small_config(const char* task, const char* seed) {
  SgConfig config;
  assert_int_equal(sg_config_preset(&config, "sac", NULL), SG_OK);
  snprintf(config.task, sizeof(config.task), "%s", task);
  set(&config, "sac.hidden", "[16, 16]");
  set(&config, "sac.batch", "32");
  set(&config, "sac.start_steps", "100");
  set(&config, "sac.replay", "5000");
  set(&config, "train.steps", "600");
  set(&config, "train.eval_every", "200");
  set(&config, "train.eval_episodes", "2");
  set(&config, "train.seed", seed);
  return config;
}


// a csv without the columns that tell time
static char* timeless_csv(const char* run) {
  char path[1200], *text = NULL;
  size_t size = 0;
  SgTable table;
  snprintf(path, sizeof(path), "%s/progress.csv", run);
  assert_int_equal(sg_table_read(path, &table, NULL), SG_OK);
  int time = sg_table_column(&table, "Time"), rate = sg_table_column(&table, "StepsPerSec");
  assert_true(time >= 0 && rate >= 0);
  FILE* out = open_memstream(&text, &size);
  for (int64_t i = 0; i < table.nrow * table.ncolumn; i++) {
    int column = (int)(i % table.ncolumn);
    if (column != time && column != rate) {
      fprintf(out, "%a\n", table.values[i]);
    }
  }
  fclose(out);
  sg_table_free(&table);
  return text;
}


static char* read_policy(const char* run, const char* name, size_t* size) {
  char path[1200];
  snprintf(path, sizeof(path), "%s/policy/%s.safetensors", run, name);
  char* bytes = sg_file_read(path, 1 << 24, size, NULL);
  assert_non_null(bytes);
  return bytes;
}


static Left train(const SgConfig* config, const char* name, int nthread) {
  char run[256];
  SgError error = {0};
  Left left;
  snprintf(run, sizeof(run), "%s/%s", folder, name);
  SgTrainOptions options = {.config = config, .run = run, .command = "test", .nthread = nthread};
  if (sg_train(&options, &left.result, &error) != SG_OK) {
    fail_msg("%s", error.text);
  }
  left.best = read_policy(run, "best", &left.best_size);
  left.latest = read_policy(run, "latest", &left.latest_size);
  left.csv = timeless_csv(run);
  return left;
}


static void forget(Left* left) {
  sg_file_free(left->best);
  sg_file_free(left->latest);
  free(left->csv);
}


static bool same(const Left* a, const Left* b) {
  return strcmp(a->result.state_sha256, b->result.state_sha256) == 0 &&
         strcmp(a->csv, b->csv) == 0 && a->best_size == b->best_size &&
         memcmp(a->best, b->best, a->best_size) == 0 && a->latest_size == b->latest_size &&
         memcmp(a->latest, b->latest, a->latest_size) == 0;
}


//-------------------------------- tests ---------------------------------------------------------

static void same_seed_gives_the_same_bytes_for_any_threads(void** state) {
  (void)state;
  static const char* const backends[] = {"ref", "openblas"};
  for (int i = 0; i < 2; i++) {
    SgConfig config = small_config("hopper", "3");
    char names[3][32];
    set(&config, "math.backend", backends[i]);
    for (int j = 0; j < 3; j++) {
      snprintf(names[j], sizeof(names[j]), "same-%d-%d", i, j);
    }
    Left a = train(&config, names[0], 1), b = train(&config, names[1], 1);
    Left c = train(&config, names[2], 2);
    assert_true(same(&a, &b));
    assert_true(same(&a, &c));
    forget(&a);
    forget(&b);
    forget(&c);
  }
}


static void another_seed_gives_other_bytes(void** state) {
  (void)state;
  SgConfig config = small_config("inverted_pendulum", "1");
  Left a = train(&config, "seed-1", 1);
  set(&config, "train.seed", "2");
  Left b = train(&config, "seed-2", 1);
  assert_string_not_equal(a.result.state_sha256, b.result.state_sha256);
  assert_true(a.best_size != b.best_size || memcmp(a.best, b.best, a.best_size) != 0);
  forget(&a);
  forget(&b);
}


static void several_environments_train_and_repeat(void** state) {
  (void)state;
  SgConfig config = small_config("inverted_pendulum", "1");
  set(&config, "train.envs", "3");
  Left a = train(&config, "envs-a", 1), b = train(&config, "envs-b", 2);
  assert_true(same(&a, &b));
  assert_true(a.result.step >= 600);
  forget(&a);
  forget(&b);
}


static void rows_come_at_the_end_of_the_random_phase_and_at_every_evaluation(void** state) {
  (void)state;
  SgConfig config = small_config("inverted_pendulum", "1");
  SgTable table;
  char path[256];
  set(&config, "train.steps", "450");
  Left a = train(&config, "rows", 1);
  snprintf(path, sizeof(path), "%s/rows/progress.csv", folder);
  assert_int_equal(sg_table_read(path, &table, NULL), SG_OK);

  // 100: the random phase; 200, 400: every 200; 450: the end
  static const double wanted[] = {100, 200, 400, 450};
  int step = sg_table_column(&table, "TotalEnvInteracts"),
      q = sg_table_column(&table, "AverageQ1Vals");
  int score = sg_table_column(&table, "AverageTestEpRet"),
      term = sg_table_column(&table, "reward_survive");
  assert_int_equal(table.nrow, 4);
  assert_true(term >= 0);
  for (int i = 0; i < 4; i++) {
    const double* row = table.values + i * table.ncolumn;
    assert_true(row[step] == wanted[i]);
    assert_true(isnan(row[q]) == (i == 0));  // no update before the random phase ends
    assert_true(row[score] >= 1);
  }

  // Spinning Up's names come first, in its order
  assert_string_equal(table.names[0], "Epoch");
  assert_string_equal(table.names[11], "TotalEnvInteracts");
  assert_string_equal(table.names[26], "Time");
  sg_table_free(&table);
  forget(&a);
}


static void stopping_saves_a_policy_that_loads(void** state) {
  (void)state;
  SgConfig config = small_config("inverted_pendulum", "1");
  volatile sig_atomic_t stop = 1;
  SgTrainResult result;
  SgError error = {0};
  char run[256], why[256];
  size_t size;
  snprintf(run, sizeof(run), "%s/stopped", folder);
  SgTrainOptions options = {
      .config = &config, .run = run, .command = "test", .nthread = 1, .stop = &stop};
  assert_int_equal(sg_train(&options, &result, &error), SG_OK);
  assert_true(result.stopped && result.step == 0);

  char* bytes = read_policy(run, "best", &size);
  SgPolicy* policy = sg_policy_load(bytes, size, why, sizeof(why));
  assert_non_null(policy);
  sg_policy_free(policy);
  sg_file_free(bytes);
}


static void divergence_is_named_and_leaves_the_last_good_policy(void** state) {
  (void)state;
  SgConfig config = small_config("hopper", "1");
  SgTrainResult result;
  SgError error = {0};
  char run[256];
  size_t size;

  // rewards beyond float: the first update has no finite target
  set(&config, "task.forward_reward_weight", "1e39");
  snprintf(run, sizeof(run), "%s/diverged", folder);
  SgTrainOptions options = {.config = &config, .run = run, .command = "test", .nthread = 1};
  assert_int_equal(sg_train(&options, &result, &error), SG_DIVERGED);
  assert_non_null(strstr(error.text, "critic 0 is not finite"));
  sg_file_free(read_policy(run, "latest", &size));

  // or go on, counting, with weights that stay what they were
  set(&config, "train.on_bad_step", "skip");
  Left left = train(&config, "skipped", 1);
  SgTable table;
  snprintf(run, sizeof(run), "%s/skipped/progress.csv", folder);
  assert_int_equal(sg_table_read(run, &table, NULL), SG_OK);
  const double* last = table.values + (table.nrow - 1) * table.ncolumn;
  assert_true(last[sg_table_column(&table, "BadUpdates")] == 500);
  sg_table_free(&table);
  forget(&left);
}


static void runtime_answers_as_the_learner_does(void** state) {
  (void)state;
  static const char* const tasks[] = {"hopper", "half_cheetah", "inverted_pendulum"};
  for (int i = 0; i < 3; i++) {
    char path[1024], why[256];
    SgError error = {0};
    size_t size;
    assert_int_equal(sg_task_find(tasks[i], path, sizeof(path), &error), SG_OK);
    SgTask* task = sg_task_load(path, NULL, 0, &error);
    const SgTaskInfo* info = sg_task_info(task);
    SgSacConfig config = sg_sac_default(info->nobs, info->nact);
    SgPool* pool = sg_pool_create(1, &error);
    SgSac* sac = sg_sac_create(&config, sg_gemm_ref(), pool, &error);
    SgPolicySummary summary = {.preset = "sac", .model_sha256 = "0"};
    char* bytes = sg_policy_bytes(sac, task, &summary, &size, &error);
    if (!bytes) {
      fail_msg("%s", error.text);
    }
    SgPolicy* policy = sg_policy_load(bytes, size, why, sizeof(why));
    assert_non_null(policy);
    char* scratch = malloc(sg_policy_scratch(policy));

    SgRng rng = sg_rng_make(5, SG_RNG_TEST, 0, 0);
    for (int k = 0; k < 200; k++) {
      float obs[64], ours[16], theirs[16];
      for (int j = 0; j < info->nobs; j++) {
        obs[j] = (float)(2 * sg_rng_normal(&rng));
      }
      assert_int_equal(sg_policy_step(policy, obs, ours, scratch), SG_POLICY_OK);
      sg_sac_act(sac, theirs, obs, 1, true, 0);
      for (int j = 0; j < info->nact; j++) {
        double ctrl = info->act_scale[j] * (double)theirs[j] + info->act_offset[j];
        assert_true(fabs((double)ours[j] - ctrl) < 1e-5);
      }
    }
    free(scratch);
    sg_policy_free(policy);
    sg_file_free(bytes);
    sg_sac_destroy(sac);
    sg_pool_destroy(pool);
    sg_task_free(task);
  }
}


static void a_run_folder_is_never_overwritten(void** state) {
  (void)state;
  SgConfig config = small_config("inverted_pendulum", "1");
  SgTrainResult result;
  SgError error = {0};
  char run[256];
  set(&config, "train.steps", "1");
  Left a = train(&config, "twice", 1);
  forget(&a);
  snprintf(run, sizeof(run), "%s/twice", folder);
  SgTrainOptions options = {.config = &config, .run = run, .command = "test", .nthread = 1};
  assert_int_equal(sg_train(&options, &result, &error), SG_USAGE);
  assert_non_null(strstr(error.text, "holds a run already"));
}


static void a_configuration_reads_back_as_it_was_written(void** state) {
  (void)state;
  SgConfig config = small_config("hopper", "9"), back;
  SgError error = {0};
  char path[256];
  int n;
  set(&config, "sac.alpha", "0.35");
  set(&config, "sac.critic_hidden", "[8]");
  set(&config, "task.healthy_z_range", "[0.6, inf]");
  Left a = train(&config, "roundtrip", 1);
  forget(&a);
  snprintf(path, sizeof(path), "%s/roundtrip/config.yaml", folder);
  assert_int_equal(sg_config_preset(&back, "sac", NULL), SG_OK);
  if (sg_config_load(&back, path, &error) != SG_OK) {
    fail_msg("%s", error.text);
  }
  sg_config_keys(&n);
  for (int i = 0; i < n; i++) {
    char ours[128], theirs[128];
    sg_config_value(&config, i, ours, sizeof(ours));
    sg_config_value(&back, i, theirs, sizeof(theirs));
    if (strcmp(ours, "auto") != 0) {
      assert_string_equal(ours, theirs);
    }
  }

  // and it names the copy of the task beside it
  assert_non_null(strstr(back.task, "roundtrip/model/hopper.yaml"));
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(same_seed_gives_the_same_bytes_for_any_threads),
      cmocka_unit_test(another_seed_gives_other_bytes),
      cmocka_unit_test(several_environments_train_and_repeat),
      cmocka_unit_test(rows_come_at_the_end_of_the_random_phase_and_at_every_evaluation),
      cmocka_unit_test(stopping_saves_a_policy_that_loads),
      cmocka_unit_test(divergence_is_named_and_leaves_the_last_good_policy),
      cmocka_unit_test(runtime_answers_as_the_learner_does),
      cmocka_unit_test(a_run_folder_is_never_overwritten),
      cmocka_unit_test(a_configuration_reads_back_as_it_was_written),
  };
  sg_guard_install();
  return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
