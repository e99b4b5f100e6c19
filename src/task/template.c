// A first task file for a model that has none: what `softgait tasks MODEL.xml --init` prints.
//
// It loads and runs as it is: all joints observed, all actuators driven, go forward at little
// effort, and, for a robot with a free joint, stay up. The point is to be edited, so the names that
// the model has are listed at its end.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "task/drive.h"
#include "task/task_internal.h"

// what the template says of a model
typedef struct Sketch {
  const mjModel* m;
  const char* file;  // the model's name beside the task file
  char name[61];     // of the task
  int frames;        // mj_step calls per environment step
  int base;          // joint that carries the robot: the first free one, else the first
  bool free;         // the base is a free joint
} Sketch;


// a scalar that YAML reads back as it is: plain if it can be, else in quotes
static void put_scalar(FILE* out, const char* text) {
  static const char* const plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./";
  if (text[0] && text[0] != '-' && text[0] != '.' && text[strspn(text, plain)] == '\0') {
    fputs(text, out);
    return;
  }
  fputc('"', out);
  for (const char* c = text; *c; c++) {
    if (*c == '"' || *c == '\\') {
      fputc('\\', out);
    }
    fputc(*c, out);
  }
  fputc('"', out);
}


static Sketch sketch(const mjModel* m, const char* path) {
  Sketch s = {.m = m, .file = strrchr(path, '/') ? strrchr(path, '/') + 1 : path};

  // the file's name without its ending, in letters that a task's name may have
  size_t n = strcspn(s.file, ".");
  for (size_t i = 0; i < n && i < sizeof(s.name) - 1; i++) {
    bool fine = (s.file[i] >= 'a' && s.file[i] <= 'z') || (s.file[i] >= 'A' && s.file[i] <= 'Z') ||
                (s.file[i] >= '0' && s.file[i] <= '9') || s.file[i] == '-';
    s.name[i] = fine ? s.file[i] : '_';
  }
  if (!s.name[0]) {
    snprintf(s.name, sizeof(s.name), "robot");
  }

  // about 50 decisions a second; the joint that carries the rest
  double frames = round(0.02 / m->opt.timestep);
  s.frames = frames >= 1 && frames <= 10000 ? (int)frames : 1;
  for (int i = (int)m->njnt - 1; i >= 0; i--) {
    if (m->jnt_type[i] == mjJNT_FREE) {
      s.base = i;
      s.free = true;
    }
  }
  return s;
}


static void put_head(FILE* out, const Sketch* s) {
  fprintf(out, "# A first task for ");
  put_scalar(out, s->file);
  fprintf(out,
          ": go forward at little effort%s. Edit it; it stands beside the model.\n"
          "task: %s\n"
          "about: a robot goes forward\n"
          "model: ",
          s->free ? " and stay up" : "", s->name);
  put_scalar(out, s->file);
  fprintf(out,
          "\n\nparameters:                      # --set task.NAME=VALUE changes them\n"
          "  forward_reward_weight: 1\n"
          "  ctrl_cost_weight: 0.01\n");
  if (s->free) {
    double z = s->m->qpos0[s->m->jnt_qposadr[s->base] + 2];
    fprintf(out, "  healthy_reward: 1\n  healthy_z_range: [%.3g, inf]\n", z > 0 ? 0.5 * z : z - 1);
  }
  fprintf(out, "  reset_noise_scale: 0.01\n\n");
  fprintf(out, "control: {frame_skip: %d, episode_steps: 1000}    # %g s per step\n", s->frames,
          s->frames * s->m->opt.timestep);
}


// actuators over their own range; those without one over [-1, 1]
static void put_action(FILE* out, const Sketch* s) {
  const mjModel* m = s->m;
  int limited = 0;
  for (int i = 0; i < m->nactuator; i++) {
    limited += m->actuator_ctrllimited[m->actuator_ctrladr[i]];
  }
  if (limited == m->nactuator) {
    fprintf(out, "action: {actuators: all}\n\n");
    return;
  }

  fprintf(out, "action:\n");
  for (int pass = limited == 0; pass < 2; pass++) {
    const char* separator = "";
    fprintf(out, "  - {actuators: [");
    for (int i = 0; i < m->nactuator; i++) {
      char number[16];
      const char* name = mj_id2name(m, mjOBJ_ACTUATOR, i);
      snprintf(number, sizeof(number), "#%d", i);
      if (m->actuator_ctrllimited[m->actuator_ctrladr[i]] == (pass == 0)) {
        fputs(separator, out);
        put_scalar(out, name ? name : number);
        separator = ", ";
      }
    }
    fprintf(out, "]%s}\n", pass == 1 ? ", range: [-1, 1]" : "");
  }
  fputc('\n', out);
}


static void put_rules(FILE* out, const Sketch* s) {
  const mjModel* m = s->m;
  int qpos = m->jnt_qposadr[s->base];
  bool skip = s->free && qpos == 0;
  fprintf(out, "observation:\n  - {term: qpos%s}\n  - {term: qvel}\n\n",
          skip ? ", first: 2" : "");  // where it is matters less than how it moves
  if (s->free) {
    fprintf(out,
            "conditions:\n"
            "  healthy:\n"
            "    - {quantity: qpos, index: %d, inside: $healthy_z_range}\n\n",
            qpos + 2);
  }

  fprintf(out,
          "rewards:                         # summed in this order\n"
          "  - {reward: reward_forward, term: velocity, of: ");
  if (s->free || m->jnt_type[s->base] == mjJNT_SLIDE) {
    fprintf(out, "qpos %d", qpos);
  } else {
    fprintf(out, "com_x");
  }
  fprintf(out, ", weight: $forward_reward_weight}\n");
  if (s->free) {
    fprintf(out,
            "  - {reward: reward_survive, term: constant, value: $healthy_reward, when: "
            "healthy}\n");
  }
  fprintf(out, "  - {cost: reward_ctrl, term: square, of: control, weight: $ctrl_cost_weight}\n\n");
  fprintf(out, "%s", s->free ? "terminate:\n  - {unless: healthy}\n\n" : "");
  fprintf(out,
          "reset:\n"
          "  - {set: qpos, noise: uniform, scale: $reset_noise_scale}\n"
          "  - {set: qvel, noise: normal, scale: $reset_noise_scale}\n");
}


// whether a name can stand in a comment
static bool is_printable(const char* name) {
  for (; *name; name++) {
    if ((unsigned char)*name < ' ' || *name == 127) {
      return false;
    }
  }
  return true;
}


// "#   joints     hip, knee": what a file may name, some 90 letters a line
static void put_names(FILE* out, const mjModel* m, int object, int n, const char* word) {
  int column = 0;
  for (int i = 0; i < n; i++) {
    const char* name = mj_id2name(m, object, i);
    if (!name || !is_printable(name)) {
      continue;
    }
    int length = (int)strlen(name) + 2;
    if (column == 0 || column + length > 90) {
      fprintf(out, "%s#   %-9s  ", column == 0 ? "" : "\n", column == 0 ? word : "");
      column = 15;
    } else {
      fputs(", ", out);
    }
    fputs(name, out);
    column += length;
  }
  fputs(column > 0 ? "\n" : "", out);
}


// names to choose from, and where to read on
static void put_choice(FILE* out, const Sketch* s) {
  const mjModel* m = s->m;
  fprintf(out, "\n# What this model has, by name:\n");
  put_names(out, m, mjOBJ_JOINT, (int)m->njnt, "joints");
  put_names(out, m, mjOBJ_ACTUATOR, (int)m->nactuator, "actuators");
  put_names(out, m, mjOBJ_BODY, (int)m->nbody, "bodies");
  put_names(out, m, mjOBJ_SITE, (int)m->nsite, "sites");
  put_names(out, m, mjOBJ_SENSOR, (int)m->nsensor, "sensors");
  fprintf(
      out,
      "# Some are chosen so: {term: qvel, joints: [NAME, NAME]}, {term: sensor, sensors: all}.\n");
}


static char* write_text(const mjModel* m, const char* path) {
  char* text = NULL;
  size_t size;
  FILE* out = open_memstream(&text, &size);
  if (!out) {
    return NULL;
  }
  Sketch s = sketch(m, path);
  put_head(out, &s);
  put_action(out, &s);
  put_rules(out, &s);
  put_choice(out, &s);
  bool fine = !ferror(out);
  if (fclose(out) != 0 || !fine) {
    free(text);
    text = NULL;
  }
  return text;
}


char* sg_task_template(const char* path, SgError* error) {
  SgTask* task = sg_task_of_model(path, error);
  char* text = NULL;
  if (!task) {
    return NULL;
  }
  if (task->model->nactuator == 0 || task->model->njnt == 0) {
    sg_fail(error, SG_FILE, "%s: the model has no %s, so there is nothing to learn", path,
            task->model->njnt == 0 ? "joints" : "actuators");
  } else {
    text = write_text(task->model, path);
    if (!text) {
      sg_fail(error, SG_MACHINE, "out of memory while writing a task file");
    }
  }
  sg_task_free(task);
  return text;
}
