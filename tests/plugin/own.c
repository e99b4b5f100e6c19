// The loop without the plugin: observe, decide, write ctrl, step, as a trainer does it.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "host.h"

struct Own {
  const SgPolicy* policy;
  const float* command;
  int nchannel, nact, period;
  bool rne;
  SgChannel* channels;
  int* controls;
  double* obs;
  float *now, *act;
  SgPolicyState* state;
};


//-------------------------------- a policy in the loop ------------------------------------------

// names with the prefix before the element: "qvel:left_hip"
static void name_with(char* to, const char* name, const char* prefix) {
  const char* colon = strchr(name, ':');
  int head = colon ? (int)(colon - name) + 1 : 0;
  snprintf(to, 256, "%.*s%s%s", head, name, prefix, name + head);
}


Own* own_make(const mjModel* m, const SgPolicy* policy, const char* prefix, const float* command) {
  const SgObserveApi api = {mj_name2id, mj_id2name, mj_rnePostConstraint};
  Own* own = calloc(1, sizeof(Own));
  char name[256];
  SgError error = {0};
  own->policy = policy;
  own->command = command;
  own->nchannel = sg_policy_nchannel(policy);
  own->nact = sg_policy_nact(policy);
  own->period = (int)lround(sg_policy_period(policy) / m->opt.timestep);
  own->channels = calloc((size_t)own->nchannel, sizeof(SgChannel));
  own->controls = calloc((size_t)own->nact, sizeof(int));
  own->obs = calloc((size_t)own->nchannel, sizeof(double));
  own->now = calloc((size_t)own->nchannel, sizeof(float));
  own->act = calloc((size_t)own->nact, sizeof(float));
  size_t size = sg_policy_state_size(policy);
  own->state = sg_policy_state_init(policy, malloc(size), size);
  for (int i = 0; i < own->nchannel; i++) {
    name_with(name, sg_policy_channel(policy, i), prefix);
    SgStatus status = sg_observe_channel(&own->channels[i], name, m, &api, &error);
    CHECK(status == SG_OK, "%s", error.text);
  }
  for (int i = 0; i < own->nact; i++) {
    snprintf(name, sizeof(name), "%s%s", prefix, sg_policy_actuator(policy, i));
    int id = mj_name2id(m, mjOBJ_ACTUATOR, name);
    CHECK(id >= 0, "no actuator %s", name);
    own->controls[i] = m->actuator_ctrladr[id];
  }
  own->rne = sg_observe_needs_rne(own->channels, own->nchannel);
  return own;
}


void own_free(Own* own) {
  free(own->channels);
  free(own->controls);
  free(own->obs);
  free(own->now);
  free(own->act);
  free(own->state);
  free(own);
}


int own_period(const Own* own) {
  return own->period;
}


static void decide(Own* own, const mjModel* m, mjData* d, bool first) {
  if (own->rne) {
    mj_rnePostConstraint(m, d);
  }
  sg_observe(own->obs, own->channels, own->nchannel, d, first);
  for (int i = 0; i < own->nchannel; i++) {
    own->now[i] = (float)own->obs[i];
  }
  SgPolicyStatus status = sg_policy_step_now(own->state, own->now, own->command, own->act);
  CHECK(status == SG_POLICY_OK, "%s", sg_policy_status_text(status));
}


static void write_controls(Own* const* owns, int nown, mjData* d) {
  for (int k = 0; k < nown; k++) {
    for (int i = 0; i < owns[k]->nact; i++) {
      d->ctrl[owns[k]->controls[i]] = owns[k]->act[i];
    }
  }
}


double* own_run(const mjModel* m, Own* const* owns, int nown, const Start* start, int nstep,
                bool late) {
  mjData* d = mj_makeData(m);
  double* rows = malloc(sizeof(double) * (size_t)nstep * (size_t)row_size(m));
  plugin_begin(m, d, start);
  mj_forward(m, d);
  for (int k = 0; k < nown; k++) {
    sg_policy_reset(owns[k]->state);
    decide(owns[k], m, d, true);
  }
  for (int i = 0; i < nstep; i++) {
    for (int k = 0; i > 0 && k < nown; k++) {
      if (i % owns[k]->period == 0) {
        decide(owns[k], m, d, false);
      }
    }
    if (!late) {
      write_controls(owns, nown, d);
    }
    mj_step(m, d);
    if (late) {
      write_controls(owns, nown, d);
    }
    put_row(rows + (size_t)i * (size_t)row_size(m), m, d);
  }
  mj_deleteData(d);
  return rows;
}


//-------------------------------- the plugin ----------------------------------------------------

void plugin_begin(const mjModel* m, mjData* d, const Start* start) {
  mj_resetData(m, d);
  memcpy(d->qpos, start->qpos, sizeof(double) * (size_t)m->nq);
  memcpy(d->qvel, start->qvel, sizeof(double) * (size_t)m->nv);
}


void plugin_go_on(const mjModel* m, mjData* d, double* rows, int nstep) {
  for (int i = 0; i < nstep; i++) {
    mj_step(m, d);
    put_row(rows + (size_t)i * (size_t)row_size(m), m, d);
  }
}


double* plugin_run(const mjModel* m, const Start* start, int nstep, bool forwards) {
  mjData* d = mj_makeData(m);
  double* rows = malloc(sizeof(double) * (size_t)nstep * (size_t)row_size(m));
  plugin_begin(m, d, start);
  for (int i = 0; i < nstep; i++) {
    for (int k = 0; forwards && k < i * 7 % 5 % 3; k++) {
      mj_forward(m, d);
    }
    mj_step(m, d);
    put_row(rows + (size_t)i * (size_t)row_size(m), m, d);
  }
  mj_deleteData(d);
  return rows;
}


//-------------------------------- starts and rows -----------------------------------------------

static double draw(unsigned* seed) {
  *seed = *seed * 1664525u + 1013904223u;
  return (double)(*seed >> 8) / (1 << 23) - 1;
}


Start start_draw(const mjModel* m, unsigned seed) {
  Start start = {malloc(sizeof(double) * (size_t)m->nq), malloc(sizeof(double) * (size_t)m->nv)};
  double* move = malloc(sizeof(double) * (size_t)m->nv);
  seed = seed * 2654435761u + 1;
  for (int i = 0; i < m->nv; i++) {
    move[i] = draw(&seed) * 0.05;
    start.qvel[i] = draw(&seed) * 0.1;
  }
  memcpy(start.qpos, m->qpos0, sizeof(double) * (size_t)m->nq);
  mj_integratePos(m, start.qpos, move, 1);
  free(move);
  return start;
}


void start_free(Start* start) {
  free(start->qpos);
  free(start->qvel);
}


int row_size(const mjModel* m) {
  return (int)(m->nq + m->nv);
}


void put_row(double* row, const mjModel* m, const mjData* d) {
  memcpy(row, d->qpos, sizeof(double) * (size_t)m->nq);
  memcpy(row + m->nq, d->qvel, sizeof(double) * (size_t)m->nv);
}


bool same_rows(const mjModel* m, const double* a, const double* b, int n) {
  return memcmp(a, b, sizeof(double) * (size_t)n * (size_t)row_size(m)) == 0;
}
