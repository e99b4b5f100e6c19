// Texts over the picture: facts at the upper left, what is going on at the lower left, warnings at
// the top, a line for the user at the bottom, the help over everything.

#include <math.h>
#include <string.h>

#include "view.h"

enum {
  GAP = 6,      // pixels between text and the edge
  LINE = 1024,  // bytes of a line
  MAX_LINE = 8,
  SMALL = 560  // pixels of height
};

static const float WARNING[3] = {0.62f, 0.28f, 0.08f}, QUIET[3] = {0.1f, 0.13f, 0.17f},
                   FINE[3] = {0.1f, 0.35f, 0.24f};


//-------------------------------- words ---------------------------------------------------------

// 12 345 678 as "12,345,678"
static void write_count(char* text, size_t size, int64_t count) {
  char digits[32];
  int n = snprintf(digits, sizeof(digits), "%lld", (long long)count), used = 0;
  for (int i = 0; i < n && used + 2 < (int)size; i++) {
    text[used++] = digits[i];
    int left = n - 1 - i;
    if (left > 0 && left % 3 == 0 && digits[i] != '-') {
      text[used++] = ',';
    }
  }
  text[used] = '\0';
}


// 5025 s as "1 h 24 min"
static void write_span(char* text, size_t size, double seconds) {
  long long s = (long long)seconds;
  if (s >= 86400) {
    snprintf(text, size, "%lld d %lld h", s / 86400, s % 86400 / 3600);
  } else if (s >= 3600) {
    snprintf(text, size, "%lld h %lld min", s / 3600, s % 3600 / 60);
  } else if (s >= 60) {
    snprintf(text, size, "%lld min", s / 60);
  } else {
    snprintf(text, size, "%lld s", s);
  }
}


// a return with as many digits as mean something
static void add_return(SgOverlay* o, const char* name, double value) {
  if (isfinite(value)) {
    sg_overlay_add(o, name, fabs(value) < 100 ? "%.2f" : "%.1f", value);
  }
}


// lines of an overlay, and the pixels that they take
static int overlay_height(const mjrContext* con, const SgOverlay* overlay) {
  int lines = 1;
  for (const char* at = overlay->names; *at; at++) {
    lines += *at == '\n';
  }
  return lines * con->charHeight + 2 * GAP;
}


static const char* doing_text(const SgLiveFrame* frame) {
  return frame->doing == SG_LIVE_EXPLORING    ? "random actions"
         : frame->doing == SG_LIVE_EVALUATING ? "evaluating"
                                              : "learning";
}


//-------------------------------- facts ---------------------------------------------------------

// whether a long block of text would cover the robot
static bool is_small(const SgView* v) {
  return v->state.rect[SG_RECT_VIEW].height < SMALL;
}


// where the run stands: the same in both modes
static void add_run(SgView* v, SgOverlay* o) {
  char now[32], of[32], left[64];
  const SgLiveFrame* frame = v->feed.frame;
  const SgRunSummary* sum = &v->feed.summary;
  int64_t step = frame ? frame->step : sum->step, steps = frame ? frame->steps : sum->steps;
  write_count(now, sizeof(now), step);
  write_count(of, sizeof(of), steps);
  sg_overlay_add(o, "step", steps > 0 ? "%s of %s, %.0f %%" : "%s", now, of,
                 steps > 0 ? 100.0 * (double)step / (double)steps : 0);
  double seconds = sg_feed_left(&v->feed);
  if (isfinite(seconds)) {
    write_span(left, sizeof(left), seconds);
    sg_overlay_add(o, "time left", "%s", left);
  }
  add_return(o, "evaluation", frame ? frame->eval_return : sum->last_return);
  add_return(o, "best", frame ? frame->best_return : sum->best_return);
  if (frame && v->feed.state == SG_LIVE_RUNNING) {
    sg_overlay_add(o, "now", frame->steps_per_second > 0 ? "%s, %.0f steps/s" : "%s",
                   doing_text(frame), frame->steps_per_second);
  }
}


static void add_live(SgView* v, SgOverlay* o) {
  const SgLiveFrame* frame = v->feed.frame;
  const SgLiveEnv* env = sg_feed_env(&v->feed);
  sg_overlay_add(o, "task", "%s", v->feed.name);
  add_run(v, o);
  if (env) {
    if (!is_small(v)) {
      sg_overlay_add(o, " ", " ");
    }
    sg_overlay_add(o, "environment", "%d of %d", v->feed.env + 1, frame->nenv);
    sg_overlay_add(o, "episode", "%lld, step %lld", (long long)env->episode,
                   (long long)env->length);
    add_return(o, "return", env->sum);
  }
}


static void add_play(SgView* v, SgOverlay* o) {
  char trained[32];
  const SgPlay* p = &v->play;
  sg_overlay_add(o, "task", "%s", p->info->name);
  if (p->player.folder[0]) {
    sg_overlay_add(o, "policy", "%s", p->choice == SG_PLAY_BEST ? "best" : "latest");
  }
  if (p->trained >= 0) {
    write_count(trained, sizeof(trained), p->trained);
    sg_overlay_add(o, "trained", "%s steps", trained);
  }
  sg_overlay_add(o, "episode", "%u, step %d", p->episode + 1, sg_env_steps(p->env));
  if (!is_small(v)) {
    sg_overlay_add(o, "time", "%.2f s", sg_env_data(p->env)->time);
    add_return(o, "reward", p->reward);
  }
  add_return(o, "return", p->sum);
  if (isfinite(p->last_sum)) {
    sg_overlay_add(o, "last episode", "%.1f in %d steps", p->last_sum, p->last_steps);
  }
  for (int i = 0; i < p->ncommand; i++) {
    sg_overlay_add(o, sg_policy_command(p->player.policy, i), "%.2f%s", p->commands[i],
                   i == v->command ? " <" : "");
  }
  if (v->has_run && !is_small(v)) {
    sg_overlay_add(o, " ", " ");
    sg_overlay_add(o, "run", "%s",
                   v->feed.state == SG_LIVE_RUNNING ? "in training" : v->feed.summary.state);
    add_run(v, o);
  }
}


// facts and what is going on; returns the pixels at the bottom that the latter takes
static int draw_facts(SgView* v, mjrRect area) {
  SgOverlay facts = {0}, going = {0};
  if (v->mode == SG_MODE_LIVE) {
    add_live(v, &facts);
  } else {
    add_play(v, &facts);
  }
  sg_overlay_draw(&facts, mjGRID_TOPLEFT, area, &v->scene->context);
  if (v->paused) {
    sg_overlay_add(&going, "paused", " ");
  }
  if (v->mode == SG_MODE_PLAY && fabs(sg_view_speed(v) - 1) > 1e-9) {
    sg_overlay_add(&going, "speed", "%g %%", 100 * sg_view_speed(v));
  }
  if (v->mode == SG_MODE_PLAY && v->play.over) {
    sg_overlay_add(&going, "end", "%s", v->play.end);
  }
  sg_overlay_add(&going, "F1", "help");
  sg_overlay_draw(&going, mjGRID_BOTTOMLEFT, area, &v->scene->context);
  return overlay_height(&v->scene->context, &going) + GAP;
}


//-------------------------------- lines ---------------------------------------------------------

static int text_width(const mjrContext* con, const char* text) {
  int width = 0;
  for (const char* at = text; *at; at++) {
    width += con->charWidth[*at & 127];
  }
  return width;
}


// the longest beginning of a text that fits into a width, up to a word's end; its length
static int fit_words(const mjrContext* con, const char* text, int width) {
  int used = 0, last = 0, n = (int)strlen(text);
  for (int i = 0; i <= n; i++) {
    if (text[i] == ' ' || text[i] == '\0') {
      last = used <= width || last == 0 ? i : last;
    }
    used += text[i] ? con->charWidth[text[i] & 127] : 0;
    if (used > width && last > 0) {
      return last;
    }
  }
  return n;
}


// a sentence in a band of colour, wrapped, in the middle of the bottom of a place, which shrinks by
// it
static void draw_line(const SgView* v, const char* text, mjrRect* area, const float* rgb) {
  const mjrContext* con = &v->scene->context;
  int height = con->charHeight + 2 * GAP, most = area->width - 4 * GAP;
  int length = (int)strlen(text), lines = 0, starts[MAX_LINE], ends[MAX_LINE];
  for (int at = 0; at < length && lines < MAX_LINE; lines++) {
    starts[lines] = at;
    ends[lines] = at + fit_words(con, text + at, most);
    at = ends[lines] + (text[ends[lines]] == ' ');
    at = at > starts[lines] ? at : length;
  }
  for (int i = lines - 1; i >= 0 && area->height >= height; i--) {
    char part[LINE];
    snprintf(part, sizeof(part), "%.*s", ends[i] - starts[i], text + starts[i]);
    int width = text_width(con, part) + 4 * GAP;
    mjrRect band = {area->left + (area->width - width) / 2, area->bottom, width, height};
    mjr_label(band, mjFONT_NORMAL, part, rgb[0], rgb[1], rgb[2], 0.9f, 1, 1, 1, con);
    area->bottom += height;
    area->height -= height;
  }
  area->bottom += lines ? GAP : 0;
  area->height -= lines ? GAP : 0;
}


// what is wrong with the run's numbers; "" when nothing is
static void write_health(const SgFeed* f, char* text, size_t size) {
  char failed[48] = "", bad[48] = "";
  text[0] = '\0';
  if (f->frame && f->frame->failed_episodes > 0) {
    snprintf(failed, sizeof(failed), "%lld failed episodes", (long long)f->frame->failed_episodes);
  }
  if (f->frame && f->frame->bad_updates > 0) {
    snprintf(bad, sizeof(bad), "%lld bad updates", (long long)f->frame->bad_updates);
  }
  if (failed[0] || bad[0]) {
    snprintf(text, size, "health: %s%s%s", failed, failed[0] && bad[0] ? ", " : "", bad);
  }
}


// how a run ended; "" while it goes on
static void write_end(const SgView* v, char* text, size_t size) {
  const SgFeed* f = &v->feed;
  long long step = f->frame ? (long long)f->frame->step : (long long)f->summary.step;
  const char* next = v->mode == SG_MODE_LIVE && v->has_play ? "; Enter plays its policy" : "";
  text[0] = '\0';
  if (!f->frame && f->state != SG_LIVE_RUNNING) {
    snprintf(text, size, "the run is %s at step %lld%s", f->summary.state, step, next);
    return;
  }
  switch (f->state) {
    case SG_LIVE_FINISHED:
      snprintf(text, size, "the run has finished, at step %lld%s", step, next);
      break;
    case SG_LIVE_STOPPED:
      snprintf(text, size, "the run was stopped at step %lld; `softgait resume` goes on%s", step,
               next);
      break;
    case SG_LIVE_FAILED:
      snprintf(text, size, "the run ended with an error at step %lld%s", step, next);
      break;
    case SG_LIVE_DEAD:
      snprintf(text, size, "the trainer is gone since step %lld; `softgait resume` goes on%s", step,
               next);
      break;
    case SG_LIVE_RUNNING: break;
  }
}


// from the bottom up: the line for the user, then what is wrong, then how the run ended
static void draw_lines(SgView* v, mjrRect place) {
  char text[LINE];
  if (v->message[0]) {
    draw_line(v, v->message, &place, QUIET);
  }
  if (v->has_run) {
    write_health(&v->feed, text, sizeof(text));
    draw_line(v, text, &place, WARNING);
    bool over = v->feed.state != SG_LIVE_RUNNING;
    if (v->mode == SG_MODE_LIVE && !(over && !v->feed.frame)) {
      draw_line(v, v->feed.trouble, &place, WARNING);
    }
    write_end(v, text, sizeof(text));
    if (v->mode == SG_MODE_LIVE) {
      bool fine =
          v->feed.state == SG_LIVE_FINISHED || strcmp(v->feed.summary.state, "finished") == 0;
      draw_line(v, text, &place, fine ? FINE : WARNING);
    }
  }
}


//-------------------------------- help ----------------------------------------------------------

int sg_overlay_help_pages(const SgView* v) {
  SgOverlay block;
  int most[2] = {0, 0};
  for (int i = 0; sg_keys_help(i, &block); i++) {
    int height = overlay_height(&v->scene->context, &block);
    most[i / 2] = height > most[i / 2] ? height : most[i / 2];
  }
  return most[0] + most[1] <= v->state.rect[SG_RECT_WINDOW].height ? 1 : 2;
}


// two blocks side by side, and two below where there is room; else they are the second page
static void draw_help(SgView* v, mjrRect area) {
  SgOverlay block;
  int pages = sg_overlay_help_pages(v);
  mjr_rectangle(area, 0.03f, 0.04f, 0.06f, 0.9f);
  mjrRect half = area;
  half.width /= 2;
  for (int i = 0; sg_keys_help(i, &block); i++) {
    mjrRect place = half;
    place.left += i % 2 ? half.width : 0;
    if (pages == 1 || v->help == 1 + i / 2) {
      int corner = pages == 1 && i >= 2 ? mjGRID_BOTTOMLEFT : mjGRID_TOPLEFT;
      sg_overlay_draw(&block, corner, place, &v->scene->context);
    }
  }
  if (pages == 2) {
    SgOverlay more = {0};
    sg_overlay_add(&more, "F1", v->help == 1 ? "more" : "close");
    sg_overlay_draw(&more, mjGRID_BOTTOMRIGHT, area, &v->scene->context);
  }
}


//-------------------------------- all -----------------------------------------------------------

void sg_overlay_all(SgView* v) {
  mjrRect view = v->state.rect[SG_RECT_VIEW];
  if (view.width < 1 || view.height < 1) {
    return;
  }
  if (v->help) {
    mjrRect area = view;
    area.width += v->state.rect[SG_RECT_CURVES].width;
    draw_help(v, area);
    return;
  }
  mjrRect rest = view;
  if (v->info) {
    int used = draw_facts(v, view);
    rest.bottom += used;
    rest.height -= used;
  }
  draw_lines(v, rest);
}


void sg_overlay_title(SgView* v) {
  char title[1200];
  const SgFeed* f = &v->feed;
  if (v->mode == SG_MODE_LIVE) {
    snprintf(title, sizeof(title), "live: %s, environment %d%s - softgait", f->name, f->env + 1,
             f->state == SG_LIVE_RUNNING ? "" : ", the run is over");
  } else if (v->play.player.folder[0]) {
    snprintf(title, sizeof(title), "play: %s, %s policy - softgait", v->play.info->name,
             v->play.choice == SG_PLAY_BEST ? "best" : "latest");
  } else {
    const char* slash = strrchr(v->play.player.policy_path, '/');
    snprintf(title, sizeof(title), "play: %s, %s - softgait", v->play.info->name,
             slash ? slash + 1 : v->play.player.policy_path);
  }
  sg_window_title(v->window, title);
}
