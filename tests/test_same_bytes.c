// Same seed, same bytes: a learner, its replay and its random counters after thousands of updates,
// as one SHA-256, whatever the number of threads. And the digest's own proof: any bit of the state
// changes it.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "policy/sha256.h"
#include "sac/sac.h"

enum {
  NOBS = 17,
  NACT = 6
};

// a learner at work in a world of random numbers
typedef struct Work {
  SgPool* pool;
  SgSac* sac;
  SgReplay* replay;
  SgRng sampler, world;
} Work;

// visits a part of the state
typedef void Visit(void* arg, const char* name, void* bytes, size_t size);


static Work start(const SgKernels* kernels, int nthread, int hidden, uint64_t seed) {
  SgError error = {0};
  SgSacConfig config = sg_sac_default(NOBS, NACT);
  config.hidden[0] = config.hidden[1] = hidden;
  config.critic_hidden[0] = config.critic_hidden[1] = hidden;
  config.batch = hidden;
  config.seed = seed;

  Work work = {.pool = sg_pool_create(nthread, &error),
               .replay = sg_replay_create(500, 1, NOBS, NACT, &error),
               .sampler = sg_rng_make(seed, SG_RNG_SAMPLE, 0, 0),
               .world = sg_rng_make(seed, SG_RNG_TEST, 0, 0)};
  work.sac = sg_sac_create(&config, kernels, work.pool, &error);
  if (!work.sac || !work.replay) {
    fail_msg("%s", error.text);
  }
  return work;
}


static void stop(Work* work) {
  sg_sac_destroy(work->sac);
  sg_replay_free(work->replay);
  sg_pool_destroy(work->pool);
}


static void look(Work* work, float* obs) {
  for (int i = 0; i < NOBS; i++) {
    obs[i] = (float)sg_rng_normal(&work->world);
  }
}


// act, store, sample, update, over and over
static void work_on(Work* work, int nupdate) {
  float obs[NOBS], act[NACT];
  SgSacInfo info;
  look(work, obs);
  sg_replay_begin(work->replay, 0, obs);

  for (int t = 0; t < nupdate; t++) {
    sg_sac_act(work->sac, act, obs, 1, false, (uint64_t)t);
    float rew = obs[0] - act[0] * act[1];
    bool terminated = sg_rng_below(&work->world, 50) == 0, truncated = t % 40 == 39;
    look(work, obs);
    sg_replay_step(work->replay, 0, act, rew, terminated, truncated, obs);
    if (terminated || truncated) {
      look(work, obs);
      sg_replay_begin(work->replay, 0, obs);
    }
    sg_replay_sample(work->replay, &work->sampler, sg_sac_batch(work->sac));
    assert_int_equal(sg_sac_update(work->sac, sg_sac_batch(work->sac), &info, NULL), SG_OK);
  }
}


// everything that is state
static void visit_all(Work* work, Visit* visit, void* arg) {
  sg_sac_visit(work->sac, visit, arg);
  sg_replay_visit(work->replay, visit, arg);
  visit(arg, "sampler.counter", &work->sampler.counter, sizeof(work->sampler.counter));
}


static void add_part(void* sha, const char* name, void* bytes, size_t size) {
  sg_sha256_add(sha, name, strlen(name));
  sg_sha256_add(sha, bytes, size);
}


static void digest(Work* work, char hex[65]) {
  SgSha256 sha;
  sg_sha256_init(&sha);
  visit_all(work, add_part, &sha);
  sg_sha256_hex(&sha, hex);
}


// the digest of a whole run
static void digest_of_run(char hex[65], const SgKernels* kernels, int nthread, int hidden,
                          int nupdate, uint64_t seed) {
  Work work = start(kernels, nthread, hidden, seed);
  work_on(&work, nupdate);
  digest(&work, hex);
  stop(&work);
}


//-------------------------------- tests ---------------------------------------------------------

static void expect_same_bytes(const SgKernels* kernels, int hidden, int nupdate) {
  static const int threads[] = {1, 2, 3, 4, 8, 16};
  char first[65], again[65], other_seed[65];
  digest_of_run(first, kernels, 1, hidden, nupdate, 7);
  print_message("  %s %s, %d updates: %s\n", kernels->name, kernels->core, nupdate, first);
  for (int i = 0; i < 6; i++) {
    digest_of_run(again, kernels, threads[i], hidden, nupdate, 7);
    assert_string_equal(first, again);
  }
  digest_of_run(other_seed, kernels, 1, hidden, nupdate, 8);
  assert_string_not_equal(first, other_seed);
}


static void two_thousand_updates_give_the_same_bytes(void** state) {
  (void)state;
  SgError error = {0};
  const SgKernels* kernels = sg_kernels_choose("auto", "auto", &error);
  if (!kernels) {
    fail_msg("%s", error.text);
  }
  expect_same_bytes(kernels, 64, 2000);
}


// the other paths of this processor, shorter
static void every_backend_gives_the_same_bytes(void** state) {
  (void)state;
  static const char* const isas[] = {"avx512", "avx2", "avx"};
  SgError error = {0};
  const SgKernels* blas = sg_kernels_blas(&error);
  if (!blas) {
    fail_msg("%s", error.text);
  }
  expect_same_bytes(blas, 64, 200);
  expect_same_bytes(sg_kernels_ref(), 16, 300);
  for (int i = 0; i < 3; i++) {
    const SgKernels* own = sg_kernels_own(isas[i], &error);
    if (own) {
      expect_same_bytes(own, 100, 200);
    } else {
      print_message("  not run: %s\n", error.text);
    }
  }
}


// flips one bit in the last byte of one part of the state
typedef struct Flip {
  int part;  // which one, in visiting order
  int next;  // the part about to be visited
  const char* name;
} Flip;


static void flip_part(void* arg, const char* name, void* bytes, size_t size) {
  Flip* flip = arg;
  if (flip->next++ == flip->part) {
    ((unsigned char*)bytes)[size - 1] ^= 1;
    flip->name = name;
  }
}


static const char* flip_bit(Work* work, int part) {
  Flip flip = {.part = part};
  visit_all(work, flip_part, &flip);
  return flip.name;
}


static void any_flipped_bit_changes_the_digest(void** state) {
  (void)state;
  char clean[65], flipped[65];
  int npart = 0;
  bool moment = false, row = false, counter = false;
  Work work = start(sg_kernels_ref(), 1, 16, 7);
  work_on(&work, 50);
  digest(&work, clean);

  for (const char* name; (name = flip_bit(&work, npart)); npart++) {
    digest(&work, flipped);
    assert_string_not_equal(clean, flipped);
    flip_bit(&work, npart);
    moment |= strcmp(name, "actor.m") == 0;
    row |= strcmp(name, "replay.rows") == 0;
    counter |= strcmp(name, "sampler.counter") == 0;
  }
  assert_true(moment && row && counter);

  // flipped back, every bit is where it was
  digest(&work, flipped);
  assert_string_equal(clean, flipped);
  stop(&work);
}


// what an environment is told does not depend on which others were asked with it
static void acting_does_not_depend_on_company(void** state) {
  (void)state;
  enum {
    N = 100,
    CUT = 37
  };
  static float obs[N * NOBS], together[N * NACT], apart[N * NACT];
  Work work = start(sg_kernels_ref(), 1, 16, 7);
  for (int i = 0; i < N; i++) {
    look(&work, obs + (ptrdiff_t)i * NOBS);
  }
  sg_sac_act(work.sac, together, obs, N, false, 1000);
  sg_sac_act(work.sac, apart, obs, CUT, false, 1000);
  sg_sac_act(work.sac, apart + CUT * NACT, obs + CUT * NOBS, N - CUT, false, 1000 + CUT);
  assert_memory_equal(together, apart, sizeof(apart));
  stop(&work);
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(two_thousand_updates_give_the_same_bytes),
      cmocka_unit_test(every_backend_gives_the_same_bytes),
      cmocka_unit_test(any_flipped_bit_changes_the_digest),
      cmocka_unit_test(acting_does_not_depend_on_company),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
