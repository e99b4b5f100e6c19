// The picture of a robot: MuJoCo's abstract visualisation (mjv) and its renderer (mjr) behind one
// file.
//
//   qpos, qvel, ctrl ──> own mjData, mj_forward ──> mjvScene ──> window or off-screen buffer
//                              ^                       ^
//        selection, contacts, names            camera, flags, push
//
// Whoever calls supplies a current OpenGL context of the compatibility profile: the window, or a
// surfaceless one without any display. Nothing here knows GLFW, environments or policies. The scene
// owns a copy of the model, so that sizes and qualities can be set, and a simulation of its own, so
// that showing a state never touches what is simulated.

#ifndef SG_VIEWER_SCENE_H_
#define SG_VIEWER_SCENE_H_

#include <mujoco/mujoco.h>
#include <stdbool.h>

#include "base/status.h"

/// How a scene is made. Zero is a good start.
typedef struct SgSceneConfig {
  int width, height;  ///< off-screen buffer in pixels; 0: the model's own
  bool software;      ///< the renderer is software: no shadows, no reflections, no multisampling
  int font_scale;     ///< mjtFontScale, 50 to 300 per cent; 0: 100
} SgSceneConfig;

/// A scene. The fields are for reading, and for switching flags, groups and cameras in place.
typedef struct SgScene {
  mjModel* model;      ///< a copy, with sizes and qualities of the configuration
  mjData* data;        ///< the state that is shown, derived fields included
  mjvCamera camera;    ///< free, or fixed to one of the model's
  mjvOption option;    ///< what is shown: geom groups, contact points, forces, labels, frames
  mjvPerturb perturb;  ///< selected body, push
  mjvScene scene;      ///< what is drawn, with the rendering flags (shadow, reflection, ...)
  mjrContext context;  ///< for texts, figures and panels in the same OpenGL context
  int follow;          ///< body whose mass centre the free camera follows; 0: none
  double last[3];      ///< where that was in the last picture
  double base;         ///< its height, slowly followed, so that a hop does not shake the horizon
  bool software;       ///< as configured
} SgScene;

/// Whether the text of GL_RENDERER names one of Mesa's software renderers. NULL: no.
bool sg_scene_is_software(const char* renderer);

/// Make a scene of a model in the current OpenGL context. NULL with SG_MACHINE when the context is
/// not good enough, or memory is short.
SgScene* sg_scene_create(const mjModel* model, const SgSceneConfig* config, SgError* error);

/// Free a scene; its OpenGL context must be current. NULL is allowed.
void sg_scene_free(SgScene* scene);

/// Show a state: qpos (nq), qvel (nv), ctrl (nu; NULL: zero). Derived fields, contacts and forces
/// come from a forward pass of the scene's own. Return false, and keep showing the last state, when
/// a number is not finite or MuJoCo raises an error.
bool sg_scene_set_state(SgScene* scene, const mjtNum* qpos, const mjtNum* qvel, const mjtNum* ctrl);

/// The camera at its start: beside the robot, following it where it can travel.
void sg_scene_home(SgScene* scene);

/// Follow a body with the free camera; 0: stay where it is.
void sg_scene_follow(SgScene* scene, int body);

/// The next camera: step 1 or -1 through free, then the model's own. Writes its name (size bytes).
void sg_scene_next_camera(SgScene* scene, int step, char* name, int size);

/// A camera by name: one of the model's, "free" (the following one). False when there is none.
bool sg_scene_camera(SgScene* scene, const char* name);

/// Draw into off-screen buffer (true) or window (false) from now on. False when there is no such
/// buffer.
bool sg_scene_offscreen(SgScene* scene, bool offscreen);

/// Bring cameras and shapes up to the state, then draw into a rectangle. Once per picture.
void sg_scene_draw(SgScene* scene, mjrRect area);

/// The body, and the point on it (world frame, 3 numbers), that is drawn at a place of the
/// rectangle that the last picture had: x and y from 0 to 1, from the lower left. Return -1 when
/// nothing is there, 0 for the world.
int sg_scene_pick(SgScene* scene, mjrRect area, double x, double y, mjtNum point[3]);

/// The force and torque (N, N m, world frame, about the mass centre of the selected body) with
/// which the user's push acts in the shown state, as sg_env_push takes them. False when there is
/// none.
bool sg_scene_push(const SgScene* scene, mjtNum force[6]);

/// Read pixels of the buffer that is drawn into: (area.height, area.width, 3), the lowest row
/// first.
void sg_scene_read(const SgScene* scene, mjrRect area, unsigned char* rgb);

#endif  // SG_VIEWER_SCENE_H_
