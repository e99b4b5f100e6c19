// A row per evaluation in a box, on stdout; a line below it that moves in between, on stderr: on a
// terminal twice a second in place, else a plain line every 30 s, so that a table in a file stays
// one.
//
//   ╭──────────────────────────┬─────────────────┬─────────────────────────────────────────╮
//   │    step episodes steps/s │    eval   train │  loss Q loss pi       Q   alpha entropy │
//   ├──────────────────────────┼─────────────────┼─────────────────────────────────────────┤
//   │    1200       61      74 │   157.2*   28.9 │   2.955  -9.115   7.674   0.743   2.014 │
//
// All columns take 88 places. A narrower terminal loses the least telling ones, down to the step
// and the evaluation; one that is resized gets a new heading at the next row.

#include "cli/show.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/machine.h"

// a column: its heading, the progress column it shows, its place
typedef struct Column {
  const char* heading;
  const char* source;
  int width;
  bool whole;  // a count, shown without decimals
  int group;   // columns of a group stand between two lines
  int rank;    // 0 stays longest when room is short
} Column;

static const Column COLUMNS[] = {
    {"step", "TotalEnvInteracts", 7, true, 0, 0}, {"episodes", "Episodes", 8, true, 0, 4},
    {"steps/s", "StepsPerSec", 7, true, 0, 5},    {"eval", "AverageTestEpRet", 7, false, 1, 1},
    {"train", "AverageEpRet", 7, false, 1, 2},    {"loss Q", "LossQ", 7, false, 2, 6},
    {"loss pi", "LossPi", 7, false, 2, 9},        {"Q", "AverageQ1Vals", 7, false, 2, 7},
    {"alpha", "Alpha", 7, false, 2, 3},           {"entropy", "Entropy", 7, false, 2, 8}};

enum {
  NCOLUMN = sizeof(COLUMNS) / sizeof(COLUMNS[0]),
  NGROUP = 3,
  EVAL = 3,
  HEADING_EVERY = 40,
  WIDE = 120  // for what is no terminal
};

static const double EVERY_LIVE = 0.5, EVERY_PLAIN = 30;


// columns of the terminal behind a file, now
static int width_of(int file) {
  struct winsize size = {0};
  bool known = isatty(file) && ioctl(file, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : WIDE;
}


SgShow sg_show_make(bool quiet, bool json) {
  const char *term = getenv("TERM"), *no_color = getenv("NO_COLOR");
  bool dumb = !term || strcmp(term, "dumb") == 0;
  return (SgShow){.quiet = quiet,
                  .json = json,
                  .colour = isatty(STDOUT_FILENO) && !dumb && !(no_color && no_color[0]),
                  .live = isatty(STDERR_FILENO) && !dumb,
                  .best = (double)NAN};
}


//-------------------------------- numbers -------------------------------------------------------

// a number in at most seven places: as many digits as say something
static void cell_text(char text[32], double x, bool whole) {
  double size = fabs(x);
  if (isnan(x)) {
    snprintf(text, 32, "-");
  } else if (size >= 1e9) {
    snprintf(text, 32, "%.1e", x);
  } else if (size >= 1e7) {
    snprintf(text, 32, "%.1fM", x / 1e6);
  } else if (size >= 1000 || whole) {
    snprintf(text, 32, "%.0f", x);
  } else if (size >= 10) {
    snprintf(text, 32, "%.1f", x);
  } else if (size >= 0.01 || size <= 0) {
    snprintf(text, 32, "%.3f", x);
  } else {
    snprintf(text, 32, "%.0e", x);
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


//-------------------------------- box -----------------------------------------------------------

// places that a group takes between its lines: a blank before each cell and one behind the last
static int group_width(unsigned shown, int group) {
  int width = 0;
  for (int i = 0; i < NCOLUMN; i++) {
    if ((shown >> i & 1u) && COLUMNS[i].group == group) {
      width += COLUMNS[i].width + 1;
    }
  }
  return width > 0 ? width + 1 : 0;
}


// the columns that fit: step and eval always, then by rank
static unsigned columns_that_fit(int width) {
  unsigned shown = 0;
  for (int limit = NCOLUMN; limit >= 2; limit--) {
    int used = 1;
    shown = 0;
    for (int i = 0; i < NCOLUMN; i++) {
      shown |= COLUMNS[i].rank < limit ? 1u << i : 0;
    }
    for (int g = 0; g < NGROUP; g++) {
      int places = group_width(shown, g);
      used += places > 0 ? places + 1 : 0;
    }
    if (used <= width) {
      break;
    }
  }
  return shown;
}


// one horizontal line of the box
static void print_line(unsigned shown, const char* left, const char* middle, const char* right) {
  const char* corner = left;
  for (int g = 0; g < NGROUP; g++) {
    int width = group_width(shown, g);
    if (width > 0) {
      printf("%s", corner);
      corner = middle;
    }
    for (int i = 0; i < width; i++) {
      printf("─");
    }
  }
  printf("%s\n", right);
}


// one row of the box; mark: the column that gets a star, in colour if there is one; -1: none
static void print_cells(const SgShow* show, char texts[NCOLUMN][32], int mark) {
  const char* behind = "";  // what follows a cell: a blank or the star
  int group = -1;
  for (int i = 0; i < NCOLUMN; i++) {
    if (!(show->shown >> i & 1u)) {
      continue;
    }
    bool painted = i == mark && show->colour;
    printf("%s%s%s%*s%s", behind, COLUMNS[i].group != group ? "│ " : "",
           painted ? "\033[1;32m" : "", COLUMNS[i].width, texts[i], painted ? "\033[0m" : "");
    behind = i == mark ? "*" : " ";
    group = COLUMNS[i].group;
  }
  printf("%s│\n", behind);
}


static void close_box(SgShow* show) {
  if (show->shown) {
    print_line(show->shown, "╰", "┴", "╯");
    show->shown = 0;
  }
}


// a heading where one is due: at the top, after many rows, in a window of another size
static void print_heading(SgShow* show) {
  char texts[NCOLUMN][32];
  unsigned shown = columns_that_fit(width_of(STDOUT_FILENO));
  if (shown == show->shown && show->nrow < HEADING_EVERY) {
    return;
  }
  if (shown != show->shown) {
    close_box(show);
    print_line(shown, "╭", "┬", "╮");
  } else {
    print_line(shown, "├", "┼", "┤");
  }
  show->shown = shown;
  show->nrow = 0;
  for (int i = 0; i < NCOLUMN; i++) {
    snprintf(texts[i], sizeof(texts[i]), "%s", COLUMNS[i].heading);
  }
  print_cells(show, texts, -1);
  print_line(shown, "├", "┼", "┤");
}


//-------------------------------- progress line -------------------------------------------------

static void wipe(SgShow* show) {
  if (show->standing) {
    fprintf(stderr, "\r\033[K");
    show->standing = false;
  }
}


// when the next line may come
static void pause_progress(SgShow* show) {
  show->next = sg_clock() + (show->live ? EVERY_LIVE : EVERY_PLAIN);
}


static void show_now(void* arg, const SgTrainNow* now) {
  SgShow* show = arg;
  if (show->quiet || show->json || sg_clock() < show->next) {
    return;
  }
  pause_progress(show);

  // time left is known once updates have begun: random steps are far faster than what follows
  char line[256], left[64], last[32];
  double rate = now->steps_per_second;
  if (now->updates > 0 && rate > 0) {
    time_text(left, (double)(now->steps - now->step) / rate);
    snprintf(left + strlen(left), 8, " left");
  } else {
    snprintf(left, sizeof(left), "random actions first");
  }

  // what matters most comes first: a narrow window cuts the end
  cell_text(last, now->last_return, false);
  snprintf(line, sizeof(line), "%.1f %%  %s  step %lld of %lld  %.0f steps/s  last return %s",
           100.0 * (double)now->step / (double)now->steps, left, (long long)now->step,
           (long long)now->steps, rate, last);
  if (show->live) {
    fprintf(stderr, "\r\033[K%.*s", width_of(STDERR_FILENO) - 1, line);
    show->standing = true;
  } else {
    fprintf(stderr, "%s\n", line);
  }
}


//-------------------------------- what is told --------------------------------------------------

static void show_start(void* arg, const SgTrainStart* start) {
  SgShow* show = arg;
  const SgConfig* c = start->config;
  const SgTaskInfo* task = start->task;
  char limit[64] = "no time limit";
  if (show->quiet || show->json) {
    return;
  }
  if (task->episode_steps > 0) {
    snprintf(limit, sizeof(limit), "up to %d steps per episode", task->episode_steps);
  }
  printf("task      %s: %d observation%s, %d action%s, %g s per step, %s\n", task->name, task->nobs,
         task->nobs == 1 ? "" : "s", task->nact, task->nact == 1 ? "" : "s", task->dt, limit);
  printf("training  %lld steps, preset %s, seed %lld, %lld environment%s\n", (long long)c->steps,
         c->preset, (long long)c->seed, (long long)c->envs, c->envs == 1 ? "" : "s");
  if (c->from[0]) {
    printf("from      %s: networks and targets%s\n", c->from, c->alpha_auto ? ", temperature" : "");
  }
  printf("replay    %lld rows, %.0f MB when full\n", (long long)start->replay_rows,
         start->replay_mb);
  printf("machine   %d thread%s, %s\n", start->nthread, start->nthread == 1 ? "" : "s",
         start->backend);
  printf("run       %s\n", start->run);
  fflush(stdout);
  show->next = show->live ? 0 : sg_clock() + EVERY_PLAIN;
}


static void show_row(void* arg, const SgProgress* progress) {
  SgShow* show = arg;
  char texts[NCOLUMN][32];
  if (show->quiet) {
    return;
  }
  if (show->json) {
    sg_progress_json(progress, stdout);
    printf("\n");
    fflush(stdout);
    return;
  }

  // the best evaluation so far is marked; a tie goes to the later one
  double eval = sg_progress_get(progress, COLUMNS[EVAL].source);
  bool best = !isnan(eval) && !(eval < show->best);
  show->best = best ? eval : show->best;
  for (int i = 0; i < NCOLUMN; i++) {
    cell_text(texts[i], sg_progress_get(progress, COLUMNS[i].source), COLUMNS[i].whole);
  }
  wipe(show);
  print_heading(show);
  print_cells(show, texts, best ? EVAL : -1);
  show->nrow++;
  fflush(stdout);
  if (show->live) {
    pause_progress(show);
  }
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


void sg_show_line(SgShow* show, const char* line) {
  wipe(show);
  fprintf(stderr, "%s\n", line);
}


void sg_show_end(SgShow* show) {
  wipe(show);
  if (show->shown) {
    close_box(show);
    printf("* best evaluation so far\n");
  }
  fflush(stdout);
}
