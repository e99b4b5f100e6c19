// Trajectories with the plugin equal those of our own loop, whatever is done around the steps.

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <linux/seccomp.h>

#include "heap_count.h"
#include "host.h"

static const char* const TASKS[] = {"humanoid",
                                    "humanoid_standup",
                                    "ant",
                                    "walker2d",
                                    "hopper",
                                    "pusher",
                                    "half_cheetah",
                                    "reacher",
                                    "swimmer",
                                    "inverted_pendulum",
                                    "inverted_double_pendulum"};

enum {
  NTASK = sizeof(TASKS) / sizeof(TASKS[0])
};


//-------------------------------- integrators ---------------------------------------------------

// one task under one integrator: in time, with forwards in between, and late
static void compare(const char* task, int integrator, unsigned seed) {
  char path[PATH];
  path_of_model(path, task);
  mjModel* plain = mj_loadXML(path, NULL, NULL, 0);
  mjModel* driven = model_of_task(task, "");
  path_of_policy(path, task);
  SgPolicy* policy = load_policy(path);
  if (!plain || !driven || !policy) {
    CHECK(false, "%s does not load", task);
    return;
  }
  plain->opt.integrator = driven->opt.integrator = integrator;
  Own* own = own_make(plain, policy, "", NULL);
  Start start = start_draw(plain, seed);
  int n = setup.nstep * own_period(own);
  double* ours = own_run(plain, &own, 1, &start, n, false);
  double* late = own_run(plain, &own, 1, &start, n, true);
  double* theirs = plugin_run(driven, &start, n, true);
  const char* warning = take_warning();
  CHECK(!warning[0], "%s, integrator %d: %s", task, integrator, warning);
  CHECK(same_rows(plain, ours, theirs, n), "%s, integrator %d: other trajectory", task, integrator);
  CHECK(!same_rows(plain, late, theirs, n), "%s, integrator %d: a late control goes unnoticed",
        task, integrator);
  free(ours);
  free(late);
  free(theirs);
  start_free(&start);
  own_free(own);
  sg_policy_free(policy);
  mj_deleteModel(plain);
  mj_deleteModel(driven);
}


void test_integrators(void) {
  static const int integrators[] = {mjINT_EULER, mjINT_RK4, mjINT_IMPLICIT, mjINT_IMPLICITFAST};
  for (int t = 0; t < NTASK; t++) {
    for (int i = 0; i < 4; i++) {
      compare(TASKS[t], integrators[i], (unsigned)(t * 4 + i));
    }
  }
}


//-------------------------------- states --------------------------------------------------------

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
    int n = 400;
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
  int n = 400;
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


//-------------------------------- several robots ------------------------------------------------

// two hoppers in one world, with an extension block or without
static mjModel* two_robots(const char* extension) {
  char robot[PATH];
  char* xml = malloc(TEXT);
  path_of_model(robot, "hopper");
  snprintf(xml, TEXT,
           "<mujoco><option timestep=\"0.002\"/><asset><model name=\"robot\" file=\"%s\"/></asset>"
           "<worldbody><geom type=\"plane\" size=\"20 20 1\"/>"
           "<frame pos=\"0 0 0\"><attach model=\"robot\" body=\"torso\" prefix=\"left_\"/></frame>"
           "<frame pos=\"0 2 0\"><attach model=\"robot\" body=\"torso\" prefix=\"right_\"/></frame>"
           "</worldbody>%s</mujoco>",
           robot, extension);
  mjModel* m = model_from_text(xml, NULL);
  free(xml);
  return m;
}


void test_prefixes(void) {
  char left[PATH], right[PATH], extension[4 * PATH];
  path_of_policy(left, "hopper");
  path_in_data(right, "hopper2.safetensors");
  snprintf(
      extension, sizeof(extension),
      "<extension><plugin plugin=\"softgait.policy\"><instance name=\"a\"><config key=\"policy\" "
      "value=\"%s\"/><config key=\"prefix\" value=\"left_\"/></instance><instance name=\"b\">"
      "<config key=\"policy\" value=\"%s\"/><config key=\"prefix\" value=\"right_\"/></instance>"
      "</plugin></extension>",
      left, right);
  mjModel *plain = two_robots(""), *driven = two_robots(extension);
  if (!plain || !driven) {
    return;
  }
  SgPolicy* policies[] = {load_policy(left), load_policy(right)};
  Own* owns[] = {own_make(plain, policies[0], "left_", NULL),
                 own_make(plain, policies[1], "right_", NULL)};
  Own* swapped[] = {own_make(plain, policies[1], "left_", NULL),
                    own_make(plain, policies[0], "right_", NULL)};
  Start start = start_draw(plain, 3);
  int n = 1000;
  double* ours = own_run(plain, owns, 2, &start, n, false);
  double* wrong = own_run(plain, swapped, 2, &start, n, false);
  double* theirs = plugin_run(driven, &start, n, true);
  CHECK(same_rows(plain, ours, theirs, n), "two robots: other trajectory");
  CHECK(!same_rows(plain, wrong, theirs, n), "two robots with each other's policy go unnoticed");
  free(ours);
  free(wrong);
  free(theirs);
  start_free(&start);
  for (int i = 0; i < 2; i++) {
    own_free(owns[i]);
    own_free(swapped[i]);
    sg_policy_free(policies[i]);
  }
  mj_deleteModel(plain);
  mj_deleteModel(driven);
}


//-------------------------------- threads -------------------------------------------------------

enum {
  NTHREAD = 8,
  NDATA = 64,
  NSTEP = 200
};

// a thread's share: the simulations index, index + NTHREAD, ...
typedef struct Share {
  const mjModel* m;
  double** rows;  // (NDATA)
  int index;
} Share;


static void* run_share(void* arg) {
  Share* share = arg;
  mjData* data[NDATA / NTHREAD];
  for (int i = 0; i < NDATA / NTHREAD; i++) {
    data[i] = mj_makeData(share->m);
  }
  for (int i = 0; i < NDATA / NTHREAD; i++) {
    Start start = start_draw(share->m, (unsigned)(share->index + i * NTHREAD));
    plugin_begin(share->m, data[i], &start);
    start_free(&start);
  }

  // in turns, so that all of a thread's simulations are under way at once
  for (int k = 0; k < NSTEP; k++) {
    for (int i = 0; i < NDATA / NTHREAD; i++) {
      double* rows = share->rows[share->index + i * NTHREAD];
      plugin_go_on(share->m, data[i], rows + (size_t)k * (size_t)row_size(share->m), 1);
    }
  }
  for (int i = 0; i < NDATA / NTHREAD; i++) {
    mj_deleteData(data[i]);
  }
  return NULL;
}


void test_threads(void) {
  char path[PATH];
  mjModel* m = model_of_task("ant", "");
  path_of_model(path, "ant");
  mjModel* plain = mj_loadXML(path, NULL, NULL, 0);
  path_of_policy(path, "ant");
  SgPolicy* policy = load_policy(path);
  Own* own = own_make(plain, policy, "", NULL);
  double* rows[NDATA];
  pthread_t threads[NTHREAD];
  Share shares[NTHREAD];
  for (int i = 0; i < NDATA; i++) {
    rows[i] = malloc(sizeof(double) * NSTEP * (size_t)row_size(m));
  }
  for (int i = 0; i < NTHREAD; i++) {
    shares[i] = (Share){m, rows, i};
    pthread_create(&threads[i], NULL, run_share, &shares[i]);
  }
  for (int i = 0; i < NTHREAD; i++) {
    pthread_join(threads[i], NULL);
  }
  for (int i = 0; i < NDATA; i++) {
    Start start = start_draw(plain, (unsigned)i);
    double* ours = own_run(plain, &own, 1, &start, NSTEP, false);
    CHECK(same_rows(m, ours, rows[i], NSTEP), "simulation %d of %d: other trajectory", i, NDATA);
    free(ours);
    free(rows[i]);
    start_free(&start);
  }
  own_free(own);
  sg_policy_free(policy);
  mj_deleteModel(m);
  mj_deleteModel(plain);
}


//-------------------------------- a batch -------------------------------------------------------

#if mjVERSION_HEADER >= 3017000

#include <mujoco/mjbatch.h>

// simulations that share the threads' mjData: whatever the plugin kept outside the state would mix
void test_batch(void) {
  enum {
    NSIM = 6,
    NCALL = 60,
    NSUB = 3  // not a whole period
  };
  mjModel* m = model_of_task("hopper", "");
  mjBatchConfig config = {.nthread = 2, .persistent = 0};
  char error[1024] = "";
  mjBatch* batch = mjb_makeBatch(m, NSIM, &config, error, sizeof(error));
  if (!CHECK(batch, "%s", error)) {
    return;
  }
  int nstate = mjb_nstate(batch);
  mjtNum *qpos = mjb_stateComponent(batch, mjSTATE_QPOS, NULL),
         *qvel = mjb_stateComponent(batch, mjSTATE_QVEL, NULL);
  double* rows[NSIM];
  for (int i = 0; i < NSIM; i++) {
    Start start = start_draw(m, (unsigned)i);
    memcpy(qpos + i * nstate, start.qpos, sizeof(double) * (size_t)m->nq);
    memcpy(qvel + i * nstate, start.qvel, sizeof(double) * (size_t)m->nv);
    rows[i] = plugin_run(m, &start, NCALL * NSUB, false);
    start_free(&start);
  }
  int ndiffer = 0;
  for (int k = 1; k <= NCALL; k++) {
    mjb_step(batch, NULL, 0, NSUB, mjSTAGE_NONE);
    for (int i = 0; i < NSIM; i++) {
      const double* row = rows[i] + (size_t)(k * NSUB - 1) * (size_t)row_size(m);
      ndiffer += memcmp(qpos + i * nstate, row, sizeof(double) * (size_t)m->nq) != 0 ||
                 memcmp(qvel + i * nstate, row + m->nq, sizeof(double) * (size_t)m->nv) != 0;
    }
  }
  CHECK(ndiffer == 0, "%d of %d states of a batch differ", ndiffer, NSIM * NCALL);
  for (int i = 0; i < NSIM; i++) {
    free(rows[i]);
  }
  mjb_deleteBatch(batch);
  mj_deleteModel(m);
}

#else

// MuJoCo's batch comes with 3.17.0
void test_batch(void) {
}

#endif


//-------------------------------- real time -----------------------------------------------------

// 400 steps with the kernel closed: any system call but read, write and exit kills
static int run_closed(const mjModel* m, mjData* d) {
  pid_t child = fork();
  if (child == 0) {
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) {
      syscall(SYS_exit, 77);
    }
    for (int i = 0; i < 400; i++) {
      mj_step(m, d);
    }
    syscall(SYS_exit, 0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return status;
}


void test_real_time(void) {
  mjModel* m = model_of_task("ant", "");
  Start start = start_draw(m, 5);
  mjData* d = mj_makeData(m);
  plugin_begin(m, d, &start);
  for (int i = 0; i < 100; i++) {
    mj_step(m, d);
  }
  long before = heap_count();
  for (int i = 0; i < 400; i++) {
    mj_step(m, d);
  }
  CHECK(heap_count() == before, "%ld heap calls in 400 steps", heap_count() - before);
  if (before >= 0) {  // sanitizers call the kernel
    int status = run_closed(m, d);
    CHECK(WIFEXITED(status) && (WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == 77),
          "a step makes a system call (status %d)", status);
  }
  mj_deleteData(d);
  start_free(&start);
  mj_deleteModel(m);
}
