// softgait plot: return against steps. A thin line per run; per task the mean of its runs and the
// band from the lowest to the highest, on the steps that all of them have reached.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/text.h"
#include "cli/command.h"
#include "cli/draw.h"
#include "train/run_read.h"

static const SgFlag FLAGS[] = {
    {"--out", "FILE", "picture, .svg or .png (needed)"},
};


//-------------------------------- curves --------------------------------------------------------

// the rows that have an evaluation
static SgStatus read_curve(SgCurve* curve, const SgRunSummary* run, SgError* error) {
  char path[1100];
  SgTable table;
  snprintf(path, sizeof(path), "%s/progress.csv", run->folder);
  snprintf(curve->task, sizeof(curve->task), "%s", run->task);
  curve->seed = run->seed;
  struct stat info;
  if (stat(path, &info) == 0 && info.st_size == 0) {
    return SG_OK;  // a run before its first row
  }
  SgStatus status = sg_table_read(path, &table, error);
  if (status != SG_OK) {
    return status;
  }
  int step = sg_table_column(&table, "TotalEnvInteracts");
  int score = sg_table_column(&table, "AverageTestEpRet");
  curve->steps = malloc(((size_t)table.nrow + 1) * sizeof(double));
  curve->returns = malloc(((size_t)table.nrow + 1) * sizeof(double));
  if (!curve->steps || !curve->returns) {
    status = sg_fail(error, SG_MACHINE, "out of memory for a plot");
  } else if (step < 0 || score < 0) {
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
static void add_run(SgPlot* plot, const SgRunSummary* run) {
  SgError error = {0};
  if (plot->n == SG_MAX_CURVE) {
    fprintf(stderr, "softgait: %s: left out, a plot takes %d runs\n", run->folder, SG_MAX_CURVE);
    return;
  }
  SgCurve* curve = &plot->curves[plot->n];
  *curve = (SgCurve){0};
  SgStatus status = read_curve(curve, run, &error);
  if (status == SG_OK && curve->n >= 2) {
    plot->n++;
    return;
  }
  if (status != SG_OK) {
    fprintf(stderr, "softgait: %s: left out: %s\n", run->folder, error.text);
  } else {
    fprintf(stderr, "softgait: %s: left out, it has %s evaluation and a line needs two\n",
            run->folder, curve->n == 0 ? "no" : "one");
  }
  free(curve->steps);
  free(curve->returns);
}


// a run folder, or a folder of runs
static SgStatus add_folder(SgPlot* plot, const char* folder, SgError* error) {
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
  const SgCurve *x = a, *y = b;
  int order = strcmp(x->task, y->task);
  return order ? order : (x->seed > y->seed) - (x->seed < y->seed);
}


//-------------------------------- the command ---------------------------------------------------

static SgStatus run_plot(const SgArgs* args, SgError* error) {
  static SgPlot plot;
  const char* out = sg_args_text(args, "--out", NULL);
  SgStatus status = SG_OK;
  if (args->nword == 0 || !out) {
    return sg_fail(error, SG_USAGE,
                   "plot needs runs and a file: softgait plot runs/hopper --out hopper.svg");
  }
  if (!sg_text_ends(out, ".svg") && !sg_text_ends(out, ".png")) {
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
    qsort(plot.curves, (size_t)plot.n, sizeof(SgCurve), by_task);
    status = sg_draw(&plot, out, sg_text_ends(out, ".png"), error);
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
