// Learning curves and reward bars, drawn into the picture of the robot: by the viewer in its
// window, by the recorder in its frames.
//
//   +---------------------------+
//   | return                    |     curves come from a run's progress.csv (SgTable); bars are the
//   +-------------+-------------+     reward terms of the environment that is shown. The set fits
//   | Q           | rewards     |     itself into any rectangle: what finds no room is left out from
//   +-------------+-------------+     the end.
//   | entropy     | alpha       |
//   +-------------+-------------+
//
// Needs a current OpenGL context only for drawing.

#ifndef SG_VIEWER_FIGURES_H_
#define SG_VIEWER_FIGURES_H_

#include <mujoco/mujoco.h>

#include "base/status.h"
#include "train/run_read.h"

/// The curves, the most telling first. Bit 1 << id in a mask selects one.
typedef enum SgFigureId {
  SG_FIGURE_RETURN,      ///< training and evaluation means, best evaluation marked
  SG_FIGURE_Q,           ///< both critics' means
  SG_FIGURE_REWARDS,     ///< a bar per reward term
  SG_FIGURE_ENTROPY,     ///< of the policy, in nats
  SG_FIGURE_ALPHA,       ///< the entropy's weight
  SG_FIGURE_LOSS_Q,      ///< critics' loss
  SG_FIGURE_LOSS_PI,     ///< policy's loss
  SG_FIGURE_SATURATION,  ///< share of actions at their limits, per cent
  SG_FIGURE_SPEED,       ///< environment steps per second
  SG_NFIGURE
} SgFigureId;

/// Masks for sg_figures_draw.
enum {
  SG_FIGURES_ALL = (1 << SG_NFIGURE) - 1,
  SG_FIGURES_NO_REWARDS = SG_FIGURES_ALL & ~(1 << SG_FIGURE_REWARDS)
};

/// A set of figures, about 8 MB. Opaque; used by one thread at a time.
typedef struct SgFigures SgFigures;

/// Make a set without data: empty axes. NULL with SG_MACHINE when out of memory.
SgFigures* sg_figures_create(SgError* error);

/// Free a set. NULL is allowed.
void sg_figures_free(SgFigures* figures);

/// Show the curves of a table with the columns of progress.csv; NULL, no rows and missing columns
/// give empty axes. Longer tables are thinned to what a figure holds: extremes and the last row
/// stay. The table is not kept. Takes about a millisecond per 10 000 rows: call when a row was
/// added, not per frame.
void sg_figures_set_table(SgFigures* figures, const SgTable* table);

/// Show a bar per reward term: names (n) and values (n) of one step. Names are copied, without a
/// "reward_" before them; at most 32 are shown. The scale grows at once and shrinks slowly, so that
/// bars can be compared from frame to frame. n 0: none.
void sg_figures_set_rewards(SgFigures* figures, int n, const char* const* names,
                            const double* values);

/// One curve figure as it will be drawn, for tests; the bars (SG_FIGURE_REWARDS) are not one: NULL.
/// Its points are (steps in thousands or millions, height), where heights 0 and 1 are the values
/// low and high of sg_figures_axis. Borrowed.
const mjvFigure* sg_figures_get(const SgFigures* figures, SgFigureId id);
void sg_figures_axis(const SgFigures* figures, SgFigureId id, double* low, double* high);

/// Draw the figures of a mask into area (pixels, origin at the lower left): the return over its
/// whole width, the others two abreast. Nothing when the area is too small for one.
void sg_figures_draw(SgFigures* figures, unsigned mask, mjrRect area, const mjrContext* context);

/// Draw one figure (or the bars) into area.
void sg_figures_draw_one(SgFigures* figures, SgFigureId id, mjrRect area,
                         const mjrContext* context);

/// A block of text in two columns, names and values, a line each.
typedef struct SgOverlay {
  char names[1024], values[1024];
} SgOverlay;

/// Add a line to an overlay; what does not fit is left out whole. Start from a zeroed one.
void sg_overlay_add(SgOverlay* overlay, const char* name, const char* format, ...)
    __attribute__((format(printf, 3, 4)));

/// Draw an overlay into a corner (mjtGridPos) of area. An empty one draws nothing.
void sg_overlay_draw(const SgOverlay* overlay, int corner, mjrRect area, const mjrContext* context);

#endif  // SG_VIEWER_FIGURES_H_
