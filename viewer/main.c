// softgait-view: a window on a live run, or on a policy.
//
//   wait for events ──> take them ──> move on ──> draw ──> swap ──┐
//         ^                                                      │
//         └────────── until the next picture is due ─────────────┘
//
// On a graphics card pictures come at the display's rate. On a software renderer a picture may take
// 20 ms of a core that a trainer would like to have: there pictures come so far apart that drawing
// takes at most half of a core. Nothing is drawn while nothing moves, or nothing can be seen.

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/text.h"
#include "task/guard.h"
#include "train/run_read.h"
#include "view.h"

static const double FASTEST = 1.0 / 60;  // seconds between pictures
static const double IDLE = 0.5;          // seconds between looks when nothing moves
static const double SOFTWARE_SHARE = 2;  // software: seconds between pictures per second of drawing

// the command line
typedef struct Words {
  const char *what, *model, *script;
  int width, height;
  int64_t bench;  // pictures to time; 0: none
  bool live, play;
} Words;

static const char HELP[] =
    "a window on a live run, or on a policy\n\n"
    "  softgait-view runs/hopper/latest         the run, live; Enter plays its policy\n"
    "  softgait-view walk.safetensors           a policy; push the robot with the mouse\n"
    "  softgait-view                            the newest run under runs/\n\n"
    "usage: softgait-view [RUN_FOLDER|POLICY] [flags]      F1 in the window lists the keys\n"
    "  --model FILE      MODEL.xml or TASK.yaml in place of the run's copy\n"
    "  --live, --play    the mode to begin with\n"
    "  --size WxH        of the window (1280x720)\n"
    "  --bench-frames N  draw N pictures as fast as it goes, print their times, end\n";


//-------------------------------- words ---------------------------------------------------------

static SgStatus read_flag(Words* w, const char* flag, const char* value, SgError* error) {
  bool fine = value != NULL;
  if (strcmp(flag, "--model") == 0) {
    w->model = value;
  } else if (strcmp(flag, "--script") == 0) {
    w->script = value;
  } else if (strcmp(flag, "--size") == 0) {
    fine = fine && sscanf(value, "%dx%d", &w->width, &w->height) == 2 && w->width >= 64 &&
           w->height >= 64 && w->width <= 8192 && w->height <= 8192;
  } else if (strcmp(flag, "--bench-frames") == 0) {
    fine = fine && sg_text_int(value, &w->bench) && w->bench > 0 && w->bench <= 1000000;
  } else {
    return sg_fail(error, SG_USAGE, "there is no flag '%s'; see softgait-view --help", flag);
  }
  return fine ? SG_OK
              : sg_fail(error, SG_USAGE, "%s: needs another value than '%s'", flag,
                        value ? value : "");
}


static SgStatus read_words(Words* w, int argc, char** argv, SgError* error) {
  SgStatus status = SG_OK;
  for (int i = 1; i < argc && status == SG_OK; i++) {
    if (strcmp(argv[i], "--live") == 0) {
      w->live = true;
    } else if (strcmp(argv[i], "--play") == 0) {
      w->play = true;
    } else if (argv[i][0] == '-' && argv[i][1]) {
      status = read_flag(w, argv[i], i + 1 < argc ? argv[i + 1] : NULL, error);
      i++;
    } else if (w->what) {
      status = sg_fail(error, SG_USAGE, "one run folder or policy, not '%s' too", argv[i]);
    } else {
      w->what = argv[i];
    }
  }
  return status;
}


//-------------------------------- loop ----------------------------------------------------------

// seconds of all cores that this process has used
static double processor_time(void) {
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}


static void draw(SgView* v) {
  double begin = processor_time();
  sg_view_draw(v);
  sg_window_swap(v->window);
  double cost = processor_time() - begin;
  v->draw_cost = v->draw_cost > 0 ? 0.9 * v->draw_cost + 0.1 * cost : cost;
}


static double interval(const SgView* v) {
  double wanted = v->scene->software ? SOFTWARE_SHARE * v->draw_cost : 0;
  double least = sg_view_moves(v) || v->dirty ? FASTEST : IDLE;
  return wanted > least ? wanted : least;
}


static void take_events(SgView* v) {
  SgEvent event;
  while (sg_window_next(v->window, &event)) {
    sg_view_event(v, &event);
  }
}


// the window as its user has it
static void run(SgView* v) {
  double last = sg_window_time();
  while (!v->quit) {
    bool hidden = sg_window_hidden(v->window);
    double now = sg_window_time();
    double due = hidden ? last + IDLE : last + interval(v);
    sg_window_wait(v->window, due - now);
    take_events(v);
    now = sg_window_time();
    if (v->dirty && now - last >= FASTEST && !hidden) {
      due = last + interval(v);
    }
    if (now < due) {
      continue;
    }
    sg_view_advance(v, hidden && v->mode == SG_MODE_PLAY ? 0 : now - last);
    last = now;
    if (!hidden && (v->dirty || sg_view_moves(v) || v->pictures == 0)) {
      draw(v);
    }
  }
}


// a script: the same, with a fixed time per picture
static void run_script(SgView* v, SgScript* script) {
  v->step = FASTEST;
  while (sg_script_next(script, v) && !v->quit) {
    sg_window_wait(v->window, 0);
    take_events(v);
    sg_view_advance(v, v->step);
    if (!sg_window_hidden(v->window)) {
      draw(v);
    }
  }
}


static int compare(const void* a, const void* b) {
  double x = *(const double*)a, y = *(const double*)b;
  return x < y ? -1 : x > y;
}


// times of whole pictures, steps of the policy and swap included, as one line
static void bench(SgView* v, int64_t n) {
  double* times = malloc((size_t)n * sizeof(double));
  double used = processor_time();
  for (int64_t i = 0; times && i < n; i++) {
    double begin = sg_window_time();
    sg_window_wait(v->window, 0);
    take_events(v);
    sg_view_advance(v, FASTEST);
    sg_view_draw(v);
    mjr_finish();
    sg_window_swap(v->window);
    times[i] = 1000 * (sg_window_time() - begin);
  }
  used = processor_time() - used;
  if (times) {
    qsort(times, (size_t)n, sizeof(double), compare);
    printf(
        "%dx%d %s: %lld pictures, %.1f ms median, %.1f least, %.1f at 95 %%, "
        "%.1f of processor each\n",
        v->state.rect[SG_RECT_WINDOW].width, v->state.rect[SG_RECT_WINDOW].height,
        sg_window_renderer(v->window), (long long)n, times[n / 2], times[0], times[n * 95 / 100],
        1000 * used / (double)n);
  }
  free(times);
}


//-------------------------------- main ----------------------------------------------------------

static SgStatus show(SgView* v, const Words* w, SgError* error) {
  char newest[1024];
  SgScript* script = NULL;
  SgStatus status = SG_OK;
  const char* what = w->what;
  if (!what) {
    status = sg_run_newest("runs", newest, sizeof(newest), error);
    what = newest;
  }
  if (status == SG_OK && w->script) {
    script = sg_script_open(w->script, error);
    status = script ? SG_OK : error->status;
  }
  if (status == SG_OK) {
    status = sg_view_load(v, what, error);
  }
  if (status == SG_OK) {
    v->window = sg_window_open("softgait", w->width, w->height, error);
    status = v->window ? sg_view_start(v, error) : error->status;
  }
  if (status == SG_OK) {
    sg_window_sync(v->window, !v->scene->software && !w->bench && !script);
    if (w->live || w->play) {
      sg_view_mode(v, w->live ? SG_MODE_LIVE : SG_MODE_PLAY);
    }
    if (w->bench) {
      bench(v, w->bench);
    } else if (script) {
      run_script(v, script);
    } else {
      run(v);
    }
  }
  sg_script_close(script);
  return status;
}


int main(int argc, char** argv) {
  SgError error = {0};
  SgView view = {0};
  Words words = {.width = 1280, .height = 720};
  if (argc > 1 && (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0)) {
    fputs(HELP, stdout);
    return SG_OK;
  }
  sg_guard_install();
  SgStatus status = read_words(&words, argc, argv, &error);
  if (status == SG_OK) {
    status = sg_guard_version(&error);
  }
  if (status == SG_OK) {
    snprintf(view.model, sizeof(view.model), "%s", words.model ? words.model : "");
    status = show(&view, &words, &error);
  }
  sg_view_close(&view);
  sg_window_close(view.window);
  if (status != SG_OK) {
    fprintf(stderr, "softgait-view: %s\n", error.text);
  }
  return status;
}
