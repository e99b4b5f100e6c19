// Figures drawn: a head with names, curves by MuJoCo, bars and letters, all cut to the room there
// is.
//
// Bars are rectangles and labels of our own, because MuJoCo's bar plots know no names. Everything
// is dark and a little transparent, so that it can lie over any picture, and measured in letters,
// so that it grows with them.

#include <math.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "figures.h"
#include "figures_inside.h"

enum {
  MIN_WIDTH = 7,   // letters high: what a figure needs to be read
  MIN_HEIGHT = 5,  // letters high
  GAP = 4,         // pixels between figures
  WIDE = 14        // letters high, of a figure whose steps are written
};

static const double SHRINK = 0.995;  // of the bars' scale per step

static const char* const TITLES[SG_NFIGURE] = {
    "return", "Q of both critics", "reward terms",         "entropy", "alpha",
    "loss Q", "loss pi",           "saturated actions, %", "steps/s"};


//-------------------------------- bars ----------------------------------------------------------

void sg_figures_set_rewards(SgFigures* figures, int n, const char* const* names,
                            const double* values) {
  figures->nbar = n < SG_MAX_BAR ? n : SG_MAX_BAR;
  figures->low *= SHRINK;
  figures->high *= SHRINK;
  for (int i = 0; i < figures->nbar; i++) {
    double value = isfinite(values[i]) ? values[i] : 0;
    const char* name = strncmp(names[i], "reward_", 7) == 0 ? names[i] + 7 : names[i];
    snprintf(figures->names[i], sizeof(figures->names[i]), "%s", name);
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


// text from left or up to right, in the middle of the row's height; cut where the row ends
static void draw_text(mjrRect row, const char* text, bool right, const float* rgb,
                      const mjrContext* context) {
  char fits[128] = "";
  for (size_t i = 0; text[i] && i < sizeof(fits) - 1; i++) {
    fits[i] = text[i];
    if (text_width(context, fits) > row.width) {
      fits[i] = '\0';
      break;
    }
  }
  int width = text_width(context, fits);
  mjrRect place = {right ? row.left + row.width - width : row.left, row.bottom, width, row.height};
  if (width > 0) {
    mjr_label(place, mjFONT_NORMAL, fits, 0, 0, 0, 0, rgb[0], rgb[1], rgb[2], context);
  }
}


// a bar from zero to the value, right or left
static void draw_bar(const SgFigures* f, double value, mjrRect pane) {
  double span = f->high - f->low;
  double per = span > 0 ? pane.width / span : 0;
  int zero = pane.left + (int)lround(-f->low * per);
  int end = pane.left + (int)lround((value - f->low) * per);
  mjrRect bar = {value < 0 ? end : zero, pane.bottom, abs(end - zero), pane.height};
  fill_rectangle(bar, value < 0 ? SG_ORANGE : SG_GREEN, 1);
  fill_rectangle((mjrRect){zero, pane.bottom - 1, 1, pane.height + 2}, SG_GREY, 1);
}


// in as many digits as tell something
static void write_value(char* text, size_t size, double value) {
  double large = fabs(value);
  int decimals = large >= 100 ? 0 : large >= 0.1 ? 2 : 3;
  snprintf(text, size, "%.*f", large < 0.0005 ? 2 : decimals, large < 0.0005 ? 0 : value);
}


static void draw_bars(const SgFigures* f, mjrRect area, const mjrContext* context) {
  // the names' column, then bars, then numbers where there is room for them
  int names = 0, numbers = text_width(context, "-0.000"), pad = 8;
  for (int i = 0; i < f->nbar; i++) {
    int width = text_width(context, f->names[i]);
    names = width > names ? width : names;
  }
  names = names > area.width / 2 ? area.width / 2 : names;
  numbers = numbers > area.width / 4 ? -pad : numbers;

  // rows as high as a letter at least, so not all may find room
  int most = area.height / context->charHeight, n = f->nbar < most ? f->nbar : most;
  int room = area.height / (n > 0 ? n : 1), full = 3 * context->charHeight / 2;
  int height = room < full ? room : full;
  fill_rectangle(area, SG_GROUND, 0.85f);
  for (int i = 0; i < n; i++) {
    char text[32];
    int low = area.bottom + area.height - (i + 1) * height;
    mjrRect row = {area.left + pad, low, names, height};
    mjrRect pane = {row.left + names + pad, low + 3, area.width - names - numbers - 4 * pad,
                    height - 6};
    mjrRect number = {area.left + area.width - pad - numbers, low, numbers, height};
    write_value(text, sizeof(text), f->values[i]);
    if (pane.width > 0) {
      draw_bar(f, f->values[i], pane);
    }
    draw_text(row, f->names[i], false, SG_WHITE, context);
    if (numbers > 0) {
      draw_text(number, text, true, SG_WHITE, context);
    }
  }
}


//-------------------------------- drawing -------------------------------------------------------

// number i of an upright axis
static void write_tick(char* text, size_t size, const SgAxis* axis, int i) {
  double value = axis->low + (axis->high - axis->low) * i / axis->nstep;
  snprintf(text, size, axis->format, fabs(value) < 1e-9 * (axis->high - axis->low) ? 0 : value);
}


// the lines, the steps where they find room, and the numbers beside the axis
static void draw_curves(SgFigures* f, SgFigureId id, mjrRect area, const mjrContext* context) {
  mjvFigure* figure = &f->figures[id];
  const SgAxis* axis = &f->axes[id];
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
  bool wide = area.width >= WIDE * context->charHeight;
  figure->linewidth = (float)context->charHeight / 9;
  figure->flg_ticklabel[0] = wide;
  snprintf(figure->xlabel, sizeof(figure->xlabel), "%s", wide ? f->unit : "");
  fill_rectangle(numbers, SG_GROUND, 0.85f);
  mjr_figure(area, figure, context);
  for (int i = 0; i <= axis->nstep; i++) {
    int height = figure->yaxispixel[1] - figure->yaxispixel[0];
    int y = figure->yaxispixel[0] + height * i / axis->nstep;
    int low = y - context->charHeight / 2;
    low = low > area.bottom ? low : area.bottom;
    write_tick(text, sizeof(text), axis, i);
    draw_text((mjrRect){numbers.left, low, numbers.width, context->charHeight}, text, true, SG_GREY,
              context);
  }
}


// a figure's name at the left of its head, its lines' names at the right
static void draw_head(const SgFigures* f, SgFigureId id, mjrRect head, const mjrContext* context) {
  const mjvFigure* figure = &f->figures[id];
  mjrRect place = {head.left + 8, head.bottom, head.width - 16, head.height};
  fill_rectangle(head, SG_GROUND, 0.85f);
  draw_text(place, TITLES[id], false, SG_WHITE, context);
  place.left += text_width(context, TITLES[id]) + 16;
  place.width -= text_width(context, TITLES[id]) + 16;
  for (int i = SG_FIGURE_LINES - 1; i >= 0 && id != SG_FIGURE_REWARDS; i--) {
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
  int least = MIN_HEIGHT * context->charHeight;
  if (n == 0 || area.width < MIN_WIDTH * context->charHeight || area.height < least) {
    return;
  }

  // as many rows as can be read; the first is half as high again as the others
  int rows = count_rows(ids, n), most = area.height / least;
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
