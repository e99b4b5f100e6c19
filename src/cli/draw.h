// Drawing learning curves with gnuplot, which is found at run time.

#ifndef SG_CLI_DRAW_H_
#define SG_CLI_DRAW_H_

#include <stdbool.h>
#include <stdint.h>

#include "base/status.h"

enum {
  SG_MAX_CURVE = 256  ///< runs in one picture
};

/// One run's curve.
typedef struct SgCurve {
  char task[64];
  int64_t seed;
  int n;            ///< points, at least 2
  double* steps;    ///< (n) environment steps, ascending
  double* returns;  ///< (n) mean return of the evaluation there
} SgCurve;

/// All curves of a picture; those of a task stand together.
typedef struct SgPlot {
  int n;
  SgCurve curves[SG_MAX_CURVE];
} SgPlot;

/// Draw a plot of at least one curve into out, a .png or else a .svg, as one act. SG_MACHINE when
/// gnuplot is missing, or when the picture cannot be written; then nothing remains of it.
SgStatus sg_draw(const SgPlot* plot, const char* out, bool png, SgError* error);

#endif  // SG_CLI_DRAW_H_
