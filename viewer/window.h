// The window: GLFW, seen here and in window.c alone. Everything the user does arrives as plain
// structs, which tests and scripts can put into the same queue.
//
//   X11 ──> GLFW callbacks ──┐
//                            ├──> queue of SgEvent ──> sg_window_next, one by one
//   script, test ── push ────┘
//
// Coordinates are pixels of the framebuffer, from the lower left corner, as OpenGL and MuJoCo
// count. Key codes are MuJoCo's (mjKEY_...), which are GLFW's, and upper-case letters.

#ifndef SG_VIEWER_WINDOW_H_
#define SG_VIEWER_WINDOW_H_

#include <stdbool.h>

#include "base/status.h"

/// What an event is.
typedef enum SgEventKind {
  SG_EVENT_KEY,      ///< a key went down, or repeats: key, mods
  SG_EVENT_PRESS,    ///< a mouse button went down: button, mods, x, y
  SG_EVENT_RELEASE,  ///< it went up
  SG_EVENT_MOVE,     ///< the pointer is at x, y
  SG_EVENT_SCROLL,   ///< the wheel turned by x, y
  SG_EVENT_RESIZE,   ///< the framebuffer is x by y pixels; both may be 0
  SG_EVENT_REDRAW,   ///< the picture was damaged
  SG_EVENT_DROP,     ///< a file was dropped: path
  SG_EVENT_CLOSE,    ///< the window shall close
} SgEventKind;

/// Keys held down during an event.
enum {
  SG_MOD_CONTROL = 1,  ///< the same bits as the modifiers of MuJoCo's panels
  SG_MOD_SHIFT = 2,
  SG_MOD_ALT = 4,
};

/// Mouse buttons, as mjtButton counts them.
enum {
  SG_BUTTON_LEFT = 1,
  SG_BUTTON_RIGHT,
  SG_BUTTON_MIDDLE,
};

/// One event.
typedef struct SgEvent {
  SgEventKind kind;
  int key, button, mods;
  double x, y;
  double time;  ///< seconds of sg_window_time
  char path[1024];
} SgEvent;

/// A window with an OpenGL context. Opaque; used by the main thread. There is one at a time.
typedef struct SgWindow SgWindow;

/// Open a window of width x height with a current context. NULL with SG_MACHINE, and what to try,
/// when there is no display or the display has no OpenGL. From here on a display that dies ends the
/// process with SG_MACHINE and one line.
SgWindow* sg_window_open(const char* title, int width, int height, SgError* error);

/// Close. NULL is allowed.
void sg_window_close(SgWindow* window);

/// The text of GL_RENDERER. Borrowed; never NULL.
const char* sg_window_renderer(const SgWindow* window);

/// Pixels per unit of screen coordinates, at least 1: for the size of the fonts.
double sg_window_scale(const SgWindow* window);

/// Take events from the system, waiting up to seconds (0: not at all) for the first.
void sg_window_wait(SgWindow* window, double seconds);

/// The next event; false when the queue is empty.
bool sg_window_next(SgWindow* window, SgEvent* event);

/// Put an event behind those that wait, as if it had come from the system. One too many is dropped.
void sg_window_push(SgWindow* window, const SgEvent* event);

/// Show what was drawn.
void sg_window_swap(SgWindow* window);

/// Wait for the display's refresh when swapping (hardware), or not (software).
void sg_window_sync(SgWindow* window, bool sync);

/// Framebuffer size in pixels; 0 by 0 is possible.
void sg_window_size(const SgWindow* window, int* width, int* height);

/// Ask for another size, in screen coordinates.
void sg_window_resize(SgWindow* window, int width, int height);

/// Whether nothing of it can be seen: minimised, or without any pixel.
bool sg_window_hidden(const SgWindow* window);

/// Full screen and back.
void sg_window_fullscreen(SgWindow* window);

/// Minimise and restore.
void sg_window_minimise(SgWindow* window, bool minimised);

/// Title, and the system's clipboard.
void sg_window_title(SgWindow* window, const char* title);
void sg_window_copy(SgWindow* window, const char* text);

/// Seconds since the window was opened.
double sg_window_time(void);

#endif  // SG_VIEWER_WINDOW_H_
