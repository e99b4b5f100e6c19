// Every backward against central differences of its forward, in double.
//
//   gradient by x[i]  =  ( L(x[i] + h) - L(x[i] - h) ) / 2 h        h = 1e-5, error of the order h^2
//
// Where ReLU or the smaller of two critics has its kink there is no derivative to compare with, so
// inputs are drawn again until every kink is a hundred steps away. Allowed: 1e-6 of the tensor's
// largest entry.

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "math/vec.h"
#include "sac/sac_internal.h"

_Static_assert(sizeof(sg_real) == sizeof(double), "this test wants the double build");

static const double STEP = 1e-5, LIMIT = 1e-6, MARGIN = 1e-3;

enum {
  MAX_WIDTH = 16,   // units of the widest layer here
  MAX_PARAM = 2048  // length of the longest flat block here
};

// a loss of whatever arg holds
typedef double Loss(void* arg);


// compare grad (count) with central differences of a loss by x (count)
static void assert_gradient(const char* what, sg_real* x, const sg_real* grad, size_t count,
                            Loss* loss, void* arg) {
  double worst = 0, largest = 0;

  for (size_t i = 0; i < count; i++) {
    const sg_real kept = x[i];
    x[i] = kept + STEP;
    double above = loss(arg);
    x[i] = kept - STEP;
    double below = loss(arg);
    x[i] = kept;

    double miss = fabs((above - below) / (2 * STEP) - grad[i]);
    worst = isnan(miss) || miss > worst ? miss : worst;
    largest = fmax(largest, fabs(grad[i]));
  }
  print_message("  %-28s %4zu entries, largest %9.2e, off by %.1e of it\n", what, count, largest,
                worst / largest);
  assert_true(largest > 0);
  assert_true(worst <= LIMIT * largest);
}


// the same for every tensor of a network
static void assert_network_gradient(const char* what, const SgMlp* mlp, sg_real* param,
                                    const sg_real* grad, Loss* loss, void* arg) {
  char name[64];

  for (int l = 0; l < mlp->nlayer; l++) {
    size_t nin = (size_t)mlp->size[l], nout = (size_t)mlp->size[l + 1];
    snprintf(name, sizeof(name), "%s, weight %d", what, l);
    assert_gradient(name, param + mlp->weight[l], grad + mlp->weight[l], nin * nout, loss, arg);
    snprintf(name, sizeof(name), "%s, bias %d", what, l);
    assert_gradient(name, param + mlp->bias[l], grad + mlp->bias[l], nout, loss, arg);
  }
}


static void fill_normal(SgRng* rng, sg_real* x, size_t count) {
  for (size_t i = 0; i < count; i++) {
    x[i] = sg_rng_normal(rng);
  }
}


// the distance of in (n, nin) from the nearest ReLU's kink
static double relu_margin(const SgMlp* mlp, const sg_real* param, const sg_real* in, int n) {
  double margin = INFINITY;

  for (int i = 0; i < n; i++) {
    sg_real h[MAX_WIDTH], y[MAX_WIDTH];
    memcpy(h, in + (ptrdiff_t)i * mlp->size[0], (size_t)mlp->size[0] * sizeof(sg_real));

    for (int l = 0; l + 1 < mlp->nlayer; l++) {
      int nin = mlp->size[l], nout = mlp->size[l + 1];
      for (int j = 0; j < nout; j++) {
        y[j] = param[mlp->bias[l] + (size_t)j];
        for (int k = 0; k < nin; k++) {
          y[j] += h[k] * param[mlp->weight[l] + (size_t)(k * nout + j)];
        }
        margin = fmin(margin, fabs(y[j]));
      }
      for (int j = 0; j < nout; j++) {
        h[j] = fmax(y[j], 0);
      }
    }
  }
  return margin;
}


//-------------------------------- network -------------------------------------------------------

enum {
  NET_ROWS = 4,
  NET_IN = 5,
  NET_OUT = 3
};

// a network with a loss on top: the sum of its outputs, each with a weight of its own
typedef struct Net {
  SgMlp mlp;
  SgArena arena;
  SgMlpTape tape;
  sg_real param[MAX_PARAM], grad[MAX_PARAM];
  sg_real in[NET_ROWS * NET_IN], din[NET_ROWS * NET_IN], dout[NET_ROWS * NET_OUT];
} Net;


static double net_loss(void* arg) {
  Net* net = arg;
  const sg_real* out =
      sg_mlp_forward(&net->mlp, sg_kernels_ref(), net->param, net->in, 0, NET_ROWS, &net->tape);
  double loss = 0;
  for (int i = 0; i < NET_ROWS * NET_OUT; i++) {
    loss += net->dout[i] * out[i];
  }
  return loss;
}


// a network far from every kink, after forward and backward
static void create_net(Net* net, int ndin) {
  const int hidden[] = {9, 7};
  *net = (Net){.mlp = sg_mlp_shape(NET_IN, 2, hidden, NET_OUT)};
  assert_true(net->mlp.nparam <= MAX_PARAM);
  sg_mlp_tape(&net->mlp, &net->tape, NET_ROWS, true, &net->arena);
  assert_int_equal(sg_arena_reserve(&net->arena, NULL), SG_OK);
  sg_mlp_tape(&net->mlp, &net->tape, NET_ROWS, true, &net->arena);

  SgRng rng = sg_rng_make(0, SG_RNG_TEST, 0, 0);
  do {
    sg_mlp_init(&net->mlp, net->param, &rng);
    fill_normal(&rng, net->in, NET_ROWS * NET_IN);
    fill_normal(&rng, net->dout, NET_ROWS * NET_OUT);
  } while (relu_margin(&net->mlp, net->param, net->in, NET_ROWS) < MARGIN);

  for (int i = 0; i < MAX_PARAM; i++) {
    net->grad[i] = 999;
  }
  net_loss(net);
  sg_mlp_backward(&net->mlp, sg_kernels_ref(), net->param, NULL, net->dout, 0, NET_ROWS, &net->tape,
                  net->din, ndin);
  for (int i = 0; i < sg_mlp_nparts(&net->mlp); i++) {
    SgMlpPart part = sg_mlp_part(&net->mlp, i);
    sg_mlp_gradient(&net->mlp, sg_kernels_ref(), net->in, net->dout, NET_ROWS, &net->tape,
                    net->grad, &part);
  }
}


static void network_gradients_by_weights_and_biases(void** state) {
  (void)state;
  static Net net;
  create_net(&net, NET_IN);
  assert_network_gradient("network", &net.mlp, net.param, net.grad, net_loss, &net);
  sg_arena_free(&net.arena);
}


static void network_gradient_by_inputs(void** state) {
  (void)state;
  static Net net;
  create_net(&net, NET_IN);
  assert_gradient("network, inputs", net.in, net.din, NET_ROWS * NET_IN, net_loss, &net);

  // the last columns alone are the same numbers
  static Net partial;
  create_net(&partial, 2);
  for (int i = 0; i < NET_ROWS; i++) {
    for (int j = 0; j < 2; j++) {
      assert_true(partial.din[i * 2 + j] == net.din[i * NET_IN + NET_IN - 2 + j]);
    }
  }
  sg_arena_free(&net.arena);
  sg_arena_free(&partial.arena);
}


// rows do not depend on each other: two pieces give the bytes of one
static void rows_may_be_cut_anywhere(void** state) {
  (void)state;
  static Net net;
  sg_real din[NET_ROWS * NET_IN];
  create_net(&net, NET_IN);
  memcpy(din, net.din, sizeof(din));
  memset(net.din, 0, sizeof(net.din));

  for (int first = 0; first < NET_ROWS; first += NET_ROWS - 1) {
    int count = first == 0 ? NET_ROWS - 1 : 1;
    sg_mlp_forward(&net.mlp, sg_kernels_ref(), net.param, net.in, first, count, &net.tape);
    sg_mlp_backward(&net.mlp, sg_kernels_ref(), net.param, NULL, net.dout, first, count, &net.tape,
                    net.din, NET_IN);
  }
  assert_memory_equal(net.din, din, sizeof(din));
  sg_arena_free(&net.arena);
}


//-------------------------------- squashed Gaussian ---------------------------------------------

enum {
  HEAD_ROWS = 5,
  HEAD_ACT = 4
};

// the head with a loss on top: a weight for each action and one for all log-densities
typedef struct Head {
  sg_real head[HEAD_ROWS * 2 * HEAD_ACT], dhead[HEAD_ROWS * 2 * HEAD_ACT];
  sg_real dact[HEAD_ROWS * HEAD_ACT], dlogp;
  sg_real act[HEAD_ROWS * HEAD_ACT], logp[HEAD_ROWS];
  sg_real u[HEAD_ROWS * HEAD_ACT], sigma[HEAD_ROWS * HEAD_ACT], eps[HEAD_ROWS * HEAD_ACT];
  sg_real slope[HEAD_ROWS * HEAD_ACT];
} Head;


static SgSquashTape head_tape(Head* h) {
  return (SgSquashTape){.u = h->u, .sigma = h->sigma, .eps = h->eps, .slope = h->slope};
}


static double head_loss(void* arg) {
  Head* h = arg;
  SgSquashTape tape = head_tape(h);
  sg_squash_forward(sg_kernels_ref(), h->act, h->logp, &tape, h->head, HEAD_ROWS, HEAD_ACT, -20, 2);

  double loss = 0;
  for (int i = 0; i < HEAD_ROWS * HEAD_ACT; i++) {
    loss += h->dact[i] * h->act[i];
  }
  for (int i = 0; i < HEAD_ROWS; i++) {
    loss += h->dlogp * h->logp[i];
  }
  return loss;
}


// means up to the tails of tanh; log sigma inside the clamp, but for the last row: two entries
// beyond its ends
static void create_head(Head* h) {
  SgRng rng = sg_rng_make(1, SG_RNG_TEST, 0, 0);
  *h = (Head){.dlogp = 0.7};
  fill_normal(&rng, h->eps, HEAD_ROWS * HEAD_ACT);
  fill_normal(&rng, h->dact, HEAD_ROWS * HEAD_ACT);

  for (int i = 0; i < HEAD_ROWS; i++) {
    for (int j = 0; j < HEAD_ACT; j++) {
      h->head[i * 2 * HEAD_ACT + j] = 3 * (i - 2) * sg_rng_uniform(&rng) * (j + 1) / 2;
      h->head[i * 2 * HEAD_ACT + HEAD_ACT + j] = 2 * sg_rng_uniform(&rng) - 1.5;
    }
  }
  h->head[HEAD_ROWS * 2 * HEAD_ACT - 1] = 2.5;
  h->head[HEAD_ROWS * 2 * HEAD_ACT - 2] = -21;

  SgSquashTape tape = head_tape(h);
  head_loss(h);
  sg_squash_backward(sg_kernels_ref(), h->dhead, h->dact, h->dlogp, h->act, &tape, h->head,
                     HEAD_ROWS, HEAD_ACT, -20, 2);
}


static void squashed_gaussian_gradient_by_mean_and_log_sigma(void** state) {
  (void)state;
  static Head h;
  create_head(&h);
  assert_gradient("squashed Gaussian", h.head, h.dhead, HEAD_ROWS * 2 * HEAD_ACT, head_loss, &h);
}


static void clamped_log_sigma_has_no_gradient(void** state) {
  (void)state;
  static Head h;
  create_head(&h);
  assert_true(h.dhead[HEAD_ROWS * 2 * HEAD_ACT - 1] == 0);
  assert_true(h.dhead[HEAD_ROWS * 2 * HEAD_ACT - 2] == 0);
  assert_true(h.dhead[HEAD_ROWS * 2 * HEAD_ACT - 3] != 0);
}


// log(1 - tanh(u)^2) pulls back with a force of 2 tanh u however far out, where a form with an
// epsilon has let go
static void entropy_still_pulls_at_u_of_twelve(void** state) {
  (void)state;
  static Head h;
  h = (Head){.dlogp = 1};
  for (int i = 0; i < HEAD_ROWS * HEAD_ACT; i++) {
    h.head[i / HEAD_ACT * 2 * HEAD_ACT + i % HEAD_ACT] = i % 2 == 0 ? 12 : -12;
  }
  SgSquashTape tape = head_tape(&h);
  head_loss(&h);
  sg_squash_backward(sg_kernels_ref(), h.dhead, h.dact, h.dlogp, h.act, &tape, h.head, HEAD_ROWS,
                     HEAD_ACT, -20, 2);
  for (int j = 0; j < HEAD_ACT; j++) {
    assert_true(fabs(h.dhead[j] - (j % 2 == 0 ? 2 : -2)) < 1e-9);
  }
}


//-------------------------------- the losses of an update ---------------------------------------

// a learner just after an update, and the parameters it had before
typedef struct Before {
  SgPool* pool;
  SgSac* sac;
  sg_real actor[MAX_PARAM], critic[2][MAX_PARAM], log_alpha;
  int k;  // which critic is asked
} Before;


static SgSac* small_learner(SgPool* pool, uint64_t seed) {
  SgSacConfig config = sg_sac_default(3, 2);
  config.hidden[0] = config.hidden[1] = 8;
  config.critic_hidden[0] = config.critic_hidden[1] = 8;
  config.batch = 6;
  config.alpha = 0.3;
  config.lr = 1e-2;
  config.seed = seed;
  SgSac* sac = sg_sac_create(&config, sg_kernels_ref(), pool, NULL);
  assert_non_null(sac);
  return sac;
}


static void fill_batch(SgBatch* batch, SgRng* rng, int nobs, int nact) {
  size_t n = (size_t)batch->n;
  fill_normal(rng, batch->obs, n * (size_t)nobs);
  fill_normal(rng, batch->obs2, n * (size_t)nobs);
  fill_normal(rng, batch->rew, n);
  for (size_t i = 0; i < n * (size_t)nact; i++) {
    batch->act[i] = 2 * sg_rng_uniform(rng) - 1;
  }
  for (size_t i = 0; i < n; i++) {
    batch->terminated[i] = i % 3 == 0;
  }
}


// how far the losses are from their kinks
static double loss_margin(const Before* b) {
  const SgSac* sac = b->sac;
  int n = sac->config.batch;
  double margin = relu_margin(&sac->actor_shape, b->actor, sac->batch.obs, n);
  for (int k = 0; k < 2; k++) {
    margin = fmin(margin, relu_margin(&sac->critic_shape, b->critic[k], sac->input, n));
    margin = fmin(
        margin, relu_margin(&sac->critic_shape, sac->critic[k].params.value, sac->fresh.input, n));
  }
  for (int i = 0; i < n; i++) {
    margin = fmin(margin, fabs(sac->critic[0].qpi[i] - sac->critic[1].qpi[i]));
  }
  return margin;
}


// one update, of the first seed that keeps its distance
static void update_once(Before* b) {
  uint64_t seed = 0;
  b->pool = sg_pool_create(1, NULL);
  b->sac = NULL;

  do {
    sg_sac_destroy(b->sac);
    SgSac* sac = b->sac = small_learner(b->pool, seed++);
    SgRng rng = sg_rng_make(seed, SG_RNG_TEST, 0, 0);
    SgSacInfo info;
    fill_batch(sg_sac_batch(sac), &rng, 3, 2);

    assert_true(sac->actor_shape.nparam <= MAX_PARAM && sac->critic_shape.nparam <= MAX_PARAM);
    memcpy(b->actor, sac->actor.value, sac->actor_shape.nparam * sizeof(sg_real));
    for (int k = 0; k < 2; k++) {
      memcpy(b->critic[k], sac->critic[k].params.value, sac->critic_shape.nparam * sizeof(sg_real));
    }
    b->log_alpha = sac->log_alpha.value[0];
    assert_int_equal(sg_sac_update(sac, sg_sac_batch(sac), &info, NULL), SG_OK);
  } while (loss_margin(b) < MARGIN);
}


static void forget(Before* b) {
  sg_sac_destroy(b->sac);
  sg_pool_destroy(b->pool);
}


// half the mean square of Q_k(s, a) - y, with the parameters from before
static double critic_loss(void* arg) {
  Before* b = arg;
  SgSac* sac = b->sac;
  const int n = sac->config.batch;
  const sg_real* q = sg_mlp_forward(&sac->critic_shape, sac->kernels, b->critic[b->k], sac->input,
                                    0, n, &sac->critic[b->k].tape_targ);
  double loss = 0;
  for (int i = 0; i < n; i++) {
    loss += (q[i] - sac->target[i]) * (q[i] - sac->target[i]) / 2 / n;
  }
  return loss;
}


// mean of alpha log pi - min Q of fresh actions: the policy from before, the critics just moved
static double policy_loss(void* arg) {
  Before* b = arg;
  SgSac* sac = b->sac;
  SgDraw* scratch = &sac->next;
  const SgSacConfig* c = &sac->config;
  const int n = c->batch;

  const sg_real* head = sg_mlp_forward(&sac->actor_shape, sac->kernels, b->actor, sac->batch.obs, 0,
                                       n, &scratch->tape);
  SgSquashTape tape = scratch->squash;
  tape.eps = sac->fresh.squash.eps;
  sg_squash_forward(sac->kernels, scratch->act, scratch->logp, &tape, head, n, c->nact,
                    c->log_std_min, c->log_std_max);
  sg_vec_concat(scratch->input, sac->batch.obs, c->nobs, scratch->act, c->nact, 0, n);

  const sg_real* q[2];
  for (int k = 0; k < 2; k++) {
    q[k] = sg_mlp_forward(&sac->critic_shape, sac->kernels, sac->critic[k].params.value,
                          scratch->input, 0, n, &sac->critic[k].tape_targ);
  }
  double loss = 0;
  for (int i = 0; i < n; i++) {
    loss += (sac->alpha * scratch->logp[i] - fmin(q[0][i], q[1][i])) / n;
  }
  return loss;
}


// -alpha (mean log pi + H) by log alpha
static double temperature_loss(void* arg) {
  const Before* b = arg;
  const SgSac* sac = b->sac;
  double mean = 0;
  for (int i = 0; i < sac->config.batch; i++) {
    mean += sac->fresh.logp[i] / sac->config.batch;
  }
  return -exp(b->log_alpha) * (mean + sac->config.target_entropy);
}


static void critic_loss_gradients(void** state) {
  (void)state;
  static Before b;
  update_once(&b);
  for (b.k = 0; b.k < 2; b.k++) {
    assert_network_gradient(b.k == 0 ? "critic 0" : "critic 1", &b.sac->critic_shape, b.critic[b.k],
                            b.sac->critic[b.k].params.grad, critic_loss, &b);
  }
  forget(&b);
}


static void policy_loss_gradients_through_frozen_critics(void** state) {
  (void)state;
  static Before b;
  update_once(&b);
  assert_network_gradient("policy", &b.sac->actor_shape, b.actor, b.sac->actor.grad, policy_loss,
                          &b);
  forget(&b);
}


static void temperature_loss_gradient(void** state) {
  (void)state;
  static Before b;
  update_once(&b);
  assert_gradient("temperature", &b.log_alpha, b.sac->log_alpha.grad, 1, temperature_loss, &b);
  forget(&b);
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(network_gradients_by_weights_and_biases),
      cmocka_unit_test(network_gradient_by_inputs),
      cmocka_unit_test(rows_may_be_cut_anywhere),
      cmocka_unit_test(squashed_gaussian_gradient_by_mean_and_log_sigma),
      cmocka_unit_test(clamped_log_sigma_has_no_gradient),
      cmocka_unit_test(entropy_still_pulls_at_u_of_twelve),
      cmocka_unit_test(critic_loss_gradients),
      cmocka_unit_test(policy_loss_gradients_through_frozen_critics),
      cmocka_unit_test(temperature_loss_gradient),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
