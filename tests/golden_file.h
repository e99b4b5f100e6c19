// The twin's files: named tensors of doubles, whole or as digests. Written by
// scripts/golden_sac.py, which describes the format.

#ifndef SG_TESTS_GOLDEN_FILE_H_
#define SG_TESTS_GOLDEN_FILE_H_

#include <stdbool.h>
#include <stddef.h>

#include "math/real.h"

/// Bytes of a tensor's name in a file, the closing zero included.
enum {
  GOLDEN_NAME = 48
};

/// An open file.
typedef struct GoldenFile {
  char* bytes;  ///< all of it, owned
  size_t size;
  int ntensor;
} GoldenFile;

/// A tensor of a file. Borrowed.
typedef struct GoldenTensor {
  size_t count;        ///< entries
  bool whole;          ///< all of them are stored; else a digest: 2-norm, largest size, 16 entries
  const double* data;  ///< stored numbers
} GoldenTensor;

/// Open data/sac/<name>.golden; a missing or damaged file fails the running test.
void golden_open(GoldenFile* file, const char* name);

/// Close it.
void golden_close(GoldenFile* file);

/// Find a tensor by name; false when there is none.
bool golden_find(const GoldenFile* file, const char* name, GoldenTensor* tensor);

/// How far x (count) is from a tensor: the largest difference, and for a digest also that of the
/// norm, each by the tensor's largest entry or norm.
double golden_largest_miss(const GoldenTensor* tensor, const sg_real* x);

/// The same by root mean squares: of the differences by that of the tensor.
double golden_rms_miss(const GoldenTensor* tensor, const sg_real* x);

#endif  // SG_TESTS_GOLDEN_FILE_H_
