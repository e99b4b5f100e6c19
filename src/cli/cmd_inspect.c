// softgait inspect: the contract of a policy, or the difference of two.

#include <stdio.h>

#include "cli/command.h"
#include "cli/fit_print.h"
#include "cli/inspect.h"
#include "cli/player_args.h"

static const SgFlag FLAGS[] = {
    {"--model", "FILE", "MODEL.xml or TASK.yaml: say too whether the policy fits it"},
    {"--json", NULL, "JSON objects on stdout, one per line"},
};


static SgStatus inspect_one(const SgArgs* args, SgError* error) {
  SgView view;
  const char* model = sg_args_text(args, "--model", NULL);
  bool json = sg_args_has(args, "--json");
  SgStatus status = sg_view_open(&view, args->nword > 0 ? args->words[0] : NULL, error);
  if (status == SG_OK && json) {
    status = sg_view_print_json(&view, error);
  } else if (status == SG_OK) {
    sg_view_print(&view);
  }
  if (status == SG_OK && model && !json) {
    printf("\n");
  }
  if (status == SG_OK && model) {
    status = sg_fit_print_model(view.policy, view.path, model, json, error);
  }
  sg_view_close(&view);
  return status;
}


static SgStatus inspect_two(const SgArgs* args, SgError* error) {
  SgView views[2] = {0};
  SgStatus status = SG_OK;
  if (sg_args_has(args, "--model")) {
    return sg_fail(error, SG_USAGE, "--model goes with one policy, not with the difference of two");
  }
  for (int i = 0; i < 2 && status == SG_OK; i++) {
    status = sg_view_open(&views[i], args->words[i], error);
  }
  if (status == SG_OK && sg_args_has(args, "--json")) {
    status = sg_view_print_difference_json(&views[0], &views[1], error);
  } else if (status == SG_OK) {
    sg_view_print_difference(&views[0], &views[1]);
  }
  sg_view_close(&views[0]);
  sg_view_close(&views[1]);
  return status;
}


static SgStatus run_inspect(const SgArgs* args, SgError* error) {
  return args->nword == 2 ? inspect_two(args, error) : inspect_one(args, error);
}


const SgCommand sg_command_inspect = {
    .name = "inspect",
    .summary = "print a policy's contract, or in what two policies differ",
    .usage = "softgait inspect [RUN|POLICY] [RUN|POLICY] [flags]",
    .examples =
        "  softgait inspect                       the newest run's best policy\n"
        "  softgait inspect walk.safetensors\n"
        "  softgait inspect old.safetensors new.safetensors\n"
        "  softgait inspect walk.safetensors --json | jq 'select(.row == \"observation\")'\n",
    .notes =
        "Two policies: the difference, term by term; the exit code is 0 whether they differ or "
        "not.\n"
        "--json prints these rows (null: none, or infinite):\n"
        "  policy       path sha256 digest format period timestep jitter normaliser_clip\n"
        "               observations channels commands actions golden golden_reproduced\n"
        "               task preset step updates seed model mujoco\n"
        "  observation  index channel term unit scale offset clip[2] history mean std places[]\n"
        "  command      index command unit low high start\n"
        "  action       index actuator mode scale offset low high safe\n"
        "  layer        index layer inputs outputs\n"
        "  finding      with --model: level(fits|note|wrong) what name more text\n"
        "and for two policies:\n"
        "  difference   section name word in_first in_second first second\n"
        "  summary      first second contract training network (how many differ) same_weights\n"
        "               same_file\n",
    .max_words = 2,
    .nflag = sizeof(FLAGS) / sizeof(FLAGS[0]),
    .flags = FLAGS,
    .run = run_inspect,
};
