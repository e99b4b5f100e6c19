// A policy in its environment, with a memory of what was played.
//
// Between two whole episodes the robot rests for a moment in its last state, so that one sees how
// it ended.

#include "play.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
  MAX_HISTORY = 2000,  // steps back
  MAX_HISTORY_BYTES = 64 << 20
};

static const double REST = 0.6;    // seconds in the last state of an episode
static const double BEHIND = 0.1;  // seconds that are made up for at most

// what a step back restores, besides the environment's state
typedef struct Moment {
  uint32_t episode;
  double sum, reward, last_sum;
  int last_steps;
  bool over;
  const char* end;
} Moment;

struct SgPlayInside {
  double owed;       // seconds of simulated time not yet stepped
  double resting;    // seconds to go in the last state
  float *obs, *act;  // (nobs), (nact)
  double* ctrl;      // (nact)
  float command[SG_PLAY_COMMANDS];
  SgPolicyState* state;  // the policy's history
  size_t state_size;

  // a ring of states before each step
  int nhistory, first, count, size;
  double* states;   // (nhistory, size)
  char* policies;   // (nhistory, state_size)
  Moment* moments;  // (nhistory)

  // the policy's file as it was when it was read
  struct stat file;
};


//-------------------------------- history -------------------------------------------------------

static void remember(SgPlay* p) {
  struct SgPlayInside* in = p->inside;
  int at = (in->first + in->count) % in->nhistory;
  if (in->count == in->nhistory) {
    in->first = (in->first + 1) % in->nhistory;
  } else {
    in->count++;
  }
  sg_env_state_get(p->env, in->states + (size_t)at * (size_t)in->size);
  memcpy(in->policies + (size_t)at * in->state_size, in->state, in->state_size);
  in->moments[at] = (Moment){.episode = p->episode,
                             .sum = p->sum,
                             .reward = p->reward,
                             .last_sum = p->last_sum,
                             .last_steps = p->last_steps,
                             .over = p->over,
                             .end = p->end};
}


bool sg_play_back(SgPlay* p) {
  struct SgPlayInside* in = p->inside;
  if (in->count == 0) {
    return false;
  }
  int at = (in->first + --in->count) % in->nhistory;
  const Moment* m = &in->moments[at];
  sg_env_state_set(p->env, in->states + (size_t)at * (size_t)in->size);
  memcpy(in->state, in->policies + (size_t)at * in->state_size, in->state_size);
  p->episode = m->episode;
  p->sum = m->sum;
  p->reward = m->reward;
  p->last_sum = m->last_sum;
  p->last_steps = m->last_steps;
  p->over = m->over;
  p->end = m->end;
  in->owed = in->resting = 0;
  return true;
}


//-------------------------------- commands ------------------------------------------------------

// the number behind a word in line i of the policy's command inputs:
// `command=vx unit=m/s low=-1 high=2 start=0`
static double command_number(const SgPlay* p, int i, const char* word) {
  const char* line = sg_policy_meta(p->player.policy, "softgait.command");
  for (; line && i > 0; i--) {
    line = strchr(line, '\n');
    line = line ? line + 1 : NULL;
  }
  const char* at = line ? strstr(line, word) : NULL;
  return at ? strtod(at + strlen(word), NULL) : 0;
}


void sg_play_command_range(const SgPlay* p, int i, double* low, double* high) {
  *low = command_number(p, i, " low=");
  *high = command_number(p, i, " high=");
}


void sg_play_command(SgPlay* p, int i, double change) {
  double low, high;
  if (i >= 0 && i < p->ncommand) {
    sg_play_command_range(p, i, &low, &high);
    p->commands[i] = fmin(fmax(p->commands[i] + change * (high - low), low), high);
  }
}


//-------------------------------- life ----------------------------------------------------------

// the step in `preset=sac step=3000 updates=2000 seed=0`; -1 without one
static int64_t read_trained(const SgPolicy* policy) {
  const char* text = sg_policy_meta(policy, "softgait.training");
  const char* at = text ? strstr(text, "step=") : NULL;
  return at ? strtoll(at + strlen("step="), NULL, 10) : -1;
}


// of a run's policies, which this is
static SgPlayChoice find_choice(const char* path) {
  const char* slash = strrchr(path, '/');
  return strstr(slash ? slash : path, "latest") ? SG_PLAY_LATEST : SG_PLAY_BEST;
}


// a policy's running state, in memory of its own; NULL when there is none
static SgPolicyState* make_state(const SgPolicy* policy) {
  size_t size = sg_policy_state_size(policy);
  void* memory = malloc(size);
  SgPolicyState* state = memory ? sg_policy_state_init(policy, memory, size) : NULL;
  if (!state) {
    free(memory);
  }
  return state;
}


// buffers of a policy and its environment
static bool allocate(SgPlay* p) {
  struct SgPlayInside* in = p->inside = calloc(1, sizeof(struct SgPlayInside));
  if (!in) {
    return false;
  }
  in->size = sg_env_state_size(p->env);
  in->state_size = sg_policy_state_size(p->player.policy);
  size_t each = (size_t)in->size * sizeof(double) + in->state_size;
  in->nhistory = (int)(MAX_HISTORY_BYTES / each);
  in->nhistory = in->nhistory > MAX_HISTORY ? MAX_HISTORY : in->nhistory < 1 ? 1 : in->nhistory;
  in->states = malloc((size_t)in->nhistory * (size_t)in->size * sizeof(double));
  in->moments = malloc((size_t)in->nhistory * sizeof(Moment));
  in->obs = malloc((size_t)p->info->nobs * sizeof(float));
  in->act = malloc((size_t)p->info->nact * sizeof(float));
  in->ctrl = malloc((size_t)p->info->nact * sizeof(double));
  in->policies = malloc((size_t)in->nhistory * in->state_size);
  in->state = make_state(p->player.policy);
  return in->states && in->policies && in->moments && in->obs && in->act && in->ctrl && in->state;
}


static void begin_episode(SgPlay* p) {
  sg_env_reset(p->env, 0, SG_RNG_EVAL, 0, p->episode);
  sg_policy_reset(p->inside->state);
  p->sum = p->reward = 0;
  p->over = false;
  p->end = "";
  p->inside->resting = 0;
}


SgStatus sg_play_open(SgPlay* p, const char* what, const char* model, SgError* error) {
  memset(p, 0, sizeof(*p));
  SgStatus status = sg_player_open(&p->player, what, model, error);
  if (status == SG_OK) {
    p->info = sg_task_info(p->player.task);
    p->env = sg_env_create(p->player.task, error);
    status = p->env ? SG_OK : error->status;
  }
  if (status == SG_OK && sg_policy_ncommand(p->player.policy) > SG_PLAY_COMMANDS) {
    status = sg_fail(error, SG_FILE, "%s: has %d command inputs, the window can give %d",
                     p->player.policy_path, sg_policy_ncommand(p->player.policy), SG_PLAY_COMMANDS);
  }
  if (status == SG_OK && !allocate(p)) {
    status = sg_fail(error, SG_MACHINE, "out of memory for playing a policy");
  }
  if (status != SG_OK) {
    sg_play_close(p);
    return status;
  }
  p->choice = find_choice(p->player.policy_path);
  if (stat(p->player.policy_path, &p->inside->file) != 0) {
    memset(&p->inside->file, 0, sizeof(p->inside->file));
  }
  p->trained = read_trained(p->player.policy);
  p->ncommand = sg_policy_ncommand(p->player.policy);
  for (int i = 0; i < p->ncommand; i++) {
    p->commands[i] = command_number(p, i, " start=");
  }
  p->last_sum = (double)NAN;
  begin_episode(p);
  return SG_OK;
}


void sg_play_close(SgPlay* p) {
  struct SgPlayInside* in = p->inside;
  if (in) {
    free(in->states);
    free(in->moments);
    free(in->obs);
    free(in->act);
    free(in->ctrl);
    free(in->state);
    free(in->policies);
    free(in);
  }
  sg_env_free(p->env);
  sg_player_close(&p->player);
  memset(p, 0, sizeof(*p));
}


//-------------------------------- time ----------------------------------------------------------

int sg_play_due(SgPlay* p, double seconds) {
  struct SgPlayInside* in = p->inside;
  in->owed += seconds;
  if (in->resting > 0) {
    in->resting -= seconds;
    in->owed = 0;
    return in->resting > 0 ? 0 : 1;
  }
  if (in->owed > BEHIND + p->info->dt) {
    in->owed = BEHIND + p->info->dt;
  }
  int n = (int)(in->owed / p->info->dt);
  in->owed -= n * p->info->dt;
  return n;
}


void sg_play_reset(SgPlay* p) {
  remember(p);
  p->episode++;
  begin_episode(p);
}


static void end_episode(SgPlay* p, const SgStep* step, SgPolicyStatus status) {
  p->over = true;
  p->end = status != SG_POLICY_OK ? "the policy could not answer"
           : step->failed         ? "physics failed"
           : step->terminated     ? "terminated"
                                  : "time limit";
  p->last_sum = p->sum;
  p->last_steps = sg_env_steps(p->env);
  p->inside->resting = REST;
  p->inside->owed = 0;
}


void sg_play_step(SgPlay* p, int push_body, const mjtNum* push) {
  struct SgPlayInside* in = p->inside;
  if (p->over) {
    sg_play_reset(p);
    return;
  }
  remember(p);

  // observation, action, step: as in training's evaluation
  sg_env_push(p->env, push_body, push);
  sg_env_obs_float(p->env, in->obs);
  for (int i = 0; i < p->ncommand; i++) {
    in->command[i] = (float)p->commands[i];
  }
  SgPolicyStatus status =
      sg_policy_step_now(in->state, in->obs, p->ncommand > 0 ? in->command : NULL, in->act);
  for (int i = 0; i < p->info->nact; i++) {
    in->ctrl[i] = (double)in->act[i];
  }
  SgStep step = sg_env_step(p->env, in->ctrl);
  p->reward = step.reward;
  p->sum += step.failed ? 0 : step.reward;
  if (step.terminated || step.truncated || status != SG_POLICY_OK) {
    end_episode(p, &step, status);
  }
}


//-------------------------------- policies ------------------------------------------------------

static bool same_file(const struct stat* a, const struct stat* b) {
  return a->st_ino == b->st_ino && a->st_size == b->st_size &&
         a->st_mtim.tv_sec == b->st_mtim.tv_sec && a->st_mtim.tv_nsec == b->st_mtim.tv_nsec;
}


// whether two policies see and drive the same, so that one can go on where the other is
static bool same_contract(const SgPolicy* a, const SgPolicy* b) {
  static const char* const keys[] = {"softgait.task",    "softgait.model",  "softgait.observation",
                                     "softgait.command", "softgait.action", "softgait.timing"};
  for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
    const char *x = sg_policy_meta(a, keys[i]), *y = sg_policy_meta(b, keys[i]);
    if (!x || !y || strcmp(x, y) != 0) {
      return false;
    }
  }
  return true;
}


// put another policy file of the same run in the place of the one that plays; its history begins
// anew
static SgStatus take_over(SgPlay* p, const char* path, const struct stat* file, SgError* error) {
  SgPlayer next = {0};
  SgStatus status = sg_player_open_policy(&next, path, error);
  p->inside->file = *file;
  bool same = status == SG_OK && same_contract(next.policy, p->player.policy) &&
              sg_policy_state_size(next.policy) == p->inside->state_size;
  if (status == SG_OK && !same) {
    status = sg_fail(error, SG_FILE, "%s: is for another robot or task than the policy that plays",
                     path);
  }
  SgPolicyState* state = status == SG_OK ? make_state(next.policy) : NULL;
  if (status == SG_OK && !state) {
    status = sg_fail(error, SG_MACHINE, "out of memory for a policy");
  }
  if (status != SG_OK) {
    free(state);
    sg_player_close(&next);
    return status;
  }
  sg_policy_free(p->player.policy);
  free(p->inside->state);
  p->inside->state = state;
  p->inside->count = 0;  // what was played before belongs to the old one
  p->player.policy = next.policy;
  memcpy(p->player.policy_path, next.policy_path, sizeof(next.policy_path));
  memcpy(p->player.policy_sha256, next.policy_sha256, sizeof(next.policy_sha256));
  p->trained = read_trained(next.policy);
  return SG_OK;
}


bool sg_play_refresh(SgPlay* p, SgError* error) {
  struct stat file;
  char path[1024], before[65];
  if (stat(p->player.policy_path, &file) != 0 || same_file(&file, &p->inside->file)) {
    return false;
  }
  memcpy(path, p->player.policy_path, sizeof(path));
  memcpy(before, p->player.policy_sha256, sizeof(before));
  return take_over(p, path, &file, error) == SG_OK && strcmp(before, p->player.policy_sha256) != 0;
}


SgStatus sg_play_choose(SgPlay* p, SgPlayChoice choice, SgError* error) {
  char path[1100];
  struct stat file;
  const char* name = choice == SG_PLAY_BEST ? "best" : "latest";
  snprintf(path, sizeof(path), "%s/policy/%s.safetensors", p->player.folder, name);
  if (!p->player.folder[0] || stat(path, &file) != 0) {
    return sg_fail(error, SG_FILE, "there is no %s policy of a run here", name);
  }
  SgStatus status = take_over(p, path, &file, error);
  if (status == SG_OK) {
    p->choice = choice;
  }
  return status;
}
