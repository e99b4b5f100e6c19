// The YAML reader: what it refuses, and that each complaint points at the place.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"
#include "temp_folder.h"


static void refusals_point_at_the_place(void** state) {
  (void)state;
  static const struct {
    const char *text, *sentence;
  } cases[] = {
      // a zero byte, as a value, in a list, as a key: "x" must not be read
      {"a: \"x\\0y\"\n", "f.yaml:1:4: a text with a zero byte"},
      {"a:\n  - [1, \"\\x00\"]\n", "f.yaml:2:9: a text with a zero byte"},
      {"b: 1\n\"a\\0b\": 1\n", "f.yaml:2:1: a text with a zero byte"},

      // an alias, where it stands: also within itself, as a key, and after what it would repeat
      {"a: &x {lr: 1}\nb:\n  c: *x\n", "f.yaml:3:6: aliases (*name)"},
      {"a: &x [1, *x]\n", "f.yaml:1:11: aliases (*name)"},
      {"a: &x 1\n*x : 2\n", "f.yaml:2:1: aliases (*name)"},
      {"a: *unknown\n", "f.yaml:1:4: aliases (*name)"},

      // bytes that are not UTF-8, by letters as an editor counts them
      {"a: 1\nb: caf\xe9\n", "f.yaml:2:7: "},
      {"a: 1\n\xc3\xa4\xc3\xb6: \xff\n", "f.yaml:2:5: invalid leading UTF-8 octet"},
      {"\xff\xfe\x61", "f.yaml:1:1: invalid leading UTF-8 octet; the file must be UTF-8"},
      {"a: \xe2\x82(\n", "f.yaml:1:4: invalid trailing UTF-8 octet; the file must be UTF-8"},
      {"a: b\x01\n", "f.yaml:1:5: control characters are not allowed"},

      // keys, at the key
      {"a: 1\nb: 2\na: long\n", "f.yaml:3:1: the key 'a' stands here a second time"},
      {"m: {k: 1, k: {deep: 1}}\n", "f.yaml:1:11: the key 'k' stands here a second time"},
      {"[a]: 1\n", "f.yaml:1:1: a key must be a plain word"},
      {"x: {<<: {a: 1}}\n", "f.yaml:1:5: a key must be a plain word"},
  };
  for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
    SgError error = {0};
    temp_write("f.yaml", cases[i].text);
    assert_null(sg_yaml_load("f.yaml", &error));
    assert_int_equal(error.status, SG_FILE);
    if (strncmp(error.text, cases[i].sentence, strlen(cases[i].sentence)) != 0) {
      fail_msg("%s gives: %s", cases[i].text, error.text);
    }
  }
}


static void numbers_beyond_all_doubles_are_refused(void** state) {
  (void)state;
  SgError error = {0};
  double x = 7;
  temp_write("f.yaml", "a: 1e400\nb: -1e309\nc: .inf\nd: 1e-400\ne: 1.7976931348623157e308\n");
  SgYaml* doc = sg_yaml_load("f.yaml", &error);
  assert_non_null(doc);
  SgYamlNode root = sg_yaml_root(doc);
  assert_int_equal(sg_yaml_double(sg_yaml_get(root, "a"), "weight", &x, &error), SG_FILE);
  assert_string_equal(error.text, "f.yaml:1:4: weight is '1e400', out of range");
  assert_int_equal(sg_yaml_double(sg_yaml_get(root, "b"), "weight", &x, &error), SG_FILE);
  assert_string_equal(error.text, "f.yaml:2:4: weight is '-1e309', out of range");
  assert_true(x == 7);

  // infinity by its name is a number; so is the largest, and the nearest to one too small
  assert_int_equal(sg_yaml_double(sg_yaml_get(root, "c"), "weight", &x, &error), SG_OK);
  assert_true(x > 1e308 && x == 2 * x);
  assert_int_equal(sg_yaml_double(sg_yaml_get(root, "d"), "weight", &x, &error), SG_OK);
  assert_true(x == 0);
  assert_int_equal(sg_yaml_double(sg_yaml_get(root, "e"), "weight", &x, &error), SG_OK);
  assert_true(x == 1.7976931348623157e308);
  sg_yaml_free(doc);
}


static void unknown_keys_are_told_at_the_key(void** state) {
  (void)state;
  static const char* const names[] = {"frame_skip", "period"};
  SgError error = {0};
  temp_write("f.yaml", "control:\n  frame_skp: 4\n");
  SgYaml* doc = sg_yaml_load("f.yaml", &error);
  assert_non_null(doc);
  SgYamlNode control = sg_yaml_get(sg_yaml_root(doc), "control");
  assert_int_equal(sg_yaml_keys(control, "control", names, 2, &error), SG_FILE);
  assert_string_equal(error.text,
                      "f.yaml:2:3: control has no key 'frame_skp'; did you mean 'frame_skip'?");
  sg_yaml_free(doc);
}


static void anchors_and_quoted_text_still_load(void** state) {
  (void)state;
  SgError error = {0};
  temp_write("f.yaml", "a: &x 1\nb: '*x'\nc: \"caf\xc3\xa9 \\t\"\n");
  SgYaml* doc = sg_yaml_load("f.yaml", &error);
  assert_non_null(doc);
  SgYamlNode root = sg_yaml_root(doc);
  assert_string_equal(sg_yaml_text(sg_yaml_get(root, "b")), "*x");
  assert_string_equal(sg_yaml_text(sg_yaml_get(root, "c")), "caf\xc3\xa9 \t");
  sg_yaml_free(doc);
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test_setup_teardown(refusals_point_at_the_place, temp_folder_enter,
                                      temp_folder_leave),
      cmocka_unit_test_setup_teardown(numbers_beyond_all_doubles_are_refused, temp_folder_enter,
                                      temp_folder_leave),
      cmocka_unit_test_setup_teardown(unknown_keys_are_told_at_the_key, temp_folder_enter,
                                      temp_folder_leave),
      cmocka_unit_test_setup_teardown(anchors_and_quoted_text_still_load, temp_folder_enter,
                                      temp_folder_leave),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
