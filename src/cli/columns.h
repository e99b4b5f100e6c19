// Tables that a user hands over: where NAME_0, NAME_1, ... stand, and what a row holds there.

#ifndef SG_CLI_COLUMNS_H_
#define SG_CLI_COLUMNS_H_

#include <stdint.h>

#include "base/status.h"
#include "train/run_read.h"

/// Find the columns stem_0 .. stem_<n-1> wherever they stand; columns: (n). path: the table's file.
/// SG_FILE names the first that is missing.
SgStatus sg_columns_find(const SgTable* table, const char* path, const char* stem, int n,
                         int* columns, SgError* error);

/// Take the numbers of a row (0: the first below the header) from columns (n) into to (n). SG_FILE
/// with line and column for one that is empty or not finite.
SgStatus sg_columns_take(const SgTable* table, const char* path, int64_t row, const int* columns,
                         int n, double* to, SgError* error);

#endif  // SG_CLI_COLUMNS_H_
