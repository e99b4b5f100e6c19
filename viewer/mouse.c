// Events: first to the panels, then to the keys or to the mouse. The mouse is that of MuJoCo's
// simulate.
//
//   left drag  orbit          double click        select a body
//   right drag pan            right double click  look there        Ctrl+right: follow that body
//   wheel      zoom           Ctrl+drag           push the selected body: right force, left torque

#include <math.h>
#include <string.h>

#include "view.h"

static const double DOUBLE_CLICK = 0.3;  // seconds
static const double ZOOM = 0.05;         // share of the distance per notch


//-------------------------------- the pointer's state -------------------------------------------

static void set_mods(mjuiState* s, int mods) {
  s->control = (mods & SG_MOD_CONTROL) != 0;
  s->shift = (mods & SG_MOD_SHIFT) != 0;
  s->alt = (mods & SG_MOD_ALT) != 0;
}


static void set_pointer(mjuiState* s, double x, double y) {
  s->dx = x - s->x;
  s->dy = y - s->y;
  s->x = x;
  s->y = y;
  s->mouserect = mjr_findRect((int)x, (int)y, s->nrect - 1, s->rect + 1) + 1;
}


static int* button_of(mjuiState* s, int button) {
  return button == SG_BUTTON_LEFT ? &s->left : button == SG_BUTTON_RIGHT ? &s->right : &s->middle;
}


static void press(mjuiState* s, const SgEvent* event) {
  bool none = !s->left && !s->right && !s->middle;
  set_pointer(s, event->x, event->y);
  *button_of(s, event->button) = 1;
  s->type = mjEVENT_PRESS;
  s->doubleclick = event->button == s->button && event->time - s->buttontime < DOUBLE_CLICK;
  s->button = event->button;
  s->buttontime = s->doubleclick ? -1 : event->time;  // three clicks are not two double ones
  if (none) {
    s->dragrect = s->mouserect;
    s->dragbutton = s->button;
  }
}


// what the event does to pointer and keys; false for events that are not theirs
static bool update_state(mjuiState* s, const SgEvent* event) {
  s->doubleclick = 0;
  s->dx = s->dy = s->sx = s->sy = 0;
  switch (event->kind) {
    case SG_EVENT_PRESS:
      set_mods(s, event->mods);
      press(s, event);
      return true;
    case SG_EVENT_RELEASE:
      set_mods(s, event->mods);
      set_pointer(s, event->x, event->y);
      *button_of(s, event->button) = 0;
      s->type = mjEVENT_RELEASE;
      return true;
    case SG_EVENT_MOVE:
      set_pointer(s, event->x, event->y);
      s->type = mjEVENT_MOVE;
      return true;
    case SG_EVENT_SCROLL:
      s->sx = event->x;
      s->sy = event->y;
      s->type = mjEVENT_SCROLL;
      return true;
    case SG_EVENT_KEY:
      set_mods(s, event->mods);
      s->key = event->key;
      s->type = mjEVENT_KEY;
      return true;
    default: return false;
  }
}


static void take_input(SgView* v) {
  mjuiState* s = &v->state;
  if (!sg_panels_event(v)) {
    if (s->type == mjEVENT_KEY) {
      int mods = (s->control ? SG_MOD_CONTROL : 0) | (s->shift ? SG_MOD_SHIFT : 0) |
                 (s->alt ? SG_MOD_ALT : 0);
      sg_keys_press(v, s->key, mods);
    } else {
      sg_mouse_event(v);
    }
  }
  if (s->type == mjEVENT_RELEASE && !s->left && !s->right && !s->middle) {
    s->dragrect = 0;
    s->dragbutton = 0;
  }
}


void sg_view_event(SgView* v, const SgEvent* event) {
  switch (event->kind) {
    case SG_EVENT_CLOSE: v->quit = true; break;
    case SG_EVENT_RESIZE: sg_panels_layout(v); break;
    case SG_EVENT_DROP: sg_view_drop(v, event->path); break;
    case SG_EVENT_REDRAW: break;
    default:
      if (update_state(&v->state, event)) {
        take_input(v);
      }
      if (event->kind == SG_EVENT_MOVE && !v->state.dragrect) {
        return;  // a pointer that only passes by changes nothing
      }
  }
  v->dirty = true;
}


//-------------------------------- what it does --------------------------------------------------

bool sg_mouse_pushing(const SgView* v) {
  return v->mode == SG_MODE_PLAY && v->scene->perturb.active != 0;
}


static void select_at_pointer(SgView* v) {
  SgScene* s = v->scene;
  mjrRect view = v->state.rect[SG_RECT_VIEW];
  mjtNum point[3], from_body[3];
  double x = (v->state.x - view.left) / view.width, y = (v->state.y - view.bottom) / view.height;
  int body = sg_scene_pick(s, view, x, y, point);

  // right: look there, and with Ctrl go along with it
  if (v->state.button == SG_BUTTON_RIGHT) {
    if (body >= 0) {
      mju_copy3(s->camera.lookat, point);
      s->camera.type = mjCAMERA_FREE;
      sg_scene_follow(s, v->state.control && body > 0 ? body : 0);
    }
    return;
  }

  // left: select; the same body or nothing: select nothing
  mjvPerturb* p = &s->perturb;
  p->active = 0;
  if (body <= 0 || body == p->select) {
    p->select = 0;
    return;
  }
  p->select = body;
  mju_sub3(from_body, point, s->data->xpos + 3 * body);
  mju_mulMatTVec3(p->localpos, s->data->xmat + 9 * body, from_body);
  const char* name = mj_id2name(s->model, mjOBJ_BODY, body);
  sg_view_say(v, "selected %s; Ctrl-drag with the right button pushes it", name ? name : "a body");
}


static void begin_push(SgView* v) {
  if (v->mode == SG_MODE_LIVE) {
    sg_view_say(
        v,
        "a training robot cannot be pushed: watching never changes a run; Enter plays the policy");
    return;
  }
  if (v->paused) {
    sg_view_say(v, "pushing needs time to pass: space goes on");
    return;
  }
  mjv_initPerturb(v->scene->model, v->scene->data, &v->scene->scene, &v->scene->perturb);
  v->scene->perturb.active = v->state.button == SG_BUTTON_RIGHT ? mjPERT_TRANSLATE : mjPERT_ROTATE;
}


static void drag(SgView* v) {
  const mjuiState* s = &v->state;
  SgScene* scene = v->scene;
  double height = s->rect[SG_RECT_VIEW].height;
  int action = s->right  ? (s->shift ? mjMOUSE_MOVE_H : mjMOUSE_MOVE_V)
               : s->left ? (s->shift ? mjMOUSE_ROTATE_H : mjMOUSE_ROTATE_V)
                         : mjMOUSE_ZOOM;
  if (scene->perturb.active) {
    mjv_movePerturb(scene->model, scene->data, action, s->dx / height, -s->dy / height,
                    &scene->scene, &scene->perturb);
  } else {
    mjv_moveCamera(scene->model, action, s->dx / height, -s->dy / height, &scene->camera);
  }
}


void sg_mouse_event(SgView* v) {
  mjuiState* s = &v->state;
  bool inside = s->mouserect == SG_RECT_VIEW && s->rect[SG_RECT_VIEW].height > 0;
  if (s->type == mjEVENT_SCROLL && inside) {
    mjv_moveCamera(v->scene->model, mjMOUSE_ZOOM, 0, -ZOOM * s->sy, &v->scene->camera);
  } else if (s->type == mjEVENT_PRESS && inside && s->doubleclick) {
    select_at_pointer(v);
  } else if (s->type == mjEVENT_PRESS && inside && s->control && v->scene->perturb.select > 0) {
    begin_push(v);
  } else if (s->type == mjEVENT_RELEASE && !s->left && !s->right) {
    v->scene->perturb.active = 0;
  } else if (s->type == mjEVENT_MOVE && s->dragrect == SG_RECT_VIEW &&
             (s->left || s->right || s->middle) && s->rect[SG_RECT_VIEW].height > 0) {
    drag(v);
  }
}
