// Steps: what is remembered, what is checked, what comes out when something is wrong, and that
// neither the heap nor the kernel is asked for anything.
//
//   test_policy_step          100 000 random observations stay inside the limits
//   test_policy_step --soak   1 000 000

#include <float.h>
#include <linux/seccomp.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "heap_count.h"
#include "policy/linear.h"
#include "policy/policy.h"
#include "policy_file.h"

enum {
  NELEMENT = 6,
  NCOMMAND = 2,
  HISTORY = 3,
  NACT = 4,
  NOBS = 1 + (NELEMENT - 1) * HISTORY + NCOMMAND
};

static const PolicyShape SHAPE = {.nelement = NELEMENT,
                                  .nact = NACT,
                                  .nlayer = 3,
                                  .width = 40,
                                  .history = HISTORY,
                                  .ncommand = NCOMMAND,
                                  .normaliser = 1};
static const double PERIOD = 0.02;

static long nrandom = 100000;

// a loaded policy with a state in the caller's memory
typedef struct Running {
  PolicySpec* spec;
  SgPolicy* policy;
  double memory[1024];
  SgPolicyState* state;
  float scratch[1024];
  float safe[NACT], low[NACT], high[NACT];
} Running;


// numbers of an action line, read without the runtime's own reader
static float number_of(const char* line, const char* key) {
  return strtof(strstr(line, key) + strlen(key), NULL);
}


static Running* open_running(void) {
  size_t size;
  Running* r = calloc(1, sizeof(Running));
  char why[256] = "";
  r->spec = spec_make(&SHAPE, 11);
  char* bytes = spec_bytes(r->spec, &size);
  r->policy = sg_policy_load(bytes, size, why, sizeof(why));
  free(bytes);
  if (!r->policy) {
    fail_msg("%s", why);
  }
  r->state = sg_policy_state_init(r->policy, r->memory, sizeof(r->memory));
  assert_non_null(r->state);
  const char *line = spec_value(r->spec, "softgait.action"), *safe;
  safe = strchr(spec_value(r->spec, "softgait.safe_action"), '=') + 1;
  for (int i = 0; i < NACT; i++) {
    r->low[i] = number_of(line, " low=");
    r->high[i] = number_of(line, " high=");
    line = strchr(line, '\n') ? strchr(line, '\n') + 1 : line;
    r->safe[i] = strtof(safe, NULL);
    safe = strchr(safe, ',') ? strchr(safe, ',') + 1 : safe;
  }
  return r;
}


static void close_running(Running* r) {
  sg_policy_free(r->policy);
  spec_free(r->spec);
  free(r);
}


static void random_now(float* now, uint32_t* rng) {
  for (int i = 0; i < NELEMENT; i++) {
    now[i] = draw_float(rng) * 3;
  }
}


//-------------------------------- memory --------------------------------------------------------

// the row as the contract says: the first term, three frames of the second oldest first, the
// commands
static void stack_row(float* row, float frames[HISTORY][NELEMENT], const float* command) {
  *row++ = frames[HISTORY - 1][0];
  for (int f = 0; f < HISTORY; f++) {
    memcpy(row, frames[f] + 1, sizeof(float) * (NELEMENT - 1));
    row += NELEMENT - 1;
  }
  memcpy(row, command, sizeof(float) * NCOMMAND);
}


static void history_is_stacked_oldest_first(void** state) {
  (void)state;
  Running* r = open_running();
  uint32_t rng = 21;
  float frames[HISTORY][NELEMENT], row[NOBS], command[NCOMMAND], wanted[NACT], act[NACT];
  assert_int_equal(sg_policy_nobs(r->policy), NOBS);
  assert_int_equal(sg_policy_ncommand(r->policy), NCOMMAND);
  for (int k = 0; k < 200; k++) {
    bool first = k % 50 == 0;
    if (first) {
      sg_policy_reset(r->state);
    }
    memmove(frames[0], frames[1], sizeof(frames) - sizeof(frames[0]));
    random_now(frames[HISTORY - 1], &rng);
    for (int f = 0; first && f + 1 < HISTORY; f++) {
      memcpy(frames[f], frames[HISTORY - 1], sizeof(frames[0]));
    }
    for (int i = 0; i < NCOMMAND; i++) {
      command[i] = draw_float(&rng);
    }
    stack_row(row, frames, command);
    assert_int_equal(sg_policy_step(r->policy, row, wanted, r->scratch), SG_POLICY_OK);
    assert_int_equal(sg_policy_step_now(r->state, frames[HISTORY - 1], command, act), SG_POLICY_OK);
    assert_memory_equal(act, wanted, sizeof(act));
  }
  close_running(r);
}


static void commands_are_held_within_their_limits(void** state) {
  (void)state;
  Running* r = open_running();
  const float now[NELEMENT] = {0.5f, 1, -1, 0.25f, 2, 0};
  const float inside[NCOMMAND] = {-1, 2}, far[NCOMMAND] = {-1e30f, 7}, zero[NCOMMAND] = {0, 0};
  float a[NACT], b[NACT], c[NACT];
  sg_policy_step_now(r->state, now, inside, a);
  sg_policy_reset(r->state);
  assert_int_equal(sg_policy_step_now(r->state, now, far, b), SG_POLICY_OK);
  assert_memory_equal(a, b, sizeof(a));

  // none stands for the start values, which are zero here
  sg_policy_reset(r->state);
  sg_policy_step_now(r->state, now, NULL, b);
  sg_policy_reset(r->state);
  sg_policy_step_now(r->state, now, zero, c);
  assert_memory_equal(b, c, sizeof(b));
  assert_memory_not_equal(a, b, sizeof(a));
  close_running(r);
}


static void the_normaliser_is_as_the_contract_says(void** state) {
  (void)state;
  Running* r = open_running();
  char* text = spec_value(r->spec, "softgait.normaliser");

  // the same network behind numbers that were normalised by hand, in a policy without normaliser
  double mean[NELEMENT + NCOMMAND], std[NELEMENT + NCOMMAND];
  char* at = strstr(text, "mean=") + 5;
  for (int i = 0; i < NELEMENT + NCOMMAND; i++) {
    mean[i] = strtod(at, &at);
    at++;
  }
  at = strstr(text, "std=") + 4;
  for (int i = 0; i < NELEMENT + NCOMMAND; i++) {
    std[i] = strtod(at, &at);
    at++;
  }
  snprintf(text, SPEC_TEXT, "none");
  assert_true(text_replace(spec_value(r->spec, "softgait.observation"),
                           "scale=0.5 offset=0.25 clip=-10,10", "scale=1 offset=0 clip=-inf,inf"));
  assert_true(text_replace(spec_value(r->spec, "softgait.observation"), "scale=2", "scale=1"));
  for (int k = 0; k < NCOMMAND; k++) {
    char limits[32];
    snprintf(limits, sizeof(limits), "low=-1 high=%d", k + 1);
    assert_true(text_replace(spec_value(r->spec, "softgait.command"), limits, "low=-9 high=9"));
  }
  assert_true(spec_golden(r->spec));
  size_t size;
  char* bytes = spec_bytes(r->spec, &size);
  SgPolicy* plain = sg_policy_load(bytes, size, NULL, 0);
  assert_non_null(plain);

  uint32_t rng = 5;
  for (int k = 0; k < 300; k++) {
    float row[NOBS], by_hand[NOBS], act[NACT], wanted[NACT];
    for (int i = 0; i < NOBS; i++) {
      int e = i == 0                ? 0
              : i < NOBS - NCOMMAND ? 1 + (i - 1) % (NELEMENT - 1)
                                    : NELEMENT + i - (NOBS - NCOMMAND);
      row[i] = draw_float(&rng) * 15;
      double x = i == 0 ? fmin(fmax((double)row[0], -10), 10) * 0.5 + 0.25 : (double)row[i];
      x = i < NOBS - NCOMMAND ? x : fmin(fmax(x, -1), e - NELEMENT + 1) * 2;
      by_hand[i] = (float)fmin(fmax((x - mean[e]) / std[e], -5), 5);
    }
    sg_policy_step(r->policy, row, act, r->scratch);
    sg_policy_step(plain, by_hand, wanted, r->scratch);
    for (int i = 0; i < NACT; i++) {
      assert_true(fabsf(act[i] - wanted[i]) < 2e-5f);
    }
  }
  free(bytes);
  sg_policy_free(plain);
  close_running(r);
}


static void a_copied_state_goes_on_alike(void** state) {
  (void)state;
  Running* r = open_running();
  size_t size = sg_policy_state_size(r->policy);
  double saved[1024];
  float now[NELEMENT], one[NACT], two[NACT];
  uint32_t rng = 9;
  for (int k = 0; k < 5; k++) {
    random_now(now, &rng);
    sg_policy_step_at(r->state, k * PERIOD, now, NULL, one);
  }
  memcpy(saved, r->memory, size);
  random_now(now, &rng);
  assert_int_equal(sg_policy_step_at(r->state, 5 * PERIOD, now, NULL, one), SG_POLICY_OK);
  SgPolicyState* copy = (SgPolicyState*)(void*)saved;
  assert_int_equal(sg_policy_step_at(copy, 5 * PERIOD, now, NULL, two), SG_POLICY_OK);
  assert_memory_equal(one, two, sizeof(one));

  // memory that will not do
  assert_null(sg_policy_state_init(r->policy, r->memory, size - 1));
  assert_null(sg_policy_state_init(r->policy, (char*)r->memory + 1, size));
  assert_null(sg_policy_state_init(r->policy, NULL, size));
  close_running(r);
}


// what a state remembers goes through numbers into another state; without it the next action
// differs
static void a_memory_of_numbers_goes_on_alike(void** state) {
  (void)state;
  Running *r = open_running(), *other = open_running();
  float memory[1024], blank[1024] = {0}, now[NELEMENT], one[NACT], two[NACT];
  uint32_t rng = 9;
  int n = sg_policy_memory_size(r->policy);
  assert_int_equal(n, 1 + (NELEMENT - 1) * HISTORY);
  sg_policy_memory_get(r->state, memory);
  assert_true(memory[0] == 0);
  for (int k = 0; k < 5; k++) {
    random_now(now, &rng);
    sg_policy_step_now(r->state, now, NULL, one);
    now[0] += 1;  // another past
    sg_policy_step_now(other->state, now, NULL, two);
  }
  sg_policy_memory_get(r->state, memory);
  random_now(now, &rng);
  sg_policy_memory_set(other->state, memory);
  assert_int_equal(sg_policy_step_now(r->state, now, NULL, one), SG_POLICY_OK);
  assert_int_equal(sg_policy_step_now(other->state, now, NULL, two), SG_POLICY_OK);
  assert_memory_equal(one, two, sizeof(one));

  // zeros are a reset
  sg_policy_memory_set(other->state, blank);
  sg_policy_reset(r->state);
  sg_policy_step_now(r->state, now, NULL, one);
  sg_policy_step_now(other->state, now, NULL, two);
  assert_memory_equal(one, two, sizeof(one));
  sg_policy_memory_set(other->state, memory);
  sg_policy_step_now(other->state, now, NULL, two);
  assert_memory_not_equal(one, two, sizeof(one));
  close_running(r);
  close_running(other);
}


//-------------------------------- faults --------------------------------------------------------

static void assert_safe(const Running* r, SgPolicyStatus got, SgPolicyStatus wanted,
                        const float* act) {
  assert_int_equal(got, wanted);
  assert_memory_equal(act, r->safe, sizeof(r->safe));
  assert_true(strlen(sg_policy_status_text(got)) > 10);
}


static void numbers_that_are_not_finite_give_the_safe_action(void** state) {
  (void)state;
  Running* r = open_running();
  const float wrong[] = {NAN, -NAN, INFINITY, -INFINITY};
  uint32_t rng = 2;
  for (int i = 0; i < 4 * (NELEMENT + NCOMMAND); i++) {
    float now[NELEMENT], command[NCOMMAND] = {0, 0}, act[NACT] = {99}, fresh[NACT];
    int place = i / 4;
    random_now(now, &rng);
    float *number = place < NELEMENT ? &now[place] : &command[place - NELEMENT], keep = *number;
    *number = wrong[i % 4];
    assert_safe(r, sg_policy_step_now(r->state, now, command, act), SG_POLICY_NOT_FINITE, act);

    // the next one begins a history, as after a reset
    *number = keep;
    assert_int_equal(sg_policy_step_now(r->state, now, command, act), SG_POLICY_OK);
    sg_policy_reset(r->state);
    sg_policy_step_now(r->state, now, command, fresh);
    assert_memory_equal(act, fresh, sizeof(act));
  }
  close_running(r);
}


static void steps_at_a_wrong_time_give_the_safe_action(void** state) {
  (void)state;
  Running* r = open_running();
  const float now[NELEMENT] = {1, 2, 3, 4, 5, 6};
  float act[NACT] = {99};
#define AT(time) sg_policy_step_at(r->state, time, now, NULL, act)
  assert_int_equal(AT(100), SG_POLICY_OK);
  assert_int_equal(AT(100 + PERIOD), SG_POLICY_OK);
  assert_int_equal(AT(100 + 2.2 * PERIOD), SG_POLICY_OK);
  assert_safe(r, AT(100 + 2.2 * PERIOD), SG_POLICY_STALE, act);
  assert_safe(r, AT(100), SG_POLICY_STALE, act);
  assert_safe(r, AT(NAN), SG_POLICY_STALE, act);
  assert_safe(r, AT(INFINITY), SG_POLICY_STALE, act);
  assert_int_equal(AT(100 + 3.2 * PERIOD), SG_POLICY_OK);

  // half and double the rate, and a gap; one safe action each
  assert_safe(r, AT(100 + 3.7 * PERIOD), SG_POLICY_BAD_PERIOD, act);
  assert_int_equal(AT(100 + 4.7 * PERIOD), SG_POLICY_OK);
  assert_safe(r, AT(100 + 6.7 * PERIOD), SG_POLICY_BAD_PERIOD, act);
  assert_int_equal(AT(100 + 7.7 * PERIOD), SG_POLICY_OK);
  assert_safe(r, AT(200), SG_POLICY_BAD_PERIOD, act);
  assert_int_equal(AT(200 + PERIOD), SG_POLICY_OK);
  assert_safe(r, AT(1e300), SG_POLICY_BAD_PERIOD, act);

  // a clock that starts again needs a reset
  assert_safe(r, AT(0), SG_POLICY_STALE, act);
  sg_policy_reset(r->state);
  assert_int_equal(AT(0), SG_POLICY_OK);
  assert_int_equal(AT(PERIOD), SG_POLICY_OK);
  close_running(r);
}


static void a_jitter_of_the_contract_is_kept(void** state) {
  (void)state;
  Running* r = open_running();
  size_t size;
  const float now[NELEMENT] = {0};
  float act[NACT];
  assert_true(
      text_replace(spec_value(r->spec, "softgait.timing"), "timestep", "jitter=0.6 timestep"));
  char* bytes = spec_bytes(r->spec, &size);
  SgPolicy* loose = sg_policy_load(bytes, size, NULL, 0);
  assert_non_null(loose);
  r->state = sg_policy_state_init(loose, r->memory, sizeof(r->memory));
  assert_int_equal(AT(0), SG_POLICY_OK);
  assert_int_equal(AT(0.5 * PERIOD), SG_POLICY_OK);
  assert_safe(r, AT(0.8 * PERIOD), SG_POLICY_BAD_PERIOD, act);
  sg_policy_free(loose);
  free(bytes);
  close_running(r);
}


// bits drawn at random are any float there is; most are extreme
static float any_float(uint32_t* rng) {
  uint32_t bits = draw(rng);
  float x;
  memcpy(&x, &bits, sizeof(x));
  return isfinite(x) ? x : FLT_MAX;
}


static void actions_stay_inside_the_limits(void** state) {
  (void)state;
  Running* r = open_running();
  uint32_t rng = 77;
  long nok = 0;
  for (long k = 0; k < nrandom; k++) {
    float now[NELEMENT], command[NCOMMAND], act[NACT];
    for (int i = 0; i < NELEMENT + NCOMMAND; i++) {
      float x = k % 4 == 0 ? any_float(&rng) : draw_float(&rng) * 20;
      *(i < NELEMENT ? &now[i] : &command[i - NELEMENT]) = x;
    }
    nok += sg_policy_step_now(r->state, now, command, act) == SG_POLICY_OK;
    for (int i = 0; i < NACT; i++) {
      assert_true(act[i] >= r->low[i] && act[i] <= r->high[i]);
    }
  }
  assert_true(nok > nrandom / 2);
  printf("  %ld observations, %ld computed, the others safe\n", nrandom, nok);
  close_running(r);
}


//-------------------------------- forms of a layer ----------------------------------------------

static void every_form_of_a_layer_gives_the_same_bytes(void** state) {
  (void)state;
  enum {
    MAX = 96,
    NIN = 37
  };
  static float weight[MAX * 8 * NIN], bias[MAX * 8], x[NIN], plain[MAX * 8], y[MAX * 8];
  uint32_t rng = 3;
  int nform = 0;
  for (int round = 0; round < 200; round++) {
    int nin = 1 + (int)(draw(&rng) % NIN), noutpad = SG_LINEAR_PAD * (1 + (int)(draw(&rng) % 40));
    for (int i = 0; i < nin * noutpad; i++) {
      weight[i] = round % 4 == 3 ? any_float(&rng) : draw_float(&rng);
    }
    for (int i = 0; i < noutpad; i++) {
      bias[i] = i % 5 == 0 ? -0.0f : draw_float(&rng);
    }
    for (int i = 0; i < nin; i++) {
      x[i] = round % 4 == 2 ? any_float(&rng) * 1e-30f : draw_float(&rng);
    }
    sg_linear_form(0)(plain, x, weight, bias, nin, noutpad);
    nform = 0;
    for (int form = 1; form < sg_linear_count(); form++) {
      SgLinear* linear = sg_linear_form(form);
      if (linear) {
        nform++;
        linear(y, x, weight, bias, nin, noutpad);
        for (int i = 0; i < noutpad; i++) {
          bool both_nan = isnan(y[i]) && isnan(plain[i]);  // their payload is not promised
          if (!both_nan && memcmp(&y[i], &plain[i], sizeof(float)) != 0) {
            fail_msg("%s, output %d: %a and not %a", sg_linear_name(form), i, (double)y[i],
                     (double)plain[i]);
          }
        }
      }
    }
  }
  printf("  %d forms against plain C\n", nform);
}


//-------------------------------- quiet ---------------------------------------------------------

// several steps of every kind, faults included
static int step_around(Running* r) {
  float now[NELEMENT] = {0.5f, 1, 2, 3, 4, 5}, act[NACT];
  int sum = 0;
  for (int k = 0; k < 50; k++) {
    now[1] = k == 20 ? NAN : (float)k;
    sum += (int)sg_policy_step_at(r->state, k * PERIOD * (k > 40 ? 2 : 1), now, NULL, act);
    sum += (int)sg_policy_step_now(r->state, now, NULL, act);
    sg_policy_reset(r->state);
  }
  return sum;
}


static void a_step_makes_no_heap_call(void** state) {
  (void)state;
  Running* r = open_running();
  long before = heap_count();
  int sum = step_around(r);
  long after = heap_count();
  assert_int_equal(after, before);
  assert_true(sum > 0);

  // the counter does count
  void* volatile block = malloc((size_t)sum);
  free(block);
  assert_true(before < 0 || heap_count() > after);
  close_running(r);
}


// a child that may only read, write and exit: how it ended
static int sandboxed(Running* r, bool misbehave) {
  pid_t pid = fork();
  if (pid == 0) {
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) {
      _exit(77);
    }
    step_around(r);
    if (misbehave) {
      (void)getppid();
    }
    syscall(SYS_exit, 0);  // _exit would call exit_group, which is not allowed either
  }
  int status = 0;
  assert_int_equal(waitpid(pid, &status, 0), pid);
  return status;
}


static void a_step_makes_no_system_call(void** state) {
  (void)state;
  Running* r = open_running();
  int status = sandboxed(r, false);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 77) {
    print_message("  this kernel has no seccomp\n");
    skip();
  }
  assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
  status = sandboxed(r, true);
  assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  close_running(r);
}


int main(int argc, char** argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(history_is_stacked_oldest_first),
      cmocka_unit_test(commands_are_held_within_their_limits),
      cmocka_unit_test(the_normaliser_is_as_the_contract_says),
      cmocka_unit_test(a_copied_state_goes_on_alike),
      cmocka_unit_test(a_memory_of_numbers_goes_on_alike),
      cmocka_unit_test(numbers_that_are_not_finite_give_the_safe_action),
      cmocka_unit_test(steps_at_a_wrong_time_give_the_safe_action),
      cmocka_unit_test(a_jitter_of_the_contract_is_kept),
      cmocka_unit_test(actions_stay_inside_the_limits),
      cmocka_unit_test(every_form_of_a_layer_gives_the_same_bytes),
      cmocka_unit_test(a_step_makes_no_heap_call),
      cmocka_unit_test(a_step_makes_no_system_call),
  };
  nrandom = argc > 1 && strcmp(argv[1], "--soak") == 0 ? 1000000 : nrandom;
  return cmocka_run_group_tests_name("policy_step", tests, NULL, NULL);
}
