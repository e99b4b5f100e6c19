// A table of nine columns fits eighty; a narrower terminal gets fewer. Rows come with evaluations, a
// line below them moves between: on a terminal twice a second, else a plain line every 30 s.
//
//   ╭─────────┬──────────┬─────────┬─────────┬─────────┬─────────┬─────────┬─────────┬─────────╮
//   │    step │ episodes │   train │    eval │  loss Q │ loss pi │   alpha │ entropy │ steps/s │
//   ├─────────┼ ...

#include "cli/show.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/machine.h"

// a column: its heading, the progress column it shows
typedef struct Column {
  const char* heading;
  const char* source;
} Column;

static const Column COLUMNS[] = {
    {"step", "TotalEnvInteracts"}, {"eval", "AverageTestEpRet"}, {"train", "AverageEpRet"},
    {"episodes", "Episodes"},      {"steps/s", "StepsPerSec"},   {"loss Q", "LossQ"},
    {"loss pi", "LossPi"},         {"alpha", "Alpha"},           {"entropy", "Entropy"}};

enum {
  NCOLUMN = sizeof(COLUMNS) / sizeof(COLUMNS[0]),
  CELL = 8,
  HEADING_EVERY = 40
};

static const double EVERY_TERMINAL = 0.5, EVERY_PLAIN = 30;


SgShow sg_show_make(bool quiet, bool json) {
  struct winsize size = {0};
  const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
  bool dumb = !term || strcmp(term, "dumb") == 0;
  SgShow show = {.quiet = quiet, .json = json, .terminal = isatty(STDOUT_FILENO) && !dumb};
  show.colour = show.terminal && !(no_color && no_color[0]);
  bool known = show.terminal && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  show.width = known ? size.ws_col : 120;
  show.best = (double)NAN;
  return show;
}


//-------------------------------- cells ---------------------------------------------------------

// columns that fit: each takes its cell, two blanks and a line
static int columns_that_fit(const SgShow* show) {
  int n = (show->width - 1) / (CELL + 3);
  return n < 1 ? 1 : n > NCOLUMN ? NCOLUMN : n;
}


// a number in at most eight places: as many digits as say something
static void cell_text(char text[32], double x) {
  double size = fabs(x);
  if (isnan(x)) {
    snprintf(text, 32, "-");
  } else if (size >= 1e7) {
    snprintf(text, 32, "%.2e", x);
  } else if (size >= 1000 || x == floor(x)) {
    snprintf(text, 32, "%.0f", x);
  } else if (size >= 10) {
    snprintf(text, 32, "%.1f", x);
  } else if (size >= 0.01) {
    snprintf(text, 32, "%.3f", x);
  } else {
    snprintf(text, 32, "%.1e", x);
  }
}


// one horizontal line of the box
static void print_line(const SgShow* show, const char* left, const char* middle,
                       const char* right) {
  int n = columns_that_fit(show);
  printf("%s", left);
  for (int i = 0; i < n; i++) {
    for (int j = 0; j < CELL + 2; j++) {
      printf("─");
    }
    printf("%s", i + 1 < n ? middle : right);
  }
  printf("\n");
}


static void print_heading(const SgShow* show) {
  int n = columns_that_fit(show);
  print_line(show, show->nrow == 0 ? "╭" : "├", show->nrow == 0 ? "┬" : "┼",
             show->nrow == 0 ? "╮" : "┤");
  for (int i = 0; i < n; i++) {
    printf("│ %*s ", CELL, COLUMNS[i].heading);
  }
  printf("│\n");
  print_line(show, "├", "┼", "┤");
}


//-------------------------------- progress line -------------------------------------------------

static void wipe(SgShow* show) {
  if (show->live) {
    printf("\r\033[K");
    show->live = false;
  }
}


// seconds as 42s, 3m07s, 2h05m
static void time_text(char text[32], double seconds) {
  int s = seconds < 0 || isnan(seconds) ? 0 : seconds > 3.6e8 ? 360000000 : (int)seconds;
  if (s < 60) {
    snprintf(text, 32, "%ds", s);
  } else if (s < 3600) {
    snprintf(text, 32, "%dm%02ds", s / 60, s % 60);
  } else {
    snprintf(text, 32, "%dh%02dm", s / 3600, s / 60 % 60);
  }
}


static void show_now(void* arg, const SgTrainNow* now) {
  SgShow* show = arg;
  double clock = sg_clock();
  if (show->quiet || show->json || clock < show->next) {
    return;
  }
  show->next = clock + (show->terminal ? EVERY_TERMINAL : EVERY_PLAIN);

  // what there is to say in one line, cut to the terminal
  char line[256], left[32], last[32];
  double rate = now->steps_per_second;
  cell_text(last, now->last_return);
  time_text(left, rate > 0 ? (double)(now->steps - now->step) / rate : (double)NAN);
  snprintf(line, sizeof(line), "step %lld of %lld (%.1f %%)  %.0f steps/s  last return %s  %s left",
           (long long)now->step, (long long)now->steps,
           100.0 * (double)now->step / (double)now->steps, rate, last, rate > 0 ? left : "?");
  if (show->terminal) {
    printf("\r\033[K%.*s", show->width - 1, line);
    show->live = true;
  } else {
    printf("%s\n", line);
  }
  fflush(stdout);
}


//-------------------------------- rows ----------------------------------------------------------

static void print_cell(const SgShow* show, const char* text, bool best) {
  bool mark = best && show->colour;
  printf("│ %s%*s%s%s", mark ? "\033[1;32m" : "", CELL, text, mark ? "\033[0m" : "",
         best ? "*" : " ");
}


static void show_row(void* arg, const SgProgress* progress) {
  SgShow* show = arg;
  if (show->quiet) {
    return;
  }
  if (show->json) {
    sg_progress_json(progress, stdout);
    printf("\n");
    fflush(stdout);
    return;
  }
  wipe(show);
  if (show->nrow % HEADING_EVERY == 0) {
    print_heading(show);
  }

  // the best evaluation so far is marked
  double eval = sg_progress_get(progress, "AverageTestEpRet");
  bool best = !isnan(eval) && !(eval < show->best);
  show->best = best ? eval : show->best;
  for (int i = 0; i < columns_that_fit(show); i++) {
    char text[32];
    cell_text(text, sg_progress_get(progress, COLUMNS[i].source));
    print_cell(show, text, best && strcmp(COLUMNS[i].heading, "eval") == 0);
  }
  printf("│\n");
  show->nrow++;
  show->next = sg_clock() + (show->terminal ? EVERY_TERMINAL : EVERY_PLAIN);
  fflush(stdout);
}


//-------------------------------- beginning and end ---------------------------------------------

static void show_start(void* arg, const SgTrainStart* start) {
  SgShow* show = arg;
  const SgConfig* c = start->config;
  if (show->quiet || show->json) {
    return;
  }
  printf("%s: %d observations, %d actions, %g s per step, up to %d steps per episode\n",
         start->task->name, start->task->nobs, start->task->nact, start->task->dt,
         start->task->episode_steps);
  printf("preset %s, seed %lld, %lld steps, %lld environment%s, %d thread%s, %s\n", c->preset,
         (long long)c->seed, (long long)c->steps, (long long)c->envs, c->envs == 1 ? "" : "s",
         start->nthread, start->nthread == 1 ? "" : "s", start->backend);
  printf("replay: %lld rows, %.0f MB when full\n", (long long)start->replay_rows, start->replay_mb);
  printf("run: %s\n", start->run);
  show->next = sg_clock() + (show->terminal ? 0 : EVERY_PLAIN);
  fflush(stdout);
}


static void show_note(void* arg, const char* sentence) {
  SgShow* show = arg;
  wipe(show);
  if (!show->quiet) {
    fprintf(stderr, "softgait: %s\n", sentence);
  }
}


SgTrainWatcher sg_show_watcher(SgShow* show) {
  return (SgTrainWatcher){
      .arg = show, .start = show_start, .row = show_row, .now = show_now, .note = show_note};
}


void sg_show_end(SgShow* show) {
  if (show->quiet || show->json) {
    return;
  }
  wipe(show);
  if (show->nrow > 0) {
    print_line(show, "╰", "┴", "╯");
    if (columns_that_fit(show) > 1) {
      printf("* best evaluation so far, mean of its episodes\n");
    }
  }
  fflush(stdout);
}
