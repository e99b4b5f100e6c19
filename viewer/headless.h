// An OpenGL context without a display: surfaceless EGL, by Mesa's renderers, no X and no GPU
// needed.
//
// libEGL is opened at run time, so that a machine without it gets a sentence with the package's
// name instead of a program that does not start.

#ifndef SG_VIEWER_HEADLESS_H_
#define SG_VIEWER_HEADLESS_H_

#include "base/status.h"

/// A context. Opaque; current on the thread that opened it.
typedef struct SgHeadless SgHeadless;

/// Open a context of OpenGL's compatibility profile and make it current; it has no surface, so only
/// off-screen buffers can be drawn into. NULL with SG_MACHINE, and the Debian packages that supply
/// it, where that cannot be had.
SgHeadless* sg_headless_open(SgError* error);

/// What draws, as OpenGL names it ("llvmpipe (...)"). Borrowed from the context.
const char* sg_headless_renderer(const SgHeadless* headless);

/// Close it. NULL is allowed.
void sg_headless_close(SgHeadless* headless);

#endif  // SG_VIEWER_HEADLESS_H_
