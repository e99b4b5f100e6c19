// softgait rollout: an episode from a given state under given actions or a policy, written number
// by number, for comparison with anything else that simulates the task.
//
//   START.csv     one row under qpos_0.., qvel_0..
//   ACTIONS.csv   a row per step under action_0.., in the environment's units; other columns ignored
//   TRACE.csv     step, obs_0.., reward, terminated, truncated; row 0 is the state at the start
//
// A policy on a model without a task file: obs_0.. are its channels, the reward stays empty.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "cli/columns.h"
#include "cli/command.h"
#include "cli/player_args.h"
#include "task/env.h"
#include "train/player.h"
#include "train/run_read.h"

static const SgFlag FLAGS[] = {
    {"--start", "START.csv", "the state to start from (needed)"},
    {"--actions", "ACTIONS.csv", "actions to apply"},
    {"--policy", "POLICY", "or a policy that chooses them"},
    {"--out", "TRACE.csv", "where the trace goes (needed)"},
    SG_COMMAND_FLAG,
    {"--model", "FILE", "MODEL.xml or TASK.yaml in place of TASK"},
    {"--steps", "N", "steps at most (all actions; a policy: the task's time limit)"},
    {"--state", NULL, "append qpos_0.., qvel_0.. to every row"},
    {"--no-end", NULL, "go on past the end of the episode"},
    {"--set", "KEY=VALUE", "task parameters: task.frame_skip=5; may be repeated"},
};

// an episode being written
typedef struct Rollout {
  SgTask* task;
  const SgTaskInfo* info;
  SgEnv* env;
  SgPlayer player;  // with --policy
  SgTable start, actions;
  int64_t steps;  // at most; 0: as many as there are actions
  bool state, no_end;
  double* ctrl;              // (nact)
  double* memory;            // policy: owns the next two
  SgPolicyState* state_now;  // its history and scratch
  float* row;                // (nobs + nact)
  float values[SG_MAX_COMMAND_INPUT];
  const float* command;  // (ncommand), or NULL
  int* columns;          // (nact) of the actions' table
  FILE* out;
} Rollout;


//-------------------------------- input ---------------------------------------------------------

static SgStatus read_start(Rollout* r, const char* path, SgError* error) {
  const mjModel* m = sg_task_model(r->task);
  int nq = (int)m->nq, nv = (int)m->nv;
  SgStatus status = sg_table_read(path, &r->start, error);
  if (status == SG_OK && r->start.nrow != 1) {
    int line = r->start.nrow == 0 ? 2 : 3;
    status = sg_fail(error, SG_FILE, "%s:%d: the table has %lld rows, one is needed", path, line,
                     (long long)r->start.nrow);
  }
  int* columns = calloc((size_t)(nq + nv), sizeof(int));
  double* state = calloc((size_t)(nq + nv), sizeof(double));
  if (status == SG_OK && (!columns || !state)) {
    status = sg_fail(error, SG_MACHINE, "out of memory for a rollout");
  }
  if (status == SG_OK) {
    status = sg_columns_find(&r->start, path, "qpos", nq, columns, error);
  }
  if (status == SG_OK) {
    status = sg_columns_find(&r->start, path, "qvel", nv, columns + nq, error);
  }
  if (status == SG_OK) {
    status = sg_columns_take(&r->start, path, 0, columns, nq + nv, state, error);
  }
  if (status == SG_OK) {
    sg_env_reset_to(r->env, state, state + nq);
  }
  free(columns);
  free(state);
  return status;
}


// the task by name, or what --model names in its place
static SgStatus load_task(Rollout* r, const SgArgs* args, SgError* error) {
  static SgConfig config;
  SgTaskSetting settings[SG_MAX_SETTING];
  char path[1024];
  const char* model = sg_args_text(args, "--model", NULL);
  SgStatus status = sg_command_config_from(&config, args, error);
  int nsetting = status == SG_OK ? sg_config_settings(&config, settings) : 0;
  if (status == SG_OK && model && sg_args_has(args, "--policy")) {
    r->task = sg_player_model(model, settings, nsetting, error);
  } else if (status == SG_OK) {
    status = sg_task_find(model ? model : args->words[0], path, sizeof(path), error);
    r->task = status == SG_OK ? sg_task_load(path, settings, nsetting, error) : NULL;
  }
  if (!r->task) {
    return error->status;
  }
  r->info = sg_task_info(r->task);
  return SG_OK;
}


static SgStatus make_env(Rollout* r, SgError* error) {
  r->env = sg_env_create(r->task, error);
  if (!r->env) {
    return error->status;
  }
  r->ctrl = calloc((size_t)r->info->nact, sizeof(double));
  return r->ctrl ? SG_OK : sg_fail(error, SG_MACHINE, "out of memory for a rollout");
}


static SgStatus open_policy(Rollout* r, const SgArgs* args, SgError* error) {
  char file[1024], folder[1024];
  SgPlayer* player = &r->player;
  SgStatus status =
      sg_run_policy(sg_args_text(args, "--policy", NULL), file, folder, sizeof(file), error);
  if (status == SG_OK) {
    status = sg_player_open_policy(player, file, error);
  }
  if (status == SG_OK) {
    status = sg_player_join(player, r->task, sg_args_has(args, "--model"), error);
  }
  if (status == SG_OK) {
    status = sg_player_command(args, player->policy, r->values, &r->command, error);
  }
  if (status != SG_OK) {
    return status;
  }
  size_t size = sg_policy_state_size(player->policy) / sizeof(double) + 1;
  r->memory =
      malloc(size * sizeof(double) + (size_t)(r->info->nobs + r->info->nact) * sizeof(float));
  if (!r->memory) {
    return sg_fail(error, SG_MACHINE, "out of memory for a rollout");
  }
  r->row = (float*)(r->memory + size);
  r->state_now = sg_policy_state_init(player->policy, r->memory, size * sizeof(double));
  return SG_OK;
}


//-------------------------------- output --------------------------------------------------------

static void print_names(FILE* out, const char* stem, int n) {
  for (int i = 0; i < n; i++) {
    fprintf(out, ",%s_%d", stem, i);
  }
}


static void print_numbers(FILE* out, const double* x, int n) {
  for (int i = 0; i < n; i++) {
    fprintf(out, ",%.17g", x[i]);
  }
}


static void print_header(const Rollout* r) {
  const mjModel* m = sg_task_model(r->task);
  fprintf(r->out, "step");
  print_names(r->out, "obs", r->info->nobs);
  fprintf(r->out, ",reward,terminated,truncated");
  if (r->state) {
    print_names(r->out, "qpos", (int)m->nq);
    print_names(r->out, "qvel", (int)m->nv);
  }
  fprintf(r->out, "\n");
}


static void print_row(const Rollout* r, int64_t number, SgStep step) {
  const mjModel* m = sg_task_model(r->task);
  const mjData* d = sg_env_data(r->env);
  fprintf(r->out, "%lld", (long long)number);
  print_numbers(r->out, sg_env_obs(r->env), r->info->nobs);
  if (r->info->bare) {
    fputc(',', r->out);  // nothing says what a step is worth
  } else {
    fprintf(r->out, ",%.17g", step.reward);
  }
  fprintf(r->out, ",%d,%d", step.terminated, step.truncated);
  if (r->state) {
    print_numbers(r->out, d->qpos, (int)m->nq);
    print_numbers(r->out, d->qvel, (int)m->nv);
  }
  fprintf(r->out, "\n");
}


//-------------------------------- the episode ---------------------------------------------------

static void ask_policy(Rollout* r) {
  float *obs = r->row, *act = obs + r->info->nobs;
  sg_env_obs_float(r->env, obs);
  sg_policy_step_now(r->state_now, obs, r->command, act);
  for (int i = 0; i < r->info->nact; i++) {
    r->ctrl[i] = (double)act[i];
  }
}


// the actions' table, and as many steps as it has
static SgStatus open_actions(Rollout* r, const char* path, SgError* error) {
  int nact = r->info->nact;
  r->columns = calloc((size_t)nact, sizeof(int));
  if (!r->columns) {
    return sg_fail(error, SG_MACHINE, "out of memory for a rollout");
  }
  SgStatus status = sg_table_read(path, &r->actions, error);
  if (status == SG_OK) {
    status = sg_columns_find(&r->actions, path, "action", nact, r->columns, error);
  }
  r->steps = r->steps > 0 && r->steps < r->actions.nrow ? r->steps : r->actions.nrow;
  return status;
}


static SgStatus play(Rollout* r, const char* actions, SgError* error) {
  bool failed = false, over = false;
  print_header(r);
  print_row(r, 0, (SgStep){0});
  for (int64_t i = 0; i < r->steps && !over; i++) {
    if (!actions) {
      ask_policy(r);
    } else if (sg_columns_take(&r->actions, actions, i, r->columns, r->info->nact, r->ctrl,
                               error) != SG_OK) {
      return SG_FILE;
    }
    SgStep step = sg_env_step(r->env, r->ctrl);
    print_row(r, i + 1, step);
    if (step.failed && !failed) {
      fprintf(stderr, "softgait: step %lld: the simulation failed, its numbers mean nothing\n",
              (long long)i + 1);
      failed = true;
    }
    over = (step.terminated || step.truncated) && !r->no_end;
  }
  return SG_OK;
}


// the trace, in memory first: a failed rollout leaves no half of one
static SgStatus write_trace(Rollout* r, const char* actions, const char* path, SgError* error) {
  char* bytes = NULL;
  size_t size;
  r->out = open_memstream(&bytes, &size);
  if (!r->out) {
    return sg_fail(error, SG_MACHINE, "out of memory for a rollout");
  }
  SgStatus status = play(r, actions, error);
  bool closed = fclose(r->out) == 0;
  if (status == SG_OK) {
    status = closed ? sg_file_write(path, bytes, size, error)
                    : sg_fail(error, SG_MACHINE, "out of memory for a rollout");
  }
  free(bytes);
  return status;
}


//-------------------------------- the command ---------------------------------------------------

// which words are needed, before anything is loaded
static SgStatus check_words(const SgArgs* args, SgError* error) {
  bool actions = sg_args_has(args, "--actions"), policy = sg_args_has(args, "--policy");
  if (args->nword == 0 && !sg_args_has(args, "--model")) {
    return sg_fail(error, SG_USAGE, "rollout needs a task: softgait rollout hopper --start ...");
  }
  if (!sg_args_has(args, "--start") || !sg_args_has(args, "--out")) {
    return sg_fail(error, SG_USAGE, "rollout needs --start START.csv and --out TRACE.csv");
  }
  if (actions && sg_args_has(args, "--command")) {
    return sg_fail(error, SG_USAGE, "--command is for a policy; --actions has none");
  }
  if (actions == policy) {
    return sg_fail(error, SG_USAGE,
                   "rollout needs one of --actions ACTIONS.csv and --policy POLICY");
  }
  for (int i = 0; i < args->nflag; i++) {
    if (strcmp(args->names[i], "--set") == 0 && strncmp(args->values[i], "task.", 5) != 0) {
      return sg_fail(error, SG_USAGE, "--set %.80s: a rollout has only task.* parameters",
                     args->values[i]);
    }
  }
  return SG_OK;
}


// how many steps at most: of a policy, the task's time limit
static SgStatus find_steps(Rollout* r, const SgArgs* args, const char* actions, SgError* error) {
  r->steps = actions ? 0 : r->info->episode_steps;
  SgStatus status = sg_args_int(args, "--steps", 1, 1000000000, &r->steps, error);
  if (status == SG_OK && !actions && r->steps == 0) {
    status = sg_fail(error, SG_USAGE, "task %s has no time limit, so --policy needs --steps",
                     r->info->name);
  }
  return status;
}


// the task, who acts, from where
static SgStatus prepare(Rollout* r, const SgArgs* args, const char* actions, SgError* error) {
  SgStatus status = load_task(r, args, error);
  if (status == SG_OK) {
    status = find_steps(r, args, actions, error);
  }
  if (status == SG_OK && !actions) {
    status = open_policy(r, args, error);
  }
  if (status == SG_OK) {
    status = make_env(r, error);
  }
  if (status == SG_OK) {
    status = read_start(r, sg_args_text(args, "--start", NULL), error);
  }
  if (status == SG_OK && actions) {
    status = open_actions(r, actions, error);
  }
  return status;
}


static void close_rollout(Rollout* r) {
  free(r->ctrl);
  free(r->columns);
  free(r->memory);
  sg_table_free(&r->start);
  sg_table_free(&r->actions);
  sg_player_close(&r->player);
  sg_env_free(r->env);
  sg_task_free(r->task);
}


static SgStatus run_rollout(const SgArgs* args, SgError* error) {
  Rollout r = {.state = sg_args_has(args, "--state"), .no_end = sg_args_has(args, "--no-end")};
  const char* actions = sg_args_text(args, "--actions", NULL);
  SgStatus status = check_words(args, error);
  if (status == SG_OK) {
    status = prepare(&r, args, actions, error);
  }
  if (status == SG_OK) {
    sg_player_say(&r.player);
    status = write_trace(&r, actions, sg_args_text(args, "--out", NULL), error);
  }
  close_rollout(&r);
  return status;
}


const SgCommand sg_command_rollout = {
    .name = "rollout",
    .summary = "write an episode number by number",
    .usage =
        "softgait rollout TASK --start START.csv (--actions ACTIONS.csv | --policy POLICY) --out "
        "TRACE.csv [flags]",
    .examples =
        "  softgait rollout hopper --start start.csv --actions actions.csv --out trace.csv\n"
        "  softgait rollout hopper --start start.csv --policy runs/latest --out trace.csv "
        "--state\n",
    .max_words = 1,
    .nflag = sizeof(FLAGS) / sizeof(FLAGS[0]),
    .flags = FLAGS,
    .run = run_rollout,
};
