// Findings as lines:
//
//   fits   observation  all 11 channels are there
//   WRONG  action       thigh_joint: the model has no actuator 'thigh_joint'; did you mean 'thigh'?
//   note   model        other files than in training (...)

#include "cli/fit_print.h"

#include <stdio.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/inspect_json.h"
#include "train/fit.h"
#include "train/player.h"


static void print_finding(const SgFinding* f) {
  static const char* const words[] = {"fits", "note", "WRONG"};
  char more[32] = "";
  if (f->more > 0) {
    snprintf(more, sizeof(more), " and %d more", f->more);
  }
  printf("  %-5s  %-11s  %s%s%s%s\n", words[f->level], f->what, f->name, more,
         f->name[0] ? ": " : "", f->text);
}


static SgStatus print_finding_json(const SgFinding* f, SgError* error) {
  static const char* const words[] = {"fits", "note", "wrong"};
  return sg_view_json_print(
      json_pack("{s: s, s: s, s: s, s: s, s: i, s: s}", "row", "finding", "level", words[f->level],
                "what", f->what, "name", f->name, "more", f->more, "text", f->text),
      error);
}


static SgStatus print_fit(const SgFit* fit, bool json, SgError* error) {
  SgStatus status = SG_OK;
  for (int i = 0; i < fit->n && status == SG_OK; i++) {
    if (json) {
      status = print_finding_json(&fit->findings[i], error);
    } else {
      print_finding(&fit->findings[i]);
    }
  }
  return status;
}


// here MODEL.xml means the model itself, whatever task file lies beside it
static SgTask* load(const char* model, SgError* error) {
  bool alone = sg_text_ends(model, ".xml") && sg_file_exists(model);
  return alone ? sg_task_of_model(model, error) : sg_player_model(model, NULL, 0, error);
}


SgStatus sg_fit_print_model(const SgPolicy* policy, const char* policy_path, const char* model,
                            bool json, SgError* error) {
  SgFit fit;
  SgTask* task = load(model, error);
  if (!task) {
    return error->status;
  }
  const SgTaskInfo* info = sg_task_info(task);
  SgStatus status = sg_fit(&fit, policy, task, error);
  if (status == SG_OK && !json) {
    printf("model     %s%s%s\n", info->model_path, info->bare ? "" : ", task ",
           info->bare ? "" : info->name);
  }
  if (status == SG_OK) {
    status = print_fit(&fit, json, error);
  }
  if (status == SG_OK && fit.nwrong > 0) {
    status = sg_fail(error, SG_FILE, "%s does not fit %s: %d thing%s wrong, see above", policy_path,
                     model, fit.nwrong, fit.nwrong == 1 ? " is" : "s are");
  } else if (status == SG_OK && !json) {
    printf("%s fits %s\n", policy_path, model);
  }
  sg_task_free(task);
  return status;
}
