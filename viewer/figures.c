// Curves and bars. Curves are MuJoCo's figures (mjvFigure), filled here with points and ranges; bars
// are rectangles and labels of our own, because MuJoCo's bar plots know no names.
//
// MuJoCo rounds the upright axis outwards to one digit, 0 to 1200 becomes 0 to 2000, and the curve is
// left with half the room. So heights are handed to it as shares of our axis, 0 to 1, which it leaves
// alone, and the numbers beside the axis are ours.
//
// The figures are dark and a little transparent, so that they can lie over any picture.

#include "figures.h"

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum {
  MAX_BAR = 32,
  MAX_POINT = mjMAXLINEPNT - 1,
  MIN_WIDTH = 130,  // pixels of a figure that can be read
  MIN_HEIGHT = 92,  // pixels
  GAP = 4,          // pixels between figures
  BEST_LINE = 2,    // of the return's figure
  WIDE = 250        // pixels, of a figure whose steps are written
};

static const double SHRINK = 0.995;  // of the bars' scale per step

// told apart by colour-blind people, on a dark ground (after Okabe and Ito)
static const float SKY[3] = {0.42f, 0.74f, 0.96f}, ORANGE[3] = {0.98f, 0.68f, 0.18f},
                   GREEN[3] = {0.25f, 0.83f, 0.62f}, PINK[3] = {0.93f, 0.60f, 0.78f},
                   WHITE[3] = {0.97f, 0.97f, 0.97f}, GREY[3] = {0.72f, 0.76f, 0.80f};
static const float GROUND[3] = {0.07f, 0.09f, 0.12f}, PANE[3] = {0.11f, 0.14f, 0.18f};

// a line of a figure: the column it shows, times a factor
typedef struct Line {
  SgFigureId figure;
  const char *column, *name;
  const float* colour;
  double factor;
} Line;

static const Line LINES[] = {
    {SG_FIGURE_RETURN, "AverageEpRet", "training", SKY, 1},
    {SG_FIGURE_RETURN, "AverageTestEpRet", "evaluation", ORANGE, 1},
    {SG_FIGURE_Q, "AverageQ1Vals", "Q1", SKY, 1},
    {SG_FIGURE_Q, "AverageQ2Vals", "Q2", ORANGE, 1},
    {SG_FIGURE_ENTROPY, "Entropy", "", GREEN, 1},
    {SG_FIGURE_ALPHA, "Alpha", "", PINK, 1},
    {SG_FIGURE_LOSS_Q, "LossQ", "", SKY, 1},
    {SG_FIGURE_LOSS_PI, "LossPi", "", ORANGE, 1},
    {SG_FIGURE_SATURATION, "ActSaturation", "", PINK, 100},
    {SG_FIGURE_SPEED, "StepsPerSec", "", GREEN, 1},
};

static const char* const TITLES[SG_NFIGURE] = {
    "return", "Q of both critics", "reward terms",         "entropy", "alpha",
    "loss Q", "loss pi",           "saturated actions, %", "steps/s"};

// the upright axis of a figure: heights 0 and 1, lines between, how its numbers are written
typedef struct Axis {
  double low, high;
  int nstep;
  char format[20];
} Axis;

struct SgFigures {
  mjvFigure figures[SG_NFIGURE];
  Axis axes[SG_NFIGURE];
  char unit[32];  // of the steps
  int nbar;
  char names[MAX_BAR][64];
  double values[MAX_BAR];
  double low, high;  // the bars' scale, zero inside
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
static Axis make_axis(double low, double high, int ticks) {
  double step = round_step((high - low) / ticks);
  Axis axis = {.low = floor(low / step + 1e-6) * step, .high = ceil(high / step - 1e-6) * step};
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
static Axis set_axes(mjvFigure* figure, int nline) {
  double low, high;
  find_range(figure, nline, 0, &low, &high);
  Axis steps = make_axis(low, high, 6);
  find_range(figure, nline, 1, &low, &high);
  Axis axis = make_axis(low, high, 3);
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
  set_colour(figure->figurergba, GROUND);
  set_colour(figure->panergba, PANE);
  set_colour(figure->textrgb, GREY);
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
static void mark_best(mjvFigure* figure, const Axis* axis) {
  const float* points = figure->linedata[BEST_LINE - 1];
  int best = 0, n = figure->linepnt[BEST_LINE - 1];
  for (int i = 1; i < n; i++) {
    best = points[2 * i + 1] >= points[2 * best + 1] ? i : best;
  }
  if (n > 0) {
    double value = axis->low + (axis->high - axis->low) * (double)points[2 * best + 1];
    add_marker(figure, BEST_LINE, points[2 * best], points[2 * best + 1]);
    set_colour(figure->linergb[BEST_LINE], WHITE);
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


//-------------------------------- bars ----------------------------------------------------------

void sg_figures_set_rewards(SgFigures* figures, int n, const char* const* names,
                            const double* values) {
  figures->nbar = n < MAX_BAR ? n : MAX_BAR;
  figures->low *= SHRINK;
  figures->high *= SHRINK;
  for (int i = 0; i < figures->nbar; i++) {
    double value = isfinite(values[i]) ? values[i] : 0;
    snprintf(figures->names[i], sizeof(figures->names[i]), "%s", names[i]);
    figures->values[i] = value;
    figures->low = fmin(figures->low, value);
    figures->high = fmax(figures->high, value);
  }
}


static int text_width(const mjrContext* context, const char* text) {
  int width = 0;
  for (; *text; text++) {
    width += context->charWidth[*text & 127];
  }
  return width;
}


static void fill_rectangle(mjrRect area, const float* rgb, float alpha) {
  if (area.width > 0 && area.height > 0) {
    mjr_rectangle(area, rgb[0], rgb[1], rgb[2], alpha);
  }
}


// text on the ground, from left or up to right, in the middle of the row's height
static void draw_text(mjrRect row, const char* text, bool right, const float* rgb,
                      const mjrContext* context) {
  int width = text_width(context, text);
  mjrRect place = {right ? row.left + row.width - width : row.left, row.bottom, width, row.height};
  mjr_label(place, mjFONT_NORMAL, text, 0, 0, 0, 0, rgb[0], rgb[1], rgb[2], context);
}


// a bar from zero to the value, right or left
static void draw_bar(const SgFigures* f, double value, mjrRect pane) {
  double span = f->high - f->low;
  double per = span > 0 ? pane.width / span : 0;
  int zero = pane.left + (int)lround(-f->low * per);
  int end = pane.left + (int)lround((value - f->low) * per);
  mjrRect bar = {value < 0 ? end : zero, pane.bottom, abs(end - zero), pane.height};
  fill_rectangle(bar, value < 0 ? ORANGE : GREEN, 1);
  fill_rectangle((mjrRect){zero, pane.bottom - 1, 1, pane.height + 2}, GREY, 1);
}


// in as many digits as tell something
static void write_value(char* text, size_t size, double value) {
  double large = fabs(value);
  int decimals = large >= 100 ? 0 : large >= 0.1 ? 2 : 3;
  snprintf(text, size, "%.*f", large < 0.0005 ? 2 : decimals, large < 0.0005 ? 0 : value);
}


static void draw_bars(const SgFigures* f, mjrRect area, const mjrContext* context) {
  // the names' column, then bars, then numbers
  int names = 0, numbers = text_width(context, "-0.000"), pad = 8;
  for (int i = 0; i < f->nbar; i++) {
    int width = text_width(context, f->names[i]);
    names = width > names ? width : names;
  }
  names = names > area.width / 2 ? area.width / 2 : names;
  fill_rectangle(area, GROUND, 0.85f);
  int room = (area.height - pad) / (f->nbar > 0 ? f->nbar : 1), top = area.bottom + area.height;
  int height = room < 3 * context->charHeight / 2 ? room : 3 * context->charHeight / 2;
  for (int i = 0; i < f->nbar && height >= 4; i++) {
    char text[32];
    mjrRect row = {area.left + pad, top - (i + 1) * height, names, height - 2};
    mjrRect pane = {row.left + names + pad, row.bottom + 2, area.width - names - numbers - 4 * pad,
                    height - 6};
    mjrRect number = {area.left + pad, row.bottom, area.width - 2 * pad, row.height};
    write_value(text, sizeof(text), f->values[i]);
    if (pane.width > 0) {
      draw_bar(f, f->values[i], pane);
    }
    draw_text(row, f->names[i], false, WHITE, context);
    draw_text(number, text, true, WHITE, context);
  }
}


//-------------------------------- drawing -------------------------------------------------------

// number i of an upright axis
static void write_tick(char* text, size_t size, const Axis* axis, int i) {
  double value = axis->low + (axis->high - axis->low) * i / axis->nstep;
  snprintf(text, size, axis->format, fabs(value) < 1e-9 * (axis->high - axis->low) ? 0 : value);
}


// the lines, the steps where they find room, and the numbers beside the axis
static void draw_curves(SgFigures* f, SgFigureId id, mjrRect area, const mjrContext* context) {
  mjvFigure* figure = &f->figures[id];
  const Axis* axis = &f->axes[id];
  char text[64];
  int margin = text_width(context, "0000");
  for (int i = 0; i <= axis->nstep; i++) {
    write_tick(text, sizeof(text), axis, i);
    int width = text_width(context, text);
    margin = width > margin ? width : margin;
  }
  mjrRect numbers = {area.left, area.bottom, margin + 4, area.height};
  area.left += numbers.width;
  area.width -= numbers.width;
  if (area.width < 32 || area.height < 24) {
    return;
  }
  figure->flg_ticklabel[0] = area.width >= WIDE;
  snprintf(figure->xlabel, sizeof(figure->xlabel), "%s", area.width >= WIDE ? f->unit : "");
  fill_rectangle(numbers, GROUND, 0.85f);
  mjr_figure(area, figure, context);
  for (int i = 0; i <= axis->nstep; i++) {
    int height = figure->yaxispixel[1] - figure->yaxispixel[0];
    int y = figure->yaxispixel[0] + height * i / axis->nstep;
    int low = y - context->charHeight / 2;
    low = low > area.bottom ? low : area.bottom;
    write_tick(text, sizeof(text), axis, i);
    draw_text((mjrRect){numbers.left, low, numbers.width, context->charHeight}, text, true, GREY,
              context);
  }
}


// a figure's name at the left of its head, its lines' names at the right
static void draw_head(const SgFigures* f, SgFigureId id, mjrRect head, const mjrContext* context) {
  const mjvFigure* figure = &f->figures[id];
  mjrRect place = {head.left + 8, head.bottom, head.width - 16, head.height};
  fill_rectangle(head, GROUND, 0.85f);
  draw_text(place, TITLES[id], false, WHITE, context);
  place.left += text_width(context, TITLES[id]) + 16;
  place.width -= text_width(context, TITLES[id]) + 16;
  for (int i = BEST_LINE; i >= 0 && id != SG_FIGURE_REWARDS; i--) {
    int width = text_width(context, figure->linename[i]);
    if (width > 0 && width <= place.width) {
      draw_text(place, figure->linename[i], true, figure->linergb[i], context);
      place.width -= width + 16;
    }
  }
}


void sg_figures_draw_one(SgFigures* figures, SgFigureId id, mjrRect area,
                         const mjrContext* context) {
  mjrRect head = area;
  head.height = context->charHeight + 8;
  area.height -= head.height;
  head.bottom += area.height;
  if (area.width < 8 || area.height < 8) {
    return;
  }
  draw_head(figures, id, head, context);
  if (id == SG_FIGURE_REWARDS) {
    draw_bars(figures, area, context);
    return;
  }

  draw_curves(figures, id, area, context);
}


// rows that n figures take: the return has one of its own
static int count_rows(const int* ids, int n) {
  int wide = n > 0 && ids[0] == SG_FIGURE_RETURN;
  return wide + (n - wide + 1) / 2;
}


void sg_figures_draw(SgFigures* figures, unsigned mask, mjrRect area, const mjrContext* context) {
  int ids[SG_NFIGURE], n = 0;
  for (int id = 0; id < SG_NFIGURE; id++) {
    if (mask & (1u << id)) {
      ids[n++] = id;
    }
  }
  if (n == 0 || area.width < MIN_WIDTH || area.height < MIN_HEIGHT) {
    return;
  }

  // as many rows as can be read; the first is half as high again as the others
  int rows = count_rows(ids, n), most = area.height / MIN_HEIGHT;
  rows = rows < most ? rows : most;
  bool wide = ids[0] == SG_FIGURE_RETURN;
  double share = area.height / (rows + (wide ? 0.5 : 0.0));
  double top = area.bottom + area.height;
  for (int i = 0, row = 0, column = 0; i < n && row < rows; i++) {
    bool full = wide && i == 0;
    double height = full ? 1.5 * share : share;
    int left = area.left + column * (area.width + GAP) / 2;
    int width = full ? area.width : (area.width - GAP) / 2;
    int bottom = (int)lround(top - height);
    mjrRect place = {left, bottom, width, (int)lround(top) - bottom - GAP};
    sg_figures_draw_one(figures, (SgFigureId)ids[i], place, context);
    column = full ? 0 : 1 - column;
    if (column == 0) {
      row++;
      top -= height;
    }
  }
}


//-------------------------------- text ----------------------------------------------------------

// append a text and a line break; false when they do not fit
static bool append(char* to, size_t size, const char* text) {
  size_t used = strlen(to), more = strlen(text);
  if (used + more + 2 > size) {
    return false;
  }
  if (used > 0) {
    to[used++] = '\n';
  }
  memcpy(to + used, text, more + 1);
  return true;
}


void sg_overlay_add(SgOverlay* overlay, const char* name, const char* format, ...) {
  char text[512];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof(text), format, list);
  va_end(list);
  size_t names = strlen(overlay->names);
  if (append(overlay->names, sizeof(overlay->names), name) &&
      !append(overlay->values, sizeof(overlay->values), text)) {
    overlay->names[names] = '\0';
  }
}


void sg_overlay_draw(const SgOverlay* overlay, int corner, mjrRect area,
                     const mjrContext* context) {
  if (overlay->names[0]) {
    mjr_overlay(mjFONT_NORMAL, corner, area, overlay->names, overlay->values, context);
  }
}
