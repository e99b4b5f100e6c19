// softgait plot: return against steps. A thin line per seed; per task the mean of its seeds and the
// band from the lowest to the highest, on the steps that all of them have reached.
//
// gnuplot draws; it is found at run time. Data and commands go to it through a pipe; the picture is
// drawn beside its place and renamed.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/command.h"
#include "train/run_read.h"

static const SgFlag FLAGS[] = {
    {"--out", "FILE", "picture, .svg or .png (needed)"},
};

enum {
  MAX_RUN = 256,
  GRID = 200
};

// one run's curve
typedef struct Curve {
  char task[64], folder[1024];
  int64_t seed;
  int n;
  double *steps, *returns;  // (n)
} Curve;

// all curves of a plot, by task
typedef struct Plot {
  int n;
  Curve curves[MAX_RUN];
} Plot;

static const char* const COLOURS[] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                      "#e69f00", "#56b4e9", "#7f7f7f", "#000000"};


//-------------------------------- curves --------------------------------------------------------

// the rows that have an evaluation
static SgStatus read_curve(Curve* curve, const SgRunSummary* run, SgError* error) {
  char path[1100];
  SgTable table;
  snprintf(path, sizeof(path), "%s/progress.csv", run->folder);
  snprintf(curve->task, sizeof(curve->task), "%s", run->task);
  snprintf(curve->folder, sizeof(curve->folder), "%s", run->folder);
  curve->seed = run->seed;
  SgStatus status = sg_table_read(path, &table, error);
  if (status != SG_OK) {
    return status;
  }
  int step = sg_table_column(&table, "TotalEnvInteracts");
  int score = sg_table_column(&table, "AverageTestEpRet");
  curve->steps = malloc(((size_t)table.nrow + 1) * sizeof(double));
  curve->returns = malloc(((size_t)table.nrow + 1) * sizeof(double));
  if (step < 0 || score < 0 || !curve->steps || !curve->returns) {
    status =
        sg_fail(error, SG_FILE, "%s: has no columns TotalEnvInteracts and AverageTestEpRet", path);
  }
  for (int64_t i = 0; status == SG_OK && i < table.nrow; i++) {
    const double* row = table.values + i * table.ncolumn;
    if (!isnan(row[score])) {
      curve->steps[curve->n] = row[step];
      curve->returns[curve->n++] = row[score];
    }
  }
  sg_table_free(&table);
  return status;
}


// one run, if it has a line to draw; else a sentence
static void add_run(Plot* plot, const SgRunSummary* run) {
  SgError error = {0};
  if (plot->n == MAX_RUN) {
    fprintf(stderr, "softgait: %s: left out, a plot takes %d runs\n", run->folder, MAX_RUN);
    return;
  }
  Curve* curve = &plot->curves[plot->n];
  *curve = (Curve){0};
  SgStatus status = read_curve(curve, run, &error);
  if (status == SG_OK && curve->n >= 2) {
    plot->n++;
    return;
  }
  if (status != SG_OK) {
    fprintf(stderr, "softgait: %s: left out: %s\n", run->folder, error.text);
  } else {
    fprintf(stderr, "softgait: %s: left out, it has %d evaluation%s and a line needs two\n",
            run->folder, curve->n, curve->n == 1 ? "" : "s");
  }
  free(curve->steps);
  free(curve->returns);
}


// a run folder, or a folder of runs
static SgStatus add_folder(Plot* plot, const char* folder, SgError* error) {
  SgRunSummary summary, *runs = NULL;
  int n = 0;
  if (sg_run_summary(folder, &summary, NULL) == SG_OK) {
    add_run(plot, &summary);
    return SG_OK;
  }
  SgStatus status = sg_run_list(folder, &runs, &n, error);
  if (status == SG_OK && n == 0) {
    status = sg_fail(error, SG_FILE, "%s: is no run folder and holds none", folder);
  }
  for (int i = 0; status == SG_OK && i < n; i++) {
    add_run(plot, &runs[i]);
  }
  free(runs);
  return status;
}


// by task, then by seed
static int by_task(const void* a, const void* b) {
  const Curve *x = a, *y = b;
  int order = strcmp(x->task, y->task);
  return order ? order : (x->seed > y->seed) - (x->seed < y->seed);
}


// the curve's value at a step inside its range, between its points
static double value_at(const Curve* curve, double step) {
  int i = 1;
  while (i < curve->n - 1 && curve->steps[i] < step) {
    i++;
  }
  double x0 = curve->steps[i - 1], x1 = curve->steps[i];
  double t = x1 > x0 ? (step - x0) / (x1 - x0) : 1;
  return curve->returns[i - 1] + t * (curve->returns[i] - curve->returns[i - 1]);
}


//-------------------------------- drawing -------------------------------------------------------

// a task's band and mean on the steps that all its runs have reached
static void print_band(FILE* out, int group, const Curve* curves, int n) {
  double begin = curves[0].steps[0], end = curves[0].steps[curves[0].n - 1];
  for (int i = 1; i < n; i++) {
    begin = fmax(begin, curves[i].steps[0]);
    end = fmin(end, curves[i].steps[curves[i].n - 1]);
  }
  fprintf(out, "$band%d << EOD\n", group);
  for (int g = 0; g <= GRID && end > begin; g++) {
    double x = begin + (end - begin) * g / GRID, sum = 0, low = INFINITY, high = -INFINITY;
    for (int i = 0; i < n; i++) {
      double y = value_at(&curves[i], x);
      sum += y;
      low = fmin(low, y);
      high = fmax(high, y);
    }
    fprintf(out, "%.17g %.17g %.17g %.17g\n", x, sum / n, low, high);
  }
  fprintf(out, "EOD\n");
}


static void print_curve(FILE* out, int number, const Curve* curve) {
  fprintf(out, "$curve%d << EOD\n", number);
  for (int i = 0; i < curve->n; i++) {
    fprintf(out, "%.17g %.17g\n", curve->steps[i], curve->returns[i]);
  }
  fprintf(out, "EOD\n");
}


// the end of the group of curves that begins at i: same task
static int group_end(const Plot* plot, int i) {
  int end = i + 1;
  while (end < plot->n && strcmp(plot->curves[end].task, plot->curves[i].task) == 0) {
    end++;
  }
  return end;
}


static void print_frame(FILE* out, const char* file, bool png) {
  fprintf(out, "set terminal %s size %s font 'sans,%d' background rgb 'white'\n",
          png ? "pngcairo" : "svg", png ? "1280,800" : "960,600", png ? 14 : 13);
  fprintf(out, "set output '%s'\n", file);
  fprintf(out,
          "set xlabel 'environment steps'\nset ylabel 'return of the evaluation'\n"
          "set format x '%%.0s%%c'\nset key left top Left reverse noenhanced\nset grid lc rgb "
          "'#dddddd'\n"
          "set border 3 lc rgb '#444444'\nset tics nomirror\nset style fill transparent solid 0.18 "
          "noborder\n"
          "set title 'return against steps: mean, range and each seed' noenhanced\n");
}


// everything gnuplot needs, as one script
static void print_script(FILE* out, const Plot* plot, const char* file, bool png) {
  print_frame(out, file, png);
  for (int i = 0, group = 0; i < plot->n; i = group_end(plot, i), group++) {
    print_band(out, group, plot->curves + i, group_end(plot, i) - i);
  }
  for (int i = 0; i < plot->n; i++) {
    print_curve(out, i, &plot->curves[i]);
  }

  // bands lie below, seeds above them, means on top
  const char* comma = "plot ";
  for (int i = 0, group = 0; i < plot->n; i = group_end(plot, i), group++, comma = ", ") {
    const char* colour = COLOURS[group % 8];
    int n = group_end(plot, i) - i;
    fprintf(out, "%s$band%d using 1:3:4 with filledcurves lc rgb '%s' notitle", comma, group,
            colour);
    for (int j = i; j < i + n; j++) {
      fprintf(out, ", $curve%d using 1:2 with lines lw 1 lc rgb '%s' notitle", j, colour);
    }
    fprintf(out, ", $band%d using 1:2 with lines lw 3 lc rgb '%s' title '%s, %d seed%s'", group,
            colour, plot->curves[i].task, n, n == 1 ? "" : "s");
  }
  fprintf(out, "\n");
}


static SgStatus draw(const Plot* plot, const char* out, bool png, SgError* error) {
  char beside[1100];
  if (strchr(out, '\'') ||
      snprintf(beside, sizeof(beside), "%.1000s.%d", out, (int)getpid()) >= 1100) {
    return sg_fail(error, SG_USAGE, "--out: choose a shorter name without quotes");
  }
  if (system("command -v gnuplot > /dev/null 2>&1") != 0) {
    return sg_fail(error, SG_MACHINE, "gnuplot is missing; install the package gnuplot-nox");
  }
  FILE* pipe = popen("gnuplot 2> /dev/null", "we");
  if (!pipe) {
    return sg_fail(error, SG_MACHINE, "gnuplot cannot be started");
  }
  print_script(pipe, plot, beside, png);
  int code = pclose(pipe);
  if (code == 0 && sg_file_exists(beside) && rename(beside, out) == 0) {
    return SG_OK;
  }
  unlink(beside);
  return sg_fail(error, SG_MACHINE, "%s: the picture cannot be written there", out);
}


static bool ends_with(const char* text, const char* end) {
  size_t n = strlen(text), m = strlen(end);
  return n > m && strcmp(text + n - m, end) == 0;
}


static int run_plot(const SgArgs* args, SgError* error) {
  static Plot plot;
  const char* out = sg_args_text(args, "--out", NULL);
  SgStatus status = SG_OK;
  if (args->nword == 0 || !out) {
    return sg_fail(error, SG_USAGE,
                   "plot needs runs and a file: softgait plot runs/hopper --out hopper.svg");
  }
  if (!ends_with(out, ".svg") && !ends_with(out, ".png")) {
    return sg_fail(error, SG_USAGE, "--out is '%s', it must end in .svg or .png", out);
  }
  for (int i = 0; status == SG_OK && i < args->nword; i++) {
    status = add_folder(&plot, args->words[i], error);
  }
  if (status == SG_OK && plot.n == 0) {
    status = sg_fail(error, SG_FILE,
                     "none of these runs has two evaluations yet, there is nothing to draw");
  }
  if (status == SG_OK) {
    qsort(plot.curves, (size_t)plot.n, sizeof(Curve), by_task);
    status = draw(&plot, out, ends_with(out, ".png"), error);
  }
  if (status == SG_OK) {
    fprintf(stderr, "%s: %d run%s\n", out, plot.n, plot.n == 1 ? "" : "s");
  }
  for (int i = 0; i < plot.n; i++) {
    free(plot.curves[i].steps);
    free(plot.curves[i].returns);
  }
  return status;
}


const SgCommand sg_command_plot = {
    .name = "plot",
    .summary = "draw return against steps",
    .usage = "softgait plot RUN... --out FILE.svg|FILE.png",
    .examples =
        "  softgait plot runs/hopper --out hopper.svg          all runs of a task\n"
        "  softgait plot runs/hopper runs/walker2d --out both.png\n",
    .max_words = SG_MAX_ARG,
    .nflag = sizeof(FLAGS) / sizeof(FLAGS[0]),
    .flags = FLAGS,
    .run = run_plot,
};
