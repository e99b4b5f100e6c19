// softgait eval: the deterministic policy, as shipped, over some episodes.

#include <stdio.h>

#include "cli/command.h"
#include "cli/player_args.h"
#include "cli/print.h"
#include "train/eval.h"
#include "train/player.h"

static const SgFlag FLAGS[] = {
    {"--episodes", "N", "episodes (10)"},
    {"--seed", "N", "seed of the start states (0); not the trainer's own"},
    SG_COMMAND_FLAG,
    SG_MODEL_FLAG,
    {"--json", NULL, "one JSON object on stdout"},
};


static void print_json(const SgEvalResult* r, int64_t seed, const char* sha256) {
  const struct {
    const char* name;
    double value;
  } numbers[] = {{"mean_return", r->mean_return},
                 {"std_return", r->std_return},
                 {"min_return", r->min_return},
                 {"max_return", r->max_return},
                 {"mean_length", r->mean_length}};
  printf("{\"episodes\": %d", r->episodes);
  for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
    printf(", \"%s\": ", numbers[i].name);
    sg_print_json_number(stdout, numbers[i].value);
  }
  printf(", \"seed\": %lld, \"policy_sha256\": \"%s\"}\n", (long long)seed, sha256);
}


static void print_text(const SgEvalResult* r, const SgPlayer* player, int64_t seed) {
  printf("policy    %s\n", player->policy_path);
  printf("sha256    %s\n", player->policy_sha256);
  printf("task      %s, %d episode%s, seed %lld\n", sg_task_info(player->task)->name, r->episodes,
         r->episodes == 1 ? "" : "s", (long long)seed);
  printf("return    %.1f mean, %.1f std, %.1f to %.1f\n", r->mean_return, r->std_return,
         r->min_return, r->max_return);
  printf("length    %.1f steps mean\n", r->mean_length);
  if (r->failed > 0) {
    printf("failed    %d ended because physics went wrong\n", r->failed);
  }
}


// the policy on an environment of its task
static SgStatus evaluate(const SgArgs* args, const SgPlayer* player, int64_t episodes, int64_t seed,
                         SgEvalResult* result, SgError* error) {
  float values[SG_MAX_COMMAND_INPUT];
  const float* command;
  SgStatus status = sg_player_command(args, player->policy, values, &command, error);
  if (status != SG_OK) {
    return status;
  }
  SgEnv* env = sg_env_create(player->task, error);
  if (!env) {
    return error->status;
  }
  status = sg_eval_command(player->policy, env, sg_task_info(player->task), command, (int)episodes,
                           (uint64_t)seed, SG_RNG_EVAL, result, error);
  sg_env_free(env);
  return status;
}


static SgStatus run_eval(const SgArgs* args, SgError* error) {
  SgPlayer player = {0};
  SgEvalResult result;
  int64_t episodes = 10, seed = 0;
  SgStatus status = sg_args_int(args, "--episodes", 1, 1000000, &episodes, error);
  if (status == SG_OK) {
    status = sg_args_int(args, "--seed", 0, (int64_t)1 << 53, &seed, error);
  }
  if (status == SG_OK) {
    status = sg_player_open(&player, args->nword > 0 ? args->words[0] : NULL,
                            sg_args_text(args, "--model", NULL), error);
  }
  if (status == SG_OK) {
    status = evaluate(args, &player, episodes, seed, &result, error);
  }
  if (status == SG_OK) {
    sg_player_say(&player);
    if (sg_args_has(args, "--json")) {
      print_json(&result, seed, player.policy_sha256);
    } else {
      print_text(&result, &player, seed);
    }
  }
  sg_player_close(&player);
  return status;
}


const SgCommand sg_command_eval = {
    .name = "eval",
    .summary = "evaluate a policy over some episodes",
    .usage = "softgait eval [RUN|POLICY] [flags]",
    .examples =
        "  softgait eval                          the newest run's best policy\n"
        "  softgait eval runs/hopper/20260101-120000-s0-1a2b --episodes 100\n"
        "  softgait eval walk.safetensors --json\n"
        "  softgait eval walk.safetensors --model robot2.yaml     the same policy on a changed "
        "robot\n",
    .max_words = 1,
    .nflag = sizeof(FLAGS) / sizeof(FLAGS[0]),
    .flags = FLAGS,
    .run = run_eval,
};
