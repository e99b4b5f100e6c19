// Run folders: never over what is there, whole or not at all, read back for what they are.

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "task/guard.h"
#include "temp_folder.h"
#include "train/model_digest.h"
#include "train/run.h"
#include "train/run_read.h"

// a task, its configuration, what is known of the run
typedef struct Fixture {
  SgConfig config;
  SgTask* task;
  SgRunFacts facts;
} Fixture;


static Fixture open_cart(const char* folder) {
  SgError error = {0};
  char path[256];
  Fixture f = {.facts = {.command = "softgait train cart", .nthread = 1}};
  temp_cart(folder, "1", "0");
  snprintf(path, sizeof(path), "%s/cart.yaml", folder);
  f.task = sg_task_load(path, NULL, 0, &error);
  if (!f.task) {
    fail_msg("%s", error.text);
  }
  assert_int_equal(sg_config_preset(&f.config, "sac", NULL), SG_OK);
  assert_int_equal(sg_config_resolve(&f.config, 1, NULL), SG_OK);
  f.config.steps = 1000;
  f.config.seed = 7;
  snprintf(f.facts.checks.task, sizeof(f.facts.checks.task), "cart");
  snprintf(f.facts.checks.backend, sizeof(f.facts.checks.backend), "ref (scalar)");
  return f;
}


static SgRun* create(const Fixture* f, const char* folder, SgError* error) {
  return sg_run_create(folder, &f->config, f->task, &f->facts, error);
}


static SgRun* must_create(const Fixture* f, const char* folder) {
  SgError error = {0};
  SgRun* run = create(f, folder, &error);
  if (!run) {
    fail_msg("%s", error.text);
  }
  return run;
}


static SgProgress row_at(const Fixture* f, double step, double score) {
  SgProgress progress;
  SgEpoch epoch = {0};
  SgTotals totals = {.step = (int64_t)step};
  SgEvalResult eval = {.mean_return = score};
  assert_int_equal(sg_progress_init(&progress, sg_task_info(f->task), NULL), SG_OK);
  sg_progress_fill(&progress, &epoch, &totals, isnan(score) ? NULL : &eval);
  return progress;
}


static void add_row(const Fixture* f, SgRun* run, double step, double score) {
  SgProgress row = row_at(f, step, score);
  assert_int_equal(sg_run_row(run, &row, NULL), SG_OK);
}


static void expect_state(const char* folder, const char* wanted) {
  SgRunSummary summary;
  assert_int_equal(sg_run_summary(folder, &summary, NULL), SG_OK);
  assert_string_equal(summary.state, wanted);
}


//-------------------------------- making --------------------------------------------------------

static void a_run_holds_what_it_was_made_of(void** state) {
  (void)state;
  static const char* const parts[] = {"config.yaml",     "command.txt",   "environment.txt",
                                      "progress.csv",    "policy",        "lock",
                                      "model/cart.yaml", "model/cart.xml"};
  Fixture f = open_cart("robot");
  SgRun* run = must_create(&f, "deep/er/one");
  assert_string_equal(sg_run_folder(run), "deep/er/one");
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
    char path[256];
    sg_path_join(path, sizeof(path), "deep/er/one", parts[i]);
    assert_true(sg_file_exists(path));
  }
  char* text = temp_read("deep/er/one/command.txt");
  assert_string_equal(text, "softgait train cart\n");
  free(text);
  text = temp_read("deep/er/one/environment.txt");
  assert_non_null(strstr(text, "softgait: "));
  assert_non_null(strstr(text, "threads: 1\n"));
  free(text);
  sg_run_close(run);
  sg_task_free(f.task);
}


static void runs_of_the_same_second_never_share_a_folder(void** state) {
  (void)state;
  enum {
    N = 100
  };
  Fixture f = open_cart("robot");
  char last[1024];
  for (int i = 0; i < N; i++) {
    SgRun* run = must_create(&f, NULL);
    snprintf(last, sizeof(last), "%s", sg_run_folder(run));
    assert_int_equal(strncmp(last, "runs/cart/20", 12), 0);
    assert_non_null(strstr(last, "-s7-"));
    sg_run_close(run);
  }

  // as many folders as starts, and the link stands at the last
  SgRunSummary* runs = NULL;
  char newest[1024];
  int n = 999;
  assert_int_equal(temp_count("runs/cart"), N);
  assert_int_equal(sg_run_list("runs", &runs, &n, NULL), SG_OK);
  assert_int_equal(n, N);
  free(runs);
  assert_int_equal(sg_run_newest("runs", newest, sizeof(newest), NULL), SG_OK);
  assert_string_equal(newest, last);
  assert_int_equal(temp_count("runs"), 2);  // cart and latest: nothing else is left
  sg_task_free(f.task);
}


static void a_folder_that_holds_a_run_or_part_of_one_is_refused(void** state) {
  (void)state;
  static const char* const parts[] = {"config.yaml", "progress.csv", "command.txt", "model/x"};
  Fixture f = open_cart("robot");
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
    SgError error = {0};
    char path[256], folder[64];
    snprintf(folder, sizeof(folder), "taken-%zu", i);
    sg_path_join(path, sizeof(path), folder, parts[i]);
    temp_write(path, "mine");
    assert_null(create(&f, folder, &error));
    assert_int_equal(error.status, SG_USAGE);
    assert_non_null(strstr(error.text, folder));
    assert_int_equal(temp_count(folder), 1);
    char* text = temp_read(path);
    assert_string_equal(text, "mine");
    free(text);
  }

  // what is no part of a run may lie there and stays
  temp_write("notes/notes.txt", "mine");
  sg_run_close(must_create(&f, "notes"));
  assert_true(sg_file_exists("notes/notes.txt"));
  sg_task_free(f.task);
}


static void two_writers_never_share_a_folder(void** state) {
  (void)state;
  SgError error = {0};
  Fixture f = open_cart("robot");
  temp_write("busy/lock", "");
  int lock = open("busy/lock", O_RDWR);
  assert_int_equal(flock(lock, LOCK_EX), 0);
  assert_null(create(&f, "busy", &error));
  assert_int_equal(error.status, SG_USAGE);
  assert_non_null(strstr(error.text, "another softgait"));
  assert_int_equal(temp_count("busy"), 1);
  close(lock);
  sg_run_close(must_create(&f, "busy"));
  sg_task_free(f.task);
}


//-------------------------------- failing -------------------------------------------------------

static void a_folder_that_cannot_be_made_is_named_with_the_reason(void** state) {
  (void)state;
  Fixture f = open_cart("robot");
  SgError error = {0};
  temp_write("file", "");
  assert_null(create(&f, "file", &error));
  assert_int_equal(error.status, SG_MACHINE);
  assert_non_null(strstr(error.text, "file: is a file"));
  assert_null(create(&f, "file/run", &error));
  assert_int_equal(error.status, SG_MACHINE);
  assert_non_null(strstr(error.text, "file/run"));
  assert_non_null(strstr(error.text, strerror(ENOTDIR)));
  assert_null(create(&f, "/proc/nothing/run", &error));
  assert_int_equal(error.status, SG_MACHINE);
  sg_task_free(f.task);
}


// files end at this size; writing on fails as a full disk does
static void limit_files(rlim_t size) {
  struct rlimit limit = {.rlim_cur = size, .rlim_max = RLIM_INFINITY};
  signal(SIGXFSZ, SIG_IGN);
  assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}


static void without_space_nothing_half_made_remains(void** state) {
  (void)state;
  Fixture f = open_cart("robot");
  temp_write("old/notes.txt", "mine");
  for (rlim_t size = 0; size < 1200; size += 100) {
    SgError error = {0}, again = {0};
    limit_files(size);
    SgRun *run = create(&f, "full", &error), *second = create(&f, "old", &again);
    limit_files(RLIM_INFINITY);
    assert_null(run);
    assert_null(second);
    assert_int_equal(error.status, SG_MACHINE);
    assert_non_null(strstr(error.text, "full/"));
    assert_non_null(strstr(error.text, strerror(EFBIG)));
    assert_false(sg_file_exists("full"));
    assert_int_equal(temp_count("old"), 1);
  }
  sg_task_free(f.task);
}


static void a_row_without_space_leaves_whole_lines(void** state) {
  (void)state;
  Fixture f = open_cart("robot");
  SgRun* run = must_create(&f, "rows");
  SgError error = {0};
  SgTable table;
  add_row(&f, run, 100, 1);

  // the next one finds room for its first bytes only
  char* before = temp_read("rows/progress.csv");
  SgProgress row = row_at(&f, 200, 2);
  limit_files(strlen(before) + 10);
  assert_int_equal(sg_run_row(run, &row, &error), SG_MACHINE);
  limit_files(RLIM_INFINITY);
  assert_non_null(strstr(error.text, "rows/progress.csv"));
  char* after = temp_read("rows/progress.csv");
  assert_string_equal(before, after);
  free(before);
  free(after);

  // with room again, it goes on
  add_row(&f, run, 200, 2);
  assert_int_equal(sg_table_read("rows/progress.csv", &table, NULL), SG_OK);
  assert_int_equal(table.nrow, 2);
  sg_table_free(&table);
  sg_run_close(run);
  sg_task_free(f.task);
}


//-------------------------------- the model's copy ----------------------------------------------

static void the_copy_of_a_model_loads_by_itself(void** state) {
  (void)state;
  Fixture f = open_cart("robot");
  char digest[65] = "999", copied[65] = "";
  SgError error = {0};
  assert_int_equal(sg_model_digest(f.task, digest, NULL), SG_OK);
  sg_run_close(must_create(&f, "copied"));
  sg_task_free(f.task);
  assert_int_equal(rename("robot", "gone"), 0);
  SgTask* task = sg_task_load("copied/model/cart.yaml", NULL, 0, &error);
  assert_string_equal(error.text, "");
  assert_int_equal(sg_model_digest(task, copied, NULL), SG_OK);
  assert_string_equal(digest, copied);
  sg_task_free(task);
}


static void files_above_the_tasks_folder_keep_their_places(void** state) {
  (void)state;
  char digest[65] = "999", copied[65] = "";
  SgError error = {0};
  temp_cart("zoo/cart", "1", "0");
  char* xml = temp_read("zoo/cart/cart.xml");
  temp_write("zoo/common/body.xml", xml);
  free(xml);
  temp_write("zoo/cart/cart.xml", "<mujoco><include file='../common/body.xml'/></mujoco>");
  SgTask* task = sg_task_load("zoo/cart/cart.yaml", NULL, 0, &error);
  assert_string_equal(error.text, "");
  assert_int_equal(sg_task_info(task)->nfile, 2);
  assert_int_equal(sg_model_digest(task, digest, NULL), SG_OK);

  // the run is repeated from its config.yaml when the original is gone
  Fixture f = {.task = task, .facts = {.command = "", .nthread = 1}};
  snprintf(f.facts.checks.task, sizeof(f.facts.checks.task), "cart");
  assert_int_equal(sg_config_preset(&f.config, "sac", NULL), SG_OK);
  sg_run_close(must_create(&f, "deep"));
  sg_task_free(task);
  assert_int_equal(rename("zoo", "zoo-gone"), 0);
  assert_int_equal(sg_config_load(&f.config, "deep/config.yaml", &error), SG_OK);
  assert_string_equal(f.config.task, "deep/model/cart/cart.yaml");
  task = sg_task_load(f.config.task, NULL, 0, &error);
  assert_string_equal(error.text, "");
  assert_int_equal(sg_model_digest(task, copied, NULL), SG_OK);
  assert_string_equal(digest, copied);
  sg_task_free(task);
}


static void the_digest_follows_every_byte_of_the_model(void** state) {
  (void)state;
  char one[65] = "", two[65] = "", three[65] = "";
  Fixture f = open_cart("robot");
  assert_int_equal(sg_model_digest(f.task, one, NULL), SG_OK);
  assert_int_equal(sg_model_digest(f.task, two, NULL), SG_OK);
  assert_string_equal(one, two);
  char* xml = temp_read("robot/cart.xml");
  *strstr(xml, "mass='1'") = 'M';
  temp_write("robot/cart.xml", xml);
  assert_int_equal(sg_model_digest(f.task, three, NULL), SG_OK);
  assert_string_not_equal(one, three);
  free(xml);
  sg_task_free(f.task);
}


//-------------------------------- reading -------------------------------------------------------

static void a_runs_state_is_what_its_folder_says(void** state) {
  (void)state;
  Fixture f = open_cart("robot");
  SgRun* run = must_create(&f, "states");
  SgRunSummary summary;
  expect_state("states", "running");
  add_row(&f, run, 400, 5);
  add_row(&f, run, 800, 3);
  expect_state("states", "running");
  sg_run_close(run);
  expect_state("states", "stopped");
  assert_int_equal(sg_run_summary("states", &summary, NULL), SG_OK);
  assert_string_equal(summary.task, "cart");
  assert_int_equal(summary.seed, 7);
  assert_int_equal(summary.step, 800);
  assert_int_equal(summary.steps, 1000);
  assert_true(summary.last_return == 3 && summary.best_return == 5);

  // the last row at the planned step
  run = must_create(&f, "finished");
  add_row(&f, run, 1000, -1);
  sg_run_close(run);
  expect_state("finished", "finished");

  // files that cannot be read
  sg_run_close(must_create(&f, "empty"));
  expect_state("empty", "stopped");
  assert_int_equal(sg_run_summary("empty", &summary, NULL), SG_OK);
  assert_true(isnan(summary.last_return) && isnan(summary.best_return));
  temp_write("empty/progress.csv", "TotalEnvInteracts,AverageTestEpRet\n1,2\n3\n");
  expect_state("empty", "damaged");
  temp_write("empty/progress.csv", "TotalEnvInteracts,AverageTestEpRet\ninf,2\n");
  expect_state("empty", "damaged");
  temp_write("empty/progress.csv", "step,score\n1,2\n");
  expect_state("empty", "damaged");
  temp_write("finished/config.yaml", "train: [\n");
  expect_state("finished", "damaged");
  assert_int_equal(unlink("states/progress.csv"), 0);
  expect_state("states", "damaged");
  assert_int_equal(sg_run_summary("robot", &summary, NULL), SG_FILE);
  sg_task_free(f.task);
}


static void a_run_stands_for_its_best_policy_else_its_latest(void** state) {
  (void)state;
  Fixture f = open_cart("robot");
  SgRun* run = must_create(&f, "one");
  SgError error = {0};
  char policy[1024] = "999", folder[1024] = "999";
  assert_int_equal(sg_run_policy("one", policy, folder, sizeof(policy), &error), SG_FILE);
  assert_non_null(strstr(error.text, "one: has no policy yet"));
  assert_int_equal(sg_run_policy_save(run, "latest", "abc", 3, NULL), SG_OK);
  assert_int_equal(sg_run_policy("one", policy, folder, sizeof(policy), NULL), SG_OK);
  assert_string_equal(policy, "one/policy/latest.safetensors");
  assert_int_equal(sg_run_policy_save(run, "best", "abcd", 4, NULL), SG_OK);
  assert_int_equal(sg_run_policy("one", policy, folder, sizeof(policy), NULL), SG_OK);
  assert_string_equal(policy, "one/policy/best.safetensors");
  assert_string_equal(folder, "one");

  // a file stands for itself; what is neither gets a sentence
  const char* file = "one/policy/latest.safetensors";
  assert_int_equal(sg_run_policy(file, policy, folder, sizeof(policy), NULL), SG_OK);
  assert_string_equal(policy, file);
  assert_string_equal(folder, "");
  assert_int_equal(sg_run_policy("robot", policy, folder, sizeof(policy), &error), SG_FILE);
  assert_non_null(strstr(error.text, "robot: is no run folder"));
  assert_int_equal(sg_run_policy("nowhere", policy, folder, sizeof(policy), &error), SG_FILE);
  assert_non_null(strstr(error.text, "nowhere"));
  sg_run_close(run);
  sg_task_free(f.task);
}


static void the_newest_run_is_found_without_the_link(void** state) {
  (void)state;
  SgError error = {0};
  char folder[1024] = "999";
  assert_int_equal(sg_run_newest("none", folder, sizeof(folder), &error), SG_FILE);
  assert_non_null(strstr(error.text, "no run under none/"));
  temp_write("some/b/20260102-000000-s0-0000/config.yaml", "train: {}\n");
  temp_write("some/a/20260103-000000-s0-0000/config.yaml", "train: {}\n");
  temp_write("some/b/20260101-000000-s0-0000/config.yaml", "train: {}\n");
  assert_int_equal(sg_run_newest("some", folder, sizeof(folder), NULL), SG_OK);
  assert_string_equal(folder, "some/a/20260103-000000-s0-0000");

  // a link that leads nowhere is no help
  assert_int_equal(symlink("b/gone", "some/latest"), 0);
  assert_int_equal(sg_run_newest("some", folder, sizeof(folder), NULL), SG_OK);
  assert_string_equal(folder, "some/a/20260103-000000-s0-0000");
}


//-------------------------------- tables --------------------------------------------------------

static void tables_of_numbers_are_read_exactly(void** state) {
  (void)state;
  SgTable table;
  temp_write("t.csv", "a,b,c\r\n0.1,,-inf\r\n1e300,5,0x1p-3\n\n7,8,9");
  assert_int_equal(sg_table_read("t.csv", &table, NULL), SG_OK);
  assert_int_equal(table.ncolumn, 3);
  assert_int_equal(table.nrow, 3);
  assert_string_equal(table.names[2], "c");
  assert_int_equal(sg_table_column(&table, "b"), 1);
  assert_int_equal(sg_table_column(&table, "d"), -1);
  assert_true(table.values[0] == 0.1 && isnan(table.values[1]));
  assert_true(isinf(table.values[2]) && table.values[2] < 0 && table.values[5] == 0.125);
  assert_true(table.values[8] == 9);
  sg_table_free(&table);
  temp_write("t.csv", "a,b\n");
  assert_int_equal(sg_table_read("t.csv", &table, NULL), SG_OK);
  assert_int_equal(table.nrow, 0);
  sg_table_free(&table);
}


static void malformed_tables_are_refused_with_their_line(void** state) {
  (void)state;
  static const char* const cases[][2] = {{"", "t.csv: is empty"},
                                         {"a,b\n1,2\n3\n", "t.csv:3: has 1 fields"},
                                         {"a,b\n1,2,3\n", "t.csv:2: has 3 fields"},
                                         {"a,b\n1,2\n\n1,2x\n", "t.csv:4: column b is '2x'"},
                                         {"a\n1.5.1\n", "t.csv:2: column a is '1.5.1'"},
                                         {"a,b\n1, 2\n", "t.csv:2: column b is ' 2'"}};
  SgTable table;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    SgError error = {0};
    temp_write("t.csv", cases[i][0]);
    assert_int_equal(sg_table_read("t.csv", &table, &error), SG_FILE);
    if (!strstr(error.text, cases[i][1])) {
      fail_msg("'%s' gives: %s", cases[i][0], error.text);
    }
    assert_null(table.values);
  }
  SgError error = {0};
  assert_int_equal(sg_file_write("t.csv", "a\n1\n\0\n2\n", 8, NULL), SG_OK);
  assert_int_equal(sg_table_read("t.csv", &table, &error), SG_FILE);
  assert_non_null(strstr(error.text, "is no text"));
  assert_int_equal(sg_table_read("missing.csv", &table, NULL), SG_FILE);
}


//-------------------------------- rows ----------------------------------------------------------

static void columns_begin_with_spinning_ups(void** state) {
  (void)state;
  static const char* const wanted =
      "Epoch,AverageEpRet,StdEpRet,MaxEpRet,MinEpRet,AverageTestEpRet,StdTestEpRet,MaxTestEpRet,"
      "MinTestEpRet,EpLen,TestEpLen,TotalEnvInteracts,AverageQ1Vals,StdQ1Vals,MaxQ1Vals,MinQ1Vals,"
      "AverageQ2Vals,StdQ2Vals,MaxQ2Vals,MinQ2Vals,AverageLogPi,StdLogPi,MaxLogPi,MinLogPi,LossPi,"
      "LossQ,Time,StepsPerSec,Updates,Episodes,Alpha,Entropy,LossAlpha,ActSaturation,BadUpdates,"
      "FailedEpisodes,there\n";
  Fixture f = open_cart("robot");
  SgRun* run = must_create(&f, "columns");
  add_row(&f, run, 1, (double)NAN);
  char* text = temp_read("columns/progress.csv");
  assert_int_equal(strncmp(text, wanted, strlen(wanted)), 0);
  free(text);
  sg_run_close(run);
  sg_task_free(f.task);
}


static void rows_hold_what_was_gathered(void** state) {
  (void)state;
  Fixture f = open_cart("robot");
  SgProgress p = row_at(&f, 1, (double)NAN);
  SgEpoch epoch = {.nstep = 8, .nreward = 4, .terms = {6}};
  SgTotals totals = {.row = 3, .step = 50, .updates = 9, .train_seconds = 2, .seconds = 5};
  SgSacInfo info = {.loss_q = 3, .alpha = 0.5, .entropy = 2};
  SgEvalResult eval = {.mean_return = 10, .std_return = 1, .mean_length = 20};
  sg_spread_add(&epoch.returns, 1);
  sg_spread_add(&epoch.returns, 3);
  epoch.length_sum = 30;
  sg_spread_add(&info.q[1], 7);
  sg_epoch_update(&epoch, &info);
  info.loss_q = 1;
  sg_epoch_update(&epoch, &info);
  sg_progress_fill(&p, &epoch, &totals, &eval);

  static const struct {
    const char* name;
    double value;
  } wanted[] = {{"Epoch", 3},      {"AverageEpRet", 2},      {"StdEpRet", 1},
                {"MaxEpRet", 3},   {"MinEpRet", 1},          {"EpLen", 15},
                {"TestEpLen", 20}, {"AverageTestEpRet", 10}, {"TotalEnvInteracts", 50},
                {"LossQ", 2},      {"AverageQ2Vals", 7},     {"StdQ2Vals", 0},
                {"Updates", 9},    {"StepsPerSec", 4},       {"Time", 5},
                {"Alpha", 0.5},    {"Entropy", 2},           {"there", 1.5}};
  for (size_t i = 0; i < sizeof(wanted) / sizeof(wanted[0]); i++) {
    assert_true(sg_progress_get(&p, wanted[i].name) == wanted[i].value);
  }
  assert_true(isnan(sg_progress_get(&p, "AverageQ1Vals")));
  assert_true(isnan(sg_progress_get(&p, "NoSuchColumn")));

  // JSON: the same names, null where there is nothing
  char* text = NULL;
  size_t size = 0;
  FILE* out = open_memstream(&text, &size);
  sg_progress_json(&p, out);
  fclose(out);
  assert_non_null(strstr(text, "{\"Epoch\": 3, \"AverageEpRet\": 2, "));
  assert_non_null(strstr(text, "\"AverageQ1Vals\": null, "));
  assert_non_null(strstr(text, "\"there\": 1.5}"));
  free(text);
  sg_task_free(f.task);
}


static void reward_terms_that_cannot_be_columns_are_refused(void** state) {
  (void)state;
  static const char* const names[] = {"Time", "a,b", "a b", "\"a\"", ""};
  SgProgress progress;
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    SgError error = {0};
    SgTaskInfo info = {.task_path = "x.yaml", .nreward = 1, .rewards = &names[i]};
    assert_int_equal(sg_progress_init(&progress, &info, &error), SG_FILE);
    assert_non_null(strstr(error.text, names[i]));
  }

  // as many as fit, and one more
  static char texts[SG_MAX_COLUMN][8];
  const char* many[SG_MAX_COLUMN];
  for (int i = 0; i < SG_MAX_COLUMN; i++) {
    snprintf(texts[i], sizeof(texts[i]), "t%d", i);
    many[i] = texts[i];
  }
  SgTaskInfo info = {.task_path = "x.yaml", .nreward = SG_MAX_COLUMN - 36, .rewards = many};
  assert_int_equal(sg_progress_init(&progress, &info, NULL), SG_OK);
  assert_int_equal(progress.ncolumn, SG_MAX_COLUMN);
  info.nreward++;
  assert_int_equal(sg_progress_init(&progress, &info, NULL), SG_FILE);
}


int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, temp_folder_enter, temp_folder_leave)
  const struct CMUnitTest tests[] = {
      TEST(a_run_holds_what_it_was_made_of),
      TEST(runs_of_the_same_second_never_share_a_folder),
      TEST(a_folder_that_holds_a_run_or_part_of_one_is_refused),
      TEST(two_writers_never_share_a_folder),
      TEST(a_folder_that_cannot_be_made_is_named_with_the_reason),
      TEST(without_space_nothing_half_made_remains),
      TEST(a_row_without_space_leaves_whole_lines),
      TEST(the_copy_of_a_model_loads_by_itself),
      TEST(files_above_the_tasks_folder_keep_their_places),
      TEST(the_digest_follows_every_byte_of_the_model),
      TEST(a_runs_state_is_what_its_folder_says),
      TEST(a_run_stands_for_its_best_policy_else_its_latest),
      TEST(the_newest_run_is_found_without_the_link),
      TEST(tables_of_numbers_are_read_exactly),
      TEST(malformed_tables_are_refused_with_their_line),
      TEST(columns_begin_with_spinning_ups),
      TEST(rows_hold_what_was_gathered),
      TEST(reward_terms_that_cannot_be_columns_are_refused),
  };
  sg_guard_install();
  return cmocka_run_group_tests_name("run", tests, NULL, NULL);
}
