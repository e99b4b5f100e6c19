// What the reader refuses: files that are wrong in one way each, everything else right, digest
// included. 20 seeds make 20 different policies for each way.
//
//   test_policy_bad           every way, every truncation and header bit of one file, 1000 payload bits
//   test_policy_bad --show    with every sentence that comes back
//   test_policy_bad --soak    the same of 20 files and all payload bits, and of a 17/6 policy

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "policy/policy.h"
#include "policy_file.h"

enum {
  NSEED = 20,
  NENTRY = 12  // of a spec, the digest apart
};

static bool soak, show;

// one way to be wrong: in an entry of the contract, all of its other words right
typedef struct Wrong {
  const char *key, *from, *to;
} Wrong;

#define OBS "softgait.observation"
#define ACT "softgait.action"
#define CMD "softgait.command"
#define NRM "softgait.normaliser"
#define TIME "softgait.timing"
#define SAFE "softgait.safe_action"
#define GOLD "softgait.golden"

static const Wrong WRONG[] = {
    // entries as a whole; an empty `from` stands for the whole text
    {"softgait.format", "1", "2"},
    {"softgait.format", "1", "1 "},
    {"softgait.format", "1", "1\n"},
    {"softgait.format", "1", "01"},
    {"softgait.format", "", ""},
    {"softgait.task", "", ""},
    {"softgait.model", "", ""},
    {"softgait.mujoco", "", ""},
    {OBS, "", ""},
    {ACT, "", ""},
    {CMD, "", ""},
    {NRM, "", ""},
    {TIME, "", ""},
    {SAFE, "", ""},
    {GOLD, "", ""},
    {OBS, "", "\n"},
    {OBS, "", "nonsense"},

    // the observation
    {OBS, "term=", "trem="},
    {OBS, "term=qpos ", ""},
    {OBS, "unit=si ", ""},
    {OBS, "unit=si", "unit="},
    {OBS, "unit=si", "unit=si unit=si"},
    {OBS, "unit=si", "unit=si more=1"},
    {OBS, "unit=si ", "unit=si  "},
    {OBS, "size=1", "size=2"},
    {OBS, "size=1", "size=0"},
    {OBS, "size=1", "size=-1"},
    {OBS, "size=1", "size=1.5"},
    {OBS, "size=1", "size=1e9"},
    {OBS, "size=1", "size=inf"},
    {OBS, "size=1", "size=one"},
    {OBS, "size=1", "size=1x"},
    {OBS, "scale=0.5", "scale=0"},
    {OBS, "scale=0.5", "scale=-0.5"},
    {OBS, "scale=0.5", "scale=inf"},
    {OBS, "scale=0.5", "scale=nan"},
    {OBS, "scale=0.5", "scale=1e39"},
    {OBS, "scale=0.5", "scale=1e-60"},
    {OBS, "scale=0.5", "scale=0,5"},
    {OBS, "offset=0.25", "offset=inf"},
    {OBS, "offset=0.25", "offset="},
    {OBS, "clip=-10,10", "clip=10,-10"},
    {OBS, "clip=-10,10", "clip=10"},
    {OBS, "clip=-10,10", "clip=-10,10,20"},
    {OBS, "clip=-10,10", "clip=inf,inf"},
    {OBS, "clip=-10,10", "clip=-inf,-inf"},
    {OBS, "clip=-10,10", "clip=nan,10"},
    {OBS, "history=1", "history=0"},
    {OBS, "history=1", "history=257"},
    {OBS, "history=1", "history=2"},
    {OBS, "elements=qpos:root", "elements="},
    {OBS, "elements=qpos:root", "elements=qvel:joint_1"},
    {OBS, "elements=qpos:root", "elements=qpos:root,"},
    {OBS, "elements=qpos:root", "elements=,qpos:root"},
    {OBS, "elements=qpos:root", "elements=command:c0"},
    {OBS, "qvel:joint_2", ""},
    {OBS, "command:c1", "command:c2"},
    {OBS, "command:c1", "qvel:c1"},

    // actions
    {ACT, "actuator=joint_0 ", ""},
    {ACT, "actuator=joint_1", "actuator=joint_0"},
    {ACT, "mode=control ", ""},
    {ACT, "scale=", "scale=-"},
    {ACT, "scale=", "scale=1e-50 low=0 scale="},
    {ACT, "low=", "low=9"},
    {ACT, "low=", "high=1 low="},
    {ACT, "high=", "high=inf high="},
    {ACT, "\n", "\n\n"},
    {ACT, "offset=", "offset=x"},
    {ACT, "mode=control", "mode=control gain=1"},
    {SAFE, "values=", "values=9,"},
    {SAFE, "values=", "values=1e9"},
    {SAFE, "values=", "value="},
    {SAFE, "", "values=0"},
    {SAFE, "values=", "values=nan,"},

    // commands and normaliser
    {CMD, "start=0", "start=7"},
    {CMD, "start=0", ""},
    {CMD, "low=-1", "low=-inf"},
    {CMD, "low=-1", "low=2"},
    {OBS, "scale=2 offset=0 clip=-inf,inf", "scale=2 offset=0 clip=5,inf"},
    {CMD, "command=c1", "command=c0"},
    {CMD, "command=c1", "command=d1"},
    {CMD, "unit=m/s", "unit=m/s step=1"},
    {CMD, "", "none"},
    {NRM, "std=", "std=0,"},
    {NRM, "mean=", "mean=1,"},
    {NRM, "mean=", "mean=inf"},
    {NRM, "std=", "std=-"},
    {NRM, " clip=5", ""},
    {NRM, "clip=5", "clip=0"},
    {NRM, "clip=5", "clip=1e-30"},
    {NRM, "", "mean=0 std=1 clip=5"},
    {NRM, "", "running"},

    // time
    {TIME, "period=0.02", "period=0"},
    {TIME, "period=0.02", "period=-0.02"},
    {TIME, "period=0.02", "period=0.001"},
    {TIME, "period=0.02", "period=inf"},
    {TIME, "period=0.02 ", ""},
    {TIME, "timestep=0.005", "timestep=0"},
    {TIME, "timestep=0.005", "timestep=0.005 jitter=1"},
    {TIME, "timestep=0.005", "timestep=0.005 jitter=0"},
    {TIME, "timestep=0.005", "timestep=0.005 latency=0"},

    // golden vectors
    {GOLD, "obs=", "obs=1,"},
    {GOLD, "act=", "act=0,"},
    {GOLD, "act=", "obs="},
    {GOLD, "act=0x1", "act=0x2"},
    {GOLD, "act=-0x1", "act=-0x2"},
    {GOLD, "obs=", "obs=inf,"},
    {GOLD, "", "obs=0 act=0"},
};


// put bytes to the reader; refused means NULL and one sentence
static bool refused(const char* bytes, size_t size) {
  char why[400] = "";
  SgPolicy* policy = sg_policy_load(bytes, size, why, sizeof(why));
  sg_policy_free(policy);
  if (show && !policy) {
    printf("  %s\n", why);
  }
  bool sentence = why[0] && !strchr(why, '\n') && strlen(why) < sizeof(why) - 1;
  if (!policy && !sentence) {
    fail_msg("no sentence, or more than one line: '%s'", why);
  }
  return !policy;
}


static bool refused_spec(const PolicySpec* spec) {
  size_t size;
  char* bytes = spec_bytes(spec, &size);
  bool fine = refused(bytes, size);
  free(bytes);
  return fine;
}


//-------------------------------- wrong texts ---------------------------------------------------

static void every_seed_is_accepted_when_nothing_is_wrong(void** state) {
  (void)state;
  for (uint32_t seed = 0; seed < NSEED; seed++) {
    PolicySpec* spec = spec_random(seed);
    assert_non_null(spec);
    assert_false(refused_spec(spec));
    spec_free(spec);
  }
}


static void every_wrong_word_is_refused(void** state) {
  (void)state;
  int nfile = 0;
  for (size_t i = 0; i < sizeof(WRONG) / sizeof(WRONG[0]); i++) {
    const Wrong* wrong = &WRONG[i];
    int napplied = 0;
    for (uint32_t seed = 0; seed < NSEED; seed++) {
      PolicySpec* spec = spec_random(seed);
      char* text = spec_value(spec, wrong->key);
      bool applied = true;
      if (wrong->from[0]) {
        applied = text_replace(text, wrong->from, wrong->to);
      } else {
        snprintf(text, SPEC_TEXT, "%s", wrong->to);
      }
      if (applied && !refused_spec(spec)) {
        fail_msg("seed %u: '%s' instead of '%s' in %s was accepted", seed, wrong->to, wrong->from,
                 wrong->key);
      }
      napplied += applied;
      spec_free(spec);
    }
    if (napplied == 0) {
      fail_msg("'%s' is never in %s: this row tests nothing", wrong->from, wrong->key);
    }
    nfile += napplied;
  }
  printf("  %zu wrong texts, %d files\n", sizeof(WRONG) / sizeof(WRONG[0]), nfile);
}


// an entry under another name, in another's place, or not there at all
static void missing_doubled_and_unknown_entries_are_refused(void** state) {
  (void)state;
  for (int i = 0; i < 3 * NENTRY * NSEED; i++) {
    PolicySpec* spec = spec_random((uint32_t)(i % NSEED));
    int entry = i / NSEED % NENTRY, how = i / NSEED / NENTRY, last = spec->nentry - 1;
    bool optional = strcmp(spec->keys[entry], "softgait.training") == 0;
    assert_int_equal(spec->nentry, NENTRY);
    if (how == 0) {
      snprintf(spec->keys[entry], sizeof(spec->keys[0]), "softgait.unknown");
    } else if (how == 1) {
      memmove(spec->keys[entry], spec->keys[entry == 0], sizeof(spec->keys[0]));
    } else {
      char* value = spec->values[entry];
      memcpy(spec->keys[entry], spec->keys[last], sizeof(spec->keys[0]));
      spec->values[entry] = spec->values[last];
      free(value == spec->values[last] ? NULL : value);
      spec->values[last] = entry == last ? value : NULL;
      spec->nentry--;
    }
    if (refused_spec(spec) == (optional && how == 2)) {
      fail_msg("entry %d, change %d", entry, how);
    }
    spec->nentry = last + 1;
    spec_free(spec);
  }
}


//-------------------------------- wrong tensors -------------------------------------------------

static void rename_tensor(PolicySpec* s, int i, const char* name) {
  snprintf(s->tensors[i].name, sizeof(s->tensors[i].name), "%s", name);
}


// ways to be wrong in the tensors: change, return whether it applies to this policy
static bool nan_weight(PolicySpec* s) {
  s->numbers[s->nnumber / 3] = NAN;
  return true;
}


static bool infinite_bias(PolicySpec* s) {
  s->numbers[s->tensors[0].rows * s->tensors[0].columns] = INFINITY;
  return true;
}


static bool nan_log_std(PolicySpec* s) {
  s->numbers[s->nnumber - 1] = -NAN;
  return true;
}


static bool other_name(PolicySpec* s) {
  rename_tensor(s, 0, "actor.0.wieght");
  return true;
}


static bool doubled_tensor(PolicySpec* s) {
  memcpy(s->tensors[1].name, s->tensors[0].name, sizeof(s->tensors[0].name));
  return true;
}


static bool long_name(PolicySpec* s) {
  memset(s->tensors[0].name, 'a', 79);
  return true;
}


static bool blank_name(PolicySpec* s) {
  rename_tensor(s, 0, "actor 0");
  return true;
}


static bool skipped_layer(PolicySpec* s) {
  rename_tensor(s, 2, "actor.5.weight");
  rename_tensor(s, 3, "actor.5.bias");
  return true;
}


static bool transposed(PolicySpec* s) {
  int rows = s->tensors[0].rows;
  s->tensors[0].rows = s->tensors[0].columns;
  s->tensors[0].columns = rows;
  return s->tensors[0].rows != rows;
}


static bool bias_with_two_dimensions(PolicySpec* s) {
  s->tensors[1].columns = 1;
  return true;
}


static bool weight_with_one_dimension(PolicySpec* s) {
  s->tensors[0].rows *= s->tensors[0].columns;
  s->tensors[0].columns = 0;
  return true;
}


static bool payload_too_long(PolicySpec* s) {
  s->numbers = realloc(s->numbers, sizeof(float) * (size_t)(s->nnumber + 1));
  s->numbers[s->nnumber++] = 0;
  return true;
}


static bool payload_too_short(PolicySpec* s) {
  s->nnumber--;
  return true;
}


static bool one_more_tensor(PolicySpec* s) {
  payload_too_long(s);
  s->tensors[s->ntensor++] = (SpecTensor){"spare", 1, 0};
  return true;
}


static bool one_less_tensor(PolicySpec* s) {
  s->nnumber -= s->tensors[--s->ntensor].rows;
  return true;
}


static bool one_more_input(PolicySpec* s) {
  return text_replace(spec_value(s, OBS), "size=1", "size=2") &&
         text_replace(spec_value(s, OBS), "qpos:root", "qpos:root,qpos:root2");
}


static bool one_more_action(PolicySpec* s) {
  return text_replace(spec_value(s, ACT), "actuator",
                      "actuator=spare mode=control scale=1 offset=0 low=-1 high=1\nactuator") &&
         text_replace(spec_value(s, SAFE), "values=", "values=0,");
}


static bool one_more_golden_than_allowed(PolicySpec* s) {
  char* text = spec_value(s, GOLD);
  char line[SPEC_TEXT];
  snprintf(line, sizeof(line), "%.*s\n", (int)strcspn(text, "\n"), text);
  if (strlen(line) * 65 >= SPEC_TEXT) {
    return false;
  }
  for (size_t i = 0; i < 65; i++) {
    memcpy(text + i * strlen(line), line, strlen(line) + 1);
  }
  return true;
}


static bool many_tensors(PolicySpec* s) {
  while (s->ntensor < SPEC_MAX_TENSOR) {
    char name[16];
    snprintf(name, sizeof(name), "t%d", s->ntensor);
    one_more_tensor(s);
    rename_tensor(s, s->ntensor - 1, name);
  }
  return true;
}


static void every_wrong_tensor_is_refused(void** state) {
  (void)state;
  static bool (*const changes[])(PolicySpec*) = {nan_weight,
                                                 infinite_bias,
                                                 nan_log_std,
                                                 other_name,
                                                 doubled_tensor,
                                                 long_name,
                                                 blank_name,
                                                 skipped_layer,
                                                 transposed,
                                                 payload_too_long,
                                                 payload_too_short,
                                                 bias_with_two_dimensions,
                                                 one_more_tensor,
                                                 one_less_tensor,
                                                 one_more_input,
                                                 weight_with_one_dimension,
                                                 one_more_action,
                                                 many_tensors,
                                                 one_more_golden_than_allowed};
  for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++) {
    int applied = 0;
    for (uint32_t seed = 0; seed < NSEED; seed++) {
      PolicySpec* spec = spec_random(seed);
      if (changes[i](spec)) {
        applied++;
        if (!refused_spec(spec)) {
          fail_msg("tensor change %zu, seed %u, was accepted", i, seed);
        }
      }
      spec_free(spec);
    }
    assert_true(applied > NSEED / 2);
  }
}


//-------------------------------- wrong headers -------------------------------------------------

// structure that is wrong while the digest over the contents would be right
static const char* const STRUCTURE[][2] = {
    {"{\"__metadata__\"", "[\"__metadata__\""},
    {"{\"__metadata__\"", " {\"__metadata__\""},
    {"{\"__metadata__\":{", "{\"__metadata__\":{},\"__metadata__\":{"},
    {"{\"__metadata__\":{", "{\"__metadata__\":{,"},
    {"{\"__metadata__\":{", "{\"__metadata__\":{\"softgait.format\":\"1\","},
    {"{\"__metadata__\":{", "{\"__metadata__\":{\"a\":1,"},
    {"\"F32\"", "\"F64\""},
    {"\"F32\"", "\"F16\""},
    {"\"F32\"", "F32"},
    {"\"F32\"", "\"F\\u0033\\u0032\""},
    {"\"dtype\":\"F32\",", ""},
    {"\"dtype\":\"F32\",", "\"dtype\":\"F32\",\"dtype\":\"F32\","},
    {"\"dtype\":\"F32\",", "\"dtype\":\"F32\",\"strides\":[1],"},
    {"\"shape\":[", "\"shape\":[1,1,"},
    {"\"shape\":[", "\"shape\":[0"},
    {"\"shape\":[", "\"shape\":[-"},
    {"\"shape\":[", "\"shape\":[1e1"},
    {"\"shape\":[", "\"shape\":[4294967296"},
    {"\"shape\":[", "\"shape\":[99999999999999999999"},
    {"\"shape\":[", "\"shape\":{"},
    {"\"data_offsets\":[0,", "\"data_offsets\":[4,"},
    {"\"data_offsets\":[0,", "\"data_offsets\":[0,0,"},
    {"\"data_offsets\":[0,", "\"data_offsets\":[18446744073709551615,"},
    {"]}}", "]}},"},
    {"]}}", "]}} x"},
    {"]}}", "]}"},
    {"]}}", "]},\"spare\":{}}"},
    {"]}}", "]},\"\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}"},
    {"preset=sac", "preset=\\ud800"},
    {"preset=sac", "preset=\xc0\xaf"},
    {"preset=sac", "preset=\xed\xa0\x80"},
    {"preset=sac", "preset=\xff"},
    {"preset=sac", "preset=\x01"},
    {"preset=sac", "preset=\\q"},
};


static void every_wrong_structure_is_refused(void** state) {
  (void)state;
  for (size_t i = 0; i < sizeof(STRUCTURE) / sizeof(STRUCTURE[0]); i++) {
    for (uint32_t seed = 0; seed < NSEED; seed++) {
      PolicySpec* spec = spec_random(seed);
      size_t size;
      char digest[65], *whole = spec_bytes(spec, &size);
      spec_digest(whole, size, digest);
      char* header = spec_header(spec, digest);
      assert_true(text_replace(header, STRUCTURE[i][0], STRUCTURE[i][1]));
      char* bytes = spec_assemble(spec, header, &size);
      if (!refused(bytes, size)) {
        fail_msg("'%s' instead of '%s' was accepted", STRUCTURE[i][1], STRUCTURE[i][0]);
      }
      free(header);
      free(bytes);
      free(whole);
      spec_free(spec);
    }
  }
  printf("  %zu wrong structures\n", sizeof(STRUCTURE) / sizeof(STRUCTURE[0]));
}


static void header_lengths_that_lie_are_refused(void** state) {
  (void)state;
  static const uint64_t lies[] = {
      0,         1, 7, UINT64_MAX, (uint64_t)1 << 20, ((uint64_t)1 << 20) + 1, (uint64_t)1 << 63,
      UINT32_MAX};
  PolicySpec* spec = spec_random(3);
  size_t size;
  char* bytes = spec_bytes(spec, &size);
  uint64_t length = 0;
  memcpy(&length, bytes, 8);
  for (size_t i = 0; i < sizeof(lies) / sizeof(lies[0]); i++) {
    memcpy(bytes, &lies[i], 8);
    assert_true(refused(bytes, size));
  }
  for (int by = -8; by <= 8; by++) {
    uint64_t lie = (uint64_t)((int64_t)length + by);
    memcpy(bytes, &lie, 8);
    assert_int_equal(refused(bytes, size), by != 0);
  }
  free(bytes);
  spec_free(spec);
}


//-------------------------------- cut and flipped -----------------------------------------------

static void cut_and_flip(PolicySpec* spec, bool whole_payload) {
  size_t size;
  char* bytes = spec_bytes(spec, &size);
  uint64_t length = 0;
  uint32_t rng = 1;
  memcpy(&length, bytes, 8);

  // every truncation, at a place of its own so that a sanitizer sees a read past the end
  for (size_t cut = 0; cut < size; cut++) {
    char* part = malloc(cut + 1);
    memcpy(part + 1, bytes, cut);
    if (!refused(part + 1, cut)) {
      fail_msg("%zu of %zu bytes are accepted", cut, size);
    }
    free(part);
  }

  // every bit of the header; of the payload, 1000 or all
  size_t header = 8 * (8 + (size_t)length), payload = 8 * size - header;
  size_t nflip = header + (whole_payload || payload < 1000 ? payload : 1000);
  for (size_t i = 0; i < nflip; i++) {
    size_t bit = i < header || nflip == 8 * size ? i : header + draw(&rng) % payload;
    bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << (bit % 8)));
    if (!refused(bytes, size)) {
      fail_msg("bit %zu of %zu bytes may flip unseen", bit, size);
    }
    bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << (bit % 8)));
  }
  assert_false(refused(bytes, size));
  free(bytes);
  spec_free(spec);
}


static void every_cut_and_flip_is_refused(void** state) {
  (void)state;
  static const PolicyShape real = {
      .nelement = 17, .nact = 6, .nlayer = 3, .width = 256, .history = 1};
  for (uint32_t seed = 0; seed < (soak ? NSEED : 1); seed++) {
    cut_and_flip(spec_random(seed), soak);
  }
  if (soak) {
    cut_and_flip(spec_make(&real, 1), false);
  }
}


int main(int argc, char** argv) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(every_seed_is_accepted_when_nothing_is_wrong),
      cmocka_unit_test(every_wrong_word_is_refused),
      cmocka_unit_test(missing_doubled_and_unknown_entries_are_refused),
      cmocka_unit_test(every_wrong_tensor_is_refused),
      cmocka_unit_test(every_wrong_structure_is_refused),
      cmocka_unit_test(header_lengths_that_lie_are_refused),
      cmocka_unit_test(every_cut_and_flip_is_refused),
  };
  show = argc > 1 && strcmp(argv[1], "--show") == 0;
  soak = argc > 1 && strcmp(argv[1], "--soak") == 0;
  return cmocka_run_group_tests_name("policy_bad", tests, NULL, NULL);
}
