// The panels: MuJoCo's own user interface, one at the left for what is shown, one at the right for
// how it is drawn. They are tables of items that point at the switches; what an item needs beyond
// its switch is done in one place.

#include <string.h>

#include "view.h"

enum {
  LEFT = 0,
  RIGHT = 1,
  CURVES_SHARE = 38,  // per cent of the width
  MIN_CURVES = 340,   // pixels
  MAX_CURVES = 560,
  MIN_VIEW = 300  // pixels that the robot keeps
};

// items that need more than their switch
enum {
  ITEM_MODE = 1,
  ITEM_ENV,
  ITEM_CHOICE,
  ITEM_RESET,
  ITEM_STEP,
  ITEM_BACK,
  ITEM_LAYOUT,
  ITEM_SHOT,
  ITEM_QUIT,
  ITEM_CAMERA
};


//-------------------------------- making --------------------------------------------------------

static void add(mjUI* ui, int type, const char* name, int state, void* data, const char* other,
                int id) {
  mjuiDef def[2] = {{.type = type, .state = state, .pdata = data}, {.type = mjITEM_END}};
  snprintf(def[0].name, sizeof(def[0].name), "%s", name);
  snprintf(def[0].other, sizeof(def[0].other), "%s", other);
  mjui_add(ui, def);
  if (type != mjITEM_SECTION) {
    mjuiSection* section = &ui->sect[ui->nsect - 1];
    section->item[section->nitem - 1].userid = id;
  }
}


static void begin(SgView* v, int side) {
  mjUI* ui = &v->ui[side];
  memset(ui, 0, sizeof(*ui));
  ui->spacing = mjui_themeSpacing(1);
  ui->color = mjui_themeColor(1);
  ui->rectid = side == LEFT ? SG_RECT_LEFT : SG_RECT_RIGHT;
  ui->auxid = side;
  ui->userdata = v;
}


static int count_envs(const SgView* v) {
  return v->has_run && v->feed.frame ? v->feed.frame->nshown : 1;
}


static int count_commands(const SgView* v) {
  return v->has_play ? v->play.ncommand : 0;
}


static void make_left(SgView* v) {
  char range[32];
  int nenv = count_envs(v);
  mjUI* ui = &v->ui[LEFT];
  begin(v, LEFT);
  v->ui_envs = nenv;
  v->ui_commands = count_commands(v);
  add(ui, mjITEM_SECTION, "Mode", 1, NULL, "", 0);
  add(ui, mjITEM_RADIO, "", 1, &v->mode_shown, "Live\nPlay", ITEM_MODE);
  snprintf(range, sizeof(range), "1 %d", nenv > 1 ? nenv : 2);
  add(ui, mjITEM_SLIDERINT, "Environment", nenv > 1, &v->env_shown, range, ITEM_ENV);
  add(ui, mjITEM_SELECT, "Policy", 1, &v->choice, "Best\nLatest", ITEM_CHOICE);

  add(ui, mjITEM_SECTION, "Time", 1, NULL, "", 0);
  add(ui, mjITEM_RADIO, "", 1, &v->paused, "Run\nPause", 0);
  add(ui, mjITEM_BUTTON, "Step back", 1, NULL, "", ITEM_BACK);
  add(ui, mjITEM_BUTTON, "Step", 1, NULL, "", ITEM_STEP);
  add(ui, mjITEM_SELECT, "Speed", 1, &v->speed,
      "1 %\n2 %\n5 %\n10 %\n20 %\n33 %\n50 %\n70 %\nReal time\n150 %\n200 %\n400 %\n800 %", 0);
  add(ui, mjITEM_BUTTON, "Next episode", 1, NULL, "", ITEM_RESET);

  add(ui, mjITEM_SECTION, "Window", 1, NULL, "", 0);
  add(ui, mjITEM_CHECKINT, "Help", 1, &v->help, "", 0);
  add(ui, mjITEM_CHECKINT, "Facts", 1, &v->info, "", 0);
  add(ui, mjITEM_CHECKINT, "Curves", 1, &v->curves, "", ITEM_LAYOUT);
  add(ui, mjITEM_CHECKINT, "Reward terms", 1, &v->bars, "", ITEM_LAYOUT);
  add(ui, mjITEM_BUTTON, "Screenshot", 1, NULL, "", ITEM_SHOT);
  add(ui, mjITEM_BUTTON, "Quit", 1, NULL, "", ITEM_QUIT);

  // command inputs, where the policy has some
  if (v->ui_commands > 0) {
    add(ui, mjITEM_SECTION, "Command", 1, NULL, "", 0);
    for (int i = 0; i < v->ui_commands; i++) {
      double low, high;
      sg_play_command_range(&v->play, i, &low, &high);
      snprintf(range, sizeof(range), "%g %g", low, high);
      add(ui, mjITEM_SLIDERNUM, sg_policy_command(v->play.player.policy, i), 1,
          &v->play.commands[i], range, 0);
    }
  }
}


// a check box per flag, with MuJoCo's names and letters
static void add_flags(mjUI* ui, const char* (*strings)[3], int n, mjtByte* flags) {
  for (int i = 0; i < n; i++) {
    char other[8] = "";
    snprintf(other, sizeof(other), " %s", strings[i][2]);
    add(ui, mjITEM_CHECKBYTE, strings[i][0], 1, &flags[i], strings[i][2][0] ? other : "", 0);
  }
}


// all labels or frames as one string, a line each
static void join(char* to, size_t size, const char* const* names, int n) {
  to[0] = '\0';
  for (int i = 0, used = 0; i < n && used < (int)size; i++) {
    used += snprintf(to + used, size - (size_t)used, i ? "\n%s" : "%s", names[i]);
  }
}


static void add_groups(mjUI* ui, const char* what, mjtByte* groups) {
  for (int i = 0; i < mjNGROUP; i++) {
    char name[mjMAXUINAME];
    snprintf(name, sizeof(name), "%s %d", what, i);
    add(ui, mjITEM_CHECKBYTE, name, 1, &groups[i], "", 0);
  }
}


static void make_right(SgView* v) {
  char list[mjMAXUITEXT];
  SgScene* s = v->scene;
  mjUI* ui = &v->ui[RIGHT];
  begin(v, RIGHT);
  add(ui, mjITEM_SECTION, "Picture", 1, NULL, "", 0);
  join(list, sizeof(list), mjLABELSTRING, mjNLABEL);
  add(ui, mjITEM_SELECT, "Label", 1, &s->option.label, list, 0);
  join(list, sizeof(list), mjFRAMESTRING, mjNFRAME);
  add(ui, mjITEM_SELECT, "Frame", 1, &s->option.frame, list, 0);
  add(ui, mjITEM_BUTTON, "Free camera", 1, NULL, "", ITEM_CAMERA);
  add(ui, mjITEM_SECTION, "Show", 1, NULL, "", 0);
  add_flags(ui, mjVISSTRING, mjNVISFLAG, s->option.flags);
  add(ui, mjITEM_SECTION, "Rendering", 0, NULL, "", 0);
  add_flags(ui, mjRNDSTRING, mjNRNDFLAG, s->scene.flags);
  add(ui, mjITEM_SECTION, "Groups", 0, NULL, "", 0);
  add_groups(ui, "Geom", s->option.geomgroup);
  add_groups(ui, "Site", s->option.sitegroup);
  add_groups(ui, "Joint", s->option.jointgroup);
  add_groups(ui, "Actuator", s->option.actuatorgroup);
}


void sg_panels_make(SgView* v) {
  make_left(v);
  make_right(v);
  for (int i = 0; i < 2; i++) {
    mjui_resize(&v->ui[i], &v->scene->context);
    mjr_addAux(i, v->ui[i].width, v->ui[i].maxheight, v->ui[i].spacing.samples, &v->scene->context);
  }
  sg_panels_refresh(v);
}


void sg_panels_update(SgView* v) {
  if (v->ui_envs != count_envs(v) || v->ui_commands != count_commands(v)) {
    sg_panels_make(v);
    v->dirty = true;
  }
}


//-------------------------------- places --------------------------------------------------------

// the figures' share of what the panels leave; 0 when none are shown or the window is too narrow
static int curves_width(const SgView* v, int width) {
  bool any = (v->curves && v->has_run) || v->bars;
  int wanted = width * CURVES_SHARE / 100;
  wanted = wanted < MIN_CURVES ? MIN_CURVES : wanted > MAX_CURVES ? MAX_CURVES : wanted;
  return any && width - wanted >= MIN_VIEW ? wanted : 0;
}


void sg_panels_layout(SgView* v) {
  int width, height;
  mjrRect* rect = v->state.rect;
  sg_window_size(v->window, &width, &height);
  v->state.nrect = SG_NRECT;
  rect[SG_RECT_WINDOW] = (mjrRect){0, 0, width, height};

  // a panel that finds no room is not drawn
  int left = v->left && v->ui[LEFT].width < width ? v->ui[LEFT].width : 0;
  int right = v->right && left + v->ui[RIGHT].width < width ? v->ui[RIGHT].width : 0;
  rect[SG_RECT_LEFT] = (mjrRect){0, 0, left, height};
  rect[SG_RECT_RIGHT] = (mjrRect){width - right, 0, right, height};

  int rest = width - left - right, curves = curves_width(v, rest);
  rect[SG_RECT_VIEW] = (mjrRect){left, 0, rest - curves, height};
  rect[SG_RECT_CURVES] = (mjrRect){left + rest - curves, 0, curves, height};
  v->dirty = true;
}


//-------------------------------- events --------------------------------------------------------

static void act(SgView* v, const mjuiItem* item) {
  switch (item->userid) {
    case ITEM_MODE: sg_view_mode(v, v->mode_shown == 0 ? SG_MODE_LIVE : SG_MODE_PLAY); break;
    case ITEM_ENV: sg_view_next_env(v, v->env_shown - 1 - v->feed.env); break;
    case ITEM_CHOICE: sg_view_choose(v, v->choice); break;
    case ITEM_RESET: sg_keys_press(v, mjKEY_BACKSPACE, 0); break;
    case ITEM_STEP: sg_view_step(v, 1); break;
    case ITEM_BACK: sg_view_step(v, -1); break;
    case ITEM_LAYOUT: sg_panels_layout(v); break;
    case ITEM_SHOT: sg_view_screenshot(v, NULL); break;
    case ITEM_QUIT: v->quit = true; break;
    case ITEM_CAMERA: sg_scene_home(v->scene); break;
    default: break;
  }
  sg_panels_refresh(v);
}


bool sg_panels_event(SgView* v) {
  mjuiState* s = &v->state;
  for (int i = 0; i < 2; i++) {
    mjUI* ui = &v->ui[i];
    bool shown = s->rect[ui->rectid].width > 0;
    bool over = s->dragrect == ui->rectid || (s->dragrect == 0 && s->mouserect == ui->rectid);
    if (!shown || (s->type == mjEVENT_KEY ? ui->editsect == 0 : !over)) {
      continue;
    }
    mjuiItem* item = mjui_event(ui, s, &v->scene->context);
    if (item) {
      act(v, item);
    }
    return true;
  }
  return false;
}


//-------------------------------- drawing -------------------------------------------------------

void sg_panels_refresh(SgView* v) {
  v->mode_shown = v->mode == SG_MODE_PLAY;
  v->env_shown = v->feed.env + 1;
  v->choice = v->has_play && v->play.choice == SG_PLAY_LATEST;
  for (int i = 0; v->scene && i < 2; i++) {
    mjui_update(-1, -1, &v->ui[i], &v->state, &v->scene->context);
  }
}


void sg_panels_draw(SgView* v) {
  for (int i = 0; i < 2; i++) {
    if (v->state.rect[v->ui[i].rectid].width > 0) {
      mjui_render(&v->ui[i], &v->state, &v->scene->context);
    }
  }
}
