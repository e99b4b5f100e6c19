// Policies and their tasks.
//
//   model named?   digest of training   every name, range and period fits
//   no             needed               needed          a model that is found for the user is the right one
//   yes            noted                needed          the user may try the policy on a changed robot
//
// The policy's own list of channels and actuators stands in place of the task's, so whoever steps
// the environment gives the policy its row as it is.

#include "train/player.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"
#include "policy/sha256.h"
#include "train/fit.h"
#include "train/run_read.h"

enum {
  MAX_SETTING = 64
};

// the parameters that a run was started with
typedef struct Settings {
  int n;
  SgTaskSetting list[MAX_SETTING];
  char names[MAX_SETTING][64], texts[MAX_SETTING][128];
} Settings;


SgStatus sg_player_open_policy(SgPlayer* player, const char* path, SgError* error) {
  char why[512];
  size_t size;
  SgSha256 sha;
  char* bytes = sg_file_read(path, SG_MAX_POLICY, &size, error);
  if (!bytes) {
    return error->status;
  }
  sg_sha256_init(&sha);
  sg_sha256_add(&sha, bytes, size);
  sg_sha256_hex(&sha, player->policy_sha256);
  player->policy = sg_policy_load(bytes, size, why, sizeof(why));
  sg_file_free(bytes);
  snprintf(player->policy_path, sizeof(player->policy_path), "%s", path);
  return player->policy ? SG_OK : sg_fail(error, SG_FILE, "%s: %s", path, why);
}


// the task file that goes with a policy
static SgStatus find_task(const SgPlayer* player, const char* folder, char* path, int size,
                          SgError* error) {
  const char* name = sg_policy_meta(player->policy, "softgait.task");
  if (folder[0] && snprintf(path, (size_t)size, "%s/model/%s.yaml", folder, name) < size &&
      sg_file_exists(path)) {
    return SG_OK;
  }
  SgError why = {0};
  if (sg_task_find(name, path, size, &why) != SG_OK) {
    return sg_fail(error, SG_FILE,
                   "%s: belongs to task '%.60s', which is not here; name its files with "
                   "--model TASK.yaml",
                   player->policy_path, name);
  }
  return SG_OK;
}


//-------------------------------- policy and task together --------------------------------------

// why a policy and a task do not go together, the sizes first when they differ
static SgStatus misfit(const SgPlayer* player, const SgTask* task, const SgFit* fit,
                       SgError* error) {
  const SgTaskInfo* info = sg_task_info(task);
  int nobs = sg_policy_nobs(player->policy), nact = sg_policy_nact(player->policy);
  char why[512];
  sg_fit_first_wrong(fit, why, sizeof(why));
  if (!info->bare && (nobs != info->nobs || nact != info->nact)) {
    return sg_fail(error, SG_FILE,
                   "%s: takes %d observations and gives %d actions, task %s has %d and %d (%s); "
                   "`softgait doctor` compares them term by term",
                   player->policy_path, nobs, nact, info->name, info->nobs, info->nact, why);
  }
  return sg_fail(
      error, SG_FILE,
      "%s: was trained on another model than %s: %s; `softgait doctor` compares them term "
      "by term",
      player->policy_path, info->model_path, why);
}


// see and drive what the policy does, if the task does not already
static SgStatus drive(const SgPlayer* player, SgTask* task, SgError* error) {
  SgDrive names;
  SgStatus status = sg_fit_drive(&names, player->policy, error);
  if (status == SG_OK) {
    if (!sg_task_drives(task, &names)) {
      status = sg_task_drive(task, &names, error);
    }
    sg_fit_drive_free(&names);
  }
  return status;
}


SgStatus sg_player_join(SgPlayer* player, SgTask* task, bool chosen, SgError* error) {
  const char* path = sg_task_info(task)->model_path;
  SgFit fit;
  SgStatus status = sg_fit(&fit, player->policy, task, error);
  if (status == SG_OK && fit.nwrong > 0) {
    status = misfit(player, task, &fit, error);
  }
  if (status == SG_OK && !fit.same_model && !chosen) {
    status =
        sg_fail(error, SG_FILE,
                "%s: was trained on another model than %s, whose files differ; to try it on this "
                "one all the same, name it with --model",
                player->policy_path, path);
  }
  if (status == SG_OK && !fit.same_model) {
    snprintf(player->note, sizeof(player->note),
             "%.400s is not the model of training: every name fits, masses and the like may differ",
             path);
  }
  return status == SG_OK ? drive(player, task, error) : status;
}


SgTask* sg_player_model(const char* model, const SgTaskSetting* settings, int nsetting,
                        SgError* error) {
  char path[1024];
  SgError why = {0};
  if (sg_task_find(model, path, sizeof(path), &why) == SG_OK) {
    return sg_task_load(path, settings, nsetting, error);
  }
  bool alone = sg_text_ends(model, ".xml") && sg_file_exists(model);
  if (alone && nsetting == 0) {
    return sg_task_of_model(model, error);
  }
  if (alone) {
    sg_fail(error, SG_USAGE, "%s has no task file beside it, so there is no task.%s to set", model,
            settings[0].name);
  } else if (why.status == SG_USAGE) {
    sg_fail(error, SG_FILE, "%s: is no task file or model", model);
  } else {
    sg_fail(error, SG_FILE, "%s", why.text);
  }
  return NULL;
}


//-------------------------------- the run it lies in --------------------------------------------

// RUN for RUN/policy/NAME, else "": a policy that lies in its run has that run's model and
// parameters
static void find_run(const char* policy, char* folder, int size) {
  char path[1100];
  const char* slash = strrchr(policy, '/');
  int length = slash ? (int)(slash - policy) - (int)strlen("/policy") : -1;
  folder[0] = '\0';
  if (length <= 0 || length >= size || strncmp(policy + length, "/policy/", 8) != 0) {
    return;
  }
  snprintf(path, sizeof(path), "%.*s/config.yaml", length, policy);
  if (sg_file_exists(path)) {
    snprintf(folder, (size_t)size, "%.*s", length, policy);
  }
}


// one of them, from config.yaml's `task:` map
static SgStatus add_setting(Settings* settings, const char* name, SgYamlNode node, SgError* error) {
  int i = settings->n;
  size_t room = sizeof(settings->names[0]);
  if (i == MAX_SETTING || strlen(name) >= room ||
      !sg_yaml_flat(node, settings->texts[i], (int)sizeof(settings->texts[i]))) {
    return sg_yaml_fail(node, error, "task.%.60s needs a value or a list of values", name);
  }
  snprintf(settings->names[i], room, "%s", name);
  settings->list[i] = (SgTaskSetting){.name = settings->names[i], .text = settings->texts[i]};
  settings->n++;
  return SG_OK;
}


// all of them, from the run's config.yaml; none without a run
static SgStatus run_settings(const char* folder, Settings* settings, SgError* error) {
  char path[1100];
  SgStatus status = SG_OK;
  settings->n = 0;
  if (!folder[0]) {
    return SG_OK;
  }
  snprintf(path, sizeof(path), "%s/config.yaml", folder);
  SgYaml* doc = sg_yaml_load(path, error);
  if (!doc) {
    return SG_FILE;
  }
  SgYamlNode map = sg_yaml_get(sg_yaml_root(doc), "task");
  for (int i = 0; status == SG_OK && i < sg_yaml_size(map); i++) {
    status = add_setting(settings, sg_yaml_key(map, i), sg_yaml_at(map, i), error);
  }
  sg_yaml_free(doc);
  return status;
}


// the run folder's own copy, else the shipped task, under the run's parameters
static SgTask* load_own_task(const SgPlayer* player, const char* folder, SgError* error) {
  Settings settings = {0};
  char path[1024];
  SgStatus status = find_task(player, folder, path, sizeof(path), error);
  if (status == SG_OK) {
    status = run_settings(folder, &settings, error);
  }
  return status == SG_OK ? sg_task_load(path, settings.list, settings.n, error) : NULL;
}


SgStatus sg_player_open(SgPlayer* player, const char* what, const char* model, SgError* error) {
  char policy[1024], *folder = player->folder;
  SgStatus status = sg_run_policy(what, policy, folder, sizeof(player->folder), error);
  if (status == SG_OK) {
    status = sg_player_open_policy(player, policy, error);
  }
  if (status == SG_OK && !folder[0]) {
    find_run(policy, folder, sizeof(player->folder));
  }
  if (status == SG_OK) {
    player->task =
        model ? sg_player_model(model, NULL, 0, error) : load_own_task(player, folder, error);
    status =
        player->task ? sg_player_join(player, player->task, model != NULL, error) : error->status;
  }
  return status;
}


void sg_player_close(SgPlayer* player) {
  sg_policy_free(player->policy);
  sg_task_free(player->task);
  memset(player, 0, sizeof(*player));
}
