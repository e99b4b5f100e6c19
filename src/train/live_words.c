// The list of a frame's words, walked in either direction.
//
//   head | facts | now | row | environments | texts
//
// Walking in, every count is checked against its cap before it is used, and no word is taken that
// is not there. Walking out, the same checks tell whether the frame fits.

#include "train/live_words.h"

#include <string.h>

// a walk over words, in or out
typedef struct Walk {
  uint64_t* words;
  int at, size;  // the next word, and how many there are
  bool in;       // from words into the frame
  bool fine;     // nothing was missing and every count was in its range so far
} Walk;


//-------------------------------- a word, some words --------------------------------------------

// the next n words; NULL when there are not as many
static uint64_t* take(Walk* w, int n) {
  w->fine = w->fine && n <= w->size - w->at;
  if (!w->fine) {
    return NULL;
  }
  w->at += n;
  return w->words + w->at - n;
}


// anything of 64 bits: a double or an int64_t
static void word(Walk* w, void* value) {
  uint64_t* at = take(w, 1);
  if (at && w->in) {
    memcpy(value, at, sizeof(*at));
  } else if (at) {
    memcpy(at, value, sizeof(*at));
  }
}


// a whole number from low to high
static void whole(Walk* w, int* value, int low, int high) {
  int64_t wide = *value;
  word(w, &wide);
  w->fine = w->fine && wide >= low && wide <= high;
  if (w->in) {
    *value = w->fine ? (int)wide : low;
  }
}


// n doubles that the frame points at
static void numbers(Walk* w, const double** values, int n) {
  uint64_t* at = take(w, n);
  if (at && w->in) {
    *values = (const double*)at;
  } else if (at && n > 0) {
    memcpy(at, *values, (size_t)n * sizeof(double));
  }
}


// a name of SG_LIVE_NAME bytes that the frame points at; a longer one is cut
static void name(Walk* w, const char** text) {
  char* at = (char*)take(w, SG_LIVE_NAME / 8);
  if (!at) {
    return;
  }
  if (w->in) {
    at[SG_LIVE_NAME - 1] = '\0';
    for (unsigned char* c = (unsigned char*)at; *c; c++) {
      *c = *c < ' ' || *c == 127 ? '?' : *c;
    }
    *text = at;
  } else {
    strncpy(at, *text, SG_LIVE_NAME - 1);
    at[SG_LIVE_NAME - 1] = '\0';
  }
}


//-------------------------------- the list ------------------------------------------------------

static void facts(Walk* w, SgLiveFrame* f) {
  const int most = SG_LIVE_MAX_WORD;
  word(w, &f->pid);
  word(w, &f->born);
  word(w, &f->boot[0]);
  word(w, &f->boot[1]);
  whole(w, &f->nq, 0, most);
  whole(w, &f->nv, 0, most);
  whole(w, &f->na, 0, most);
  whole(w, &f->nu, 0, most);
  whole(w, &f->nenv, 1, INT32_MAX);
  whole(w, &f->nshown, 0, SG_LIVE_MAX_ENV < f->nenv ? SG_LIVE_MAX_ENV : f->nenv);
  whole(w, &f->nreward, 0, SG_LIVE_MAX_REWARD);
  whole(w, &f->ncolumn, 0, SG_LIVE_MAX_COLUMN);
  word(w, &f->seed);
  word(w, &f->steps);
  word(w, &f->dt);
  word(w, &f->first_step);
}


static void now(Walk* w, SgLiveFrame* f) {
  int state = (int)f->state, doing = (int)f->doing;
  whole(w, &state, SG_LIVE_RUNNING, SG_LIVE_FAILED);
  whole(w, &doing, SG_LIVE_EXPLORING, SG_LIVE_EVALUATING);
  f->state = (SgLiveState)state;
  f->doing = (SgLiveDoing)doing;
  void* words[] = {&f->clock,
                   &f->step,
                   &f->episodes,
                   &f->updates,
                   &f->bad_updates,
                   &f->failed_episodes,
                   &f->seconds,
                   &f->steps_per_second,
                   &f->last_return,
                   &f->eval_return,
                   &f->best_return,
                   &f->alpha,
                   &f->entropy,
                   &f->saturation,
                   &f->q1,
                   &f->q2,
                   &f->loss_pi,
                   &f->loss_q,
                   &f->simulate_seconds,
                   &f->update_seconds,
                   &f->evaluate_seconds,
                   &f->checkpoint_seconds,
                   &f->row};
  for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
    word(w, words[i]);
  }
  for (int i = 0; i < f->ncolumn; i++) {
    word(w, &f->values[i]);
  }
}


static void env(Walk* w, const SgLiveFrame* f, SgLiveEnv* e) {
  word(w, &e->reward);
  word(w, &e->sum);
  word(w, &e->length);
  word(w, &e->episode);
  numbers(w, &e->qpos, f->nq);
  numbers(w, &e->qvel, f->nv);
  numbers(w, &e->act, f->na);
  numbers(w, &e->ctrl, f->nu);
  numbers(w, &e->terms, f->nreward);
}


static void all(Walk* w, SgLiveFrame* f) {
  facts(w, f);
  if (w->fine) {
    now(w, f);
  }
  for (int i = 0; w->fine && i < f->nshown; i++) {
    env(w, f, &f->envs[i]);
  }
  name(w, &f->task);
  for (int i = 0; w->fine && i < f->ncolumn; i++) {
    name(w, &f->columns[i]);
  }
  for (int i = 0; w->fine && i < f->nreward; i++) {
    name(w, &f->rewards[i]);
  }
}


int sg_live_pack(SgLiveFrame* frame, uint64_t* words) {
  Walk walk = {.words = words, .at = SG_LIVE_HEAD, .size = SG_LIVE_MAX_WORD, .fine = true};
  all(&walk, frame);
  return walk.fine ? walk.at : 0;
}


bool sg_live_unpack(SgLiveFrame* frame, uint64_t* words, int size) {
  Walk walk = {.words = words, .at = SG_LIVE_HEAD, .size = size, .in = true, .fine = true};
  memset(frame, 0, sizeof(*frame));
  all(&walk, frame);
  return walk.fine && walk.at == size;
}


uint64_t sg_live_checksum(const uint64_t* words, int n) {
  uint64_t sum = UINT64_C(0x9e3779b97f4a7c15) ^ (uint64_t)n;
  for (int i = 0; i < n; i++) {
    sum = (sum ^ words[i]) * UINT64_C(0xff51afd7ed558ccd);
    sum ^= sum >> 32;
  }
  return sum;
}
