// A task file, read into plain arrays: control and observation here, then the rules that name
// conditions.

#include "task/parse.h"

#include <math.h>
#include <string.h>


//-------------------------------- control -------------------------------------------------------

// mj_step calls per environment step, from frame_skip or from period in seconds
static SgStatus parse_skip(SgTask* task, SgYamlNode map, SgError* error) {
  SgYamlNode period = sg_yaml_get(map, "period"), frames = sg_yaml_get(map, "frame_skip");
  SgYamlNode node = period.id ? period : frames;
  double timestep = task->model->opt.timestep, value = 0;
  if ((period.id != 0) == (frames.id != 0)) {
    return sg_yaml_fail(map, error, "control needs `frame_skip:` or `period:`");
  }
  SgStatus status =
      sg_param_number(&task->params, node, period.id ? "period" : "frame_skip", &value, error);
  if (status != SG_OK) {
    return status;
  }

  double skip = period.id ? round(value / timestep) : value;
  if (!(skip >= 1 && skip <= 10000 && skip == floor(skip))) {
    return sg_param_fail(&task->params, node, error,
                         "frame_skip is %g, it must be a whole number from 1 to 10000", skip);
  }
  if (period.id && !(fabs(skip * timestep - value) < 1e-9)) {
    return sg_param_fail(&task->params, node, error,
                         "period %g s is no multiple of the model's timestep %g s", value,
                         timestep);
  }
  task->info.frame_skip = (int)skip;
  task->info.dt = timestep * (int)skip;
  return SG_OK;
}


// control: {frame_skip: $frame_skip, episode_steps: 1000}
static SgStatus parse_control(SgTask* task, SgYamlNode map, SgError* error) {
  static const char* const keys[] = {"frame_skip", "period", "episode_steps"};
  SgStatus status = sg_yaml_keys(map, "control", keys, SG_COUNT(keys), error);
  double steps = 0;
  if (status == SG_OK) {
    status = parse_skip(task, map, error);
  }
  if (status == SG_OK) {
    status = sg_parse_number(task, map, "episode_steps", &steps, error);
  }
  if (status == SG_OK && !(steps >= 0 && steps <= 1e9 && steps == floor(steps))) {
    status = sg_param_fail(&task->params, sg_yaml_get(map, "episode_steps"), error,
                           "episode_steps is %g, it must be a whole number, 0 for none", steps);
  }
  task->info.episode_steps = status == SG_OK ? (int)steps : 0;
  return status;
}


//-------------------------------- observation ---------------------------------------------------

// one kept entry: its channels, clipped
static SgStatus parse_term(SgTask* task, SgYamlNode entry, SgTaskTerm* term, SgChannel** channels,
                           SgError* error) {
  static const char* const keys[] = {"term", "clip", "if", "unless", SG_SOURCE_KEYS};
  SgStatus status = sg_yaml_keys(entry, "an observation term", keys, SG_COUNT(keys), error);
  const char* kind = sg_yaml_text(sg_yaml_get(entry, "term"));
  const char** names;
  term->clip_low = -(double)INFINITY;
  term->clip_high = (double)INFINITY;
  if (status == SG_OK && !kind) {
    status = sg_yaml_fail(entry, error, "an observation entry needs `term: NAME`");
  }
  if (status == SG_OK) {
    status = sg_parse_source(task, entry, kind, channels, &names, &term->size, error);
  }
  if (status == SG_OK) {
    status = sg_parse_limits(task, entry, "clip", &term->clip_low, &term->clip_high, error);
  }
  if (status != SG_OK) {
    return status;
  }
  for (int i = 0; i < term->size; i++) {
    (*channels)[i].low = term->clip_low;
    (*channels)[i].high = term->clip_high;
  }
  term->kind = sg_task_keep_text(task, kind);
  term->elements = names;
  return term->kind ? SG_OK : sg_parse_no_memory(error);
}


// the terms that the switches keep, then their channels as one flat row
static SgStatus parse_observation(SgTask* task, SgYamlNode list, SgError* error) {
  SgStatus status = sg_parse_list(list, "observation", error);
  SgChannel** parts = sg_parse_array(task, list, sizeof(SgChannel*));
  task->terms = sg_parse_array(task, list, sizeof(SgTaskTerm));
  if (!parts || !task->terms) {
    return sg_parse_no_memory(error);
  }

  for (int i = 0; status == SG_OK && i < sg_yaml_size(list); i++) {
    SgTaskTerm* term = &task->terms[task->nterm];
    bool keep;
    status = sg_param_keep(&task->params, sg_yaml_at(list, i), &keep, error);
    if (status == SG_OK && keep) {
      status = parse_term(task, sg_yaml_at(list, i), term, &parts[task->nterm++], error);
      task->info.nobs += term->size;
    }
  }
  if (status == SG_OK && task->info.nobs == 0) {
    status = sg_yaml_fail(list, error,
                          "there is nothing to observe; observation needs a list of "
                          "terms, `- {term: qpos}`");
  }
  if (status != SG_OK) {
    return status;
  }

  SgChannel* channel = sg_task_keep(task, (size_t)task->info.nobs, sizeof(SgChannel));
  task->channels = channel;
  for (int i = 0; channel && i < task->nterm; i++) {
    memcpy(channel, parts[i], (size_t)task->terms[i].size * sizeof(SgChannel));
    channel += task->terms[i].size;
  }
  return task->channels ? SG_OK : sg_parse_no_memory(error);
}


//-------------------------------- the file ------------------------------------------------------

// the sections in the order in which they need each other
typedef SgStatus ParseSection(SgTask* task, SgYamlNode node, SgError* error);
static const struct {
  const char* name;
  ParseSection* parse;
} SECTIONS[] = {
    {"control", parse_control},         {"action", sg_parse_action},
    {"observation", parse_observation}, {"conditions", sg_parse_conditions},
    {"rewards", sg_parse_rewards},      {"terminate", sg_parse_terminates},
    {"reset", sg_parse_resets},
};


SgStatus sg_task_parse(SgTask* task, SgYamlNode root, SgError* error) {
  SgStatus status = SG_OK;
  for (int i = 0; status == SG_OK && i < SG_COUNT(SECTIONS); i++) {
    status = SECTIONS[i].parse(task, sg_yaml_get(root, SECTIONS[i].name), error);
  }
  return status;
}
