// Scenes: a model's copy, a simulation of it, camera, renderer.
//
// The camera that follows is a free one whose target is moved along with the robot. MuJoCo's own
// tracking camera pins the mass centre to the middle of the picture, so a hopping robot would stand
// still and the ground hop; here the horizontal part is followed at once and the height slowly. The
// user can still orbit, pan and zoom.

#include "scene.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "task/guard.h"

enum {
  MAX_GEOM = 5000,      // shapes in a picture, contacts and forces included
  SHADOW_SIZE = 2048,   // a quarter of MuJoCo's default memory, no difference to the eye
  SOFT_SHADOW = 1024,   // where shadows are off until asked for
  MAX_OFFSCREEN = 8192  // pixels a side
};

static const double HEIGHT_RATE = 0.03;  // share of the height's change that a picture follows


bool sg_scene_is_software(const char* renderer) {
  static const char* const names[] = {"llvmpipe", "softpipe", "swrast", "Software"};
  for (size_t i = 0; renderer && i < sizeof(names) / sizeof(names[0]); i++) {
    if (strstr(renderer, names[i])) {
      return true;
    }
  }
  return false;
}


//-------------------------------- robots --------------------------------------------------------

// whether a tree's root can travel: a free joint, or a slide without limits
static bool can_travel(const mjModel* m, int body) {
  for (int i = 0; i < m->body_jntnum[body]; i++) {
    int joint = m->body_jntadr[body] + i;
    if (m->jnt_type[joint] == mjJNT_FREE ||
        (m->jnt_type[joint] == mjJNT_SLIDE && !m->jnt_limited[joint])) {
      return true;
    }
  }
  return false;
}


// the heaviest tree that moves and, if asked for, travels; 0: there is none
static int find_robot(const mjModel* m, bool travels) {
  int best = 0;
  for (int i = 1; i < m->nbody; i++) {
    bool fits = m->body_parentid[i] == 0 && (!travels || can_travel(m, i));
    if (fits && (best == 0 || m->body_subtreemass[i] > m->body_subtreemass[best])) {
      best = i;
    }
  }
  return best;
}


//-------------------------------- life ----------------------------------------------------------

// what is made under guard, because MuJoCo raises errors there
typedef struct Making {
  SgScene* scene;
  const mjModel* model;
  SgSceneConfig config;
} Making;


// sizes and qualities that the renderer reads from the model
static void set_quality(mjModel* m, const SgSceneConfig* config) {
  if (config->width > 0 && config->height > 0) {
    m->vis.global.offwidth = config->width;
    m->vis.global.offheight = config->height;
  }
  m->vis.quality.shadowsize = config->software ? SOFT_SHADOW : SHADOW_SIZE;
  if (config->software) {
    m->vis.quality.offsamples = 0;
  }
}


// a floor collides everywhere but is drawn only so far; where robots run, it is drawn to the
// horizon
static void widen_floors(mjModel* m) {
  for (int i = 0; i < m->ngeom && find_robot(m, true) > 0; i++) {
    if (m->geom_type[i] == mjGEOM_PLANE && m->geom_bodyid[i] == 0) {
      m->geom_size[3 * i] = m->geom_size[3 * i + 1] = 0;
    }
  }
}


static void make(void* arg) {
  Making* making = arg;
  SgScene* s = making->scene;
  s->model = mj_copyModel(NULL, making->model);
  if (!s->model) {
    return;
  }
  set_quality(s->model, &making->config);
  widen_floors(s->model);
  s->data = mj_makeData(s->model);
  mjv_makeScene(s->model, &s->scene, MAX_GEOM);
  mjr_makeContext(s->model, &s->context,
                  making->config.font_scale ? making->config.font_scale : mjFONTSCALE_100);
  mj_forward(s->model, s->data);
}


SgScene* sg_scene_create(const mjModel* model, const SgSceneConfig* config, SgError* error) {
  SgScene* s = calloc(1, sizeof(SgScene));
  if (!s) {
    sg_fail(error, SG_MACHINE, "out of memory for a picture");
    return NULL;
  }

  // structures that are safe to free, then what can fail
  mjv_defaultOption(&s->option);
  s->option.flags[mjVIS_PERTFORCE] = 1;
  mjv_defaultPerturb(&s->perturb);
  mjv_defaultCamera(&s->camera);
  mjv_defaultScene(&s->scene);
  mjr_defaultContext(&s->context);
  s->software = config->software;
  Making making = {.scene = s, .model = model, .config = *config};
  making.config.width = config->width < MAX_OFFSCREEN ? config->width : MAX_OFFSCREEN;
  making.config.height = config->height < MAX_OFFSCREEN ? config->height : MAX_OFFSCREEN;
  SgError why = {0};
  if (sg_guard_call(make, &making, &why) != SG_OK || !s->data) {
    sg_fail(error, SG_MACHINE, "cannot draw with this OpenGL: %s",
            why.text[0] ? why.text : "out of memory");
    sg_scene_free(s);
    return NULL;
  }
  s->scene.flags[mjRND_SHADOW] = !s->software;
  s->scene.flags[mjRND_REFLECTION] = !s->software;
  s->scene.flags[mjRND_HAZE] = 0;  // a white band between floor and sky
  sg_scene_home(s);
  return s;
}


void sg_scene_free(SgScene* s) {
  if (s) {
    mjr_freeContext(&s->context);
    mjv_freeScene(&s->scene);
    mj_deleteData(s->data);
    mj_deleteModel(s->model);
    free(s);
  }
}


//-------------------------------- state ---------------------------------------------------------

static bool all_finite(const mjtNum* x, mjtSize n) {
  for (mjtSize i = 0; x && i < n; i++) {
    if (!isfinite(x[i])) {
      return false;
    }
  }
  return true;
}


static void forward(void* arg) {
  SgScene* s = arg;
  mj_forward(s->model, s->data);
}


// move a free camera's target along with the body
static void follow(SgScene* s) {
  if (s->follow <= 0 || s->camera.type != mjCAMERA_FREE) {
    return;
  }
  const mjtNum* now = s->data->subtree_com + 3 * s->follow;
  double rise = HEIGHT_RATE * (now[2] - s->base);
  for (int i = 0; i < 2; i++) {
    s->camera.lookat[i] += now[i] - s->last[i];
    s->last[i] = now[i];
  }
  s->camera.lookat[2] += rise;
  s->base += rise;
}


bool sg_scene_set_state(SgScene* s, const mjtNum* qpos, const mjtNum* qvel, const mjtNum* ctrl) {
  const mjModel* m = s->model;
  if (!all_finite(qpos, m->nq) || !all_finite(qvel, m->nv) || !all_finite(ctrl, m->nu)) {
    return false;
  }
  memcpy(s->data->qpos, qpos, (size_t)m->nq * sizeof(mjtNum));
  memcpy(s->data->qvel, qvel, (size_t)m->nv * sizeof(mjtNum));
  for (int i = 0; i < m->nu; i++) {
    s->data->ctrl[i] = ctrl ? ctrl[i] : 0;
  }
  bool fine = sg_guard_call(forward, s, NULL) == SG_OK;

  // the push that belongs to this state, for whoever simulates, and for its arrow
  mju_zero(s->data->xfrc_applied, 6 * (int)m->nbody);
  if (s->perturb.active && s->perturb.select > 0) {
    mjv_applyPerturbForce(m, s->data, &s->perturb);
  }
  follow(s);
  return fine;
}


//-------------------------------- camera --------------------------------------------------------

// how far a tree's shapes reach from a point
static double reach(const SgScene* s, int root, const double* center) {
  const mjModel* m = s->model;
  double radius = 0;
  for (int i = 0; i < m->ngeom; i++) {
    if (m->geom_type[i] != mjGEOM_PLANE && m->body_rootid[m->geom_bodyid[i]] == root) {
      double distance = mju_dist3(s->data->geom_xpos + 3 * i, center) + m->geom_rbound[i];
      radius = distance > radius ? distance : radius;
    }
  }
  return radius;
}


void sg_scene_home(SgScene* s) {
  int robot = find_robot(s->model, true);
  mjv_defaultFreeCamera(s->model, &s->camera);
  sg_scene_follow(s, robot);
  robot = robot ? robot : find_robot(s->model, false);

  // look at it a little from above, from so far that it fills a third of the picture's height; at
  // one that stays where it is, from higher and farther: what it works on lies around it
  if (robot) {
    double radius = reach(s, robot, s->data->subtree_com + 3 * robot);
    mju_copy3(s->camera.lookat, s->data->subtree_com + 3 * robot);
    s->camera.distance = (s->follow ? 5.5 : 7) * fmax(radius, 0.05);
    s->camera.elevation = s->follow ? -14 : -30;
  }
}


void sg_scene_follow(SgScene* s, int body) {
  s->follow = body;
  mju_copy3(s->last, s->data->subtree_com + 3 * body);
  s->base = s->last[2];
}


void sg_scene_next_camera(SgScene* s, int step, char* name, int size) {
  int n = (int)s->model->ncam + 1;
  int now = s->camera.type == mjCAMERA_FIXED ? s->camera.fixedcamid + 1 : 0;
  int next = (now + step + n) % n;
  const char* text = next == 0 ? "free" : mj_id2name(s->model, mjOBJ_CAMERA, next - 1);
  s->camera.type = next == 0 ? mjCAMERA_FREE : mjCAMERA_FIXED;
  s->camera.fixedcamid = next - 1;
  if (next == 0) {
    sg_scene_home(s);
  }
  snprintf(name, (size_t)size, "%s", text ? text : "unnamed");
}


bool sg_scene_camera(SgScene* s, const char* name) {
  int id = mj_name2id(s->model, mjOBJ_CAMERA, name);
  if (id >= 0) {
    s->camera.type = mjCAMERA_FIXED;
    s->camera.fixedcamid = id;
    return true;
  }
  if (strcmp(name, "free") == 0) {
    sg_scene_home(s);
    return true;
  }
  return false;
}


//-------------------------------- drawing -------------------------------------------------------

bool sg_scene_offscreen(SgScene* s, bool offscreen) {
  int buffer = offscreen ? mjFB_OFFSCREEN : mjFB_WINDOW;
  mjr_setBuffer(buffer, &s->context);
  return s->context.currentBuffer == buffer;
}


void sg_scene_draw(SgScene* s, mjrRect area) {
  if (area.width < 1 || area.height < 1) {
    return;
  }
  mjv_updateScene(s->model, s->data, &s->option, &s->perturb, &s->camera, mjCAT_ALL, &s->scene);
  mjr_render(area, &s->scene, &s->context);
}


int sg_scene_pick(SgScene* s, mjrRect area, double x, double y, mjtNum point[3]) {
  int geom = -1, flex = -1, skin = -1;
  if (area.width < 1 || area.height < 1) {
    return -1;
  }
  return mjv_select(s->model, s->data, &s->option, (double)area.width / area.height, x, y,
                    &s->scene, point, &geom, &flex, &skin);
}


bool sg_scene_push(const SgScene* s, mjtNum force[6]) {
  int body = s->perturb.select;
  if (!s->perturb.active || body <= 0 || body >= s->model->nbody) {
    return false;
  }
  mju_copy(force, s->data->xfrc_applied + 6 * body, 6);
  return true;
}


void sg_scene_read(const SgScene* s, mjrRect area, unsigned char* rgb) {
  mjr_readPixels(rgb, NULL, area, &s->context);
}
