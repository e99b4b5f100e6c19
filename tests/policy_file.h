// Policy files for tests, made by hand: a text for each entry of the contract, tensors, and the
// digest that makes whatever was changed look right.

#ifndef SG_TESTS_POLICY_FILE_H_
#define SG_TESTS_POLICY_FILE_H_

#include <stddef.h>
#include <stdint.h>

#include "policy/policy.h"

enum {
  SPEC_MAX_ENTRY = 16,
  SPEC_MAX_TENSOR = 24,
  SPEC_TEXT = 1 << 15
};

/// A tensor to be written; numbers belong to the spec.
typedef struct SpecTensor {
  char name[80];
  int rows, columns;  ///< columns 0: one dimension
} SpecTensor;

/// A policy file under construction. Change what you like, then ask for the bytes.
typedef struct PolicySpec {
  int nentry, ntensor, nnumber;
  char keys[SPEC_MAX_ENTRY][80];
  char* values[SPEC_MAX_ENTRY];  ///< of SPEC_TEXT bytes
  SpecTensor tensors[SPEC_MAX_TENSOR];
  float* numbers;  ///< (nnumber) of all tensors, in order
} PolicySpec;

/// Sizes and kinds of a policy. The row is history * nelement + ncommand wide.
typedef struct PolicyShape {
  int nelement;  ///< host channels: a first term of one with clip, the rest in a second term
  int nact, nlayer, width;
  int history;  ///< of the second term
  int ncommand;
  int normaliser;  ///< whether there is one
} PolicyShape;

/// A valid policy with weights and texts drawn from the seed, golden vectors included.
PolicySpec* spec_make(const PolicyShape* shape, uint32_t seed);

/// A small one whose shape is drawn as well.
PolicySpec* spec_random(uint32_t seed);

void spec_free(PolicySpec* spec);

/// The text of an entry, to be changed in place; NULL when there is none.
char* spec_value(PolicySpec* spec, const char* key);

/// Put answers of the runtime into softgait.golden; 0 when the runtime refuses the rest.
int spec_golden(PolicySpec* spec);

/// The file's bytes with a right digest, malloc'ed.
char* spec_bytes(const PolicySpec* spec, size_t* size);

/// The header's text as it stands, malloc'ed; and a file from any header text.
char* spec_header(const PolicySpec* spec, const char* digest);
char* spec_assemble(const PolicySpec* spec, const char* header, size_t* size);

/// The digest over what such a file holds; zeros when it has no structure.
void spec_digest(const char* bytes, size_t size, char hex[65]);

/// Replace the first `from` in a text with `to`; 0 when it is not there. Room: SPEC_TEXT.
int text_replace(char* text, const char* from, const char* to);

/// Integers whose sequence is the same everywhere (Marsaglia's xorshift32).
uint32_t draw(uint32_t* state);

/// A number in [-1, 1), of 24 bits.
float draw_float(uint32_t* state);

#endif  // SG_TESTS_POLICY_FILE_H_
