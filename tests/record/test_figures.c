// Figures: points where the data says, first in the numbers, then in the pixels of an off-screen
// picture.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "task/guard.h"
#include "viewer/figures.h"
#include "viewer/headless.h"
#include "viewer/picture.h"
#include "viewer/scene.h"

enum {
  WIDTH = 480,
  HEIGHT = 360
};

static char* NAMES[] = {"TotalEnvInteracts",
                        "AverageEpRet",
                        "AverageTestEpRet",
                        "AverageQ1Vals",
                        "AverageQ2Vals",
                        "Entropy",
                        "Alpha",
                        "LossQ",
                        "LossPi",
                        "ActSaturation",
                        "StepsPerSec"};

enum {
  NCOLUMN = sizeof(NAMES) / sizeof(NAMES[0]),
  STEPS = 0,
  RETURN = 1,
  EVALUATION = 2
};


//-------------------------------- tables --------------------------------------------------------

// rows of 1000 steps each; every column rises from 0 by slope per row, evaluations stand in every
// fifth row
static SgTable make_table(int64_t nrow, double slope) {
  SgTable table = {.ncolumn = NCOLUMN, .nrow = nrow, .names = NAMES};
  table.values = calloc((size_t)(nrow > 0 ? nrow : 1) * NCOLUMN, sizeof(double));
  assert_non_null(table.values);
  for (int64_t i = 0; i < nrow; i++) {
    double* row = table.values + i * NCOLUMN;
    for (int j = 1; j < NCOLUMN; j++) {
      row[j] = slope * (double)i;
    }
    row[STEPS] = 1000.0 * (double)(i + 1);
    row[EVALUATION] = i % 5 == 4 ? row[RETURN] : (double)NAN;
  }
  return table;
}


static SgFigures* make_figures(void) {
  SgError error = {0};
  SgFigures* figures = sg_figures_create(&error);
  assert_non_null(figures);
  return figures;
}


// a figure of a set with a table, which is freed
static const mjvFigure* show(SgFigures* figures, SgTable table, SgFigureId id) {
  sg_figures_set_table(figures, &table);
  free(table.values);
  return sg_figures_get(figures, id);
}


// every point finite and inside the axes
static void check_points(const mjvFigure* figure) {
  assert_true(figure->gridsize[0] >= 2 && figure->gridsize[1] >= 2);
  for (int axis = 0; axis < 2; axis++) {
    assert_true(figure->range[axis][0] < figure->range[axis][1]);
  }
  for (int i = 0; i < mjMAXLINE; i++) {
    assert_in_range(figure->linepnt[i], 0, mjMAXLINEPNT);
    for (int j = 0; j < 2 * figure->linepnt[i]; j++) {
      float value = figure->linedata[i][j];
      float slack = 1e-5f * (figure->range[j % 2][1] - figure->range[j % 2][0]);
      assert_true(isfinite(value));
      assert_true(value >= figure->range[j % 2][0] - slack);
      assert_true(value <= figure->range[j % 2][1] + slack);
    }
  }
}


// the value of a point
static double value_of(const SgFigures* figures, SgFigureId id, int line, int point) {
  double low, high;
  sg_figures_axis(figures, id, &low, &high);
  float height = sg_figures_get(figures, id)->linedata[line][2 * point + 1];
  return low + (high - low) * (double)height;
}


//-------------------------------- numbers -------------------------------------------------------

static void points_are_the_rows(void** state) {
  (void)state;
  SgFigures* figures = make_figures();
  const mjvFigure* figure = show(figures, make_table(20, 2), SG_FIGURE_RETURN);
  check_points(figure);
  assert_int_equal(figure->linepnt[0], 20);
  assert_int_equal(figure->linepnt[1], 4);  // rows without an evaluation are left out
  for (int i = 0; i < 20; i++) {
    assert_true(fabsf(figure->linedata[0][2 * i] - (float)(i + 1)) < 1e-4f);  // thousand steps
    assert_true(fabs(value_of(figures, SG_FIGURE_RETURN, 0, i) - 2.0 * i) < 1e-4);
  }
  assert_string_equal(figure->linename[2], "best 38");
  sg_figures_free(figures);
}


static void the_best_is_marked(void** state) {
  (void)state;
  SgFigures* figures = make_figures();
  SgTable table = make_table(30, 0);
  table.values[14 * NCOLUMN + EVALUATION] = 7;  // the highest, twice: the later counts
  table.values[19 * NCOLUMN + EVALUATION] = 7;
  const mjvFigure* figure = show(figures, table, SG_FIGURE_RETURN);
  double x = 0, y = 0;
  check_points(figure);
  assert_int_equal(figure->linepnt[2], 5);
  for (int i = 0; i < 4; i++) {
    x += (double)figure->linedata[2][2 * i] / 4;
    y += value_of(figures, SG_FIGURE_RETURN, 2, i) / 4;
  }
  assert_true(fabs(x - 20) < 0.01);
  assert_true(fabs(y - 7) < 0.2);
  assert_string_equal(figure->linename[2], "best 7");
  sg_figures_free(figures);
}


// thinned: the last row stays, and so does a single spike
static void long_tables_are_thinned(void** state) {
  (void)state;
  static const int64_t sizes[] = {999, 1000, 1001, 1002, 1999, 2000, 2001, 12345, 200000};
  SgFigures* figures = make_figures();
  for (size_t k = 0; k < sizeof(sizes) / sizeof(sizes[0]); k++) {
    int64_t n = sizes[k];
    SgTable table = make_table(n, 1);
    table.values[n / 3 * NCOLUMN + RETURN] = 1e7;
    const mjvFigure* figure = show(figures, table, SG_FIGURE_RETURN);
    int count = figure->linepnt[0];
    double highest = 0;
    bool millions = n >= 2000;
    check_points(figure);
    assert_true(count <= n && count >= (n < 900 ? n : 900));
    assert_true(fabs(value_of(figures, SG_FIGURE_RETURN, 0, count - 1) - (double)(n - 1)) < 2);
    assert_true(fabs((double)figure->linedata[0][2 * count - 2] -
                     (double)n * (millions ? 1e-3 : 1)) < 1e-3 * (double)n);
    for (int i = 0; i < count; i++) {
      highest = fmax(highest, value_of(figures, SG_FIGURE_RETURN, 0, i));
      assert_true(i == 0 || figure->linedata[0][2 * i] > figure->linedata[0][2 * i - 2]);
    }
    assert_true(fabs(highest - 1e7) < 2);
  }
  sg_figures_free(figures);
}


static void odd_tables_are_fine(void** state) {
  (void)state;
  SgFigures* figures = make_figures();
  SgTable none = {0};
  sg_figures_set_table(figures, NULL);
  sg_figures_set_table(figures, &none);
  check_points(sg_figures_get(figures, SG_FIGURE_RETURN));
  check_points(show(figures, make_table(0, 1), SG_FIGURE_RETURN));
  assert_int_equal(sg_figures_get(figures, SG_FIGURE_Q)->linepnt[0], 0);

  // one row is a mark, not a line of one point; a flat curve has room around it
  const mjvFigure* figure = show(figures, make_table(1, 1), SG_FIGURE_RETURN);
  check_points(figure);
  assert_int_equal(figure->linepnt[0], 5);
  check_points(show(figures, make_table(7, 0), SG_FIGURE_ALPHA));

  // numbers that are none, and such as float cannot tell apart or hold
  SgTable table = make_table(9, 1e300);
  check_points(show(figures, table, SG_FIGURE_Q));
  table = make_table(9, 1e-12);
  check_points(show(figures, table, SG_FIGURE_LOSS_Q));
  table = make_table(9, 0);
  for (int i = 0; i < 9; i++) {
    table.values[i * NCOLUMN + RETURN] = 1e9 + i;
    table.values[i * NCOLUMN + 3] = i % 2 ? (double)NAN : (double)INFINITY;
  }
  sg_figures_set_table(figures, &table);
  check_points(sg_figures_get(figures, SG_FIGURE_RETURN));
  check_points(sg_figures_get(figures, SG_FIGURE_Q));
  assert_int_equal(sg_figures_get(figures, SG_FIGURE_Q)->linepnt[0], 0);
  free(table.values);
  assert_null(sg_figures_get(figures, SG_FIGURE_REWARDS));
  sg_figures_free(figures);
}


//-------------------------------- pixels --------------------------------------------------------

// an off-screen picture
typedef struct Canvas {
  SgHeadless* headless;
  mjModel* model;
  SgScene* scene;
  unsigned char* rgb;
} Canvas;


static int open_canvas(void** state) {
  static Canvas canvas;
  SgError error = {0};
  char why[256];
  mjSpec* spec = mj_makeSpec();
  sg_guard_install();
  canvas.headless = sg_headless_open(&error);
  canvas.model = mj_compile(spec, NULL);
  mj_deleteSpec(spec);
  SgSceneConfig config = {.width = WIDTH, .height = HEIGHT, .software = true};
  if (canvas.headless && canvas.model) {
    canvas.scene = sg_scene_create(canvas.model, &config, &error);
  }
  if (!canvas.scene || !sg_scene_offscreen(canvas.scene, true)) {
    snprintf(why, sizeof(why), "%.250s", error.text);
    print_error("%s\n", why);
    return -1;
  }
  canvas.rgb = malloc(WIDTH * HEIGHT * 3);
  *state = &canvas;
  return canvas.rgb ? 0 : -1;
}


static int close_canvas(void** state) {
  Canvas* canvas = *state;
  sg_scene_free(canvas->scene);
  mj_deleteModel(canvas->model);
  sg_headless_close(canvas->headless);
  free(canvas->rgb);
  return 0;
}


// black everywhere, before a figure is drawn
static mjrRect clear(const Canvas* canvas) {
  mjrRect all = {0, 0, WIDTH, HEIGHT};
  (void)canvas;
  mjr_rectangle(all, 0, 0, 0, 1);
  return all;
}


static void read_canvas(Canvas* canvas, const char* name) {
  SgError error = {0};
  char path[512];
  mjrRect all = {0, 0, WIDTH, HEIGHT};
  const char* folder = getenv("SG_TEST_PICTURES");  // a folder, to look at what is drawn
  sg_scene_read(canvas->scene, all, canvas->rgb);
  if (folder) {
    SgPicture picture = {WIDTH, HEIGHT, true, canvas->rgb};
    snprintf(path, sizeof(path), "%s/%s.png", folder, name);
    assert_int_equal(sg_picture_write(&picture, path, &error), SG_OK);
  }
}


// mean height of the pixels of one colour in some columns, from below; NaN when there are none
static double height_of(const Canvas* canvas, const float* colour, int from, int to, int* count) {
  double sum = 0;
  *count = 0;
  for (int y = 0; y < HEIGHT; y++) {
    for (int x = from; x < to; x++) {
      const unsigned char* pixel = canvas->rgb + 3 * (y * WIDTH + x);
      bool same = true;
      for (int i = 0; i < 3; i++) {
        same = same && abs((int)pixel[i] - (int)lroundf(255 * colour[i])) < 12;
      }
      sum += same ? y : 0;
      *count += same;
    }
  }
  return sum / *count;
}


// how much higher the training curve of the return stands at its end than at its beginning, pixels
static double rise_of(Canvas* canvas, double slope, const char* name) {
  int first = 0, last = 0;
  SgFigures* figures = make_figures();
  SgTable table = make_table(30, slope);
  for (int i = 0; i < 30; i++) {
    table.values[i * NCOLUMN + EVALUATION] = (double)NAN;
  }
  const mjvFigure* figure = show(figures, table, SG_FIGURE_RETURN);
  mjrRect area = clear(canvas);
  sg_figures_draw_one(figures, SG_FIGURE_RETURN, area, &canvas->scene->context);
  read_canvas(canvas, name);

  // the head has the curve's name in the same colour: paint it over
  memset(canvas->rgb + 3 * WIDTH * (HEIGHT - 30), 0, 3 * WIDTH * 30);
  double left = height_of(canvas, figure->linergb[0], 60, 120, &first);
  double right = height_of(canvas, figure->linergb[0], WIDTH - 80, WIDTH - 10, &last);
  sg_figures_free(figures);
  assert_true(first > 20 && last > 20);
  return right - left;
}


static void a_curve_is_drawn_where_its_data_is(void** state) {
  Canvas* canvas = *state;
  double up = rise_of(canvas, 10, "up"), down = rise_of(canvas, -10, "down");
  double flat = rise_of(canvas, 0, "flat");
  assert_true(up > HEIGHT / 3.0);
  assert_true(down < -HEIGHT / 3.0);
  assert_true(fabs(flat) < 3);
}


static int width_of_colour(const Canvas* canvas, const float* colour, int from, int to) {
  int count, width = 0;
  for (int x = from; x < to; x++) {
    height_of(canvas, colour, x, x + 1, &count);
    width += count > 3;
  }
  return width;
}


static void bars_are_as_long_as_their_values(void** state) {
  Canvas* canvas = *state;
  static const float green[3] = {0.25f, 0.83f, 0.62f}, orange[3] = {0.98f, 0.68f, 0.18f};
  static const char* const names[] = {"forward", "ctrl", "a_term_with_a_long_name", "nothing"};
  double values[] = {2, -1, 0.5, (double)NAN};
  SgFigures* figures = make_figures();
  sg_figures_set_rewards(figures, 4, names, values);
  mjrRect area = clear(canvas);
  sg_figures_draw_one(figures, SG_FIGURE_REWARDS, area, &canvas->scene->context);
  read_canvas(canvas, "bars");
  int right = width_of_colour(canvas, green, 0, WIDTH);
  int left = width_of_colour(canvas, orange, 0, WIDTH);
  assert_true(right > 40);
  assert_true(abs(right - 2 * left) <= 4);

  // no terms, and more than can be shown
  const char* many[100];
  double ones[100];
  for (int i = 0; i < 100; i++) {
    many[i] = "term";
    ones[i] = 1;
  }
  sg_figures_set_rewards(figures, 0, names, values);
  sg_figures_draw_one(figures, SG_FIGURE_REWARDS, area, &canvas->scene->context);
  sg_figures_set_rewards(figures, 100, many, ones);
  sg_figures_draw_one(figures, SG_FIGURE_REWARDS, area, &canvas->scene->context);
  sg_figures_free(figures);
}


// the whole set in rectangles of all sizes, the smallest included: nothing outside them
static void a_set_stays_in_its_rectangle(void** state) {
  Canvas* canvas = *state;
  static const mjrRect areas[] = {{0, 0, WIDTH, HEIGHT}, {200, 40, 270, 300}, {100, 100, 140, 95},
                                  {10, 10, 9, 9},        {5, 5, 0, 0},        {5, 5, 300, 5}};
  SgFigures* figures = make_figures();
  SgTable table = make_table(400, 3);
  static const char* const names[] = {"forward", "ctrl"};
  static const double values[] = {1.2, -0.3};
  sg_figures_set_table(figures, &table);
  sg_figures_set_rewards(figures, 2, names, values);
  for (size_t k = 0; k < sizeof(areas) / sizeof(areas[0]); k++) {
    char name[32];
    mjrRect r = areas[k];
    int inside = 0, outside = 0;
    clear(canvas);
    sg_figures_draw(figures, SG_FIGURES_ALL, r, &canvas->scene->context);
    snprintf(name, sizeof(name), "set-%zu", k);
    read_canvas(canvas, name);
    for (int i = 0; i < WIDTH * HEIGHT; i++) {
      int x = i % WIDTH - r.left, y = i / WIDTH - r.bottom;
      bool lit = canvas->rgb[3 * i] + canvas->rgb[3 * i + 1] + canvas->rgb[3 * i + 2] > 0;
      bool in = x >= 0 && y >= 0 && x < r.width && y < r.height;
      inside += lit && in;
      outside += lit && !in;
    }
    assert_int_equal(outside, 0);
    assert_true(k > 2 ? inside == 0 : inside > r.width * r.height * 8 / 10);
  }
  free(table.values);
  sg_figures_free(figures);
}


static void overlays_keep_their_lines_together(void** state) {
  Canvas* canvas = *state;
  SgOverlay overlay = {0};
  int count;
  mjrRect area = clear(canvas);
  sg_overlay_draw(&overlay, mjGRID_TOPLEFT, area, &canvas->scene->context);
  read_canvas(canvas, "no-overlay");
  height_of(canvas, (const float[3]){1, 1, 1}, 0, WIDTH, &count);
  assert_int_equal(count, 0);
  sg_overlay_add(&overlay, "task", "%s", "hopper");
  sg_overlay_add(&overlay, "step", "%d of %d", 5, 10);
  assert_string_equal(overlay.names, "task\nstep");
  assert_string_equal(overlay.values, "hopper\n5 of 10");
  sg_overlay_draw(&overlay, mjGRID_TOPLEFT, area, &canvas->scene->context);
  read_canvas(canvas, "overlay");
  assert_true(height_of(canvas, (const float[3]){1, 1, 1}, 0, WIDTH, &count) > HEIGHT / 2.0);
  assert_true(count > 50);

  // a line fits in both columns or in none
  for (int i = 0; i < 200; i++) {
    sg_overlay_add(&overlay, "x", "%0200d", i);
  }
  int lines[2] = {0, 0};
  for (int i = 0; i < 2; i++) {
    for (const char* c = i ? overlay.values : overlay.names; *c; c++) {
      lines[i] += *c == '\n';
    }
  }
  assert_int_equal(lines[0], lines[1]);
  assert_int_equal(lines[0], 6);
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(points_are_the_rows),
      cmocka_unit_test(the_best_is_marked),
      cmocka_unit_test(long_tables_are_thinned),
      cmocka_unit_test(odd_tables_are_fine),
      cmocka_unit_test(a_curve_is_drawn_where_its_data_is),
      cmocka_unit_test(bars_are_as_long_as_their_values),
      cmocka_unit_test(a_set_stays_in_its_rectangle),
      cmocka_unit_test(overlays_keep_their_lines_together),
  };
  return cmocka_run_group_tests(tests, open_canvas, close_canvas);
}
