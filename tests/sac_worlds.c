// Worlds so small that the right answer is known, and the real learner put into them.
//
//   world              what is known                                                catches
//   bandit             the best tanh-Gaussian, Q(a) = r(a)                          density, ends
//   idle action        the most entropy there is, 0.6836 nats a dimension           density
//   truncated          Q = (1 + gamma alpha H) / (1 - gamma), cut every 5 steps     time limits
//   terminated         the finite sum, last step exactly its reward                 ends
//   linear-quadratic   the Riccati solution, entropy and all                        everything
//   temperature        the alpha at which the best policy has the entropy asked     alpha's sign
//
// Where the numbers come from is said at each check. Learners are small and seeds fixed, so a
// verdict is the same every time; tolerances are for what a small network leaves after a few
// thousand steps.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "math/vec.h"
#include "sac/sac_internal.h"
#include "sac_checks.h"

// the most entropy a squashed Gaussian can have, nats per dimension: the maximum over sigma of
// H(normal) + E log(1 - tanh(u)^2), at mean 0 and sigma 0.8744 (by quadrature)
static const double MOST_ENTROPY = 0.68364;

// a learner in a world
typedef struct Student {
  Trial* trial;
  SgPool* pool;
  SgSac* sac;
  SgRng rng;  // the world's
  SgSacInfo info;
  int nfailed;  // updates that reported a failure
} Student;

// fills one batch with what happens in a world
typedef void World(SgBatch* batch, SgRng* rng);


//-------------------------------- school --------------------------------------------------------

// a small learner with a fixed temperature
static SgSacConfig small_learner(int nobs, int nact, double alpha) {
  SgSacConfig config = sg_sac_default(nobs, nact);
  config.hidden[0] = config.hidden[1] = 32;
  config.critic_hidden[0] = config.critic_hidden[1] = 32;
  config.batch = 64;
  config.tau = 0.02;
  config.alpha = alpha;
  config.alpha_auto = false;
  return config;
}


static Student enrol(Trial* trial, SgSacConfig config) {
  SgError error = {0};
  Student student = {.trial = trial, .rng = sg_rng_make(0, SG_RNG_TEST, 0, 0)};
  student.pool = sg_pool_create(1, &error);
  student.sac = sg_sac_create(&config, trial->kernels, student.pool, &error);
  if (!student.sac) {
    fail_msg("%s", error.text);
  }
  return student;
}


static void leave(Student* student) {
  trial_expect(student->trial, student->nfailed == 0, "%d updates failed", student->nfailed);
  sg_sac_destroy(student->sac);
  sg_pool_destroy(student->pool);
}


static double uniform(SgRng* rng, double low, double high) {
  return low + (high - low) * sg_rng_uniform(rng);
}


// take updates on a world's batches
static void learn(Student* student, World* world, int nupdate, double lr) {
  student->sac->config.lr = lr;
  for (int i = 0; i < nupdate; i++) {
    world(sg_sac_batch(student->sac), &student->rng);
    SgStatus status = sg_sac_update(student->sac, sg_sac_batch(student->sac), &student->info, NULL);
    student->nfailed += status != SG_OK;
  }
}


// Q_k(s, a)
static double value(const Student* student, int k, const sg_real* obs, const sg_real* act) {
  SgSac* sac = student->sac;
  sg_real input[8];
  sg_vec_concat(input, obs, sac->config.nobs, act, sac->config.nact, 0, 1);
  return (double)*sg_mlp_forward(&sac->critic_shape, sac->kernels, sac->critic[k].params.value,
                                 input, 0, 1, &sac->critic[k].tape);
}


// mean and log sigma of the first action dimension at an observation
static void policy(const Student* student, const sg_real* obs, double* mean, double* log_std) {
  SgSac* sac = student->sac;
  const sg_real* head =
      sg_mlp_forward(&sac->actor_shape, sac->kernels, sac->actor.value, obs, 0, 1, &sac->act_tape);
  *mean = (double)head[0];
  *log_std = (double)head[sac->config.nact];
}


//-------------------------------- bandit --------------------------------------------------------

static void bandit_world(SgBatch* batch, SgRng* rng) {
  for (int i = 0; i < batch->n; i++) {
    double a = uniform(rng, -1, 1);
    batch->obs[i] = batch->obs2[i] = 1;
    batch->act[i] = (sg_real)a;
    batch->rew[i] = (sg_real)(-(a - 0.3) * (a - 0.3));
    batch->terminated[i] = 1;
  }
}


// One state, one step, r(a) = -(a - 0.3)^2, alpha = 0.2. The best tanh-Gaussian (by quadrature and
// search) has mu = 0.31941, log sigma = -1.02780; nothing follows, so Q(a) = r(a).
void check_bandit(Trial* trial) {
  Student student = enrol(trial, small_learner(1, 1, 0.2));
  double mean = 0, log_std = 0, miss = 0;
  const int nphase = 50;
  const sg_real obs = 1;
  learn(&student, bandit_world, 3000, 3e-3);
  learn(&student, bandit_world, 1000, 3e-4);

  // the policy jitters with its noise: look at it at 50 moments
  for (int i = 0; i < nphase; i++) {
    double m, l;
    learn(&student, bandit_world, 10, 3e-4);
    policy(&student, &obs, &m, &l);
    mean += m / nphase;
    log_std += l / nphase;
  }
  for (double a = -0.95; a < 1; a += 0.05) {
    const sg_real act = (sg_real)a;
    miss = fmax(miss, fabs(value(&student, 0, &obs, &act) + (a - 0.3) * (a - 0.3)));
  }
  trial_near(trial, "bandit: mean", mean, 0.31941, 0.02);
  trial_near(trial, "bandit: log sigma", log_std, -1.02780, 0.04);
  trial_near(trial, "bandit: largest |Q(a) - r(a)|", miss, 0, 0.02);
  leave(&student);
}


//-------------------------------- idle action ---------------------------------------------------

static void idle_world(SgBatch* batch, SgRng* rng) {
  for (int i = 0; i < batch->n; i++) {
    batch->obs[i] = batch->obs2[i] = 1;
    batch->act[2 * i] = (sg_real)uniform(rng, -1, 1);
    batch->act[2 * i + 1] = (sg_real)uniform(rng, -1, 1);
    batch->rew[i] = 0;
    batch->terminated[i] = 1;
  }
}


// entropy of the fresh actions, averaged over more updates
static double mean_entropy(Student* student, World* world, int nupdate, double lr) {
  double sum = 0;
  for (int i = 0; i < nupdate; i++) {
    learn(student, world, 1, lr);
    sum += student->info.entropy;
  }
  return sum / nupdate;
}


// The reward does not care what is done, so the policy spreads as far as a squashed Gaussian can:
// 0.68364 nats a dimension. Tolerance: 500 batches of 64 draws leave 0.003.
void check_idle_action(Trial* trial) {
  Student student = enrol(trial, small_learner(1, 2, 0.2));
  learn(&student, idle_world, 2000, 3e-3);
  double entropy = mean_entropy(&student, idle_world, 500, 3e-4);
  trial_near(trial, "idle action: entropy per dimension", entropy / 2, MOST_ENTROPY, 0.01);
  leave(&student);
}


//-------------------------------- truncation against termination --------------------------------

// Act, store in a replay that wraps, learn: one update a step, reward 1 whatever is done, an
// episode cut after five steps. obs(t) is what the learner sees of step t.
static void live(Student* student, bool terminates, float obs_per_step, int nstep) {
  SgSac* sac = student->sac;
  SgRng rng = sg_rng_make(0, SG_RNG_SAMPLE, 0, 0);
  SgReplay* replay = sg_replay_create(600, 1, 1, 1, NULL);
  float obs = 0, act = 0;
  int t = 0;

  sg_replay_begin(replay, 0, &obs);
  for (int step = 0; step < nstep; step++) {
    sg_sac_act(sac, &act, &obs, 1, false, (uint64_t)step);
    obs = (float)++t * obs_per_step;
    bool ended = t == 5;

    // the clock runs out at the fifth step in both worlds; in one of them it is also a true end
    sg_replay_step(replay, 0, &act, 1, terminates && ended, ended, &obs);
    if (ended) {
      t = 0;
      obs = 0;
      sg_replay_begin(replay, 0, &obs);
    }
    sac->config.lr = step < nstep * 3 / 4 ? 3e-3 : 3e-4;
    sg_replay_sample(replay, &rng, sg_sac_batch(sac));
    student->nfailed += sg_sac_update(sac, sg_sac_batch(sac), &student->info, NULL) != SG_OK;
  }
  sg_replay_free(replay);
}


// Reward 1 for ever, though the clock cuts every fifth step, temperature 0.2, an idle action: Q = 1
// + gamma (Q + alpha H), so Q = (1 + gamma alpha H) / (1 - gamma) = 11.2305 with gamma 0.9. A
// learner that takes the clock for an end finds less than 5. The observation says nothing of time,
// for nobody could learn the value of an observation that is never acted from.
void check_truncated_world(Trial* trial) {
  SgSacConfig config = small_learner(1, 1, 0.2);
  config.gamma = 0.9;
  Student student = enrol(trial, config);
  live(&student, false, 0, 4000);

  const sg_real obs = 0, act = 0;
  double expected = (1 + 0.9 * 0.2 * MOST_ENTROPY) / (1 - 0.9);
  trial_near(trial, "truncated: Q", value(&student, 0, &obs, &act), expected, 0.01 * expected);
  leave(&student);
}


// The same, but the fifth step is a true end (and the clock's as well, which changes nothing): the
// last step is worth its reward, each one before it 1 + gamma (alpha H + the next).
void check_terminated_world(Trial* trial) {
  SgSacConfig config = small_learner(1, 1, 0.2);
  config.gamma = 0.9;
  Student student = enrol(trial, config);
  live(&student, true, 0.5f, 4000);

  double expected = 1;
  for (int t = 4; t >= 0; t--) {
    char what[64];
    const sg_real obs = (sg_real)(0.5 * t), act = 0;
    snprintf(what, sizeof(what), "terminated: Q of step %d", t);
    trial_near(trial, what, value(&student, 0, &obs, &act), expected, 0.04);
    expected = 1 + 0.9 * (0.2 * MOST_ENTROPY + expected);
  }
  leave(&student);
}


//-------------------------------- linear-quadratic ----------------------------------------------

// s' = 0.9 s + 0.5 (10 a) + 0.05 noise, r = -(s^2 + 0.1 (10 a)^2): actions of size 1 in the world
// are of size 0.1 here, where tanh is straight to a third of a percent. The world is off-policy:
// any action, kept to the region where the networks are asked
static void linear_world(SgBatch* batch, SgRng* rng) {
  for (int i = 0; i < batch->n; i++) {
    double s, a, s2;
    do {
      s = uniform(rng, -1.5, 1.5);
      a = uniform(rng, -0.35, 0.35);
      s2 = 0.9 * s + 0.5 * 10 * a + 0.05 * sg_rng_normal(rng);
    } while (fabs(s2) > 1.5);
    batch->obs[i] = (sg_real)s;
    batch->act[i] = (sg_real)a;
    batch->rew[i] = (sg_real)(-(s * s + 0.1 * 100 * a * a));
    batch->obs2[i] = (sg_real)s2;
    batch->terminated[i] = 0;
  }
}


// log pi of the mean action, in [-1, 1]
static double log_density_at_mean(double mean, double log_std) {
  const double half_log_2pi = 0.918938533204672741780329736406;
  double a = tanh(mean);
  return -log_std - half_log_2pi - log(1 - a * a);
}


// V(s) = Q(s, a) - alpha log pi(a|s), which at the optimum is the same for every a: asked at the mean
static double soft_value(const Student* student, double s) {
  const sg_real obs = (sg_real)s;
  double mean, log_std;
  policy(student, &obs, &mean, &log_std);
  const sg_real act = (sg_real)tanh(mean);
  return value(student, 0, &obs, &act) -
         student->sac->config.alpha * log_density_at_mean(mean, log_std);
}


// Soft Riccati solution with gamma 0.95 and alpha 0.1: P = 1.241968, gain K = 1.344266, policy
// variance 0.126593, V(s) = -P s^2 - 0.287897, all in the world's units. In ours the mean is
// -K s / 10, sigma 0.035580 (log -3.33598), and every step's entropy is ln 10 less, which lowers
// V by alpha ln 10 / (1 - gamma) to -P s^2 - 4.893067. The constant's tolerance is the price of the
// smaller of two critics: they differ by some 0.014, half of that a step, twenty steps' worth.
void check_linear_quadratic(Trial* trial) {
  SgSacConfig config = small_learner(1, 1, 0.1);
  config.gamma = 0.95;
  config.tau = 0.05;
  config.batch = 128;
  config.critic_hidden[0] = config.critic_hidden[1] = 64;
  Student student = enrol(trial, config);
  learn(&student, linear_world, 8000, 2e-3);
  learn(&student, linear_world, 4000, 2e-4);
  learn(&student, linear_world, 4000, 5e-5);

  // gain and spread
  const sg_real left = -1, right = 1, middle = 0;
  double mean_left, mean_right, mean_middle, log_std;
  policy(&student, &left, &mean_left, &log_std);
  policy(&student, &right, &mean_right, &log_std);
  policy(&student, &middle, &mean_middle, &log_std);
  trial_near(trial, "linear: gain", (mean_left - mean_right) / 2 * 10, 1.344266, 0.06);
  trial_near(trial, "linear: mean at 0", mean_middle * 10, 0, 0.05);
  trial_near(trial, "linear: log sigma", log_std, -3.33598, 0.1);

  // constant and curvature of the value
  double v = soft_value(&student, 0);
  trial_near(trial, "linear: V(0)", v, -4.893067, 0.3);
  trial_near(trial, "linear: V(0) - V(-1)", v - soft_value(&student, -1), 1.241968, 0.08);
  trial_near(trial, "linear: V(0) - V(1)", v - soft_value(&student, 1), 1.241968, 0.08);
  leave(&student);
}


//-------------------------------- temperature ---------------------------------------------------

static void bowl_world(SgBatch* batch, SgRng* rng) {
  for (int i = 0; i < batch->n; i++) {
    double a = uniform(rng, -1, 1), b = uniform(rng, -1, 1);
    batch->obs[i] = batch->obs2[i] = 1;
    batch->act[2 * i] = (sg_real)a;
    batch->act[2 * i + 1] = (sg_real)b;
    batch->rew[i] = (sg_real)(-a * a - b * b);
    batch->terminated[i] = 1;
  }
}


// r(a) = -|a|^2, entropy asked for: -0.5 nats a dimension. At mean 0 that is sigma 0.15007, and the
// temperature at which it is the best policy is dE[a^2] / dH = 0.043240 (by quadrature).
void check_temperature_finds_entropy(Trial* trial) {
  SgSacConfig config = small_learner(1, 2, 0.5);
  config.alpha_auto = true;
  config.target_entropy = -1;
  Student student = enrol(trial, config);
  learn(&student, bowl_world, 4000, 3e-3);
  learn(&student, bowl_world, 4000, 3e-4);
  double mean, log_std, entropy = mean_entropy(&student, bowl_world, 500, 3e-4);

  const sg_real obs = 1;
  policy(&student, &obs, &mean, &log_std);
  trial_near(trial, "temperature: entropy per dimension", entropy / 2, -0.5, 0.01);
  trial_near(trial, "temperature: mean", mean, 0, 0.03);
  trial_near(trial, "temperature: sigma", exp(log_std), 0.15007, 0.006);
  trial_near(trial, "temperature: alpha", student.info.alpha, 0.043240, 0.003);
  leave(&student);
}
