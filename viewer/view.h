// The viewer's whole state, and its parts' functions. One window, one picture, at most one run and
// one policy.
//
//                  window events                              every picture
//        ┌──────────────┼───────────────┐          ┌────────────────┼────────────────┐
//     keys.c         mouse.c        panels.c     feed.c / play.c   scene.c    overlay.c, figures.c
//   table of keys   camera, push   mjui left,    new state         robot      texts, curves, bars
//                                  right
//
// Two modes: live shows the training environments of a run as they are, play simulates a policy
// here.

#ifndef SG_VIEWER_VIEW_H_
#define SG_VIEWER_VIEW_H_

#include <mujoco/mujoco.h>
#include <stdbool.h>
#include <stdio.h>

#include "feed.h"
#include "figures.h"
#include "play.h"
#include "scene.h"
#include "window.h"

/// What the robot in the window is.
typedef enum SgMode {
  SG_MODE_LIVE,  ///< a training environment, as the trainer publishes it
  SG_MODE_PLAY,  ///< a policy, simulated here
} SgMode;

/// Rectangles of the window, in the order of mjuiState.rect.
enum {
  SG_RECT_WINDOW,
  SG_RECT_LEFT,    ///< left panel
  SG_RECT_RIGHT,   ///< right panel
  SG_RECT_VIEW,    ///< the robot
  SG_RECT_CURVES,  ///< the figures
  SG_NRECT
};

/// Buffers besides the window: 0 and 1 are the panels'.
enum {
  SG_AUX_FIGURES = 2
};

/// The viewer.
typedef struct SgView {
  SgWindow* window;
  SgScene* scene;
  char scene_model[65];  ///< digest of the model that the scene draws
  SgFigures* figures;

  // what is shown
  bool has_run, has_play;
  SgFeed feed;  ///< has_run
  SgPlay play;  ///< has_play
  SgMode mode;
  char model[1024];  ///< --model, or ""
  int table_count;   ///< of the feed's table that the figures show

  // switches; ints, because panels point at them
  int paused;                ///< the robot stands; training goes on
  int speed;                 ///< index into the speeds, see sg_view_speed
  int help;                  ///< F1
  int info;                  ///< F2
  int curves;                ///< F3: learning curves
  int bars;                  ///< F4: reward terms
  int left, right;           ///< panels
  int choice;                ///< panel's copy of which policy
  int mode_shown;            ///< panel's copy of the mode
  int env_shown;             ///< panel's copy of the environment, from 1
  int command;               ///< command input that the keys change
  mjUI* ui;                  ///< (2) left and right panel
  int ui_envs, ui_commands;  ///< what the panels were made for
  mjuiState state;           ///< rectangles, pointer, keys
  bool quit;

  // a line for the user, until it expires
  char message[1024];
  double message_until;

  // time
  double now;            ///< seconds, of the clock or of the script
  double step;           ///< fixed seconds per picture; 0: the clock's
  double draw_cost;      ///< processor seconds that a picture takes, smoothed
  double looked;         ///< when the policy file was looked at
  double figures_drawn;  ///< when the figures were drawn
  long pictures;         ///< drawn so far
  bool dirty;            ///< something changed that wants drawing now
} SgView;

/// Load what is to be shown: a run folder, or a policy. No window is needed yet, so that a wrong
/// name has its sentence everywhere. On failure the caller still calls sg_view_close.
SgStatus sg_view_load(SgView* view, const char* what, SgError* error);

/// Show what was loaded in view->window, which the caller opened.
SgStatus sg_view_start(SgView* view, SgError* error);

/// Free all but the window.
void sg_view_close(SgView* view);

/// Take one event.
void sg_view_event(SgView* view, const SgEvent* event);

/// Move on by so many seconds: news of the run, steps of the policy.
void sg_view_advance(SgView* view, double seconds);

/// Draw one picture. Nothing without a pixel to draw into.
void sg_view_draw(SgView* view);

/// Whether the picture changes by itself.
bool sg_view_moves(const SgView* view);

/// Say something to the user, for a few seconds.
void sg_view_say(SgView* view, const char* format, ...) __attribute__((format(printf, 2, 3)));

/// Show the other mode; says why when it cannot.
void sg_view_mode(SgView* view, SgMode mode);

/// Play a policy file that was dropped on the window.
void sg_view_drop(SgView* view, const char* path);

/// Write the picture as softgait-<number>.png into the current folder, or to path.
void sg_view_screenshot(SgView* view, const char* path);

/// Share of real time, 1 for real time.
double sg_view_speed(const SgView* view);

/// Faster (1) or slower (-1).
void sg_view_faster(SgView* view, int step);

/// One step forward or back of the play mode.
void sg_view_step(SgView* view, int direction);

/// Show another environment: step 1 or -1.
void sg_view_next_env(SgView* view, int step);

/// Best (0) or latest (1) policy of the run.
void sg_view_choose(SgView* view, int choice);

/// The shown state has changed: bring the scene up to it.
void sg_view_show(SgView* view);

// keys.c

/// Do what a key means; false when it means nothing.
bool sg_keys_press(SgView* view, int key, int mods);

/// Lines of the help: group i of the table as an overlay; false past the last.
bool sg_keys_help(int group, SgOverlay* overlay);

// mouse.c

/// Pointer events that no panel takes: camera, selection, push.
void sg_mouse_event(SgView* view);

/// Whether the user pushes a body now.
bool sg_mouse_pushing(const SgView* view);

// panels.c

/// Make both panels for the scene that is there.
void sg_panels_make(SgView* view);

/// Make them anew when they are for other environments or command inputs than there are now.
void sg_panels_update(SgView* view);

/// Sizes and rectangles of everything, after a change of window or panels.
void sg_panels_layout(SgView* view);

/// Offer an event to the panels; true when one took it.
bool sg_panels_event(SgView* view);

/// Draw them; and show values that changed elsewhere.
void sg_panels_draw(SgView* view);
void sg_panels_refresh(SgView* view);

// overlay.c

/// Texts over the picture: facts, warnings, message, help.
void sg_overlay_all(SgView* view);

/// Pages that the help takes in this window: 1, or 2 when it is low.
int sg_overlay_help_pages(const SgView* view);

/// The window's title.
void sg_overlay_title(SgView* view);

// script.c

/// A file of events, for tests. See script.c for its words.
typedef struct SgScript SgScript;

/// Open a script ("-": stdin). NULL with SG_FILE.
SgScript* sg_script_open(const char* path, SgError* error);
void sg_script_close(SgScript* script);

/// Put the events before the next picture into the window's queue; what asks for a look at the last
/// picture is done. False at the end.
bool sg_script_next(SgScript* script, SgView* view);

#endif  // SG_VIEWER_VIEW_H_
