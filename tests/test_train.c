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
#include "heap_count.h"
#include "policy/policy.h"
#include "task/guard.h"
#include "temp_folder.h"
#include "train/run_read.h"
#include "train/state_hash.h"
#include "train/train.h"

// a run's result and the bytes it left
typedef struct Left {
  SgTrainResult result;
  char *best, *latest, *csv;
  size_t best_size, latest_size;
} Left;


//-------------------------------- runs ----------------------------------------------------------

static void set(SgConfig* config, const char* key, const char* text) {
  SgError error = {0};
  if (sg_config_set(config, key, text, SG_FROM_SET, &error) != SG_OK) {
    fail_msg("%s", error.text);
  }
}


// a run of a fraction of a second
static SgConfig small_config(const char* task, const char* seed) {
  SgConfig config;
  assert_int_equal(sg_config_preset(&config, "sac", NULL), SG_OK);
  snprintf(config.task, sizeof(config.task), "%s", task);
  set(&config, "math.backend", "ref");
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


static SgTable read_table(const char* run) {
  char path[1200];
  SgTable table;
  SgError error = {0};
  snprintf(path, sizeof(path), "%s/progress.csv", run);
  if (sg_table_read(path, &table, &error) != SG_OK) {
    fail_msg("%s", error.text);
  }
  return table;
}


// a number of a run's table; rows below zero count from the end
static double cell(const SgTable* table, int64_t row, const char* column) {
  int i = sg_table_column(table, column);
  assert_true(i >= 0);
  return table->values[(row < 0 ? row + table->nrow : row) * table->ncolumn + i];
}


// progress.csv without the columns that tell time, every other byte as it is
static char* timeless_csv(const char* run) {
  char path[1200], *kept = NULL, *line;
  size_t size = 0;
  SgTable table = read_table(run);
  int time = sg_table_column(&table, "Time"), rate = sg_table_column(&table, "StepsPerSec");
  assert_true(time >= 0 && rate >= 0);
  sg_table_free(&table);
  snprintf(path, sizeof(path), "%s/progress.csv", run);
  char *text = temp_read(path), *rest = text;

  FILE* out = open_memstream(&kept, &size);
  while ((line = strsep(&rest, "\n")) != NULL) {
    char* field;
    for (int i = 0; (field = strsep(&line, ",")) != NULL; i++) {
      fprintf(out, "%s,", i == time || i == rate ? "" : field);
    }
    fprintf(out, "\n");
  }
  fclose(out);
  free(text);
  return kept;
}


static char* read_policy(const char* run, const char* name, size_t* size) {
  char path[1200];
  snprintf(path, sizeof(path), "%s/policy/%s.safetensors", run, name);
  char* bytes = sg_file_read(path, 1 << 24, size, NULL);
  assert_non_null(bytes);
  return bytes;
}


static Left train_watched(const SgConfig* config, const char* run, int nthread,
                          SgTrainWatcher watcher, volatile sig_atomic_t* stop) {
  SgError error = {0};
  Left left;
  SgTrainOptions options = {.config = config,
                            .run = run,
                            .command = "test",
                            .nthread = nthread,
                            .stop = stop,
                            .watcher = watcher};
  if (sg_train(&options, &left.result, &error) != SG_OK) {
    fail_msg("%s", error.text);
  }
  assert_string_equal(left.result.run, run);
  left.best = read_policy(run, "best", &left.best_size);
  left.latest = read_policy(run, "latest", &left.latest_size);
  left.csv = timeless_csv(run);
  return left;
}


static Left train(const SgConfig* config, const char* run, int nthread) {
  return train_watched(config, run, nthread, (SgTrainWatcher){0}, NULL);
}


static SgStatus try_train(const SgConfig* config, const char* run, SgError* error) {
  SgTrainResult result;
  SgTrainOptions options = {.config = config, .run = run, .command = "test", .nthread = 1};
  *error = (SgError){0};
  return sg_train(&options, &result, error);
}


static void forget(Left* left) {
  sg_file_free(left->best);
  sg_file_free(left->latest);
  free(left->csv);
}


static bool same_policy(const char* a, size_t na, const char* b, size_t nb) {
  return na == nb && memcmp(a, b, na) == 0;
}


static bool same(const Left* a, const Left* b) {
  return strcmp(a->result.state_sha256, b->result.state_sha256) == 0 &&
         strcmp(a->csv, b->csv) == 0 && same_policy(a->best, a->best_size, b->best, b->best_size) &&
         same_policy(a->latest, a->latest_size, b->latest, b->latest_size);
}


//-------------------------------- same bytes ----------------------------------------------------

static void same_seed_gives_the_same_bytes_for_any_threads(void** state) {
  (void)state;
  static const char* const tasks[] = {"inverted_pendulum", "hopper"};
  static const char* const backends[] = {"ref", "openblas"};
  for (int i = 0; i < 2; i++) {
    SgConfig config = small_config(tasks[i], "3");
    set(&config, "math.backend", backends[i]);
    Left a = train(&config, i ? "a1" : "a0", 1), b = train(&config, i ? "b1" : "b0", 1);
    Left c = train(&config, i ? "c1" : "c0", 2);
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
  Left a = train(&config, "a", 1);
  set(&config, "train.seed", "2");
  Left b = train(&config, "b", 1);
  assert_string_not_equal(a.result.state_sha256, b.result.state_sha256);
  assert_string_not_equal(a.csv, b.csv);
  assert_false(same_policy(a.best, a.best_size, b.best, b.best_size));
  forget(&a);
  forget(&b);
}


static void several_environments_train_and_repeat(void** state) {
  (void)state;
  SgConfig config = small_config("inverted_pendulum", "1");
  set(&config, "train.envs", "3");
  set(&config, "train.steps", "601");
  Left a = train(&config, "a", 1), b = train(&config, "b", 2);
  assert_true(same(&a, &b));

  // three steps at a time, to the first count that reaches the plan; as many updates as steps
  SgTable table = read_table("a");
  assert_int_equal(a.result.step, 603);
  assert_false(a.result.stopped);
  assert_true(cell(&table, -1, "TotalEnvInteracts") == 603);
  assert_true(cell(&table, -1, "Updates") == 503);
  assert_true(cell(&table, 0, "TotalEnvInteracts") == 102);
  assert_true(cell(&table, 1, "TotalEnvInteracts") == 201);
  sg_table_free(&table);
  forget(&a);
  forget(&b);
}


static void config_yaml_repeats_the_run(void** state) {
  (void)state;
  SgConfig config = small_config("hopper", "5"), again;
  set(&config, "sac.alpha", "0.3");
  set(&config, "task.healthy_z_range", "[0.6, inf]");
  Left a = train(&config, "a", 1);
  assert_int_equal(sg_config_preset(&again, "sac", NULL), SG_OK);
  assert_int_equal(sg_config_load(&again, "a/config.yaml", NULL), SG_OK);
  assert_string_equal(again.task, "a/model/hopper.yaml");
  Left b = train(&again, "b", 1);
  assert_true(same(&a, &b));

  // the copy's configuration differs in nothing but sources
  SgConfig third;
  assert_int_equal(sg_config_preset(&third, "spinup", NULL), SG_OK);
  assert_int_equal(sg_config_load(&third, "b/config.yaml", NULL), SG_OK);
  assert_memory_equal(&third.checks, &again.checks, sizeof(third.checks));
  forget(&a);
  forget(&b);
}


static void evaluating_and_watching_change_nothing(void** state) {
  (void)state;
  SgConfig config = small_config("inverted_pendulum", "1");
  Left a = train(&config, "a", 1);
  set(&config, "train.eval_every", "37");
  set(&config, "train.eval_episodes", "1");
  set(&config, "train.checkpoint_seconds", "1");
  Left b = train(&config, "b", 1);
  assert_string_equal(a.result.state_sha256, b.result.state_sha256);
  assert_true(same_policy(a.latest, a.latest_size, b.latest, b.latest_size));
  forget(&a);
  forget(&b);
}


//-------------------------------- the digest ----------------------------------------------------

// turns one bit of one part of a state
typedef struct Flip {
  const char* part;
  size_t byte;
  int seen;
} Flip;


static void flip(void* arg, const char* name, void* bytes, size_t size) {
  Flip* f = arg;
  if (strcmp(name, f->part) == 0 && f->byte < size) {
    ((unsigned char*)bytes)[f->byte] ^= 1;
    f->seen++;
  }
}


// a state after a few steps: learner, replay, environments, counters
typedef struct World {
  SgPool* pool;
  SgSac* sac;
  SgReplay* replay;
  SgEnvs envs;
  SgRng sample;
  SgTotals totals;
  SgTask* task;
} World;


static World make_world(void) {
  World w = {.sample = sg_rng_make(1, SG_RNG_SAMPLE, 0, 0), .totals = {.step = 20}};
  SgSacConfig config = sg_sac_default(2, 1);
  config.hidden[0] = config.hidden[1] = config.critic_hidden[0] = config.critic_hidden[1] = 4;
  config.batch = 8;
  temp_cart("robot", "1", "0");
  w.task = sg_task_load("robot/cart.yaml", NULL, 0, NULL);
  w.pool = sg_pool_create(1, NULL);
  w.sac = sg_sac_create(&config, sg_kernels_ref(), w.pool, NULL);
  w.replay = sg_replay_create(100, 2, 2, 1, NULL);
  assert_int_equal(sg_envs_create(&w.envs, w.task, 2, w.pool, 1, NULL), SG_OK);
  for (int i = 0; i < 2; i++) {
    sg_envs_begin(&w.envs, &i, 1);
    sg_replay_begin(w.replay, i, w.envs.obs + 2 * i);
  }
  for (int k = 0; k < 10; k++) {
    SgSacInfo info;
    sg_sac_act(w.sac, w.envs.act, w.envs.obs, 2, false, 2 * (uint64_t)k);
    sg_envs_step(&w.envs);
    for (int i = 0; i < 2; i++) {
      sg_replay_step(w.replay, i, w.envs.act + i, (float)w.envs.steps[i].reward, false, false,
                     w.envs.obs + 2 * i);
    }
    sg_replay_sample(w.replay, &w.sample, sg_sac_batch(w.sac));
    assert_int_equal(sg_sac_update(w.sac, sg_sac_batch(w.sac), &info, NULL), SG_OK);
  }
  return w;
}


static void free_world(World* w) {
  sg_envs_free(&w->envs);
  sg_replay_free(w->replay);
  sg_sac_destroy(w->sac);
  sg_pool_destroy(w->pool);
  sg_task_free(w->task);
}


static void hash(World* w, char hex[65]) {
  SgTrainState state = {w->sac, w->replay, &w->envs, &w->sample, &w->totals};
  memset(hex, '9', 65);
  assert_int_equal(sg_state_sha256(&state, hex, NULL), SG_OK);
  assert_int_equal(strlen(hex), 64);
}


static void one_flipped_bit_changes_the_digest(void** state) {
  (void)state;
  static const char* const parts[] = {
      "actor.value",    "actor.m",        "actor.v",      "log_alpha.value", "log_alpha.m",
      "critic.0.value", "critic.1.v",     "critic.0.m",   "critic.1.targ",   "nupdate",
      "actor.nstep",    "critic.0.nstep", "replay.rings", "replay.current",  "replay.rows"};
  World w = make_world();
  char before[65], now[65];
  hash(&w, before);
  hash(&w, now);
  assert_string_equal(before, now);
  for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
    Flip f = {.part = parts[i], .byte = i % 4};
    sg_sac_visit(w.sac, flip, &f);
    sg_replay_visit(w.replay, flip, &f);
    assert_true(f.seen > 0);
    hash(&w, now);
    assert_string_not_equal(before, now);
    sg_sac_visit(w.sac, flip, &f);
    sg_replay_visit(w.replay, flip, &f);
  }
  hash(&w, now);
  assert_string_equal(before, now);
  free_world(&w);
}


static void a_counter_or_a_simulation_changes_the_digest(void** state) {
  (void)state;
  World w = make_world();
  char before[65], now[65];
  hash(&w, before);
  int64_t* counts[] = {
      &w.totals.step,        &w.totals.updates,         &w.totals.episodes,
      &w.totals.bad_updates, &w.totals.failed_episodes, &w.envs.episodes[1].length};
  for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
    *counts[i] ^= 1;
    hash(&w, now);
    assert_string_not_equal(before, now);
    *counts[i] ^= 1;
  }
  uint64_t* places[] = {&w.sample.counter, &w.sample.stream, &w.sample.seed,
                        &w.envs.episodes[0].number};
  for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
    *places[i] ^= 1;
    hash(&w, now);
    assert_string_not_equal(before, now);
    *places[i] ^= 1;
  }

  // how it was logged is no part of it; where a simulation stands is
  w.totals.row++;
  w.totals.seconds++;
  hash(&w, now);
  assert_string_equal(before, now);
  int size = sg_batch_env_state_size(w.envs.batch);
  double* numbers = malloc((size_t)size * sizeof(double));
  sg_batch_env_state_get(w.envs.batch, 1, numbers);
  numbers[size / 2] = nextafter(numbers[size / 2], 1e300);
  sg_batch_env_state_set(w.envs.batch, 1, numbers);
  hash(&w, now);
  assert_string_not_equal(before, now);
  free(numbers);
  free_world(&w);
}


//-------------------------------- rows ----------------------------------------------------------

static void rows_come_at_the_end_of_the_random_phase_and_at_every_evaluation(void** state) {
  (void)state;
  SgConfig config = small_config("inverted_pendulum", "1");
  set(&config, "train.steps", "450");
  Left a = train(&config, "rows", 1);

  // 100: the random phase; 200, 400: every 200; 450: the end
  static const double wanted[] = {100, 200, 400, 450};
  SgTable table = read_table("rows");
  assert_int_equal(table.nrow, 4);
  for (int i = 0; i < 4; i++) {
    assert_true(cell(&table, i, "Epoch") == i + 1);
    assert_true(cell(&table, i, "TotalEnvInteracts") == wanted[i]);
    assert_true(cell(&table, i, "Updates") == wanted[i] - 100);
    assert_true(isnan(cell(&table, i, "AverageQ1Vals")) == (i == 0));  // no update before
    assert_true(cell(&table, i, "AverageTestEpRet") >= 1);
    assert_true(cell(&table, i, "reward_survive") > 0);
  }
  assert_true(a.result.final_return == cell(&table, -1, "AverageTestEpRet"));
  sg_table_free(&table);
  forget(&a);
}


static void no_step_gets_two_rows_and_every_run_gets_one(void** state) {
  (void)state;
  static const char* const cases[][3] = {// steps, random phase, every; and how many rows
                                         {"400", "200", "200"},
                                         {"1", "100", "200"},
                                         {"100", "100", "100"},
                                         {"150", "0", "100"}};
  static const int64_t wanted[] = {2, 1, 1, 2};
  for (int i = 0; i < 4; i++) {
    char run[32];
    SgConfig config = small_config("inverted_pendulum", "1");
    set(&config, "train.steps", cases[i][0]);
    set(&config, "sac.start_steps", cases[i][1]);
    set(&config, "train.eval_every", cases[i][2]);
    snprintf(run, sizeof(run), "run-%d", i);
    Left a = train(&config, run, 1);
    SgTable table = read_table(run);
    assert_int_equal(table.nrow, wanted[i]);
    assert_true(cell(&table, -1, "TotalEnvInteracts") == (double)a.result.step);
    sg_table_free(&table);
    forget(&a);
  }
}


static void groups_of_updates_make_up_for_the_steps_between(void** state) {
  (void)state;
  static const char* const envs[] = {"1", "3"};
  for (int i = 0; i < 2; i++) {
    SgConfig config = small_config("inverted_pendulum", "1");
    set(&config, "sac.update_every", "50");
    set(&config, "sac.update_after", "120");
    set(&config, "sac.updates_per_step", "2");
    set(&config, "train.steps", "333");
    set(&config, "train.envs", envs[i]);
    Left a = train(&config, i ? "b" : "a", 1);

    // after steps 150, 200, 250 and 300, each time 50 * 2
    SgTable table = read_table(i ? "b" : "a");
    assert_true(cell(&table, -1, "Updates") == 400);
    sg_table_free(&table);
    forget(&a);
  }
}


static void an_equal_evaluation_makes_the_later_policy_the_best(void** state) {
  (void)state;
  temp_cart("robot", "1", "0");  // every episode earns 50
  SgConfig config = small_config("robot/cart.yaml", "1");
  Left a = train(&config, "run", 1);
  assert_true(a.result.best_return == 50 && a.result.final_return == 50);
  assert_true(same_policy(a.best, a.best_size, a.latest, a.latest_size));
  SgTable table = read_table("run");
  assert_true(cell(&table, -1, "StdTestEpRet") == 0);
  assert_true(cell(&table, -1, "TestEpLen") == 50);
  assert_true(cell(&table, -1, "AverageEpRet") == 50);
  assert_true(cell(&table, -1, "there") == 1);
  assert_true(cell(&table, -1, "Episodes") == 12);
  sg_table_free(&table);
  forget(&a);
}


//-------------------------------- watching and stopping -----------------------------------------

// what a watcher saw
typedef struct Seen {
  int starts, rows, nows, notes;
  int64_t step, stop_at;
  volatile sig_atomic_t stop;
  bool in_order;
  double last_score;
  char note[2048];
  long heap, heap_calls;
} Seen;


static void see_start(void* arg, const SgTrainStart* start) {
  Seen* seen = arg;
  seen->starts++;
  assert_non_null(strstr(start->backend, "ref"));
  assert_int_equal(start->replay_rows, 5000);
  assert_true(start->replay_mb > 0.1 && start->replay_mb < 1);
}


static void see_row(void* arg, const SgProgress* progress) {
  Seen* seen = arg;
  seen->rows++;
  seen->last_score = sg_progress_get(progress, "AverageTestEpRet");
  seen->heap = -1;  // a row may allocate
}


static void see_now(void* arg, const SgTrainNow* now) {
  Seen* seen = arg;
  long heap = heap_count();
  seen->nows++;
  seen->in_order = seen->in_order && now->step == seen->step + 1 && now->steps == 600;
  seen->step = now->step;
  seen->stop = seen->stop_at > 0 && now->step >= seen->stop_at;
  if (now->step > 110 && seen->heap >= 0) {
    seen->heap_calls += heap - seen->heap;
  }
  seen->heap = heap_count();
}


static void see_note(void* arg, const char* sentence) {
  Seen* seen = arg;
  seen->notes++;
  snprintf(seen->note, sizeof(seen->note), "%s", sentence);
}


static SgTrainWatcher watcher_of(Seen* seen) {
  seen->in_order = true;
  return (SgTrainWatcher){
      .arg = seen, .start = see_start, .row = see_row, .now = see_now, .note = see_note};
}


static void the_watcher_is_told_every_step_and_row(void** state) {
  (void)state;
  Seen seen = {0};
  SgConfig config = small_config("inverted_pendulum", "1");
  Left a = train(&config, "plain", 1);
  Left b = train_watched(&config, "watched", 1, watcher_of(&seen), &seen.stop);
  assert_true(same(&a, &b));
  assert_int_equal(seen.starts, 1);
  assert_int_equal(seen.rows, 4);
  assert_int_equal(seen.nows, 600);
  assert_int_equal(seen.notes, 0);
  assert_true(seen.in_order);
  assert_true(seen.last_score == b.result.final_return);
  forget(&a);
  forget(&b);
}


static void steps_take_no_memory(void** state) {
  (void)state;
  static const char* const backends[] = {"ref", "own"};
  if (heap_count() < 0) {
    skip();
  }
  for (int i = 0; i < 2; i++) {
    Seen seen = {0};
    SgConfig config = small_config("hopper", "1");
    set(&config, "math.backend", backends[i]);
    set(&config, "train.steps", "1200");
    long before = heap_count();
    SgTrainWatcher watcher = watcher_of(&seen);
    watcher.start = NULL;
    Left a = train_watched(&config, backends[i], 2, watcher, NULL);
    assert_true(heap_count() > before);  // counting works
    assert_int_equal(seen.nows, 1200);
    assert_int_equal(seen.heap_calls, 0);
    forget(&a);
  }
}


static void a_run_that_is_stopped_keeps_its_policies(void** state) {
  (void)state;
  Seen seen = {.stop_at = 250};
  SgConfig config = small_config("inverted_pendulum", "1");
  Left a = train_watched(&config, "run", 1, watcher_of(&seen), &seen.stop);
  assert_true(a.result.stopped);
  assert_int_equal(a.result.step, 250);

  // the latest is from the last step, the best was evaluated, the table has no row of its own for
  // it
  char why[256];
  SgPolicy* latest = sg_policy_load(a.latest, a.latest_size, why, sizeof(why));
  SgPolicy* best = sg_policy_load(a.best, a.best_size, why, sizeof(why));
  assert_non_null(strstr(sg_policy_meta(latest, "softgait.training"), " step=250 "));
  assert_null(strstr(sg_policy_meta(best, "softgait.training"), " step=250 "));
  sg_policy_free(latest);
  sg_policy_free(best);
  SgTable table = read_table("run");
  assert_int_equal(table.nrow, 2);
  sg_table_free(&table);
  SgRunSummary summary;
  assert_int_equal(sg_run_summary("run", &summary, NULL), SG_OK);
  assert_string_equal(summary.state, "stopped");
  forget(&a);
}


static void a_run_that_is_stopped_at_once_has_policies_too(void** state) {
  (void)state;
  SgConfig config = small_config("inverted_pendulum", "1");
  volatile sig_atomic_t stop = 1;
  SgTrainResult result;
  SgError error = {0};
  char why[256];
  SgTrainOptions options = {
      .config = &config, .run = "stopped", .command = "test", .nthread = 1, .stop = &stop};
  assert_int_equal(sg_train(&options, &result, &error), SG_OK);
  assert_true(result.stopped && result.step == 0 && isnan(result.best_return));
  for (int i = 0; i < 2; i++) {
    size_t size;
    char* bytes = read_policy("stopped", i ? "best" : "latest", &size);
    SgPolicy* policy = sg_policy_load(bytes, size, why, sizeof(why));
    assert_non_null(policy);
    sg_policy_free(policy);
    sg_file_free(bytes);
  }
}


static void a_repeated_run_says_what_is_different(void** state) {
  (void)state;
  Seen seen = {0};
  SgConfig config = small_config("inverted_pendulum", "1");
  set(&config, "train.steps", "1");
  snprintf(config.file, sizeof(config.file), "x/config.yaml");
  snprintf(config.checks.task, sizeof(config.checks.task), "inverted_pendulum");
  snprintf(config.checks.mujoco, sizeof(config.checks.mujoco), "9.9.9");
  Left a = train_watched(&config, "run", 1, watcher_of(&seen), NULL);
  assert_int_equal(seen.notes, 1);
  assert_non_null(strstr(seen.note, "x/config.yaml"));
  assert_non_null(strstr(seen.note, "MuJoCo 9.9.9"));
  assert_non_null(strstr(seen.note, "3.17.0"));
  forget(&a);
}


//-------------------------------- going wrong ---------------------------------------------------

static void divergence_is_named_and_leaves_the_last_good_policy(void** state) {
  (void)state;
  SgConfig config = small_config("hopper", "1");
  SgError error;
  size_t size;

  // rewards beyond float: the first update has no finite target
  set(&config, "task.forward_reward_weight", "1e39");
  assert_int_equal(try_train(&config, "diverged", &error), SG_DIVERGED);
  assert_non_null(strstr(error.text, "step 101, update 1: "));
  assert_non_null(strstr(error.text, "critic 0 is not finite"));
  sg_file_free(read_policy("diverged", "latest", &size));
  sg_file_free(read_policy("diverged", "best", &size));

  // or go on, counting, with weights that stay what they were
  set(&config, "train.on_bad_step", "skip");
  Left left = train(&config, "skipped", 1);
  SgTable table = read_table("skipped");
  assert_true(cell(&table, -1, "BadUpdates") == 500);
  assert_true(cell(&table, -1, "Updates") == 500);
  assert_true(isnan(cell(&table, -1, "LossQ")));
  sg_table_free(&table);
  forget(&left);
}


static void physics_that_fails_ends_episodes_and_not_the_run(void** state) {
  (void)state;
  temp_cart("robot", "1", "1e11");  // MuJoCo refuses such a place and resets the state
  SgConfig config = small_config("robot/cart.yaml", "1");
  set(&config, "train.steps", "150");
  Left a = train(&config, "run", 1);
  SgTable table = read_table("run");
  assert_true(cell(&table, -1, "FailedEpisodes") == 150);
  assert_true(cell(&table, -1, "Episodes") == 150);
  assert_true(cell(&table, -1, "Updates") == 0);  // nothing was worth keeping
  assert_true(isnan(cell(&table, -1, "AverageEpRet")));
  assert_true(isnan(cell(&table, -1, "there")));
  sg_table_free(&table);
  forget(&a);
}


static void a_refused_run_leaves_no_folder(void** state) {
  (void)state;
  static const struct {
    const char *key, *value, *sentence;
    SgStatus status;
  } cases[] = {{"sac.target_entropy", "2", "sac.target_entropy", SG_USAGE},
               {"sac.replay", "1e10", "lower sac.replay", SG_MACHINE},
               {"task.no_such_parameter", "1", "no_such_parameter", SG_USAGE},
               {"sac.log_std_min", "5", "sac.log_std_min", SG_USAGE}};
  SgError error;
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    SgConfig config = small_config("inverted_pendulum", "1");
    set(&config, cases[i].key, cases[i].value);
    assert_int_equal(try_train(&config, "never", &error), cases[i].status);
    assert_non_null(strstr(error.text, cases[i].sentence));
    assert_false(sg_file_exists("never"));
  }
  SgConfig config = small_config("no_such_task", "1");
  assert_int_equal(try_train(&config, "never", &error), SG_USAGE);

  // the same parameter out of a file is the file's fault
  temp_write("c.yaml", "task: {no_such_parameter: 1}\n");
  config = small_config("inverted_pendulum", "1");
  assert_int_equal(sg_config_load(&config, "c.yaml", NULL), SG_OK);
  assert_int_equal(try_train(&config, "never", &error), SG_FILE);
  assert_non_null(strstr(error.text, "c.yaml: "));
  assert_false(sg_file_exists("never"));
}


static void a_task_that_never_ends_or_has_no_policy_file_is_refused(void** state) {
  (void)state;
  SgError error;
  temp_cart("robot", "1", "0");
  char *yaml = temp_read("robot/cart.yaml"), *xml = temp_read("robot/cart.xml");
  memcpy(strstr(yaml, "episode_steps: 50"), "episode_steps: 0 ", 17);
  temp_write("robot/endless.yaml", yaml);
  SgConfig config = small_config("robot/endless.yaml", "1");
  assert_int_equal(try_train(&config, "never", &error), SG_FILE);
  assert_non_null(strstr(error.text, "robot/endless.yaml: has no time limit"));

  memcpy(strstr(xml, "name='push'"), "name='p,sh'", 11);
  temp_write("robot/cart.xml", xml);
  config = small_config("robot/cart.yaml", "1");
  assert_int_equal(try_train(&config, "never", &error), SG_FILE);
  assert_non_null(strstr(error.text, "'p,sh'"));
  assert_false(sg_file_exists("never"));
  free(yaml);
  free(xml);
}


static void a_run_folder_is_never_overwritten(void** state) {
  (void)state;
  SgConfig config = small_config("inverted_pendulum", "1");
  SgError error;
  set(&config, "train.steps", "1");
  Left a = train(&config, "twice", 1);
  assert_int_equal(try_train(&config, "twice", &error), SG_USAGE);
  assert_non_null(strstr(error.text, "holds a run already"));
  char* csv = timeless_csv("twice");
  assert_string_equal(a.csv, csv);
  free(csv);
  forget(&a);
}


int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, temp_folder_enter, temp_folder_leave)
  const struct CMUnitTest tests[] = {
      TEST(same_seed_gives_the_same_bytes_for_any_threads),
      TEST(another_seed_gives_other_bytes),
      TEST(several_environments_train_and_repeat),
      TEST(config_yaml_repeats_the_run),
      TEST(evaluating_and_watching_change_nothing),
      TEST(one_flipped_bit_changes_the_digest),
      TEST(a_counter_or_a_simulation_changes_the_digest),
      TEST(rows_come_at_the_end_of_the_random_phase_and_at_every_evaluation),
      TEST(no_step_gets_two_rows_and_every_run_gets_one),
      TEST(groups_of_updates_make_up_for_the_steps_between),
      TEST(an_equal_evaluation_makes_the_later_policy_the_best),
      TEST(the_watcher_is_told_every_step_and_row),
      TEST(steps_take_no_memory),
      TEST(a_run_that_is_stopped_keeps_its_policies),
      TEST(a_run_that_is_stopped_at_once_has_policies_too),
      TEST(a_repeated_run_says_what_is_different),
      TEST(divergence_is_named_and_leaves_the_last_good_policy),
      TEST(physics_that_fails_ends_episodes_and_not_the_run),
      TEST(a_refused_run_leaves_no_folder),
      TEST(a_task_that_never_ends_or_has_no_policy_file_is_refused),
      TEST(a_run_folder_is_never_overwritten),
  };
  sg_guard_install();
  return cmocka_run_group_tests_name("train", tests, NULL, NULL);
}
