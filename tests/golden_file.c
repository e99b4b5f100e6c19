// Reading the twin's files and measuring the distance from their tensors.
//
//   "sggolden" | version | ntensor |  then ntensor times  | head, 64 bytes | stored doubles |

#include "golden_file.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum {
  NSAMPLE = 16,    // entries of a digest
  NDIGEST = 18,    // and with the norm and the largest entry before them
  FIRST_HEAD = 16  // where the tensors begin
};

// a tensor's head; its numbers follow
typedef struct Head {
  char name[GOLDEN_NAME];
  uint32_t rows, columns, stored, zero;
} Head;


void golden_open(GoldenFile* file, const char* name) {
  char path[512];
  uint32_t version, ntensor;
  snprintf(path, sizeof(path), "%s/sac/%s.golden", SG_TEST_DATA, name);
  FILE* stream = fopen(path, "rb");
  if (!stream) {
    fail_msg("%s cannot be opened", path);
  }

  // all bytes
  fseek(stream, 0, SEEK_END);
  file->size = (size_t)ftell(stream);
  rewind(stream);
  file->bytes = malloc(file->size);
  assert_non_null(file->bytes);
  assert_int_equal(fread(file->bytes, 1, file->size, stream), file->size);
  fclose(stream);

  // what they claim to be
  assert_true(file->size > FIRST_HEAD);
  assert_memory_equal(file->bytes, "sggolden", 8);
  memcpy(&version, file->bytes + 8, sizeof(version));
  memcpy(&ntensor, file->bytes + 12, sizeof(ntensor));
  assert_int_equal(version, 1);
  file->ntensor = (int)ntensor;
}


void golden_close(GoldenFile* file) {
  free(file->bytes);
  *file = (GoldenFile){0};
}


bool golden_find(const GoldenFile* file, const char* name, GoldenTensor* tensor) {
  size_t at = FIRST_HEAD;

  for (int i = 0; i < file->ntensor; i++) {
    Head head;
    assert_true(at + sizeof(head) <= file->size);
    memcpy(&head, file->bytes + at, sizeof(head));
    at += sizeof(head);
    assert_true(at + head.stored * sizeof(double) <= file->size);

    if (strncmp(head.name, name, GOLDEN_NAME) == 0) {
      tensor->count = (size_t)head.rows * head.columns;
      tensor->whole = head.stored == tensor->count;
      tensor->data = (const double*)(const void*)(file->bytes + at);
      assert_true(tensor->whole || head.stored == NDIGEST);
      return true;
    }
    at += head.stored * sizeof(double);
  }
  return false;
}


//-------------------------------- distance ------------------------------------------------------

// the larger one; not a number is larger than any
static double larger(double a, double b) {
  return isnan(a) || a > b ? a : b;
}


// the stored entries of a tensor, one by one
typedef struct Entries {
  const double* value;  // (n)
  size_t n;
} Entries;


static Entries entries_of(const GoldenTensor* t) {
  return t->whole ? (Entries){t->data, t->count} : (Entries){t->data + 2, NSAMPLE};
}


// which entry of the tensor the i-th stored one is
static size_t place(const GoldenTensor* t, size_t i) {
  return t->whole ? i : i * (t->count - 1) / (NSAMPLE - 1);
}


// how far the norm of x is from a digest's, by the digest's
static double norm_miss(const GoldenTensor* t, const sg_real* x) {
  double square = 0;
  for (size_t i = 0; i < t->count; i++) {
    square += (double)x[i] * (double)x[i];
  }
  return fabs(sqrt(square) - t->data[0]) / t->data[0];
}


double golden_largest_miss(const GoldenTensor* t, const sg_real* x) {
  const Entries entries = entries_of(t);
  double miss = 0, largest = t->whole ? 0 : t->data[1];

  for (size_t i = 0; i < entries.n; i++) {
    double difference = fabs((double)x[place(t, i)] - entries.value[i]);
    miss = larger(miss, difference);
    largest = larger(largest, fabs(entries.value[i]));
  }
  miss = largest > 0 ? miss / largest : miss;
  return t->whole ? miss : larger(miss, norm_miss(t, x));
}


double golden_rms_miss(const GoldenTensor* t, const sg_real* x) {
  const Entries entries = entries_of(t);
  double miss = 0, square = 0;

  for (size_t i = 0; i < entries.n; i++) {
    double difference = (double)x[place(t, i)] - entries.value[i];
    miss += difference * difference / (double)entries.n;
    square += entries.value[i] * entries.value[i] / (double)entries.n;
  }
  if (t->whole) {
    return square > 0 ? sqrt(miss / square) : sqrt(miss);
  }

  // a digest's sixteen entries stand for the rest, and its norm too
  square = t->data[0] * t->data[0] / (double)t->count;
  return larger(sqrt(miss / square), norm_miss(t, x));
}
