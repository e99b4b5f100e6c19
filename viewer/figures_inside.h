// What filling figures and drawing them share.

#ifndef SG_VIEWER_FIGURES_INSIDE_H_
#define SG_VIEWER_FIGURES_INSIDE_H_

#include "figures.h"

enum {
  SG_MAX_BAR = 32,
  SG_FIGURE_LINES = 3  // at most; the return has two curves and the mark of the best
};

// told apart by colour-blind people, on a dark ground (after Okabe and Ito)
static const float SG_SKY[3] = {0.42f, 0.74f, 0.96f}, SG_ORANGE[3] = {0.98f, 0.68f, 0.18f},
                   SG_GREEN[3] = {0.25f, 0.83f, 0.62f}, SG_PINK[3] = {0.93f, 0.60f, 0.78f},
                   SG_WHITE[3] = {0.97f, 0.97f, 0.97f}, SG_GREY[3] = {0.72f, 0.76f, 0.80f};
static const float SG_GROUND[3] = {0.07f, 0.09f, 0.12f}, SG_PANE[3] = {0.11f, 0.14f, 0.18f};

// the upright axis of a figure: heights 0 and 1, lines between, how its numbers are written
typedef struct SgAxis {
  double low, high;
  int nstep;
  char format[20];
} SgAxis;

struct SgFigures {
  mjvFigure figures[SG_NFIGURE];
  SgAxis axes[SG_NFIGURE];
  char unit[32];  // of the steps
  int nbar;
  char names[SG_MAX_BAR][64];
  double values[SG_MAX_BAR];
  double low, high;  // the bars' scale, zero inside
};

#endif  // SG_VIEWER_FIGURES_INSIDE_H_
