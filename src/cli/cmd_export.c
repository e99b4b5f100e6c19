// softgait export: a policy as C, as ONNX, or as another form of the table in train/export.c.

#include <stdio.h>
#include <string.h>

#include "cli/command.h"
#include "train/export.h"
#include "train/run_read.h"

static const SgFlag FLAGS[] = {
    {"--to", "FORM", "c or onnx (needed)"},
    {"--out", "PATH", "the file: .c (its .h comes beside it) or .onnx (needed)"},
    {"--name", "NAME", "prefix of what is written, a C identifier (policy)"},
    {"--model", "FILE", "MODEL.xml or TASK.yaml that the policy must fit"},
};


// the policy; with its task where the form needs one, or the user names one to check against
static SgStatus open_policy(SgPlayer* player, const char* what, const char* model, bool needs_task,
                            SgError* error) {
  char policy[1024], folder[1024];
  if (needs_task || model) {
    return sg_player_open(player, what, model, error);
  }
  SgStatus status = sg_run_policy(what, policy, folder, sizeof(policy), error);
  return status == SG_OK ? sg_player_open_policy(player, policy, error) : status;
}


static SgStatus run_export(const SgArgs* args, SgError* error) {
  const char *to = sg_args_text(args, "--to", NULL), *out = sg_args_text(args, "--out", NULL);
  if (!to || !out) {
    return sg_fail(error, SG_USAGE,
                   "export needs a form and a file: softgait export --to c --out walk.c");
  }
  const SgExportForm* form = sg_export_form(to, error);
  if (!form) {
    return error->status;
  }

  SgPlayer player = {0};
  SgExport job = {.player = &player, .out = out, .name = sg_args_text(args, "--name", "policy")};
  SgStatus status = sg_export_check(form, &job, error);
  if (status == SG_OK) {
    status = open_policy(&player, args->nword > 0 ? args->words[0] : NULL,
                         sg_args_text(args, "--model", NULL), form->needs_task, error);
  }
  if (status == SG_OK) {
    status = form->write(&job, error);
  }
  if (status == SG_OK) {
    fprintf(stderr, "%s: %s, %d observations, %d actions\n", out, player.policy_path,
            sg_policy_nobs(player.policy), sg_policy_nact(player.policy));
  }
  sg_player_close(&player);
  return status;
}


const SgCommand sg_command_export = {
    .name = "export",
    .summary = "write a policy as C or ONNX",
    .usage = "softgait export [RUN|POLICY] --to FORM --out PATH [flags]",
    .examples =
        "  softgait export --to c --out walk.c --name walk      walk.c and walk.h, from the newest "
        "run\n"
        "  softgait export runs/hopper/20260101-120000-s0-1a2b --to onnx --out hopper.onnx\n"
        "  softgait export walk.safetensors --to c --out walk.c\n",
    .max_words = 1,
    .nflag = sizeof(FLAGS) / sizeof(FLAGS[0]),
    .flags = FLAGS,
    .run = run_export,
};
