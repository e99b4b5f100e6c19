// GLFW's half: callbacks fill a ring of events; one window, one context.
//
// Debian 12 has GLFW 3.3 for X11. A display connection that breaks makes Xlib call its handler and
// then end the process, with several lines and exit code 1; ours says one line. Xlib is looked up
// at run time, because a GLFW for Wayland comes without it.

#include "window.h"

#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>

#include "scene.h"

enum {
  QUEUE = 1024,         // events between two pictures
  SAMPLES = 4,          // per pixel, on graphics cards
  GL_RENDERER = 0x1F01  // of glGetString
};

struct SgWindow {
  GLFWwindow* glfw;
  SgEvent queue[QUEUE];
  int first, count;
  int normal[4];  // place and size before full screen
  bool full;
  char renderer[256];
};

// what GLFW said last, for the sentence
static char complaint[256];


//-------------------------------- events --------------------------------------------------------

void sg_window_push(SgWindow* w, const SgEvent* event) {
  // of pointer positions in a row only the last counts, unless the queue has gaps to lose
  int last = (w->first + w->count - 1) % QUEUE;
  if (w->count > 0 && event->kind == SG_EVENT_MOVE && w->queue[last].kind == SG_EVENT_MOVE) {
    w->queue[last] = *event;
    return;
  }
  if (w->count < QUEUE) {
    w->queue[(w->first + w->count++) % QUEUE] = *event;
  }
}


bool sg_window_next(SgWindow* w, SgEvent* event) {
  if (w->count == 0) {
    return false;
  }
  *event = w->queue[w->first];
  w->first = (w->first + 1) % QUEUE;
  w->count--;
  return true;
}


static SgWindow* of(GLFWwindow* glfw) {
  return glfwGetWindowUserPointer(glfw);
}


static int to_mods(int mods) {
  return (mods & GLFW_MOD_CONTROL ? SG_MOD_CONTROL : 0) |
         (mods & GLFW_MOD_SHIFT ? SG_MOD_SHIFT : 0) | (mods & GLFW_MOD_ALT ? SG_MOD_ALT : 0);
}


static int to_button(int button) {
  return button == GLFW_MOUSE_BUTTON_LEFT    ? SG_BUTTON_LEFT
         : button == GLFW_MOUSE_BUTTON_RIGHT ? SG_BUTTON_RIGHT
                                             : SG_BUTTON_MIDDLE;
}


// screen coordinates from the upper left to pixels from the lower left
static void to_pixels(GLFWwindow* glfw, double* x, double* y) {
  int width, height, pixels_x, pixels_y;
  glfwGetWindowSize(glfw, &width, &height);
  glfwGetFramebufferSize(glfw, &pixels_x, &pixels_y);
  *x *= width > 0 ? (double)pixels_x / width : 1;
  *y *= height > 0 ? (double)pixels_y / height : 1;
  *y = pixels_y - *y;
}


static void on_key(GLFWwindow* glfw, int key, int scancode, int action, int mods) {
  (void)scancode;
  if (action != GLFW_RELEASE) {
    SgEvent event = {
        .kind = SG_EVENT_KEY, .key = key, .mods = to_mods(mods), .time = sg_window_time()};
    sg_window_push(of(glfw), &event);
  }
}


static void on_button(GLFWwindow* glfw, int button, int action, int mods) {
  SgEvent event = {.kind = action == GLFW_PRESS ? SG_EVENT_PRESS : SG_EVENT_RELEASE,
                   .button = to_button(button),
                   .mods = to_mods(mods),
                   .time = sg_window_time()};
  glfwGetCursorPos(glfw, &event.x, &event.y);
  to_pixels(glfw, &event.x, &event.y);
  sg_window_push(of(glfw), &event);
}


static void on_move(GLFWwindow* glfw, double x, double y) {
  SgEvent event = {.kind = SG_EVENT_MOVE, .x = x, .y = y, .time = sg_window_time()};
  to_pixels(glfw, &event.x, &event.y);
  sg_window_push(of(glfw), &event);
}


static void on_scroll(GLFWwindow* glfw, double x, double y) {
  SgEvent event = {.kind = SG_EVENT_SCROLL, .x = x, .y = y, .time = sg_window_time()};
  sg_window_push(of(glfw), &event);
}


static void on_resize(GLFWwindow* glfw, int width, int height) {
  SgEvent event = {.kind = SG_EVENT_RESIZE, .x = width, .y = height, .time = sg_window_time()};
  sg_window_push(of(glfw), &event);
}


static void on_redraw(GLFWwindow* glfw) {
  SgEvent event = {.kind = SG_EVENT_REDRAW, .time = sg_window_time()};
  sg_window_push(of(glfw), &event);
}


static void on_close(GLFWwindow* glfw) {
  SgEvent event = {.kind = SG_EVENT_CLOSE, .time = sg_window_time()};
  sg_window_push(of(glfw), &event);
}


static void on_drop(GLFWwindow* glfw, int n, const char** paths) {
  SgEvent event = {.kind = SG_EVENT_DROP, .time = sg_window_time()};
  if (n > 0 && strlen(paths[0]) < sizeof(event.path)) {
    snprintf(event.path, sizeof(event.path), "%s", paths[0]);
    sg_window_push(of(glfw), &event);
  }
}


//-------------------------------- life ----------------------------------------------------------

static void on_error(int code, const char* text) {
  (void)code;
  snprintf(complaint, sizeof(complaint), "%s", text);
}


// the connection to the display broke: Xlib would print its own lines and exit with 1
static int on_lost_display(void* display) {
  static const char line[] = "softgait-view: the display went away; training is not affected\n";
  (void)display;
  if (write(STDERR_FILENO, line, sizeof(line) - 1) < 0) {
    _exit(SG_MACHINE);
  }
  _exit(SG_MACHINE);
}


static void catch_lost_display(void) {
  void* (*set_handler)(int (*handler)(void*));
  *(void**)&set_handler = dlsym(RTLD_DEFAULT, "XSetIOErrorHandler");
  if (set_handler) {
    set_handler(on_lost_display);
  }
}


// why there is no window, and what to try
static SgStatus explain(SgError* error) {
  const char* display = getenv("DISPLAY");
  if (!display || !display[0]) {
    return sg_fail(
        error, SG_MACHINE,
        getenv("WAYLAND_DISPLAY")
            ? "no window: DISPLAY is not set, and this GLFW needs X11; start Xwayland, or "
              "use `softgait record` for a video"
            : "no window: DISPLAY is not set; run it on a desktop or with `ssh -X`, or use "
              "`softgait record` for a video without a display");
  }
  if (strstr(complaint, "open display")) {
    return sg_fail(error, SG_MACHINE,
                   "no window: the display '%s' does not answer; look at DISPLAY and xhost, or use "
                   "`softgait record` for a video without a display",
                   display);
  }
  return sg_fail(error, SG_MACHINE,
                 "no window: the display '%s' gives no OpenGL (%s); install libgl1-mesa-dri and "
                 "libglx-mesa0, or use `softgait record` for a video without a display",
                 display, complaint[0] ? complaint : "no reason given");
}


static void read_renderer(SgWindow* w) {
  const unsigned char* (*get_string)(unsigned int);
  *(void**)&get_string = (void*)glfwGetProcAddress("glGetString");
  const char* text = get_string ? (const char*)get_string(GL_RENDERER) : NULL;
  snprintf(w->renderer, sizeof(w->renderer), "%s", text ? text : "unknown");
}


static void listen(SgWindow* w) {
  glfwSetWindowUserPointer(w->glfw, w);
  glfwSetKeyCallback(w->glfw, on_key);
  glfwSetMouseButtonCallback(w->glfw, on_button);
  glfwSetCursorPosCallback(w->glfw, on_move);
  glfwSetScrollCallback(w->glfw, on_scroll);
  glfwSetFramebufferSizeCallback(w->glfw, on_resize);
  glfwSetWindowRefreshCallback(w->glfw, on_redraw);
  glfwSetWindowCloseCallback(w->glfw, on_close);
  glfwSetDropCallback(w->glfw, on_drop);
}


// a window that is not shown yet, with a current context of the compatibility profile, which
// MuJoCo's renderer needs; NULL when there is none
static GLFWwindow* open_plain(const char* title, int width, int height, int samples) {
  glfwWindowHint(GLFW_SAMPLES, samples);
  glfwWindowHint(GLFW_DOUBLEBUFFER, GLFW_TRUE);
  glfwWindowHint(GLFW_VISIBLE, GLFW_FALSE);
  glfwWindowHintString(GLFW_X11_CLASS_NAME, "softgait");
  GLFWwindow* glfw = glfwCreateWindow(width, height, title, NULL, NULL);
  if (glfw) {
    glfwMakeContextCurrent(glfw);
  }
  return glfw;
}


SgWindow* sg_window_open(const char* title, int width, int height, SgError* error) {
  SgWindow* w = calloc(1, sizeof(SgWindow));
  if (!w) {
    sg_fail(error, SG_MACHINE, "out of memory for a window");
    return NULL;
  }
  glfwSetErrorCallback(on_error);
  if (!glfwInit()) {
    explain(error);
    free(w);
    return NULL;
  }
  catch_lost_display();

  // a plain context first: its name says whether smooth edges come free
  w->glfw = open_plain(title, width, height, 0);
  if (w->glfw) {
    read_renderer(w);
    GLFWwindow* smooth = NULL;
    if (!sg_scene_is_software(w->renderer)) {
      smooth = open_plain(title, width, height, SAMPLES);
    }
    if (smooth) {
      glfwDestroyWindow(w->glfw);
      w->glfw = smooth;
    }
  }
  if (!w->glfw) {
    explain(error);
    glfwTerminate();
    free(w);
    return NULL;
  }
  glfwMakeContextCurrent(w->glfw);
  glfwShowWindow(w->glfw);
  listen(w);
  return w;
}


void sg_window_close(SgWindow* w) {
  if (w) {
    glfwDestroyWindow(w->glfw);
    glfwTerminate();
    free(w);
  }
}


//-------------------------------- the rest ------------------------------------------------------

const char* sg_window_renderer(const SgWindow* w) {
  return w->renderer;
}


double sg_window_scale(const SgWindow* w) {
  float x = 1, y = 1;
  glfwGetWindowContentScale(w->glfw, &x, &y);
  return x > 1 ? (double)x : 1;
}


void sg_window_wait(SgWindow* w, double seconds) {
  if (seconds > 0 && w->count == 0) {
    glfwWaitEventsTimeout(seconds);
  } else {
    glfwPollEvents();
  }
}


void sg_window_swap(SgWindow* w) {
  glfwSwapBuffers(w->glfw);
}


void sg_window_sync(SgWindow* w, bool sync) {
  (void)w;
  glfwSwapInterval(sync ? 1 : 0);
}


void sg_window_size(const SgWindow* w, int* width, int* height) {
  glfwGetFramebufferSize(w->glfw, width, height);
}


void sg_window_resize(SgWindow* w, int width, int height) {
  glfwSetWindowSize(w->glfw, width > 0 ? width : 1, height > 0 ? height : 1);
}


bool sg_window_hidden(const SgWindow* w) {
  int width, height;
  glfwGetFramebufferSize(w->glfw, &width, &height);
  return width < 1 || height < 1 || glfwGetWindowAttrib(w->glfw, GLFW_ICONIFIED) ||
         !glfwGetWindowAttrib(w->glfw, GLFW_VISIBLE);
}


void sg_window_fullscreen(SgWindow* w) {
  GLFWmonitor* monitor = glfwGetPrimaryMonitor();
  const GLFWvidmode* mode = monitor ? glfwGetVideoMode(monitor) : NULL;
  int* at = w->normal;
  if (w->full) {
    glfwSetWindowMonitor(w->glfw, NULL, at[0], at[1], at[2], at[3], GLFW_DONT_CARE);
    w->full = false;
  } else if (mode) {
    glfwGetWindowPos(w->glfw, &at[0], &at[1]);
    glfwGetWindowSize(w->glfw, &at[2], &at[3]);
    glfwSetWindowMonitor(w->glfw, monitor, 0, 0, mode->width, mode->height, mode->refreshRate);
    w->full = true;
  }
}


void sg_window_minimise(SgWindow* w, bool minimised) {
  if (minimised) {
    glfwIconifyWindow(w->glfw);
  } else {
    glfwRestoreWindow(w->glfw);
  }
}


void sg_window_title(SgWindow* w, const char* title) {
  glfwSetWindowTitle(w->glfw, title);
}


void sg_window_copy(SgWindow* w, const char* text) {
  glfwSetClipboardString(w->glfw, text);
}


double sg_window_time(void) {
  return glfwGetTime();
}
