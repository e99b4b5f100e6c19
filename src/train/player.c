// Policies and their tasks. A policy knows the digest of the model it was trained on; another model,
// even one that differs by a digit, is refused: the sizes would fit and the robot would fall.

#include "train/player.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/yaml.h"
#include "policy/sha256.h"
#include "train/model_digest.h"
#include "train/run_read.h"

enum {
  MAX_POLICY = 1 << 28,
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
  char* bytes = sg_file_read(path, MAX_POLICY, &size, error);
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
static SgStatus find_task(const SgPlayer* player, const char* folder, const char* model, char* path,
                          int size, SgError* error) {
  const char* name = sg_policy_meta(player->policy, "softgait.task");
  if (model) {
    SgStatus status = sg_task_find(model, path, size, error);
    return status == SG_USAGE ? sg_fail(error, SG_FILE, "%s: is no task file or model", model)
                              : status;
  }
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


SgStatus sg_player_check(const SgPlayer* player, const SgTask* task, SgError* error) {
  const char* meta = sg_policy_meta(player->policy, "softgait.model");
  const char* wanted = strncmp(meta, "sha256=", 7) == 0 ? meta + 7 : meta;
  const SgTaskInfo* info = sg_task_info(task);
  int nobs = sg_policy_nobs(player->policy), nact = sg_policy_nact(player->policy);
  char digest[65];
  if (nobs != info->nobs || nact != info->nact) {
    return sg_fail(error, SG_FILE,
                   "%s: takes %d observations and gives %d actions, task %s has %d and %d",
                   player->policy_path, nobs, nact, info->name, info->nobs, info->nact);
  }
  SgStatus status = sg_model_digest(task, digest, error);
  if (status == SG_OK && strcmp(digest, wanted) != 0) {
    return sg_fail(error, SG_FILE,
                   "%s: was trained on another model than %s (digest %.12s..., here %.12s...)",
                   player->policy_path, info->model_path, wanted, digest);
  }
  return status;
}


// RUN for RUN/policy/NAME, else "": a policy that lies in its run has that run's model and parameters
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


SgStatus sg_player_open(SgPlayer* player, const char* what, const char* model, SgError* error) {
  Settings settings = {0};
  char policy[1024], task[1024];
  char* folder = player->folder;
  SgStatus status = sg_run_policy(what, policy, folder, sizeof(player->folder), error);
  if (status == SG_OK) {
    status = sg_player_open_policy(player, policy, error);
  }
  if (status == SG_OK && !folder[0]) {
    find_run(policy, folder, sizeof(player->folder));
  }
  if (status == SG_OK) {
    status = find_task(player, folder, model, task, sizeof(task), error);
  }
  if (status == SG_OK && !model) {
    status = run_settings(folder, &settings, error);
  }
  if (status == SG_OK) {
    player->task = sg_task_load(task, settings.list, settings.n, error);
    status = player->task ? sg_player_check(player, player->task, error) : error->status;
  }
  return status;
}


void sg_player_close(SgPlayer* player) {
  sg_policy_free(player->policy);
  sg_task_free(player->task);
  memset(player, 0, sizeof(*player));
}
