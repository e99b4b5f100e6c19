// A task told entry by entry: what `softgait tasks TASK` prints.
//
// Everything is told from the loaded task and not from its file, so what is read here is what runs.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "task/describe_words.h"

//-------------------------------- observation and action ----------------------------------------

static void put_head(FILE* out, const SgTask* task) {
  const SgTaskInfo* info = &task->info;
  fprintf(out, "%s: %s\n", info->name, info->about);
  fprintf(out, "task file   %s\nmodel       %s\n", info->task_path, info->model_path);
  fprintf(out, "step        %g s, %d of MuJoCo's %g s\n", info->dt, info->frame_skip,
          task->model->opt.timestep);
  fprintf(out, "sizes       %d observations, %d actions\n", info->nobs, info->nact);
}


// letters of the longest channel
static int channel_width(const SgTask* task) {
  size_t width = strlen("channel");
  for (int i = 0; i < task->nterm; i++) {
    for (int j = 0; j < task->terms[i].size; j++) {
      size_t length = strlen(task->terms[i].elements[j]);
      width = length > width ? length : width;
    }
  }
  return (int)width;
}


static void put_observation(FILE* out, const SgTask* task) {
  int at = 0, width = channel_width(task);
  bool lagged = false;
  fprintf(out, "\nobservation:\n  index  %-*s  unit   what it is\n", width, "channel");
  for (int i = 0; i < task->nterm; i++) {
    const SgTaskTerm* term = &task->terms[i];
    const SgKind* kind = sg_observe_facts(task->channels[at].kind);
    char clip[SG_WORDS] = "", range[SG_WORDS];
    if (sg_word_limited(term->clip_low, term->clip_high)) {
      sg_word_range(range, term->clip_low, term->clip_high, false);
      snprintf(clip, sizeof(clip), ", clipped to %.200s", range);
    }
    for (int j = 0; j < term->size; j++) {
      fprintf(out, "  %5d  %-*s  %-5s  %s%s%s\n", at, width, term->elements[j],
              sg_word_unit(task->model, &task->channels[at]), kind->what, kind->lagged ? " *" : "",
              clip);
      at++;
    }
    lagged = lagged || kind->lagged;
  }
  if (lagged) {
    fprintf(out, "  * as of the last evaluation inside the step, as MuJoCo leaves it\n");
  }
}


static void put_action(FILE* out, const SgTask* task) {
  const SgTaskInfo* info = &task->info;
  const mjModel* m = task->model;
  size_t width = strlen("actuator");
  for (int i = 0; i < info->nact; i++) {
    width = strlen(info->actuators[i]) > width ? strlen(info->actuators[i]) : width;
  }
  fprintf(out, "\naction, from [-1, 1] to the actuator's control:\n");
  fprintf(out, "  index  %-*s  %-18s  %6s  acts on\n", (int)width, "actuator", "control", "gear");
  for (int i = 0; i < info->nact; i++) {
    char range[SG_WORDS], target[SG_WORDS] = "-";
    int id = 0;
    while (id < m->nactuator && m->actuator_ctrladr[id] != task->controls[i]) {
      id++;
    }
    sg_word_range(range, info->act_low[i], info->act_high[i], false);
    sg_word_target(target, m, id);
    fprintf(out, "  %5d  %-*s  %-18s  %6g  %s\n", i, (int)width, info->actuators[i], range,
            m->actuator_gear[6 * id], target);
  }
}


//-------------------------------- reward --------------------------------------------------------

static void put_rewards(FILE* out, const SgTask* task) {
  size_t width = 0;
  for (int i = 0; i < task->nreward; i++) {
    width = strlen(task->info.rewards[i]) > width ? strlen(task->info.rewards[i]) : width;
  }
  fprintf(out, "\nreward, summed in this order:%s\n", task->nreward == 0 ? " none" : "");
  for (int i = 0; i < task->nreward; i++) {
    const SgReward* r = &task->rewards[i];
    char text[SG_WORDS] = "", range[SG_WORDS];
    sg_word_term(text, task, r);
    fprintf(out, "  %c %-*s  %g %s%s", r->cost ? '-' : '+', (int)width, task->info.rewards[i],
            r->weight, r->kind == SG_REWARD_CONSTANT ? "" : "x ", text);
    if (sg_word_limited(r->sum_low, r->sum_high)) {
      sg_word_range(range, r->sum_low, r->sum_high, false);
      fprintf(out, ", all clipped to %s", range);
    }
    if (r->condition >= 0) {
      fprintf(out, ", when %s", task->conditions[r->condition].name);
    }
    fprintf(out, "%s\n", r->group >= 0 ? ", summed with its neighbours first" : "");
  }
}


//-------------------------------- ends and beginnings -------------------------------------------

static void put_conditions(FILE* out, const SgTask* task) {
  for (int i = 0; i < task->ncondition; i++) {
    const SgCondition* condition = &task->conditions[i];
    fprintf(out, "\n%s means:\n", condition->name);
    for (int j = 0; j < condition->ndemand; j++) {
      const SgDemand* demand = &condition->demands[j];
      char names[SG_WORDS], range[SG_WORDS];
      sg_word_names(names, demand->names, demand->n);
      sg_word_range(range, demand->low, demand->high, demand->strict);
      fprintf(out, "    %s%s %s%s\n", j == 0 ? "" : "and ", names, demand->finite ? "" : "in ",
              demand->finite ? "finite" : range);
    }
  }
}


static void put_ends(FILE* out, const SgTask* task) {
  fprintf(out, "\nan episode ends:\n");
  for (int i = 0; i < task->nterminate; i++) {
    const SgTerminate* end = &task->terminates[i];
    fprintf(out, "    %s %s (terminated)\n", end->unless ? "unless" : "when",
            task->conditions[end->condition].name);
  }
  if (task->info.episode_steps > 0) {
    fprintf(out, "    after %d steps, %g s (truncated)\n", task->info.episode_steps,
            task->info.episode_steps * task->info.dt);
  } else {
    fprintf(out, "    at no time limit\n");
  }
}


static void put_reset(FILE* out, const SgTask* task, const SgReset* reset) {
  char names[SG_WORDS], first[SG_WORDS], last[SG_WORDS];
  sg_word_address(first, task->model, reset->velocity, reset->indices[0]);
  sg_word_address(last, task->model, reset->velocity, reset->indices[reset->count - 1]);
  snprintf(names, sizeof(names), reset->count == 1 ? "%.100s" : "%.100s .. %.100s (%d)", first,
           last, reset->count);
  fprintf(out, "    %s of %s: ", reset->velocity ? "qvel" : "qpos", names);
  switch (reset->kind) {
    case SG_RESET_UNIFORM:
      fprintf(out, "uniform noise in [-%g, %g) added\n", reset->scale, reset->scale);
      break;
    case SG_RESET_NORMAL:
      fprintf(out, "normal noise added, %g times standard\n", reset->scale);
      break;
    case SG_RESET_VALUE: fprintf(out, "set to %g\n", reset->scale); break;
    case SG_RESET_DISC: fprintf(out, "uniform in a disc of radius %g\n", reset->scale); break;
    case SG_RESET_ANNULUS:
      fprintf(out, "uniform in [%g, %g] x [%g, %g], farther than %g from zero\n", reset->low[0],
              reset->high[0], reset->low[1], reset->high[1], reset->scale);
      break;
  }
}


static void put_resets(FILE* out, const SgTask* task) {
  fprintf(out, "\nan episode begins from the model's own pose%s\n",
          task->nreset == 0 ? ", without noise" : ", then in this order:");
  for (int i = 0; i < task->nreset; i++) {
    put_reset(out, task, &task->resets[i]);
  }
}


static void put_parameters(FILE* out, const SgTask* task) {
  const SgParamSet* set = &task->params;
  size_t width = 0;
  for (int i = 0; i < set->count; i++) {
    size_t length = strlen(set->params[i].name);
    width = length > width ? length : width;
  }
  fprintf(out, "\nparameters (--set task.NAME=VALUE):%s\n", set->count == 0 ? " none" : "");
  for (int i = 0; i < set->count; i++) {
    fprintf(out, "    %-*s  %s\n", (int)width, set->params[i].name, set->params[i].text);
  }
}


char* sg_task_describe(const SgTask* task, SgError* error) {
  char* text = NULL;
  size_t size;
  FILE* out = open_memstream(&text, &size);
  bool fine = out != NULL;
  if (out) {
    put_head(out, task);
    put_observation(out, task);
    put_action(out, task);
    put_rewards(out, task);
    put_ends(out, task);
    put_conditions(out, task);
    put_resets(out, task);
    put_parameters(out, task);
    fine = !ferror(out);
    fine = fclose(out) == 0 && fine;
  }
  if (!fine) {
    free(text);
    text = NULL;
    sg_fail(error, SG_MACHINE, "out of memory while describing a task");
  }
  return text;
}
