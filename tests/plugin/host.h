// A C program with a MuJoCo of any version in which the plugin is put to the test. It is compiled
// against that version's headers, so it brings its own copy of observer and runtime for the loop to
// compare with.
//
//   host PLUGIN.so DATA [--steps N] [TEST]...      DATA: policies and a folder to write in
//
// own.c          the loop without the plugin: what the plugin must equal to the last bit
// host_moves.c   trajectories: integrators, forwards, prefixes, threads, batch
// host_states.c  save, copy, reset, key frames, another process
// host_keys.c    keys: what is refused, and how; commands, text, sensors, switch

#ifndef SG_TESTS_PLUGIN_HOST_H_
#define SG_TESTS_PLUGIN_HOST_H_

#include <mujoco/mujoco.h>
#include <stdbool.h>

#include "policy/policy.h"
#include "task/observe.h"

enum {
  TEXT = 1 << 16,
  PATH = 1024
};

/// What the program was started with.
typedef struct Setup {
  const char* plugin;  ///< "linked" when it is linked
  const char* data;
  int nstep;  ///< decisions in a trajectory
} Setup;

extern Setup setup;

/// Count a check; say where when it fails. Any thread.
#define CHECK(fine, ...) check_that((fine) ? 1 : 0, __FILE__, __LINE__, __VA_ARGS__)
int check_that(int fine, const char* file, int line, const char* format, ...)
    __attribute__((format(printf, 4, 5)));

/// The last warning of MuJoCo since the last call, "" when there was none.
const char* take_warning(void);

//-------------------------------- models --------------------------------------------------------

/// Compile a model from its text; NULL and MuJoCo's message in error (TEXT bytes, nullable).
mjModel* model_from_text(const char* xml, char* error);

/// The path of a task's model, of the policy that was made for it, and of any file in DATA.
void path_of_model(char path[PATH], const char* task);
void path_of_policy(char path[PATH], const char* task);
void path_in_data(char path[PATH], const char* name);

/// A model that includes another, with an instance of the plugin that has these <config> elements,
/// and more XML behind it.
mjModel* model_with_plugin(const char* model, const char* config, const char* more, char* error);

/// The same for a task and the policy that was made for it.
mjModel* model_of_task(const char* task, const char* more_config);

/// A whole file, malloc'ed with a zero behind it; ends the program when it cannot be read.
char* read_file(const char* path, size_t* size);
void write_file(const char* path, const void* bytes, size_t size);
SgPolicy* load_policy(const char* path);

//-------------------------------- trajectories --------------------------------------------------

/// A state to start from: joints a little off their place, drawn from a seed.
typedef struct Start {
  double *qpos, *qvel;
} Start;

Start start_draw(const mjModel* m, unsigned seed);
void start_free(Start* start);

/// Row by row qpos and qvel after each mj_step. (nstep, nq + nv), malloc'ed.
int row_size(const mjModel* m);
void put_row(double* row, const mjModel* m, const mjData* d);

/// Whether n rows are equal to the last bit.
bool same_rows(const mjModel* m, const double* a, const double* b, int n);

/// A policy in a loop of our own.
typedef struct Own Own;
Own* own_make(const mjModel* m, const SgPolicy* policy, const char* prefix, const float* command);
void own_free(Own* own);
int own_period(const Own* own);

/// The trainer's loop from a start: observe, decide, write ctrl, step. late: write it one mj_step
/// late.
double* own_run(const mjModel* m, Own* const* owns, int nown, const Start* start, int nstep,
                bool late);

/// The same by the plugin, on a fresh mjData: nothing but mj_step, and mj_forward calls in between.
double* plugin_run(const mjModel* m, const Start* start, int nstep, bool forwards);

/// Begin an episode, and go on.
void plugin_begin(const mjModel* m, mjData* d, const Start* start);
void plugin_go_on(const mjModel* m, mjData* d, double* rows, int nstep);

//-------------------------------- tests ---------------------------------------------------------

typedef void Test(void);
Test test_integrators, test_states, test_key_frame, test_prefixes, test_threads, test_real_time,
    test_batch, test_refusals, test_idle, test_commands, test_text, test_sensors, test_switch,
    test_copies, test_process;

/// The other process of test_process.
void run_half(void);

#endif  // SG_TESTS_PLUGIN_HOST_H_
