// The keys: one table, from which presses are looked up and the help is drawn. They are those of
// MuJoCo's simulate where it has them; Enter, comma and period are this program's.

#include <string.h>

#include "view.h"

// a key: what it is, what it means, in which block of the help it stands
typedef struct Key {
  int key, mods;
  int group;
  const char* name;  // in the help; NULL: not shown there
  const char* help;
  void (*act)(SgView* v, int value);
  int value;
} Key;

enum {
  TIME,
  WINDOW,
  CAMERA,
  PICTURE,
  ANY = -1,  // modifiers do not matter
  CTRL = SG_MOD_CONTROL,
  SHIFT = SG_MOD_SHIFT
};


//-------------------------------- actions -------------------------------------------------------

static void toggle_mode(SgView* v, int value) {
  (void)value;
  sg_view_mode(v, v->mode == SG_MODE_LIVE ? SG_MODE_PLAY : SG_MODE_LIVE);
}


static void toggle_pause(SgView* v, int value) {
  (void)value;
  v->paused = !v->paused;
  if (v->mode == SG_MODE_LIVE) {
    sg_view_say(v, v->paused ? "the picture stands; training goes on" : "live again");
  }
  sg_panels_refresh(v);
}


static void reset(SgView* v, int value) {
  (void)value;
  if (v->mode == SG_MODE_LIVE) {
    sg_view_say(v, "training cannot be reset from here; Enter plays the policy");
    return;
  }
  sg_play_reset(&v->play);
  v->scene->perturb.active = 0;
  sg_view_show(v);
  sg_scene_home(v->scene);
}


static void toggle_choice(SgView* v, int value) {
  (void)value;
  sg_view_choose(v, v->has_play && v->play.choice == SG_PLAY_BEST ? SG_PLAY_LATEST : SG_PLAY_BEST);
}


static void toggle_panel(SgView* v, int right) {
  int* panel = right ? &v->right : &v->left;
  *panel = !*panel;
  sg_panels_layout(v);
}


static void toggle_help(SgView* v, int value) {
  (void)value;
  v->help = v->help < sg_overlay_help_pages(v) ? v->help + 1 : 0;
}


static void toggle_info(SgView* v, int value) {
  (void)value;
  v->info = !v->info;
}


static void toggle_figures(SgView* v, int bars) {
  int* shown = bars ? &v->bars : &v->curves;
  *shown = !*shown;
  sg_panels_layout(v);
}


static void fullscreen(SgView* v, int value) {
  (void)value;
  sg_window_fullscreen(v->window);
}


static void screenshot(SgView* v, int value) {
  (void)value;
  sg_view_screenshot(v, NULL);
}


// the shown state as a key frame, as simulate's Ctrl+C gives it
static void copy_state(SgView* v, int value) {
  (void)value;
  char text[8192];
  int n = snprintf(text, sizeof(text), "<key qpos='");
  const mjModel* m = v->scene->model;
  for (int pass = 0; pass < 2; pass++) {
    const mjtNum* x = pass ? v->scene->data->qvel : v->scene->data->qpos;
    mjtSize count = pass ? m->nv : m->nq;
    n += n < (int)sizeof(text) && pass ? snprintf(text + n, sizeof(text) - (size_t)n, "' qvel='")
                                       : 0;
    for (mjtSize i = 0; i < count && n < (int)sizeof(text); i++) {
      n += snprintf(text + n, sizeof(text) - (size_t)n, i ? " %.17g" : "%.17g", x[i]);
    }
  }
  if (n >= (int)sizeof(text) - 8) {
    sg_view_say(v, "the state is too large for the clipboard");
    return;
  }
  snprintf(text + n, sizeof(text) - (size_t)n, "'/>");
  sg_window_copy(v->window, text);
  sg_view_say(v, "the state is on the clipboard, as a key frame");
}


static void quit(SgView* v, int value) {
  (void)value;
  v->quit = true;
}


static void free_camera(SgView* v, int value) {
  (void)value;
  sg_scene_home(v->scene);
}


static void next_camera(SgView* v, int step) {
  char name[64];
  sg_scene_next_camera(v->scene, step, name, sizeof(name));
  sg_view_say(v, "camera %s", name);
}


static void select_parent(SgView* v, int value) {
  (void)value;
  mjvPerturb* p = &v->scene->perturb;
  if (p->select > 0) {
    p->select = v->scene->model->body_parentid[p->select];
    p->active = 0;
    mju_zero3(p->localpos);
  }
}


static void next_frame(SgView* v, int value) {
  (void)value;
  v->scene->option.frame = (v->scene->option.frame + 1) % mjNFRAME;
  sg_view_say(v, "frames: %s", mjFRAMESTRING[v->scene->option.frame]);
  sg_panels_refresh(v);
}


static void next_label(SgView* v, int value) {
  (void)value;
  v->scene->option.label = (v->scene->option.label + 1) % mjNLABEL;
  sg_view_say(v, "labels: %s", mjLABELSTRING[v->scene->option.label]);
  sg_panels_refresh(v);
}


static void faster(SgView* v, int step) {
  sg_view_faster(v, step);
}


static void step(SgView* v, int direction) {
  sg_view_step(v, direction);
}


static void next_env(SgView* v, int by) {
  sg_view_next_env(v, by);
}


// value: the direction; with Shift the next or the previous input is chosen instead
static void command(SgView* v, int value) {
  SgPlay* p = &v->play;
  if (v->mode != SG_MODE_PLAY || p->ncommand == 0) {
    sg_view_say(v, "%s",
                v->mode == SG_MODE_PLAY ? "this policy takes no commands"
                                        : "commands are for the play mode (Enter)");
    return;
  }
  if (value == 2 || value == -2) {
    v->command = (v->command + value / 2 + p->ncommand) % p->ncommand;
  } else {
    sg_play_command(p, v->command, value * 0.1);
  }
  sg_view_say(v, "command %s %.2f", sg_policy_command(p->player.policy, v->command),
              p->commands[v->command]);
}


//-------------------------------- the table -----------------------------------------------------

// clang-format off
static const Key KEYS[] = {
    {mjKEY_ENTER,      0,     TIME,    "Enter",      "live / play",           toggle_mode, 0},
    {',',              ANY,   TIME,    ", .",        "environment (live)",    next_env, -1},
    {'.',              ANY,   TIME,    NULL,         NULL,                    next_env, 1},
    {mjKEY_F8,         ANY,   TIME,    "F8",         "best / latest policy",  toggle_choice, 0},
    {' ',              ANY,   TIME,    "Space",      "pause",                 toggle_pause, 0},
    {mjKEY_RIGHT,      ANY,   TIME,    "Right Left", "step, step back",       step, 1},
    {mjKEY_LEFT,       ANY,   TIME,    NULL,         NULL,                    step, -1},
    {'=',              ANY,   TIME,    "=  -",       "faster, slower",        faster, 1},
    {'-',              ANY,   TIME,    NULL,         NULL,                    faster, -1},
    {mjKEY_BACKSPACE,  ANY,   TIME,    "Backspace",  "next episode",          reset, 0},
    {mjKEY_UP,         0,     TIME,    "Up  Down",   "change the command",    command, 1},
    {mjKEY_DOWN,       0,     TIME,    NULL,         NULL,                    command, -1},
    {mjKEY_UP,         SHIFT, TIME,    "Shift+Up",   "next command input",    command, 2},
    {mjKEY_DOWN,       SHIFT, TIME,    NULL,         NULL,                    command, -2},

    {mjKEY_F1,         ANY,   WINDOW,  "F1",         "this help",             toggle_help, 0},
    {mjKEY_F2,         ANY,   WINDOW,  "F2",         "facts",                 toggle_info, 0},
    {mjKEY_F3,         ANY,   WINDOW,  "F3",         "learning curves",       toggle_figures, 0},
    {mjKEY_F4,         ANY,   WINDOW,  "F4",         "reward terms",          toggle_figures, 1},
    {mjKEY_TAB,        0,     WINDOW,  "Tab",        "left panel",            toggle_panel, 0},
    {mjKEY_TAB,        SHIFT, WINDOW,  "Shift+Tab",  "right panel",           toggle_panel, 1},
    {mjKEY_F11,        ANY,   WINDOW,  "F11",        "full screen",           fullscreen, 0},
    {mjKEY_F5,         ANY,   WINDOW,  NULL,         NULL,                    fullscreen, 0},
    {'P',              CTRL,  WINDOW,  "Ctrl+P",     "screenshot",            screenshot, 0},
    {'C',              CTRL,  WINDOW,  "Ctrl+C",     "copy the state",        copy_state, 0},
    {'Q',              CTRL,  WINDOW,  "Ctrl+Q",     "quit",                  quit, 0},

    {mjKEY_ESCAPE,     ANY,   CAMERA,  "Esc",        "free camera",           free_camera, 0},
    {'A',              CTRL,  CAMERA,  NULL,         NULL,                    free_camera, 0},
    {'[',              ANY,   CAMERA,  "[  ]",       "other cameras",         next_camera, -1},
    {']',              ANY,   CAMERA,  NULL,         NULL,                    next_camera, 1},
    {mjKEY_PAGE_UP,    ANY,   CAMERA,  "Page up",    "select the parent",     select_parent, 0},
    {mjKEY_F6,         ANY,   PICTURE, "F6",         "frames",                next_frame, 0},
    {mjKEY_F7,         ANY,   PICTURE, "F7",         "labels",                next_label, 0},
};

// what the mouse does, and the keys that are looked up elsewhere: for the help only
static const Key WORDS[] = {
    {0, 0, WINDOW,  "drop a file",       "play that policy",           NULL, 0},
    {0, 0, CAMERA,  "left drag",         "orbit",                      NULL, 0},
    {0, 0, CAMERA,  "right drag",        "move (Shift: level)",        NULL, 0},
    {0, 0, CAMERA,  "wheel",             "zoom",                       NULL, 0},
    {0, 0, CAMERA,  "double click",      "select a body",              NULL, 0},
    {0, 0, CAMERA,  "right double",      "look there",                 NULL, 0},
    {0, 0, CAMERA,  "Ctrl+right double", "follow that body",           NULL, 0},
    {0, 0, CAMERA,  "Ctrl+right drag",   "push the selected body",     NULL, 0},
    {0, 0, CAMERA,  "Ctrl+left drag",    "turn it",                    NULL, 0},
    {0, 0, PICTURE, "0 to 5",            "geom groups (Shift: sites)", NULL, 0},
};
// clang-format on

enum {
  NKEY = sizeof(KEYS) / sizeof(KEYS[0]),
  NWORD = sizeof(WORDS) / sizeof(WORDS[0])
};

static const char* const TITLES[] = {"time", "window", "mouse and camera", "picture"};

// the flags that the help names; the others have their letters in the right panel
static const int SHOWN_FLAGS[] = {mjVIS_CONTACTPOINT, mjVIS_CONTACTFORCE, mjVIS_JOINT,
                                  mjVIS_ACTUATOR,     mjVIS_COM,          mjVIS_INERTIA,
                                  mjVIS_PERTFORCE,    mjVIS_TRANSPARENT,  mjVIS_TEXTURE};


//-------------------------------- looking up ----------------------------------------------------

// the flag of a picture that a letter switches; -1: none. The letters are MuJoCo's own
static int find_flag(const char* (*strings)[3], int n, int key) {
  for (int i = 0; i < n; i++) {
    if (strings[i][2][0] && strings[i][2][0] == key) {
      return i;
    }
  }
  return -1;
}


static bool toggle_flag(SgView* v, int key) {
  int flag = find_flag(mjVISSTRING, mjNVISFLAG, key);
  mjtByte* flags = v->scene->option.flags;
  const char* name = flag >= 0 ? mjVISSTRING[flag][0] : NULL;
  if (flag < 0) {
    flag = find_flag(mjRNDSTRING, mjNRNDFLAG, key);
    flags = v->scene->scene.flags;
    name = flag >= 0 ? mjRNDSTRING[flag][0] : NULL;
  }
  if (flag < 0) {
    return false;
  }
  flags[flag] = !flags[flag];
  sg_view_say(v, "%s %s", name, flags[flag] ? "on" : "off");
  sg_panels_refresh(v);
  return true;
}


static bool toggle_group(SgView* v, int key, int mods) {
  int i = key - '0';
  if (i < 0 || i >= mjNGROUP) {
    return false;
  }
  mjtByte* groups = mods & SG_MOD_SHIFT ? v->scene->option.sitegroup : v->scene->option.geomgroup;
  groups[i] = !groups[i];
  sg_view_say(v, "%s group %d %s", mods & SG_MOD_SHIFT ? "site" : "geom", i,
              groups[i] ? "on" : "off");
  sg_panels_refresh(v);
  return true;
}


bool sg_keys_press(SgView* v, int key, int mods) {
  for (int i = 0; i < NKEY; i++) {
    if (KEYS[i].key == key && (KEYS[i].mods == ANY || KEYS[i].mods == mods)) {
      KEYS[i].act(v, KEYS[i].value);
      return true;
    }
  }
  if (mods & (SG_MOD_CONTROL | SG_MOD_ALT)) {
    return false;
  }
  return toggle_group(v, key, mods) || toggle_flag(v, key);
}


//-------------------------------- help ----------------------------------------------------------

static void add_words(SgOverlay* overlay, const Key* keys, int n, int group) {
  for (int i = 0; i < n; i++) {
    if (keys[i].group == group && keys[i].name) {
      sg_overlay_add(overlay, keys[i].name, "%s", keys[i].help);
    }
  }
}


bool sg_keys_help(int group, SgOverlay* overlay) {
  memset(overlay, 0, sizeof(*overlay));
  if (group < 0 || group >= (int)(sizeof(TITLES) / sizeof(TITLES[0]))) {
    return false;
  }
  sg_overlay_add(overlay, TITLES[group], " ");
  add_words(overlay, WORDS, NWORD, group == WINDOW ? -1 : group);
  add_words(overlay, KEYS, NKEY, group);
  if (group == WINDOW) {
    add_words(overlay, WORDS, NWORD, group);
  }
  for (size_t i = 0; group == PICTURE && i < sizeof(SHOWN_FLAGS) / sizeof(SHOWN_FLAGS[0]); i++) {
    sg_overlay_add(overlay, mjVISSTRING[SHOWN_FLAGS[i]][2], "%s", mjVISSTRING[SHOWN_FLAGS[i]][0]);
  }
  if (group == PICTURE) {
    sg_overlay_add(overlay, mjRNDSTRING[mjRND_SHADOW][2], "%s", mjRNDSTRING[mjRND_SHADOW][0]);
    sg_overlay_add(overlay, mjRNDSTRING[mjRND_REFLECTION][2], "%s",
                   mjRNDSTRING[mjRND_REFLECTION][0]);
    sg_overlay_add(overlay, mjRNDSTRING[mjRND_WIREFRAME][2], "%s", mjRNDSTRING[mjRND_WIREFRAME][0]);
  }
  return true;
}
