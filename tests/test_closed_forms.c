// The learner as it ships, in worlds whose answer is known. The worlds and their answers:
// sac_worlds.c.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sac_checks.h"


static void bandit_finds_the_best_squashed_gaussian(void** state) {
  assert_passes(check_bandit, *state, true);
}


static void idle_action_gets_all_the_entropy_there_is(void** state) {
  assert_passes(check_idle_action, *state, true);
}


static void value_looks_past_the_time_limit(void** state) {
  assert_passes(check_truncated_world, *state, true);
}


static void value_stops_at_a_true_end(void** state) {
  assert_passes(check_terminated_world, *state, true);
}


static void linear_world_gets_the_riccati_solution(void** state) {
  assert_passes(check_linear_quadratic, *state, true);
}


static void temperature_finds_the_entropy_asked_for(void** state) {
  assert_passes(check_temperature_finds_entropy, *state, true);
}


// one backend for all tests
static int open_backend(void** state) {
  SgError error = {0};
  *state = (void*)(uintptr_t)sg_kernels_choose("auto", "auto", &error);
  if (!*state) {
    print_error("%s\n", error.text);
  }
  return *state ? 0 : -1;
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(bandit_finds_the_best_squashed_gaussian),
      cmocka_unit_test(idle_action_gets_all_the_entropy_there_is),
      cmocka_unit_test(value_looks_past_the_time_limit),
      cmocka_unit_test(value_stops_at_a_true_end),
      cmocka_unit_test(linear_world_gets_the_riccati_solution),
      cmocka_unit_test(temperature_finds_the_entropy_asked_for),
  };
  return cmocka_run_group_tests(tests, open_backend, NULL);
}
