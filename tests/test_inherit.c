// A run that begins with another's networks: what is taken, what is not, what is refused.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "temp_folder.h"
#include "train/checkpoint.h"
#include "train/inherit.h"

enum {
  MAX_PART = 32
};

// a learner's parts, by name, as copies
typedef struct Parts {
  int n;
  struct {
    char name[32];
    size_t size;
    unsigned char* bytes;
  } all[MAX_PART];
} Parts;


static void keep(void* arg, const char* name, void* bytes, size_t size) {
  Parts* p = arg;
  assert_true(p->n < MAX_PART);
  snprintf(p->all[p->n].name, sizeof(p->all[0].name), "%s", name);
  p->all[p->n].size = size;
  p->all[p->n].bytes = malloc(size);
  memcpy(p->all[p->n++].bytes, bytes, size);
}


// the parts of a checkpoint whose names are those of a learner
static Parts checkpoint_parts(const char* run) {
  Parts p = {0};
  FILE* file;
  SgCheckpointLabel label;
  assert_int_equal(sg_checkpoint_open(run, &file, NULL, NULL), SG_OK);
  while (p.n < MAX_PART && fread(&label, 1, sizeof(label), file) == sizeof(label) &&
         strcmp(label.name, "replay.rings") != 0) {
    void* bytes = malloc(label.size);
    assert_int_equal(fread(bytes, 1, label.size, file), label.size);
    if (strcmp(label.name, "sizes") != 0) {
      keep(&p, label.name, bytes, label.size);
    }
    free(bytes);
  }
  fclose(file);
  return p;
}


static void forget(Parts* p) {
  for (int i = 0; i < p->n; i++) {
    free(p->all[i].bytes);
  }
}


static SgConfig make_config(const char* hidden) {
  static const char* const keys[][2] = {{"sac.batch", "8"},           {"sac.start_steps", "20"},
                                        {"train.steps", "60"},        {"train.eval_every", "50"},
                                        {"train.eval_episodes", "1"}, {"sac.replay", "1000"}};
  SgConfig config;
  assert_int_equal(sg_config_preset(&config, "sac", NULL), SG_OK);
  assert_int_equal(sg_config_set(&config, "sac.hidden", hidden, SG_FROM_SET, NULL), SG_OK);
  for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
    assert_int_equal(sg_config_set(&config, keys[i][0], keys[i][1], SG_FROM_SET, NULL), SG_OK);
  }
  snprintf(config.task, sizeof(config.task), "robot/cart.yaml");
  return config;
}


static void train(const SgConfig* config, const char* run) {
  SgTrainResult result;
  SgError error = {0};
  SgTrainOptions options = {.config = config, .run = run, .command = "test", .nthread = 1};
  if (sg_train(&options, &result, &error) != SG_OK) {
    fail_msg("%s", error.text);
  }
}


// a new learner for the cart that inherits from a run; what it is like then, or the refusal
static SgStatus inherit(SgConfig* config, const char* run, Parts* parts, char sha[65],
                        SgError* error) {
  assert_int_equal(sg_config_resolve(config, 1, NULL), SG_OK);
  SgSacConfig sizes = sg_config_sac(config, 2, 1);
  SgPool* pool = sg_pool_create(1, NULL);
  SgSac* sac = sg_sac_create(&sizes, sg_kernels_ref(), pool, NULL);
  assert_non_null(sac);
  SgStatus status = sg_inherit(sac, config, run, sha, error);
  if (parts) {
    *parts = (Parts){0};
    sg_sac_visit(sac, keep, parts);
  }
  sg_sac_destroy(sac);
  sg_pool_destroy(pool);
  return status;
}


static bool ends_with(const char* text, const char* end) {
  size_t n = strlen(text), m = strlen(end);
  return n >= m && strcmp(text + n - m, end) == 0;
}


static bool is_zero(const unsigned char* bytes, size_t size) {
  while (size > 0 && bytes[size - 1] == 0) {
    size--;
  }
  return size == 0;
}


static void networks_are_taken_and_optimisers_are_not(void** state) {
  (void)state;
  SgConfig config = make_config("[8, 6]"), another = make_config("[8, 6]");
  char sha[65], same[65];
  SgError error = {0};
  Parts now;
  temp_cart("robot", "1", "0");
  train(&config, "first");
  another.seed = 7;
  assert_int_equal(inherit(&another, "first", &now, sha, &error), SG_OK);
  assert_int_equal(inherit(&another, "first", NULL, same, &error), SG_OK);
  assert_string_equal(sha, same);

  Parts then = checkpoint_parts("first");
  int taken = 0, fresh = 0;
  assert_int_equal(then.n, now.n);
  for (int i = 0; i < now.n; i++) {
    const char* name = now.all[i].name;
    assert_string_equal(name, then.all[i].name);
    assert_int_equal(now.all[i].size, then.all[i].size);
    assert_false(is_zero(then.all[i].bytes, then.all[i].size));
    if (ends_with(name, ".value") || ends_with(name, ".targ")) {
      assert_memory_equal(now.all[i].bytes, then.all[i].bytes, now.all[i].size);
      taken++;
    } else {
      assert_true(is_zero(now.all[i].bytes, now.all[i].size));
      fresh++;
    }
  }
  assert_int_equal(taken, 6);   // actor, temperature, two critics, two targets
  assert_int_equal(fresh, 13);  // m, v and steps of four, and the updates
  forget(&now);
  forget(&then);
}


static void a_fixed_temperature_stays(void** state) {
  (void)state;
  SgConfig config = make_config("[8, 6]"), fixed = make_config("[8, 6]");
  char sha[65], sha_fixed[65];
  Parts now;
  temp_cart("robot", "1", "0");
  train(&config, "first");
  assert_int_equal(sg_config_set(&fixed, "sac.alpha", "1", SG_FROM_SET, NULL), SG_OK);
  assert_int_equal(inherit(&config, "first", NULL, sha, NULL), SG_OK);
  assert_int_equal(inherit(&fixed, "first", &now, sha_fixed, NULL), SG_OK);
  assert_string_not_equal(sha, sha_fixed);
  for (int i = 0; i < now.n; i++) {
    if (strcmp(now.all[i].name, "log_alpha.value") == 0) {
      assert_true(is_zero(now.all[i].bytes, now.all[i].size));  // log 1
    }
  }
  forget(&now);
}


static void what_does_not_fit_is_refused(void** state) {
  (void)state;
  SgConfig config = make_config("[8, 6]"), wide = make_config("[9, 6]");
  char sha[65];
  SgError error = {0};
  temp_cart("robot", "1", "0");
  train(&config, "first");

  assert_int_equal(inherit(&wide, "first", NULL, sha, &error), SG_FILE);
  assert_non_null(strstr(error.text, "layers [8, 6] for the policy, [8, 6] for the critics"));
  assert_int_equal(inherit(&config, "nowhere", NULL, sha, &error), SG_FILE);
  assert_non_null(strstr(error.text, "is no run folder"));

  // settings that were edited after the checkpoint was written
  char* text = temp_read("first/config.yaml");
  char* layers = strstr(text, "hidden: [8, 6]");
  assert_non_null(layers);
  layers[9] = '9';
  layers = strstr(layers, "critic_hidden: [8, 6]");
  assert_non_null(layers);
  layers[16] = '9';
  temp_write("first/config.yaml", text);
  free(text);
  assert_int_equal(inherit(&wide, "first", NULL, sha, &error), SG_FILE);
  assert_non_null(strstr(error.text, "does not fit its config.yaml"));

  // one bit of the checkpoint
  FILE* file = fopen("first/checkpoints/state.ckpt", "r+");
  fseek(file, 3000, SEEK_SET);
  int byte = fgetc(file);
  fseek(file, 3000, SEEK_SET);
  fputc(byte ^ 1, file);
  fclose(file);
  assert_int_equal(inherit(&wide, "first", NULL, sha, &error), SG_FILE);
  assert_non_null(strstr(error.text, "is damaged"));
}


int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, temp_folder_enter, temp_folder_leave)
  const struct CMUnitTest tests[] = {
      TEST(networks_are_taken_and_optimisers_are_not),
      TEST(a_fixed_temperature_stays),
      TEST(what_does_not_fit_is_refused),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
