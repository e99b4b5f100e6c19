// The viewer's frame: open, advance, draw.

#include "view.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/file.h"
#include "picture.h"
#include "train/model_digest.h"

static const double MESSAGE = 4;          // seconds that a line stays
static const double FIGURES_EVERY = 0.1;  // seconds between pictures of the figures
static const double LOOK_EVERY = 1;       // seconds between looks at the policy file
static const double STEP_BUDGET = 0.05;   // seconds of simulation per picture, at most

// share of real time, the slowest first
static const double SPEEDS[] = {0.01, 0.02, 0.05, 0.1, 0.2, 0.33, 0.5, 0.7, 1, 1.5, 2, 4, 8};
enum {
  NSPEED = sizeof(SPEEDS) / sizeof(SPEEDS[0]),
  REAL_TIME = 8
};

// a window lower than this many pixels shows the most telling curves only
enum {
  LOW = 600,
  FEW_FIGURES =
      1 << SG_FIGURE_RETURN | 1 << SG_FIGURE_Q | 1 << SG_FIGURE_ENTROPY | 1 << SG_FIGURE_ALPHA
};


//-------------------------------- scene ---------------------------------------------------------

static const SgTask* shown_task(const SgView* v) {
  return v->mode == SG_MODE_LIVE ? v->feed.task : v->play.player.task;
}


// fonts for the display's density
static int font_scale(const SgView* v) {
  double scale = sg_window_scale(v->window);
  return scale >= 2.5    ? mjFONTSCALE_300
         : scale >= 1.75 ? mjFONTSCALE_200
         : scale >= 1.25 ? mjFONTSCALE_150
                         : mjFONTSCALE_100;
}


// a scene for the model that is to be shown; the one that is there stays when it draws the same
static SgStatus need_scene(SgView* v, SgError* error) {
  char digest[65];
  const SgTask* task = shown_task(v);
  SgStatus status = sg_model_digest(task, digest, error);
  if (status != SG_OK || (v->scene && strcmp(digest, v->scene_model) == 0)) {
    return status;
  }
  SgSceneConfig config = {.software = sg_scene_is_software(sg_window_renderer(v->window)),
                          .font_scale = font_scale(v)};
  SgScene* scene = sg_scene_create(sg_task_model(task), &config, error);
  if (!scene) {
    return error->status;
  }
  sg_scene_free(v->scene);
  v->scene = scene;
  memcpy(v->scene_model, digest, sizeof(digest));
  sg_panels_make(v);
  sg_panels_layout(v);
  return SG_OK;
}


// bars under the terms' names, without the word that all share
static void set_bars(SgView* v, int n, const char* const* names, const double* values) {
  static const char shared[] = "reward_";
  const char* shorter[SG_LIVE_MAX_REWARD];
  n = n < SG_LIVE_MAX_REWARD ? n : SG_LIVE_MAX_REWARD;
  for (int i = 0; i < n; i++) {
    bool same = strncmp(names[i], shared, sizeof(shared) - 1) == 0;
    shorter[i] = names[i] + (same ? sizeof(shared) - 1 : 0);
  }
  sg_figures_set_rewards(v->figures, n, shorter, values);
}


static void show_rewards(SgView* v) {
  const SgLiveEnv* env = sg_feed_env(&v->feed);
  if (v->mode == SG_MODE_PLAY) {
    set_bars(v, v->play.info->nreward, v->play.info->rewards, sg_env_reward_terms(v->play.env));
  } else if (env) {
    set_bars(v, v->feed.frame->nreward, v->feed.frame->rewards, env->terms);
  }
}


void sg_view_show(SgView* v) {
  const SgLiveEnv* env = sg_feed_env(&v->feed);
  if (v->mode == SG_MODE_PLAY) {
    const mjData* d = sg_env_data(v->play.env);
    sg_scene_set_state(v->scene, d->qpos, d->qvel, d->ctrl);
  } else if (env) {
    sg_scene_set_state(v->scene, env->qpos, env->qvel, env->ctrl);
  }
  show_rewards(v);
  v->dirty = true;
}


//-------------------------------- life ----------------------------------------------------------

// a run folder: its feed; and its policy, when it has one already
static SgStatus open_run(SgView* v, const char* folder, SgError* error) {
  SgStatus status = sg_feed_open(&v->feed, folder, error);
  if (status == SG_OK) {
    v->has_run = true;
    v->mode = SG_MODE_LIVE;
    v->has_play = sg_play_open(&v->play, folder, v->model[0] ? v->model : NULL, NULL) == SG_OK;
  }
  return status;
}


static SgStatus open_policy(SgView* v, const char* what, SgError* error) {
  SgStatus status = sg_play_open(&v->play, what, v->model[0] ? v->model : NULL, error);
  if (status == SG_OK) {
    v->has_play = true;
    v->mode = SG_MODE_PLAY;
    v->has_run = v->play.player.folder[0] &&
                 sg_feed_open(&v->feed, v->play.player.folder, &(SgError){0}) == SG_OK;
  }
  return status;
}


SgStatus sg_view_load(SgView* v, const char* what, SgError* error) {
  v->speed = REAL_TIME;
  v->info = v->curves = v->bars = 1;
  v->looked = -INFINITY;
  v->figures = sg_figures_create(error);
  v->ui = calloc(2, sizeof(mjUI));
  if (!v->figures || !v->ui) {
    return sg_fail(error, SG_MACHINE, "out of memory for the window");
  }
  SgStatus status = sg_folder_exists(what) ? open_run(v, what, error) : open_policy(v, what, error);

  // a run that is over is best shown by what it learned
  if (status == SG_OK && v->has_run && v->has_play && v->feed.state != SG_LIVE_RUNNING) {
    v->mode = SG_MODE_PLAY;
  }
  return status;
}


SgStatus sg_view_start(SgView* v, SgError* error) {
  SgStatus status = need_scene(v, error);
  if (status == SG_OK) {
    sg_view_show(v);
    sg_scene_home(v->scene);
    sg_overlay_title(v);
    if (v->has_play && v->play.player.note[0]) {
      sg_view_say(v, "%s", v->play.player.note);
    }
  }
  return status;
}


void sg_view_close(SgView* v) {
  sg_scene_free(v->scene);
  sg_figures_free(v->figures);
  sg_feed_close(&v->feed);
  sg_play_close(&v->play);
  free(v->ui);
  v->scene = NULL;
  v->figures = NULL;
  v->ui = NULL;
}


void sg_view_say(SgView* v, const char* format, ...) {
  va_list args;
  va_start(args, format);
  vsnprintf(v->message, sizeof(v->message), format, args);
  va_end(args);
  v->message_until = v->now + MESSAGE;
  v->dirty = true;
}


//-------------------------------- what is shown -------------------------------------------------

void sg_view_mode(SgView* v, SgMode mode) {
  SgError why = {0};
  SgMode before = v->mode;
  if (mode == SG_MODE_LIVE && !v->has_run) {
    sg_view_say(v, "there is no run to show live: this is a policy file by itself");
    return;
  }
  if (mode == SG_MODE_PLAY && !v->has_play) {
    v->has_play =
        sg_play_open(&v->play, v->feed.folder, v->model[0] ? v->model : NULL, &why) == SG_OK;
    if (!v->has_play) {
      sg_view_say(v, "nothing to play yet: %s", why.text);
      return;
    }
  }
  v->mode = mode;
  if (need_scene(v, &why) != SG_OK) {
    v->mode = before;
    sg_view_say(v, "%s", why.text);
    return;
  }
  mjv_defaultPerturb(&v->scene->perturb);
  v->paused = 0;
  sg_view_show(v);
  sg_scene_home(v->scene);
  sg_overlay_title(v);
  sg_panels_refresh(v);
}


void sg_view_drop(SgView* v, const char* path) {
  SgError why = {0};
  SgPlay play;
  if (sg_play_open(&play, path, v->model[0] ? v->model : NULL, &why) != SG_OK) {
    sg_view_say(v, "%s", why.text);
    return;
  }
  SgPlay before = v->play;
  bool had = v->has_play;
  SgMode mode = v->mode;
  v->play = play;
  v->has_play = true;
  v->mode = SG_MODE_PLAY;
  if (need_scene(v, &why) != SG_OK) {
    sg_play_close(&v->play);
    v->play = before;
    v->has_play = had;
    v->mode = mode;
    sg_view_say(v, "%s", why.text);
    return;
  }
  sg_play_close(&before);
  sg_view_mode(v, SG_MODE_PLAY);
  v->command = 0;
  sg_panels_make(v);
  sg_view_say(v, "playing %s%s%s", path, v->play.player.note[0] ? "; " : "", v->play.player.note);
}


void sg_view_next_env(SgView* v, int step) {
  const SgLiveFrame* frame = v->feed.frame;
  if (v->mode != SG_MODE_LIVE || !frame || frame->nshown < 1) {
    sg_view_say(v, "environments are chosen in the live mode");
    return;
  }
  v->feed.env = (v->feed.env + step + frame->nshown) % frame->nshown;
  sg_view_say(v, "environment %d of %d", v->feed.env + 1, frame->nenv);
  sg_view_show(v);
  sg_scene_home(v->scene);
  sg_overlay_title(v);
  sg_panels_refresh(v);
}


void sg_view_choose(SgView* v, int choice) {
  SgError why = {0};
  const char* name = choice == SG_PLAY_BEST ? "best" : "latest";
  if (!v->has_play || sg_play_choose(&v->play, (SgPlayChoice)choice, &why) != SG_OK) {
    sg_view_say(v, "%s", v->has_play ? why.text : "there is no policy yet");
  } else {
    sg_view_say(v, "the %s policy, trained for %lld steps", name, (long long)v->play.trained);
  }
  sg_overlay_title(v);
  sg_panels_refresh(v);
}


//-------------------------------- time ----------------------------------------------------------

double sg_view_speed(const SgView* v) {
  return SPEEDS[v->speed];
}


void sg_view_faster(SgView* v, int step) {
  if (v->mode == SG_MODE_LIVE) {
    sg_view_say(v, "the live mode shows training at its own pace; Enter plays the policy");
    return;
  }
  v->speed = v->speed + step < 0 ? 0 : v->speed + step >= NSPEED ? NSPEED - 1 : v->speed + step;
  sg_view_say(v, "%g %% of real time", 100 * SPEEDS[v->speed]);
}


// one step of the policy, with the user's push
static void play_step(SgView* v) {
  mjtNum force[6];
  bool pushing = sg_mouse_pushing(v);
  if (pushing) {
    // the push pulls the body to where the pointer is: from the newest state, in every step
    const mjData* d = sg_env_data(v->play.env);
    sg_scene_set_state(v->scene, d->qpos, d->qvel, d->ctrl);
    pushing = sg_scene_push(v->scene, force);
  }
  sg_play_step(&v->play, v->scene->perturb.select, pushing ? force : NULL);
}


void sg_view_step(SgView* v, int direction) {
  if (v->mode == SG_MODE_LIVE) {
    sg_view_say(v, "training cannot be stepped from here; Enter plays the policy");
    return;
  }
  v->paused = 1;
  if (direction > 0) {
    play_step(v);
  } else if (!sg_play_back(&v->play)) {
    sg_view_say(v, "this is as far back as the memory goes");
  }
  sg_view_show(v);
}


static void advance_play(SgView* v, double seconds) {
  double begin = sg_window_time();
  int n = v->paused ? 0 : sg_play_due(&v->play, seconds * sg_view_speed(v));
  for (int i = 0; i < n; i++) {
    play_step(v);
    if (v->step <= 0 && sg_window_time() - begin > STEP_BUDGET) {
      break;
    }
  }
  if (n > 0) {
    sg_view_show(v);
  }
}


// newer policies of the run are taken over while playing
static void look_for_policies(SgView* v) {
  SgError why = {0};
  if (v->now - v->looked < LOOK_EVERY) {
    return;
  }
  v->looked = v->now;
  if (sg_play_refresh(&v->play, &why)) {
    sg_view_say(v, "a newer policy: trained for %lld steps", (long long)v->play.trained);
    sg_overlay_title(v);
  } else if (why.status != SG_OK) {
    sg_view_say(v, "%s", why.text);
  }
}


void sg_view_advance(SgView* v, double seconds) {
  v->now += seconds;
  SgLiveState before = v->feed.state;
  bool news = v->has_run && sg_feed_poll(&v->feed, v->now);
  if (v->has_run && v->feed.table_count != v->table_count) {
    v->table_count = v->feed.table_count;
    sg_figures_set_table(v->figures, &v->feed.table);
    v->dirty = true;
  }
  if (v->has_run && v->feed.state != before) {
    sg_overlay_title(v);
    v->dirty = true;
  }
  if (v->mode == SG_MODE_LIVE && news && !v->paused) {
    sg_view_show(v);
  }
  if (v->mode == SG_MODE_PLAY) {
    look_for_policies(v);
    advance_play(v, seconds);
  }
  sg_panels_update(v);
  if (v->message[0] && v->now > v->message_until) {
    v->message[0] = '\0';
    v->dirty = true;
  }
}


bool sg_view_moves(const SgView* v) {
  return !v->paused && (v->mode == SG_MODE_PLAY || v->feed.state == SG_LIVE_RUNNING);
}


//-------------------------------- drawing -------------------------------------------------------

// the figures into a buffer of their own: text and lines cost a software renderer as much as the
// robot, so they are drawn ten times a second, and copied
static void refresh_figures(SgView* v, int width, int height) {
  const mjrContext* con = &v->scene->context;
  mjrRect area = {0, 0, width, height};
  unsigned curves = height < LOW ? FEW_FIGURES : SG_FIGURES_NO_REWARDS;
  unsigned mask = (v->curves && v->has_run ? curves : 0) | (v->bars ? 1u << SG_FIGURE_REWARDS : 0);
  if (con->auxWidth[SG_AUX_FIGURES] != width || con->auxHeight[SG_AUX_FIGURES] != height) {
    mjr_addAux(SG_AUX_FIGURES, width, height, 0, &v->scene->context);
  }
  mjr_setAux(SG_AUX_FIGURES, con);
  mjr_rectangle(area, 0.05f, 0.06f, 0.08f, 1);
  sg_figures_draw(v->figures, mask, area, con);
  mjr_restoreBuffer(con);
}


static void draw_figures(SgView* v) {
  mjrRect place = v->state.rect[SG_RECT_CURVES];
  if (place.width < 1) {
    return;
  }
  const mjrContext* con = &v->scene->context;
  bool fits = con->auxWidth[SG_AUX_FIGURES] == place.width &&
              con->auxHeight[SG_AUX_FIGURES] == place.height;
  if (!fits || !sg_view_moves(v) || v->now - v->figures_drawn >= FIGURES_EVERY) {
    v->figures_drawn = v->now;
    refresh_figures(v, place.width, place.height);
  }
  mjr_blitAux(SG_AUX_FIGURES, (mjrRect){0, 0, place.width, place.height}, place.left, place.bottom,
              con);
}


void sg_view_draw(SgView* v) {
  const mjrRect* rect = v->state.rect;
  if (rect[SG_RECT_WINDOW].width < 1 || rect[SG_RECT_WINDOW].height < 1) {
    return;
  }
  sg_scene_draw(v->scene, rect[SG_RECT_VIEW]);
  draw_figures(v);
  sg_overlay_all(v);
  sg_panels_draw(v);
  v->pictures++;
  v->dirty = false;
}


void sg_view_screenshot(SgView* v, const char* path) {
  SgError why = {0};
  char name[64];
  mjrRect all = v->state.rect[SG_RECT_WINDOW];
  if (all.width < 1 || all.height < 1) {
    return;
  }
  for (int i = 1; !path && i < 10000; i++) {
    snprintf(name, sizeof(name), "softgait-%04d.png", i);
    path = sg_file_exists(name) ? NULL : name;
  }
  unsigned char* rgb = path ? malloc((size_t)all.width * (size_t)all.height * 3) : NULL;
  if (!rgb) {
    sg_view_say(v, "no screenshot: %s", path ? "out of memory" : "too many are here already");
    return;
  }

  // the back buffer is undefined after a swap: draw anew, then read
  sg_view_draw(v);
  sg_scene_read(v->scene, all, rgb);
  SgPicture picture = {.width = all.width, .height = all.height, .bottom_up = true, .rgb = rgb};
  SgStatus status = sg_picture_write(&picture, path, &why);
  free(rgb);
  sg_view_say(v, "%s%s", status == SG_OK ? "wrote " : "", status == SG_OK ? path : why.text);
}
