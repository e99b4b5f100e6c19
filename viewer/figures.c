// Curves out of a table: points, thinned where there are too many, axes with round numbers, marks.
//
// The curves are MuJoCo's figures (mjvFigure). It rounds the upright axis outwards to one digit, 0
// to 1200 becomes 0 to 2000, and the curve is left with half the room. So heights are handed to it
// as shares of our axis, 0 to 1, which it leaves alone, and the numbers beside the axis are ours.

#include "figures.h"

#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"
#include "figures_inside.h"

enum {
  MAX_POINT = mjMAXLINEPNT - 1,
  BEST_LINE = SG_FIGURE_LINES - 1  // of the return's figure
};

// a line of a figure: the column it shows, times a factor
typedef struct Line {
  SgFigureId figure;
  const char *column, *name;
  const float* colour;
  double factor;
} Line;

static const Line LINES[] = {
    {SG_FIGURE_RETURN, "AverageEpRet", "train", SG_SKY, 1},
    {SG_FIGURE_RETURN, "AverageTestEpRet", "eval", SG_ORANGE, 1},
    {SG_FIGURE_Q, "AverageQ1Vals", "Q1", SG_SKY, 1},
    {SG_FIGURE_Q, "AverageQ2Vals", "Q2", SG_ORANGE, 1},
    {SG_FIGURE_ENTROPY, "Entropy", "", SG_GREEN, 1},
    {SG_FIGURE_ALPHA, "Alpha", "", SG_PINK, 1},
    {SG_FIGURE_LOSS_Q, "LossQ", "", SG_SKY, 1},
    {SG_FIGURE_LOSS_PI, "LossPi", "", SG_ORANGE, 1},
    {SG_FIGURE_SATURATION, "ActSaturation", "", SG_PINK, 100},
    {SG_FIGURE_SPEED, "StepsPerSec", "", SG_GREEN, 1},
};


//-------------------------------- points --------------------------------------------------------

// rows of one column that can be drawn
typedef struct Column {
  const SgTable* table;
  int x, y;  // columns
  double x_factor, y_factor;
} Column;


// row i as a point; false where there is none
static bool point_at(const Column* c, int64_t i, float* x, float* y) {
  const double* row = c->table->values + i * c->table->ncolumn;
  *x = (float)(row[c->x] * c->x_factor);
  *y = (float)(row[c->y] * c->y_factor);
  return isfinite(*x) && isfinite(*y);
}


static void add_point(mjvFigure* figure, int line, float x, float y) {
  SG_ASSERT(figure->linepnt[line] < mjMAXLINEPNT);
  float* to = figure->linedata[line] + 2 * figure->linepnt[line]++;
  to[0] = x;
  to[1] = y;
}


// the lowest and the highest point of some rows, in their order
typedef struct Extremes {
  int n;
  float low[2], high[2];
  bool low_first;
} Extremes;


static void widen(Extremes* e, float x, float y) {
  if (e->n == 0 || y < e->low[1]) {
    e->low[0] = x;
    e->low[1] = y;
    e->low_first = false;
  }
  if (e->n == 0 || y > e->high[1]) {
    e->high[0] = x;
    e->high[1] = y;
    e->low_first = true;
  }
  e->n++;
}


// the later of the two was set last
static void add_extremes(mjvFigure* figure, int line, Extremes* e) {
  const float *first = e->low_first ? e->low : e->high, *last = e->low_first ? e->high : e->low;
  if (e->n > 0) {
    add_point(figure, line, first[0], first[1]);
  }
  if (e->n > 1) {
    add_point(figure, line, last[0], last[1]);
  }
  *e = (Extremes){0};
}


// all points when they fit, else the extremes of equal shares of them; the last one always
static void fill_line(mjvFigure* figure, int line, const Column* c) {
  float x = 0, y = 0;
  int64_t total = 0, seen = 0, shares = MAX_POINT / 2 - 1;
  for (int64_t i = 0; i < c->table->nrow; i++) {
    total += point_at(c, i, &x, &y);
  }
  Extremes extremes = {0};
  for (int64_t i = 0; i < c->table->nrow; i++) {
    if (!point_at(c, i, &x, &y)) {
      continue;
    }
    seen++;
    if (total <= MAX_POINT || seen == total) {
      add_extremes(figure, line, &extremes);
      add_point(figure, line, x, y);
      continue;
    }
    widen(&extremes, x, y);
    if (seen * shares / total != (seen - 1) * shares / total) {
      add_extremes(figure, line, &extremes);
    }
  }
}


//-------------------------------- axes ----------------------------------------------------------

// a round number at least as large as rough: 1, 2, 2.5 or 5 times a power of ten
static double round_step(double rough) {
  static const double heads[] = {1, 2, 2.5, 5};
  double power = pow(10, floor(log10(rough)));
  for (int i = 0; i < 4; i++) {
    if (heads[i] * power >= rough * (1 - 1e-9)) {
      return heads[i] * power;
    }
  }
  return 10 * power;
}


// how ticks that far apart are written, nothing more than needed to tell them apart
static void tick_format(char* format, size_t size, double step, double largest) {
  int decimals = (int)ceil(-log10(step) - 1e-9);
  double shifted = step * pow(10, decimals);
  if (largest >= 1e6 || step < 1e-4) {
    snprintf(format, size, "%%.2g");
    return;
  }
  decimals += fabs(shifted - round(shifted)) > 1e-6;  // 2.5
  snprintf(format, size, "%%.%df", decimals > 0 ? decimals : 0);
}


// an axis around low to high, with lines at round numbers
static SgAxis make_axis(double low, double high, int ticks) {
  double step = round_step((high - low) / ticks);
  SgAxis axis = {.low = floor(low / step + 1e-6) * step, .high = ceil(high / step - 1e-6) * step};
  axis.nstep = (int)lround((axis.high - axis.low) / step);
  tick_format(axis.format, sizeof(axis.format), step, fmax(fabs(axis.low), fabs(axis.high)));
  return axis;
}


// the range of the points: axis 0 from zero, axis 1 with room around a curve that does not move
static void find_range(const mjvFigure* figure, int nline, int axis, double* low, double* high) {
  *low = axis == 0 ? 0 : INFINITY;
  *high = axis == 0 ? 0 : -INFINITY;
  for (int i = 0; i < nline; i++) {
    for (int j = 0; j < figure->linepnt[i]; j++) {
      *low = fmin(*low, (double)figure->linedata[i][2 * j + axis]);
      *high = fmax(*high, (double)figure->linedata[i][2 * j + axis]);
    }
  }
  if (*low > *high || (axis == 0 && *low == *high)) {
    *low = 0;  // an empty figure
    *high = 1;
  }

  // float must be able to tell the ends apart
  double least = fmax(1e-5 * fmax(fabs(*low), fabs(*high)), 1e-6);
  if (*high - *low < least) {
    double room = *high == 0 ? 1 : fmax(0.1 * fabs(*high), least);
    *low -= room;
    *high += room;
  }
}


// both axes around the points, and the points' heights as shares of theirs
static SgAxis set_axes(mjvFigure* figure, int nline) {
  double low, high;
  find_range(figure, nline, 0, &low, &high);
  SgAxis steps = make_axis(low, high, 6);
  find_range(figure, nline, 1, &low, &high);
  SgAxis axis = make_axis(low, high, 3);
  figure->range[0][0] = (float)steps.low;
  figure->range[0][1] = (float)steps.high;
  figure->range[1][0] = 0;
  figure->range[1][1] = 1;
  figure->gridsize[0] = steps.nstep + 1;
  figure->gridsize[1] = axis.nstep + 1;
  snprintf(figure->xformat, sizeof(figure->xformat), "%s", steps.format);
  for (int i = 0; i < nline; i++) {
    for (int j = 0; j < figure->linepnt[i]; j++) {
      float* y = &figure->linedata[i][2 * j + 1];
      *y = (float)(((double)*y - axis.low) / (axis.high - axis.low));
    }
  }
  return axis;
}


//-------------------------------- figures -------------------------------------------------------

// a small diamond around a point, in the figure's own units; at the edge it stays inside
static void add_marker(mjvFigure* figure, int line, float x, float y) {
  static const float corners[5][2] = {{1, 0}, {0, 1}, {-1, 0}, {0, -1}, {1, 0}};
  float dx = 0.012f * (figure->range[0][1] - figure->range[0][0]);
  float dy = 0.035f;
  x = fminf(x, figure->range[0][1] - dx);
  y = fminf(fmaxf(y, dy), 1 - dy);
  figure->linepnt[line] = 0;
  for (int i = 0; i < 5; i++) {
    add_point(figure, line, x + dx * corners[i][0], y + dy * corners[i][1]);
  }
}


static void set_colour(float* to, const float* from) {
  memcpy(to, from, 3 * sizeof(float));
}


static void clear_figure(SgFigures* figures, int id) {
  mjvFigure* figure = &figures->figures[id];
  mjv_defaultFigure(figure);
  figure->flg_legend = 0;
  figure->flg_ticklabel[1] = 0;
  figure->flg_extend = 0;
  figure->linewidth = 2;
  figure->gridwidth = 1;
  set_colour(figure->gridrgb, (const float[3]){0.27f, 0.31f, 0.36f});
  set_colour(figure->figurergba, SG_GROUND);
  set_colour(figure->panergba, SG_PANE);
  set_colour(figure->textrgb, SG_GREY);
  figure->figurergba[3] = 0.85f;
  figure->panergba[3] = 0.9f;
  figures->axes[id] = set_axes(figure, 0);
}


SgFigures* sg_figures_create(SgError* error) {
  SgFigures* figures = calloc(1, sizeof(SgFigures));
  if (!figures) {
    sg_fail(error, SG_MACHINE, "out of memory for figures");
    return NULL;
  }
  sg_figures_set_table(figures, NULL);
  return figures;
}


void sg_figures_free(SgFigures* figures) {
  free(figures);
}


// mark the highest evaluation; of equal ones the later
static void mark_best(mjvFigure* figure, const SgAxis* axis) {
  const float* points = figure->linedata[BEST_LINE - 1];
  int best = 0, n = figure->linepnt[BEST_LINE - 1];
  for (int i = 1; i < n; i++) {
    best = points[2 * i + 1] >= points[2 * best + 1] ? i : best;
  }
  if (n > 0) {
    double value = axis->low + (axis->high - axis->low) * (double)points[2 * best + 1];
    add_marker(figure, BEST_LINE, points[2 * best], points[2 * best + 1]);
    set_colour(figure->linergb[BEST_LINE], SG_WHITE);
    snprintf(figure->linename[BEST_LINE], sizeof(figure->linename[0]),
             fabs(value) < 100 ? "best %.3g" : "best %.0f", value);
  }
}


// a figure's lines from the table, x in thousands or millions of steps
static void fill_figure(SgFigures* figures, SgFigureId id, const SgTable* table, int x, double k) {
  mjvFigure* figure = &figures->figures[id];
  int nline = 0;
  for (size_t i = 0; i < sizeof(LINES) / sizeof(LINES[0]); i++) {
    const Line* line = &LINES[i];
    int y = line->figure == id ? sg_table_column(table, line->column) : -1;
    if (line->figure != id) {
      continue;
    }
    set_colour(figure->linergb[nline], line->colour);
    snprintf(figure->linename[nline], sizeof(figure->linename[0]), "%s", line->name);
    if (y >= 0) {
      fill_line(figure, nline, &(Column){table, x, y, k, line->factor});
    }
    nline++;
  }
  figures->axes[id] = set_axes(figure, nline);

  // what a line through one point would hide, and the best
  if (id == SG_FIGURE_RETURN) {
    mark_best(figure, &figures->axes[id]);
  }
  for (int i = 0; i < nline; i++) {
    if (figure->linepnt[i] == 1) {
      add_marker(figure, i, figure->linedata[i][0], figure->linedata[i][1]);
    }
  }
}


void sg_figures_set_table(SgFigures* figures, const SgTable* table) {
  int x = table ? sg_table_column(table, "TotalEnvInteracts") : -1;
  double last =
      x >= 0 && table->nrow > 0 ? table->values[(table->nrow - 1) * table->ncolumn + x] : 0;
  bool millions = last >= 2e6;
  for (int id = 0; id < SG_NFIGURE; id++) {
    clear_figure(figures, id);
    if (x >= 0) {
      fill_figure(figures, (SgFigureId)id, table, x, millions ? 1e-6 : 1e-3);
    }
  }
  snprintf(figures->unit, sizeof(figures->unit), "%s steps", millions ? "million" : "thousand");
}


const mjvFigure* sg_figures_get(const SgFigures* figures, SgFigureId id) {
  return id == SG_FIGURE_REWARDS ? NULL : &figures->figures[id];
}


void sg_figures_axis(const SgFigures* figures, SgFigureId id, double* low, double* high) {
  *low = figures->axes[id].low;
  *high = figures->axes[id].high;
}
