// Scripts: a file of events that go through the window's own queue, and looks at what came of them.
// For tests; a line each, and a picture after each:
//
//   key NAME            tab shift+tab ctrl+p f1 space right a 3 ...
//   move X Y            pointer, pixels from the lower left
//   press left [ctrl]   release left [ctrl]   scroll DY
//   drop FILE           resize W H
//   pictures N          go on for N pictures
//   until N             go on until N seconds of the clock have passed since the start
//   shot FILE.png       write the picture
//   state               one JSON line on stdout: mode, step, switches, rectangles
//   random N SEED       N random events, a picture per hundred
//   minimise  restore   quit

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/rng.h"
#include "base/text.h"
#include "view.h"

struct SgScript {
  FILE* file;
  long wait;     // pictures to go
  double until;  // seconds of the clock
  long random;   // random events to go
  bool storm;    // random events are going on
  SgRng rng;
  double x, y;  // pointer
};


SgScript* sg_script_open(const char* path, SgError* error) {
  SgScript* s = calloc(1, sizeof(SgScript));
  FILE* file = s ? (strcmp(path, "-") == 0 ? stdin : fopen(path, "r")) : NULL;
  if (!file) {
    free(s);
    sg_fail(error, SG_FILE, "%s: cannot be read", path);
    return NULL;
  }
  s->file = file;
  return s;
}


void sg_script_close(SgScript* s) {
  if (s) {
    if (s->file != stdin) {
      fclose(s->file);
    }
    free(s);
  }
}


//-------------------------------- words ---------------------------------------------------------

// a number, or 0
static double number(const char* text) {
  double value = 0;
  sg_text_double(text, &value);
  return value;
}


static int key_code(const char* name) {
  static const struct {
    const char* name;
    int key;
  } names[] = {{"tab", mjKEY_TAB},       {"space", ' '},         {"enter", mjKEY_ENTER},
               {"esc", mjKEY_ESCAPE},    {"right", mjKEY_RIGHT}, {"left", mjKEY_LEFT},
               {"up", mjKEY_UP},         {"down", mjKEY_DOWN},   {"backspace", mjKEY_BACKSPACE},
               {"pageup", mjKEY_PAGE_UP}};
  for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
    if (strcmp(name, names[i].name) == 0) {
      return names[i].key;
    }
  }
  if (name[0] == 'f' && name[1]) {
    return mjKEY_F1 - 1 + (int)number(name + 1);
  }
  return name[0] >= 'a' && name[0] <= 'z' ? name[0] - 'a' + 'A' : name[0];
}


static int modifiers(const char* text) {
  return (strstr(text, "ctrl") ? SG_MOD_CONTROL : 0) | (strstr(text, "shift") ? SG_MOD_SHIFT : 0) |
         (strstr(text, "alt") ? SG_MOD_ALT : 0);
}


static int button_code(const char* name) {
  return strcmp(name, "left") == 0    ? SG_BUTTON_LEFT
         : strcmp(name, "right") == 0 ? SG_BUTTON_RIGHT
                                      : SG_BUTTON_MIDDLE;
}


static void push(SgView* v, SgEvent event) {
  event.time = v->now;
  sg_window_push(v->window, &event);
}


static void push_key(SgView* v, const char* word) {
  const char* plus = strrchr(word, '+');
  const char* name = plus && plus[1] ? plus + 1 : word;
  push(v, (SgEvent){.kind = SG_EVENT_KEY,
                    .key = key_code(name),
                    .mods = name == word ? 0 : modifiers(word)});
}


static void print_rectangle(const char* name, mjrRect r) {
  printf("\"%s\": [%d, %d, %d, %d], ", name, r.left, r.bottom, r.width, r.height);
}


// where the return's figure has its axes, in pixels of the window and in data
static void print_figure(const mjvFigure* f, mjrRect at) {
  printf("\"figure\": [[%d, %d, %.9g, %.9g], [%d, %d, %.9g, %.9g]], ", at.left + f->xaxispixel[0],
         at.left + f->xaxispixel[1], (double)f->xaxisdata[0], (double)f->xaxisdata[1],
         at.bottom + f->yaxispixel[0], at.bottom + f->yaxispixel[1], (double)f->yaxisdata[0],
         (double)f->yaxisdata[1]);
}


static void print_state(const SgView* v) {
  const SgPlay* p = &v->play;
  const mjvCamera* camera = &v->scene->camera;
  printf("{\"mode\": \"%s\", \"paused\": %d, \"help\": %d, \"env\": %d, \"run\": %d, ",
         v->mode == SG_MODE_PLAY ? "play" : "live", v->paused, v->help, v->feed.env + 1,
         v->has_run ? (int)v->feed.state : 0);
  if (v->has_play) {
    printf("\"last_return\": %.17g, ", p->last_steps > 0 ? p->last_sum : 0);
    printf(
        "\"step\": %d, \"episode\": %u, \"return\": %.17g, \"trained\": %lld, \"policy\": \"%s\", ",
        sg_env_steps(p->env), p->episode, p->sum, (long long)p->trained, p->player.policy_sha256);
  }
  printf("\"select\": %d, \"push\": %d, \"camera\": %d, ", v->scene->perturb.select,
         v->scene->perturb.active, camera->type == mjCAMERA_FIXED ? camera->fixedcamid : -1);
  print_rectangle("view", v->state.rect[SG_RECT_VIEW]);
  print_rectangle("left", v->state.rect[SG_RECT_LEFT]);
  print_rectangle("right", v->state.rect[SG_RECT_RIGHT]);
  print_rectangle("curves", v->state.rect[SG_RECT_CURVES]);
  print_figure(sg_figures_get(v->figures, SG_FIGURE_RETURN), v->state.rect[SG_RECT_CURVES]);
  printf("\"qpos0\": %.17g, \"pictures\": %ld, \"message\": \"%s\"}\n", v->scene->data->qpos[0],
         v->pictures, v->message);
  fflush(stdout);
}


//-------------------------------- random events -------------------------------------------------

static int draw_int(SgScript* s, int n) {
  return (int)(sg_rng_uniform(&s->rng) * n) % n;
}


// any key, button, move or size; never quit, full screen or a screenshot
static void push_random(SgScript* s, SgView* v) {
  static const int keys[] = {mjKEY_ENTER,  mjKEY_TAB,    mjKEY_BACKSPACE, mjKEY_RIGHT,
                             mjKEY_LEFT,   mjKEY_UP,     mjKEY_DOWN,      mjKEY_ESCAPE,
                             mjKEY_F1,     mjKEY_F1 + 1, mjKEY_F1 + 2,    mjKEY_F1 + 3,
                             mjKEY_F1 + 5, mjKEY_F1 + 6, mjKEY_F8,        mjKEY_PAGE_UP};
  int kind = draw_int(s, 100), n = (int)(sizeof(keys) / sizeof(keys[0]));
  SgEvent event = {.mods = draw_int(s, 4) == 0 ? draw_int(s, 8) : 0, .x = s->x, .y = s->y};
  event.button = 1 + draw_int(s, 3);
  if (kind < 30) {
    event.kind = SG_EVENT_KEY;
    event.key = draw_int(s, 2) ? keys[draw_int(s, n)] : 32 + draw_int(s, 64);
    if ((event.mods & SG_MOD_CONTROL) && (event.key == 'Q' || event.key == 'P')) {
      return;
    }
  } else if (kind < 55) {
    event.kind = draw_int(s, 2) ? SG_EVENT_PRESS : SG_EVENT_RELEASE;
  } else if (kind < 90) {
    event.kind = SG_EVENT_MOVE;
    event.x = s->x = (draw_int(s, 1200) - 100) * v->state.rect[SG_RECT_WINDOW].width / 1000.0;
    event.y = s->y = (draw_int(s, 1200) - 100) * v->state.rect[SG_RECT_WINDOW].height / 1000.0;
  } else if (kind < 97) {
    event.kind = SG_EVENT_SCROLL;
    event.x = draw_int(s, 3) - 1;
    event.y = draw_int(s, 9) - 4;
  } else if (kind < 98) {
    event.kind = SG_EVENT_DROP;
    snprintf(event.path, sizeof(event.path), "%s",
             v->has_play && draw_int(s, 4) == 0 ? v->play.player.policy_path : "/dev/null");
  } else {
    sg_window_resize(v->window, draw_int(s, 4) ? 60 + draw_int(s, 900) : 0, 60 + draw_int(s, 500));
    return;
  }
  push(v, event);
}


//-------------------------------- running -------------------------------------------------------

// do what one line says
static void obey(SgScript* s, SgView* v, char* line) {
  char word[32] = "", a[1024] = "", b[64] = "";
  int n = sscanf(line, "%31s %1023s %63s", word, a, b);
  if (n < 1 || word[0] == '#') {
    return;
  }
  if (strcmp(word, "key") == 0) {
    push_key(v, a);
  } else if (strcmp(word, "move") == 0) {
    s->x = number(a);
    s->y = number(b);
    push(v, (SgEvent){.kind = SG_EVENT_MOVE, .x = s->x, .y = s->y});
  } else if (strcmp(word, "press") == 0 || strcmp(word, "release") == 0) {
    push(v, (SgEvent){.kind = word[0] == 'p' ? SG_EVENT_PRESS : SG_EVENT_RELEASE,
                      .button = button_code(a),
                      .mods = modifiers(b),
                      .x = s->x,
                      .y = s->y});
  } else if (strcmp(word, "scroll") == 0) {
    push(v, (SgEvent){.kind = SG_EVENT_SCROLL, .y = number(a)});
  } else if (strcmp(word, "drop") == 0) {
    SgEvent event = {.kind = SG_EVENT_DROP};
    snprintf(event.path, sizeof(event.path), "%s", a);
    push(v, event);
  } else if (strcmp(word, "resize") == 0) {
    sg_window_resize(v->window, (int)number(a), (int)number(b));
  } else if (strcmp(word, "pictures") == 0) {
    s->wait = (long)number(a);
  } else if (strcmp(word, "until") == 0) {
    s->until = number(a);
  } else if (strcmp(word, "random") == 0) {
    s->random = (long)number(a);
    s->storm = true;
    s->rng = sg_rng_make((uint64_t)number(b), SG_RNG_TEST, 0, 0);
  } else if (strcmp(word, "shot") == 0) {
    sg_view_screenshot(v, a);
    v->message[0] = '\0';
  } else if (strcmp(word, "state") == 0) {
    print_state(v);
  } else if (strcmp(word, "minimise") == 0 || strcmp(word, "restore") == 0) {
    sg_window_minimise(v->window, word[0] == 'm');
  } else if (strcmp(word, "quit") == 0) {
    v->quit = true;
  } else {
    fprintf(stderr, "softgait-view: script: there is no word '%s'\n", word);
    v->quit = true;
  }
}


bool sg_script_next(SgScript* s, SgView* v) {
  char line[2048];
  if (s->storm) {
    v->quit = false;  // a random click found the panel's button
  }
  if (s->wait > 0) {
    s->wait--;
    return true;
  }
  if (sg_window_time() < s->until) {
    return true;
  }
  if (s->random > 0) {
    for (int i = 0; i < 100 && s->random > 0; i++, s->random--) {
      push_random(s, v);
    }
    return true;
  }
  s->storm = false;
  if (!fgets(line, sizeof(line), s->file)) {
    return false;
  }
  obey(s, v, line);
  return true;
}
