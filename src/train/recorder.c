// A ring per environment. What is written can be played: a state to start from and the actions that
// followed, in the environment's own units.

#include "train/recorder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"


SgStatus sg_recorder_create(SgRecorder* r, const SgTask* task, int nenv, SgError* error) {
  const mjModel* m = sg_task_model(task);
  *r = (SgRecorder){.task = task, .nenv = nenv};
  r->stride = (int)m->nq + (int)m->nv + sg_task_info(task)->nact;
  r->count = calloc((size_t)nenv, sizeof(int64_t));
  r->states = calloc((size_t)nenv * SG_RECORDED * (size_t)r->stride, sizeof(double));
  if (!r->count || !r->states) {
    return sg_fail(error, SG_MACHINE, "out of memory for the last states of %d environments", nenv);
  }
  return SG_OK;
}


void sg_recorder_free(SgRecorder* r) {
  free(r->count);
  free(r->states);
  memset(r, 0, sizeof(*r));
}


// where state number n of environment i's episode is kept
static double* state_at(const SgRecorder* r, int i, int64_t n) {
  size_t place = (size_t)i * SG_RECORDED + (size_t)(n % SG_RECORDED);
  return r->states + place * (size_t)r->stride;
}


void sg_recorder_note(SgRecorder* r, const SgEnvs* envs) {
  const mjModel* m = sg_task_model(r->task);
  const SgTaskInfo* info = sg_task_info(r->task);
  for (int i = 0; i < r->nenv; i++) {
    double* to = state_at(r, i, r->count[i]++);
    memcpy(to, sg_batch_env_qpos(envs->batch, i), (size_t)m->nq * sizeof(double));
    memcpy(to + m->nq, sg_batch_env_qvel(envs->batch, i), (size_t)m->nv * sizeof(double));
    for (int j = 0; j < info->nact; j++) {
      double act = (double)envs->act[i * info->nact + j];
      to[m->nq + m->nv + j] = info->act_scale[j] * act + info->act_offset[j];
    }
  }
}


void sg_recorder_forget(SgRecorder* r, int i) {
  r->count[i] = 0;
}


//-------------------------------- writing -------------------------------------------------------

// "stem_0,stem_1,..." with a comma before all but the first of the line
static void print_names(FILE* out, const char* stem, int n, bool first) {
  for (int j = 0; j < n; j++) {
    fprintf(out, "%s%s_%d", first && j == 0 ? "" : ",", stem, j);
  }
}


static void print_numbers(FILE* out, const double* x, int n) {
  for (int j = 0; j < n; j++) {
    fprintf(out, "%s%.17g", j == 0 ? "" : ",", x[j]);
  }
  fprintf(out, "\n");
}


static void print_start(const SgRecorder* r, FILE* out, int i, int64_t oldest) {
  const mjModel* m = sg_task_model(r->task);
  print_names(out, "qpos", (int)m->nq, true);
  print_names(out, "qvel", (int)m->nv, false);
  fprintf(out, "\n");
  print_numbers(out, state_at(r, i, oldest), (int)m->nq + (int)m->nv);
}


static void print_actions(const SgRecorder* r, FILE* out, int i, int64_t oldest) {
  const mjModel* m = sg_task_model(r->task);
  int nact = sg_task_info(r->task)->nact;
  print_names(out, "action", nact, true);
  fprintf(out, "\n");
  for (int64_t n = oldest; n < r->count[i]; n++) {
    print_numbers(out, state_at(r, i, n) + m->nq + m->nv, nact);
  }
}


static SgStatus save_file(const SgRecorder* r, int i, const char* path,
                          void (*print)(const SgRecorder*, FILE*, int, int64_t), SgError* error) {
  char* bytes = NULL;
  size_t size = 0;
  int64_t oldest = r->count[i] > SG_RECORDED ? r->count[i] - SG_RECORDED : 0;
  FILE* out = open_memstream(&bytes, &size);
  if (!out) {
    return sg_fail(error, SG_MACHINE, "%s: out of memory", path);
  }
  print(r, out, i, oldest);
  SgStatus status = fclose(out) == 0 ? sg_file_write(path, bytes, size, error)
                                     : sg_fail(error, SG_MACHINE, "%s: out of memory", path);
  free(bytes);
  return status;
}


SgStatus sg_recorder_save(SgRecorder* r, int i, int64_t step, const char* folder, char* path,
                          int size, SgError* error) {
  char place[1024];
  path[0] = '\0';
  if (r->used || r->count[i] == 0) {
    return SG_OK;
  }
  r->used = true;
  snprintf(place, sizeof(place), "%.900s/failed", folder);
  SgStatus status = sg_folder_make(place, error);
  snprintf(place, sizeof(place), "%.900s/failed/env%d-step%lld-actions.csv", folder, i,
           (long long)step);
  if (status == SG_OK) {
    status = save_file(r, i, place, print_actions, error);
  }
  snprintf(path, (size_t)size, "%.900s/failed/env%d-step%lld-start.csv", folder, i,
           (long long)step);
  return status == SG_OK ? save_file(r, i, path, print_start, error) : status;
}
