// SHA-256 against the examples of FIPS 180-4 and against itself, cut in every way.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "policy/sha256.h"


static void assert_digest(const char* text, size_t times, const char* wanted) {
  SgSha256 sha;
  char hex[65];
  sg_sha256_init(&sha);
  for (size_t i = 0; i < times; i++) {
    sg_sha256_add(&sha, text, strlen(text));
  }
  sg_sha256_hex(&sha, hex);
  assert_string_equal(hex, wanted);
}


static void standard_examples_come_out(void** state) {
  (void)state;
  assert_digest("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assert_digest("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  assert_digest("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  assert_digest("a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}


static void pieces_make_no_difference(void** state) {
  (void)state;
  unsigned char bytes[200];
  char whole[65], cut[65];
  SgSha256 sha;
  for (int i = 0; i < 200; i++) {
    bytes[i] = (unsigned char)(i * 7);
  }
  sg_sha256_init(&sha);
  sg_sha256_add(&sha, bytes, sizeof(bytes));
  sg_sha256_hex(&sha, whole);
  for (size_t at = 0; at <= sizeof(bytes); at++) {
    sg_sha256_init(&sha);
    sg_sha256_add(&sha, bytes, at);
    sg_sha256_add(&sha, bytes + at, sizeof(bytes) - at);
    sg_sha256_hex(&sha, cut);
    assert_string_equal(whole, cut);
  }
}


int main(void) {
  const struct CMUnitTest tests[] = {
      cmocka_unit_test(standard_examples_come_out),
      cmocka_unit_test(pieces_make_no_difference),
  };
  return cmocka_run_group_tests(tests, NULL, NULL);
}
