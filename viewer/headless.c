// Surfaceless EGL, call by call through dlsym.
//
//   libEGL.so.1      the dispatcher: display, context, and MuJoCo's way to OpenGL's functions
//   Mesa's EGL       behind it: the platform "surfaceless"
//   Mesa's drivers   behind that: hardware, or llvmpipe without any
//
// Each has a Debian package of its own (libegl1, libegl-mesa0, libgl1-mesa-dri), and each may be
// the missing one. MuJoCo's loader ends the process when it finds no OpenGL, so all is made sure of
// before it is asked. libGL is not needed.

#include "headless.h"

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <dlfcn.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum {
  GL_RENDERER_NAME = 0x1F01  // GL_RENDERER
};

struct SgHeadless {
  void* egl;  // the library
  EGLDisplay display;
  EGLContext context;
  const char* renderer;
  struct {
    PFNEGLGETPLATFORMDISPLAYPROC get_display;
    PFNEGLINITIALIZEPROC initialize;
    PFNEGLBINDAPIPROC bind_api;
    PFNEGLCHOOSECONFIGPROC choose_config;
    PFNEGLCREATECONTEXTPROC create_context;
    PFNEGLMAKECURRENTPROC make_current;
    PFNEGLGETPROCADDRESSPROC get_proc;
    PFNEGLDESTROYCONTEXTPROC destroy_context;
    PFNEGLTERMINATEPROC terminate;
  } call;
};


// a function of libEGL, put where to points
static bool take(const SgHeadless* h, const char* name, void* to) {
  void* function = dlsym(h->egl, name);
  memcpy(to, &function, sizeof(function));
  return function != NULL;
}


static bool take_all(SgHeadless* h) {
  return take(h, "eglGetPlatformDisplay", &h->call.get_display) &&
         take(h, "eglInitialize", &h->call.initialize) &&
         take(h, "eglBindAPI", &h->call.bind_api) &&
         take(h, "eglChooseConfig", &h->call.choose_config) &&
         take(h, "eglCreateContext", &h->call.create_context) &&
         take(h, "eglMakeCurrent", &h->call.make_current) &&
         take(h, "eglGetProcAddress", &h->call.get_proc) &&
         take(h, "eglDestroyContext", &h->call.destroy_context) &&
         take(h, "eglTerminate", &h->call.terminate);
}


static SgStatus load_library(SgHeadless* h, SgError* error) {
  setenv("EGL_LOG_LEVEL", "fatal", 0);  // Mesa's own lines; what failed is told in one of ours
  h->egl = dlopen("libEGL.so.1", RTLD_NOW | RTLD_GLOBAL);
  if (!h->egl || !take_all(h)) {
    return sg_fail(error, SG_MACHINE,
                   "pictures without a display need libEGL (Debian packages libegl1 and "
                   "libegl-mesa0): %.200s",
                   h->egl ? "the one here is too old" : dlerror());
  }
  return SG_OK;
}


static SgStatus make_context(SgHeadless* h, SgError* error) {
  static const EGLint wanted[] = {EGL_SURFACE_TYPE, 0, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT,
                                  EGL_NONE};
  EGLConfig config;
  EGLint major, minor, n = 0;
  h->display = h->call.get_display(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
  if (h->display == EGL_NO_DISPLAY || !h->call.initialize(h->display, &major, &minor)) {
    h->display = EGL_NO_DISPLAY;
    return sg_fail(error, SG_MACHINE,
                   "EGL cannot draw without a display here; Mesa can (Debian packages "
                   "libegl-mesa0 and libgl1-mesa-dri)");
  }
  if (!h->call.bind_api(EGL_OPENGL_API) ||
      !h->call.choose_config(h->display, wanted, &config, 1, &n) || n < 1) {
    return sg_fail(error, SG_MACHINE,
                   "EGL %d.%d offers no OpenGL here; Mesa does (Debian package libgl1-mesa-dri)",
                   major, minor);
  }
  h->context = h->call.create_context(h->display, config, EGL_NO_CONTEXT, NULL);
  if (h->context == EGL_NO_CONTEXT ||
      !h->call.make_current(h->display, EGL_NO_SURFACE, EGL_NO_SURFACE, h->context)) {
    return sg_fail(error, SG_MACHINE,
                   "EGL %d.%d gives no OpenGL context without a surface; Mesa does (Debian "
                   "package libgl1-mesa-dri)",
                   major, minor);
  }
  return SG_OK;
}


static const char* find_renderer(const SgHeadless* h) {
  const unsigned char* (*get_string)(unsigned name) = NULL;
  __eglMustCastToProperFunctionPointerType function = h->call.get_proc("glGetString");
  memcpy(&get_string, &function, sizeof(function));
  const char* text = get_string ? (const char*)get_string(GL_RENDERER_NAME) : NULL;
  return text ? text : "";
}


SgHeadless* sg_headless_open(SgError* error) {
  SgHeadless* h = calloc(1, sizeof(SgHeadless));
  if (!h) {
    sg_fail(error, SG_MACHINE, "out of memory for an OpenGL context");
    return NULL;
  }
  h->display = EGL_NO_DISPLAY;
  h->context = EGL_NO_CONTEXT;
  if (load_library(h, error) != SG_OK || make_context(h, error) != SG_OK) {
    sg_headless_close(h);
    return NULL;
  }
  h->renderer = find_renderer(h);
  return h;
}


const char* sg_headless_renderer(const SgHeadless* h) {
  return h->renderer;
}


// the library stays loaded: Mesa's threads and exit handlers live in them
void sg_headless_close(SgHeadless* h) {
  if (h && h->display != EGL_NO_DISPLAY) {
    h->call.make_current(h->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
    if (h->context != EGL_NO_CONTEXT) {
      h->call.destroy_context(h->display, h->context);
    }
    h->call.terminate(h->display);
  }
  free(h);
}
