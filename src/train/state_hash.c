// Every part goes in as name, size, bytes, so that no two states share a stream of bytes.

#include "train/state_hash.h"

#include <stdlib.h>
#include <string.h>

#include "policy/sha256.h"


// a visitor for the learner and the replay; arg: the digest under way
static void add(void* arg, const char* name, void* bytes, size_t size) {
  SgSha256* sha = arg;
  uint64_t length = size;
  sg_sha256_add(sha, name, strlen(name) + 1);
  sg_sha256_add(sha, &length, sizeof(length));
  sg_sha256_add(sha, bytes, size);
}


static void add_count(SgSha256* sha, const char* name, uint64_t count) {
  add(sha, name, &count, sizeof(count));
}


// one environment; state: room for it
static void add_env(SgSha256* sha, const SgEnvs* envs, int i, double* state) {
  SgEpisode* episode = &envs->episodes[i];
  size_t size = (size_t)sg_batch_env_state_size(envs->batch) * sizeof(double);
  sg_batch_env_state_get(envs->batch, i, state);
  add(sha, "env", state, size);
  add(sha, "env.sum", &episode->sum, sizeof(episode->sum));
  add_count(sha, "env.length", (uint64_t)episode->length);
  add_count(sha, "env.episode", episode->number);
}


SgStatus sg_state_sha256(const SgTrainState* s, char hex[65], SgError* error) {
  SgSha256 sha;
  double* room = malloc((size_t)sg_batch_env_state_size(s->envs->batch) * sizeof(double));
  if (!room) {
    return sg_fail(error, SG_MACHINE, "out of memory for the state's digest");
  }
  sg_sha256_init(&sha);
  sg_sac_visit(s->sac, add, &sha);
  sg_replay_visit(s->replay, add, &sha);
  for (int i = 0; i < s->envs->n; i++) {
    add_env(&sha, s->envs, i, room);
  }
  free(room);

  // places in random streams, and the counters that address the others
  add_count(&sha, "sample.seed", s->sample->seed);
  add_count(&sha, "sample.stream", s->sample->stream);
  add_count(&sha, "sample.counter", s->sample->counter);
  add_count(&sha, "step", (uint64_t)s->totals->step);
  add_count(&sha, "updates", (uint64_t)s->totals->updates);
  add_count(&sha, "episodes", (uint64_t)s->totals->episodes);
  add_count(&sha, "bad_updates", (uint64_t)s->totals->bad_updates);
  add_count(&sha, "failed_episodes", (uint64_t)s->totals->failed_episodes);
  sg_sha256_hex(&sha, hex);
  return SG_OK;
}
