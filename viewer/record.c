// Recording. A frame shows the simulation at its own time, k / fps, whatever the control period is:
// a robot that decides every 50 ms still moves smoothly at 60 frames per second.

#include "record.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"
#include "episode.h"
#include "figures.h"
#include "headless.h"
#include "picture.h"
#include "scene.h"
#include "video.h"

enum {
  MAX_CAMERA = 256
};

// everything that a recording holds
typedef struct Recorder {
  const SgPlayer* player;
  const SgRecordConfig* config;
  SgHeadless* headless;
  SgScene* scene;
  SgEpisode* episode;
  SgFigures* figures;  // with progress, else NULL
  SgVideo* video;      // NULL for a still
  mjrRect all, robot, curves;
  unsigned char* rgb;  // (height, width, 3)
  int number;          // of the episode, from 0
  long nframe;
} Recorder;


//-------------------------------- words ---------------------------------------------------------

// a camera by name is one of the model's; checked before anything is opened
static SgStatus check_camera(const mjModel* m, const char* name, SgError* error) {
  const char* names[MAX_CAMERA];
  int n = 0;
  if (!name || mj_name2id(m, mjOBJ_CAMERA, name) >= 0 || strcmp(name, "free") == 0) {
    return SG_OK;
  }
  for (int i = 0; i < m->ncam && n < MAX_CAMERA - 1; i++) {
    const char* text = mj_id2name(m, mjOBJ_CAMERA, i);
    if (text) {
      names[n++] = text;
    }
  }
  names[n++] = "free";
  const char* near = sg_text_nearest(name, names, n);
  if (near) {
    return sg_fail(error, SG_USAGE, "the model has no camera '%.60s'; did you mean '%s'?", name,
                   near);
  }
  return sg_fail(error, SG_USAGE,
                 n > 1 ? "the model has no camera '%.60s'; it has %s"
                       : "the model has no camera '%.60s'; leave --camera out, or '%s'",
                 name, names[0]);
}


// a still is written at the end: whether it can be is asked before
static SgStatus check_folder(const char* out, SgError* error) {
  char folder[4096];
  const char* slash = strrchr(out, '/');
  int length = slash ? (int)(slash - out) + 1 : 1;
  if (snprintf(folder, sizeof(folder), "%.*s", length, slash ? out : ".") >= (int)sizeof(folder)) {
    return sg_fail(error, SG_MACHINE, "%.80s...: the path is too long", out);
  }
  if (access(folder, W_OK | X_OK) != 0) {
    return sg_fail(error, SG_MACHINE, "%s: cannot be written: %s", out, strerror(errno));
  }
  return SG_OK;
}


static SgStatus read_progress(Recorder* r, SgError* error) {
  char path[1100];
  SgTable table = {0};
  if (!r->player->folder[0]) {
    return sg_fail(error, SG_USAGE,
                   "--progress: %.600s lies in no run folder, so there are no curves",
                   r->player->policy_path);
  }
  snprintf(path, sizeof(path), "%s/progress.csv", r->player->folder);
  SgStatus status = sg_table_read(path, &table, error);
  if (status == SG_OK) {
    r->figures = sg_figures_create(error);
    status = r->figures ? SG_OK : error->status;
  }
  if (status == SG_OK) {
    sg_figures_set_table(r->figures, &table);
  }
  sg_table_free(&table);
  return status;
}


//-------------------------------- drawing -------------------------------------------------------

// the picture's parts: with curves, the robot has two thirds
static void divide(Recorder* r) {
  int width = r->config->width, height = r->config->height;
  int curves = r->figures ? width / 3 : 0;
  r->all = (mjrRect){0, 0, width, height};
  r->robot = (mjrRect){0, 0, width - curves, height};
  r->curves = (mjrRect){width - curves, 0, curves, height};
}


static void draw_text(const Recorder* r, double time) {
  SgOverlay overlay = {0};
  sg_overlay_add(&overlay, "task", "%s", sg_task_info(r->player->task)->name);
  sg_overlay_add(&overlay, "episode", "%d", r->number + 1);
  sg_overlay_add(&overlay, "time", "%.2f s", time);
  sg_overlay_add(&overlay, "return", "%.1f", r->episode->sum);
  sg_overlay_draw(&overlay, mjGRID_TOPLEFT, r->robot, &r->scene->context);
}


// the frame at a time within the last step, into rgb
static void draw_frame(Recorder* r, double time) {
  const SgTaskInfo* task = sg_task_info(r->player->task);
  const mjData* d = sg_episode_at(r->episode, time);
  sg_scene_set_state(r->scene, d->qpos, d->qvel,
                     d->ctrl);  // numbers gone wrong: the last good ones
  mjr_rectangle(r->all, 0.05f, 0.06f, 0.08f, 1);
  sg_scene_draw(r->scene, r->robot);
  if (r->figures) {
    sg_figures_set_rewards(r->figures, task->nreward, task->rewards, r->episode->terms);
    sg_figures_draw(r->figures, SG_FIGURES_ALL, r->curves, &r->scene->context);
    draw_text(r, time);
  }
  sg_scene_read(r->scene, r->all, r->rgb);
  r->nframe++;
}


//-------------------------------- episodes ------------------------------------------------------

static bool stopped(const Recorder* r) {
  return r->config->stop && *r->config->stop != 0;
}


static void report_episode(const Recorder* r) {
  char text[32];
  if (r->config->report) {
    sg_text_number(text, sizeof(text), r->episode->sum);
    fprintf(r->config->report, "episode %d  return %s  steps %d  seconds %.3f%s\n", r->number + 1,
            text, r->episode->steps, r->episode->time,
            r->episode->failed ? "  failed: physics went wrong" : "");
    fflush(r->config->report);
  }
}


static void report_frame(const Recorder* r, double time) {
  if (r->config->live && r->nframe % 10 == 0) {
    fprintf(r->config->live, "\repisode %d of %d  %.1f s  frame %ld ", r->number + 1,
            r->config->episodes, time, r->nframe);
    fflush(r->config->live);
  }
}


// one episode into the video
static SgStatus film(Recorder* r, SgError* error) {
  SgEpisode* e = r->episode;
  SgStatus status = SG_OK;
  sg_episode_begin(e, r->config->seed, (uint32_t)r->number);
  for (long k = 0; status == SG_OK;) {
    double time = (double)k / r->config->fps;
    if (time > e->time + 1e-9) {
      if (!sg_episode_step(e)) {
        break;
      }
      continue;
    }
    if (stopped(r)) {
      return sg_fail(error, SG_INTERRUPTED, "stopped, %s is not written", r->config->out);
    }
    draw_frame(r, time);
    status = sg_video_add(r->video, r->rgb, error);
    report_frame(r, time);
    k++;
  }
  return status;
}


// all of them, one after the other
static SgStatus film_all(Recorder* r, SgError* error) {
  SgStatus status = SG_OK;
  for (; status == SG_OK && r->number < r->config->episodes; r->number++) {
    status = film(r, error);
    if (status == SG_OK) {
      report_episode(r);
    }
  }
  if (r->config->live) {
    fprintf(r->config->live, "\r%60s\r", "");
  }
  return status == SG_OK ? sg_video_finish(r->video, error) : status;
}


// play all episodes to their ends, then the last one again up to the time of the still
static SgStatus take_still(Recorder* r, SgError* error) {
  SgEpisode* e = r->episode;
  for (; r->number < r->config->episodes; r->number++) {
    sg_episode_begin(e, r->config->seed, (uint32_t)r->number);
    while (sg_episode_step(e) && !stopped(r)) {
    }
    report_episode(r);
  }
  r->number--;
  double end = e->time, time = r->config->at >= 0 ? fmin(r->config->at, end) : end / 2;
  sg_episode_begin(e, r->config->seed, (uint32_t)r->number);
  while (e->time < time - 1e-9 && sg_episode_step(e)) {
  }
  if (stopped(r)) {
    return sg_fail(error, SG_INTERRUPTED, "stopped, %s is not written", r->config->out);
  }
  draw_frame(r, time);
  SgPicture picture = {
      .width = r->config->width, .height = r->config->height, .bottom_up = true, .rgb = r->rgb};
  return sg_picture_write(&picture, r->config->out, error);
}


//-------------------------------- recording -----------------------------------------------------

// letters in proportion, in the sizes that MuJoCo has
static int font_scale(int height) {
  int scale = 50 * (int)lround(height / 360.0);
  return scale < 100 ? 100 : scale > 300 ? 300 : scale;
}


// context, scene, camera, memory
static SgStatus open_drawing(Recorder* r, SgError* error) {
  const SgRecordConfig* config = r->config;
  SgSceneConfig scene = {
      .width = config->width, .height = config->height, .font_scale = font_scale(config->height)};
  r->headless = sg_headless_open(error);
  if (!r->headless) {
    return error->status;
  }
  r->scene = sg_scene_create(sg_task_model(r->player->task), &scene, error);
  if (!r->scene) {
    return error->status;
  }
  if (!sg_scene_offscreen(r->scene, true)) {
    return sg_fail(error, SG_MACHINE, "this OpenGL (%s) has no off-screen buffer",
                   sg_headless_renderer(r->headless));
  }
  if (config->camera) {
    sg_scene_camera(r->scene, config->camera);
  }
  r->rgb = malloc((size_t)config->width * (size_t)config->height * 3);
  return r->rgb ? SG_OK : sg_fail(error, SG_MACHINE, "out of memory for a picture");
}


static SgStatus record(Recorder* r, SgError* error) {
  const SgRecordConfig* config = r->config;
  SgStatus status = check_camera(sg_task_model(r->player->task), config->camera, error);
  if (status == SG_OK) {
    status = check_folder(config->out, error);
  }
  if (status == SG_OK && config->progress) {
    status = read_progress(r, error);
  }
  if (status == SG_OK) {
    divide(r);
    r->episode = sg_episode_create(r->player, error);
    status = r->episode ? open_drawing(r, error) : error->status;
  }
  if (status == SG_OK && !config->still) {
    r->video = sg_video_open(config->out, config->width, config->height, config->fps, error);
    status = r->video ? SG_OK : error->status;
  }
  if (status == SG_OK) {
    status = config->still ? take_still(r, error) : film_all(r, error);
  }
  return status;
}


SgStatus sg_record(const SgPlayer* player, const SgRecordConfig* config, SgError* error) {
  Recorder r = {.player = player, .config = config};
  SgStatus status = record(&r, error);
  sg_video_close(r.video);
  sg_figures_free(r.figures);
  sg_episode_free(r.episode);
  sg_scene_free(r.scene);
  sg_headless_close(r.headless);
  free(r.rgb);
  return status;
}
