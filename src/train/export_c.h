// The writer of exported C, for its own files: export_c.c the files, export_c_header.c what is in
// P.h, export_c_tables.c the numbers of P.c.

#ifndef SG_TRAIN_EXPORT_C_H_
#define SG_TRAIN_EXPORT_C_H_

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "policy/inside.h"

/// A pair of files on its way. Everything is borrowed.
typedef struct SgExportC {
  FILE* out;  ///< where text goes now; its errors are looked at in the end
  const SgPolicy* policy;
  const SgContract* contract;
  const char* name;  ///< prefix of every name
  uint32_t sum;      ///< over the numbers written so far, for the self test
} SgExportC;

/// An entry of the contract; "" when there is none.
const char* sg_export_c_meta(const SgExportC* w, const char* key);

/// Write a text for a string or a comment of C: whatever could end either, or start a trigraph, in
/// octal. Returns the letters written.
int sg_export_c_text(const SgExportC* w, const char* text, size_t length);

/// Write a template: '@' is the name.
void sg_export_c_named(const SgExportC* w, const char* text);

/// Write all of P.h. sha256: the policy file's.
void sg_export_c_header(const SgExportC* w, const char* sha256);

/// Write the small tables: names, inputs, outputs, terms; and announce the large ones.
void sg_export_c_tables(SgExportC* w);

/// Write the large tables, weights and golden vectors, and the sum over all. False when the golden
/// vectors cannot be read.
bool sg_export_c_numbers(SgExportC* w);

/// Write the lines of a step that go through the layers, between the rows x and y.
void sg_export_c_layers(const SgExportC* w);

/// Write the lines of the self test that sum up the tables, in the order in which they are written.
void sg_export_c_sums(const SgExportC* w);

#endif  // SG_TRAIN_EXPORT_C_H_
