// What lasts from step to step lasts through everything: save and restore, copies, resets, key
// frames, another process.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "host.h"

enum {
  NSTEP = 400,
  HALF = 103  // in mid-period
};


// save and restore in mid-period, in another mjData; without the plugin's state it must differ
static void save_and_restore(const mjModel* m, const Start* start, const double* whole, int n,
                             int at) {
  mjtSize size = mj_stateSize(m, mjSTATE_INTEGRATION);
  double* state = malloc(sizeof(double) * (size_t)size);
  double* rest = malloc(sizeof(double) * (size_t)n * (size_t)row_size(m));
  const double* wanted = whole + (size_t)at * (size_t)row_size(m);
  mjData *first = mj_makeData(m), *second = mj_makeData(m);
  plugin_begin(m, first, start);
  plugin_go_on(m, first, rest, at);
  mj_getState(m, first, state, mjSTATE_INTEGRATION);
  mj_deleteData(first);
  mj_setState(m, second, state, mjSTATE_INTEGRATION);
  plugin_go_on(m, second, rest, n - at);
  CHECK(same_rows(m, wanted, rest, n - at), "restored at step %d: other trajectory", at);

  mj_resetData(m, second);
  mj_setState(m, second, state, mjSTATE_INTEGRATION);
  memset(second->plugin_state, 0, sizeof(double) * (size_t)m->npluginstate);
  plugin_go_on(m, second, rest, n - at);
  bool same = same_rows(m, wanted, rest, n - at);
  CHECK(!same, "a lost plugin state at step %d goes unnoticed", at);
  mj_deleteData(second);
  free(state);
  free(rest);
}


// both the copy and the original go on as if nothing had been
static void copy(const mjModel* m, const Start* start, const double* whole, int n, int at) {
  double* rest = malloc(sizeof(double) * (size_t)n * (size_t)row_size(m));
  const double* wanted = whole + (size_t)at * (size_t)row_size(m);
  mjData* first = mj_makeData(m);
  plugin_begin(m, first, start);
  plugin_go_on(m, first, rest, at);
  mjData* second = mj_copyData(NULL, m, first);
  plugin_go_on(m, second, rest, n - at);
  CHECK(same_rows(m, wanted, rest, n - at), "copied at step %d: other trajectory", at);
  mj_deleteData(second);
  plugin_go_on(m, first, rest, n - at);
  CHECK(same_rows(m, wanted, rest, n - at), "after a copy at step %d: other trajectory", at);
  mj_deleteData(first);
  free(rest);
}


// reset in mid-episode, into the same memory
static void reset(const mjModel* m, const Start* start, const double* whole, int n, int at) {
  double* rows = malloc(sizeof(double) * (size_t)n * (size_t)row_size(m));
  mjData* d = mj_makeData(m);
  plugin_begin(m, d, start);
  plugin_go_on(m, d, rows, at);
  plugin_begin(m, d, start);
  plugin_go_on(m, d, rows, n);
  CHECK(same_rows(m, whole, rows, n), "reset at step %d: other trajectory", at);
  mj_deleteData(d);
  free(rows);
}


static mjModel* model_of_chain(void) {
  char model[PATH], policy[PATH], config[2 * PATH];
  path_in_data(model, "chain.xml");
  path_in_data(policy, "chain.safetensors");
  snprintf(config, sizeof(config),
           "<config key=\"policy\" value=\"%s\"/><config key=\"command\" value=\"0.5 1\"/>",
           policy);
  return model_with_plugin(model, config, "", NULL);
}


void test_states(void) {
  mjModel* models[] = {model_of_task("hopper", ""), model_of_task("ant", ""), model_of_chain()};
  for (int i = 0; i < 3; i++) {
    mjModel* m = models[i];
    if (!m) {
      continue;
    }
    Start start = start_draw(m, 7);
    int n = NSTEP;
    double* whole = plugin_run(m, &start, n, false);
    for (int at = 3; at < 240; at += 20) {
      save_and_restore(m, &start, whole, n, at);
      copy(m, &start, whole, n, at);
      reset(m, &start, whole, n, at);
    }
    free(whole);
    start_free(&start);
    mj_deleteModel(m);
  }
}


void test_key_frame(void) {
  char model[PATH], policy[PATH], config[2 * PATH];
  path_of_model(model, "hopper");
  path_of_policy(policy, "hopper");
  snprintf(config, sizeof(config), "<config key=\"policy\" value=\"%s\"/>", policy);
  mjModel* m = model_with_plugin(
      model, config,
      "<keyframe><key name=\"lean\" qpos=\"0.1 1.3 0.02 -0.1 -0.2 0.05\" qvel=\"0.3 0 0 0 0.1 0\"/>"
      "</keyframe>",
      NULL);
  mjModel* plain = mj_loadXML(model, NULL, NULL, 0);
  SgPolicy* known = load_policy(policy);
  Own* own = own_make(plain, known, "", NULL);
  Start start = start_draw(plain, 1);
  memcpy(start.qpos, m->key_qpos, sizeof(double) * (size_t)m->nq);
  memcpy(start.qvel, m->key_qvel, sizeof(double) * (size_t)m->nv);
  int n = NSTEP;
  double* ours = own_run(plain, &own, 1, &start, n, false);
  double* theirs = malloc(sizeof(double) * (size_t)n * (size_t)row_size(m));
  mjData* d = mj_makeData(m);
  for (int i = 0; i < 33; i++) {
    mj_step(m, d);
  }
  mj_resetDataKeyframe(m, d, 0);
  plugin_go_on(m, d, theirs, n);
  CHECK(same_rows(m, ours, theirs, n), "from a key frame: other trajectory");
  mj_deleteData(d);
  free(ours);
  free(theirs);
  start_free(&start);
  own_free(own);
  sg_policy_free(known);
  mj_deleteModel(m);
  mj_deleteModel(plain);
}


//-------------------------------- another process ------------------------------------------------

// the first half of the chain's episode, its state into a file
void run_half(void) {
  char path[PATH];
  mjModel* m = model_of_chain();
  mjData* d = mj_makeData(m);
  Start start = start_draw(m, 7);
  size_t size = sizeof(double) * (size_t)mj_stateSize(m, mjSTATE_INTEGRATION);
  double* state = malloc(size);
  plugin_begin(m, d, &start);
  for (int i = 0; i < HALF; i++) {
    mj_step(m, d);
  }
  mj_getState(m, d, state, mjSTATE_INTEGRATION);
  path_in_data(path, "half.bin");
  write_file(path, state, size);
  free(state);
  start_free(&start);
  mj_deleteData(d);
  mj_deleteModel(m);
}


// a process of its own, started from the beginning, makes the first half; this one the second
void test_process(void) {
  char path[PATH];
  size_t size;
  int status = -1;
  pid_t child = fork();
  if (child == 0) {
    execl("/proc/self/exe", "host", setup.plugin, setup.data, "half", NULL);
    _exit(127);
  }
  waitpid(child, &status, 0);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the first half: status %d", status);
  path_in_data(path, "half.bin");
  char* state = read_file(path, &size);
  unlink(path);

  mjModel* m = model_of_chain();
  mjData* d = mj_makeData(m);
  Start start = start_draw(m, 7);
  double* whole = plugin_run(m, &start, NSTEP, false);
  double* rest = malloc(sizeof(double) * NSTEP * (size_t)row_size(m));
  mj_setState(m, d, (const mjtNum*)(void*)state, mjSTATE_INTEGRATION);
  plugin_go_on(m, d, rest, NSTEP - HALF);
  CHECK(same_rows(m, whole + HALF * row_size(m), rest, NSTEP - HALF),
        "restored in another process: other trajectory");
  free(whole);
  free(rest);
  free(state);
  start_free(&start);
  mj_deleteData(d);
  mj_deleteModel(m);
}
