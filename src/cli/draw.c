// The script for gnuplot: data blocks first, then one plot command over all of them.
//
//   band   a task's lowest to highest return, where all its runs have been
//   thin   each run
//   thick  their mean
//
// Names and data go through a pipe; the picture is drawn beside its place and renamed.

#include "cli/draw.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
  NCOLOUR = 8,
  BETWEEN = 10
};

// told apart by colour-blind people, too (Okabe and Ito)
static const char* const COLOURS[NCOLOUR] = {"#0072b2", "#d55e00", "#009e73", "#cc79a7",
                                             "#e69f00", "#56b4e9", "#7f7f7f", "#000000"};


//-------------------------------- data ----------------------------------------------------------

// the curve's value at a step inside its range, between its points
static double value_at(const SgCurve* curve, double step) {
  int i = 1;
  while (i < curve->n - 1 && curve->steps[i] < step) {
    i++;
  }
  double x0 = curve->steps[i - 1], x1 = curve->steps[i];
  double t = x1 > x0 ? (step - x0) / (x1 - x0) : 1;
  return curve->returns[i - 1] + t * (curve->returns[i] - curve->returns[i - 1]);
}


static int by_size(const void* a, const void* b) {
  double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}


// the steps at which any of these runs was evaluated, sorted: a grid of its own would cut the peaks
static double* common_steps(const SgCurve* curves, int n, int* count) {
  size_t room = 0;
  for (int i = 0; i < n; i++) {
    room += (size_t)curves[i].n;
  }
  double* steps = malloc(room * sizeof(double));
  *count = 0;
  for (int i = 0; steps && i < n; i++) {
    memcpy(steps + *count, curves[i].steps, (size_t)curves[i].n * sizeof(double));
    *count += curves[i].n;
  }
  if (steps) {
    qsort(steps, (size_t)*count, sizeof(double), by_size);
  }
  return steps;
}


// a task's mean and range at one step
static void print_point(FILE* out, const SgCurve* curves, int n, double step) {
  double sum = 0, low = INFINITY, high = -INFINITY;
  for (int i = 0; i < n; i++) {
    double y = value_at(&curves[i], step);
    sum += y;
    low = fmin(low, y);
    high = fmax(high, y);
  }
  fprintf(out, "%.17g %.17g %.17g %.17g\n", step, sum / n, low, high);
}


// a task's mean and band on the steps that all its runs have reached
static SgStatus print_band(FILE* out, int group, const SgCurve* curves, int n, SgError* error) {
  double begin = curves[0].steps[0], end = curves[0].steps[curves[0].n - 1];
  int count;
  double* steps = common_steps(curves, n, &count);
  if (!steps) {
    return sg_fail(error, SG_MACHINE, "out of memory for a plot");
  }
  for (int i = 1; i < n; i++) {
    begin = fmax(begin, curves[i].steps[0]);
    end = fmin(end, curves[i].steps[curves[i].n - 1]);
  }
  fprintf(out, "$band%d << EOD\n", group);
  for (int i = 0; i < count; i++) {
    bool first = i == 0 || steps[i] > steps[i - 1], inside = steps[i] >= begin && steps[i] <= end;
    bool more = i + 1 < count && steps[i + 1] > steps[i] && steps[i + 1] <= end;
    if (first && inside) {
      print_point(out, curves, n, steps[i]);
    }

    // a few more on the way to the next, because the range has corners where lines cross
    for (int j = 1; j < BETWEEN && inside && more; j++) {
      print_point(out, curves, n, steps[i] + (steps[i + 1] - steps[i]) * j / BETWEEN);
    }
  }
  if (end < begin) {
    fprintf(out, "%.17g NaN NaN NaN\n", begin);  // they share no step: no mean, no band
  }
  fprintf(out, "EOD\n");
  free(steps);
  return SG_OK;
}


static void print_curve(FILE* out, int number, const SgCurve* curve) {
  fprintf(out, "$curve%d << EOD\n", number);
  for (int i = 0; i < curve->n; i++) {
    fprintf(out, "%.17g %.17g\n", curve->steps[i], curve->returns[i]);
  }
  fprintf(out, "EOD\n");
}


// the end of the group of curves that begins at i: same task
static int group_end(const SgPlot* plot, int i) {
  int end = i + 1;
  while (end < plot->n && strcmp(plot->curves[end].task, plot->curves[i].task) == 0) {
    end++;
  }
  return end;
}


//-------------------------------- script ------------------------------------------------------

// a text for gnuplot, in single quotes
static void print_quoted(FILE* out, const char* text) {
  fputc('\'', out);
  for (; *text; text++) {
    fprintf(out, *text == '\'' ? "''" : "%c", *text);
  }
  fputc('\'', out);
}


// the last step of all curves
static double last_step(const SgPlot* plot) {
  double last = 0;
  for (int i = 0; i < plot->n; i++) {
    last = fmax(last, plot->curves[i].steps[plot->curves[i].n - 1]);
  }
  return last;
}


// marks at some round numbers of steps, each with a text that tells it exactly (250k, 1.5M):
// gnuplot's own formats round the number, so that neighbours would read the same
static void print_marks(FILE* out, double last) {
  double unit = pow(10, floor(log10(fmax(last, 1) / 4)));
  double every = last / unit > 20 ? 5 * unit : last / unit > 9 ? 2 * unit : unit;
  every = fmax(every, 1);
  fprintf(out, "set xtics (");
  for (int i = 0; i * every <= last * 1.05; i++) {
    double at = i * every, size = at >= 1e9 ? 1e9 : at >= 1e6 ? 1e6 : at >= 1e3 ? 1e3 : 1;
    const char* letter = at >= 1e9 ? "G" : at >= 1e6 ? "M" : at >= 1e3 ? "k" : "";
    fprintf(out, "%s'%.10g%s' %.17g", i == 0 ? "" : ", ", at / size, letter, at);
  }
  fprintf(out, ")\nset xrange [0:%.17g]\n", last * 1.05);
}


static void print_frame(FILE* out, const SgPlot* plot, const char* file, bool png) {
  bool one_task = group_end(plot, 0) == plot->n;
  fprintf(out, "set terminal %s size %s font 'sans,%d' background rgb 'white'\nset output ",
          png ? "pngcairo" : "svg", png ? "1280,800" : "960,600", png ? 14 : 13);
  print_quoted(out, file);
  fprintf(out, "\nset title ");
  print_quoted(out, one_task ? plot->curves[0].task : "return against steps");
  fprintf(out,
          " noenhanced font ',%d'\n"
          "set xlabel 'environment steps' offset 0,-0.3\n"
          "set ylabel 'return (mean of one evaluation)'\n"
          "set key inside left top Left reverse noenhanced samplen 3\n"
          "set grid back lt 1 lw 1 lc rgb '#e6e6e6'\n"
          "set border 3 lc rgb '#444444'\n"
          "set tics nomirror\n"
          "set style fill transparent solid 0.15 noborder\n",
          png ? 17 : 16);
  print_marks(out, last_step(plot));
}


// everything gnuplot needs, as one script
static SgStatus print_script(FILE* out, const SgPlot* plot, const char* file, bool png,
                             SgError* error) {
  SgStatus status = SG_OK;
  print_frame(out, plot, file, png);
  for (int i = 0, group = 0; i < plot->n && status == SG_OK; i = group_end(plot, i), group++) {
    status = print_band(out, group, plot->curves + i, group_end(plot, i) - i, error);
  }
  for (int i = 0; i < plot->n; i++) {
    print_curve(out, i, &plot->curves[i]);
  }

  // bands lie below, seeds above them, means on top
  const char* comma = "plot ";
  for (int i = 0, group = 0; i < plot->n; i = group_end(plot, i), group++, comma = ", ") {
    const char* colour = COLOURS[group % NCOLOUR];
    int n = group_end(plot, i) - i;
    fprintf(out, "%s$band%d using 1:3:4 with filledcurves lc rgb '%s' notitle", comma, group,
            colour);
    for (int j = i; j < i + n; j++) {
      fprintf(out, ", $curve%d using 1:2 with lines lw 1 lc rgb '%s' notitle", j, colour);
    }
    char title[160];
    snprintf(title, sizeof(title), n == 1 ? "%s, %d run" : "%s, mean and range of %d runs",
             plot->curves[i].task, n);
    fprintf(out, ", $band%d using 1:2 with lines lw 3 lc rgb '%s' title ", group, colour);
    print_quoted(out, title);
  }
  fprintf(out, "\n");
  return status;
}


// the name to draw under, beside the picture's own, made empty: whether it can be written is known
// before gnuplot is asked. "./" in front keeps gnuplot from reading a name as a command
static SgStatus make_beside(char* beside, int size, const char* out, SgError* error) {
  int length =
      snprintf(beside, (size_t)size, "%s%s.%d", out[0] == '/' ? "" : "./", out, (int)getpid());
  int file = length < size ? open(beside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666) : -1;
  if (file < 0) {
    return sg_fail(error, SG_MACHINE, "%s: cannot be written: %s", out,
                   length < size ? strerror(errno) : "the name is too long");
  }
  close(file);
  return SG_OK;
}


SgStatus sg_draw(const SgPlot* plot, const char* out, bool png, SgError* error) {
  char beside[1100];
  struct stat info;
  if (system("command -v gnuplot > /dev/null 2>&1") != 0) {
    return sg_fail(error, SG_MACHINE, "gnuplot is missing; install the package gnuplot-nox");
  }
  SgStatus status = make_beside(beside, sizeof(beside), out, error);
  if (status != SG_OK) {
    return status;
  }

  // a picture, whole and not empty, takes its place as one act
  FILE* pipe = popen("gnuplot -d > /dev/null 2>&1", "we");
  if (!pipe) {
    status = sg_fail(error, SG_MACHINE, "gnuplot cannot be started: %s", strerror(errno));
  } else {
    status = print_script(pipe, plot, beside, png, error);
    int code = pclose(pipe);
    bool drawn = code == 0 && stat(beside, &info) == 0 && info.st_size > 0;
    if (status == SG_OK && !drawn) {
      status = sg_fail(error, SG_MACHINE, "%s: gnuplot cannot draw it", out);
    }
  }
  if (status == SG_OK && rename(beside, out) != 0) {
    status = sg_fail(error, SG_MACHINE, "%s: cannot be written: %s", out, strerror(errno));
  }
  if (status != SG_OK) {
    unlink(beside);
  }
  return status;
}
