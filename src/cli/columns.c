// Columns by name, numbers by column.

#include "cli/columns.h"

#include <math.h>
#include <stdio.h>


SgStatus sg_columns_find(const SgTable* table, const char* path, const char* stem, int n,
                         int* columns, SgError* error) {
  for (int i = 0; i < n; i++) {
    char name[64];
    snprintf(name, sizeof(name), "%s_%d", stem, i);
    columns[i] = sg_table_column(table, name);
    if (columns[i] < 0) {
      return sg_fail(error, SG_FILE, "%s:1: has no column %s; %s_0 to %s_%d are needed", path, name,
                     stem, stem, n - 1);
    }
  }
  return SG_OK;
}


SgStatus sg_columns_take(const SgTable* table, const char* path, int64_t row, const int* columns,
                         int n, double* to, SgError* error) {
  for (int i = 0; i < n; i++) {
    to[i] = table->values[row * table->ncolumn + columns[i]];
    if (!isfinite(to[i])) {
      return sg_fail(error, SG_FILE, "%s:%lld: column %s holds no finite number", path,
                     (long long)row + 2, table->names[columns[i]]);
    }
  }
  return SG_OK;
}
