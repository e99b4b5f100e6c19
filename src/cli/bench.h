// What the benches share: rows of results, medians, and the arguments that all take.

#ifndef SG_CLI_BENCH_H_
#define SG_CLI_BENCH_H_

#include <stdbool.h>

#include "train/config.h"

/// A row of the result. Numbers that do not apply are NaN and not printed.
typedef struct SgBenchRow {
  const char *name, *unit;
  int threads;
  double rate;        ///< of `unit`
  double flops;       ///< flop/s of all threads together
  double peak_flops;  ///< what the processor could do at that moment
  double share;       ///< of the whole's time for a part; of a rival's rate where one ran beside
} SgBenchRow;

/// A row without numbers.
SgBenchRow sg_bench_row(const char* name, const char* unit, int threads);

/// The median of values (n); values are not changed. n at most 1000.
double sg_bench_median(const double* values, int n);

/// Print a table's header; share: what the last column is a share of.
void sg_bench_print_header(const char* share);

/// Print rows: of a table, or one JSON object each.
void sg_bench_print_rows(const SgBenchRow* rows, int nrow, bool json);

/// The benches: each measures, prints its rows, and returns. task NULL: half_cheetah's sizes.
SgStatus sg_bench_update(SgConfig* keys, const char* task, int nthread, bool json, SgError* error);

/// The same; task NULL: all tasks.
SgStatus sg_bench_physics(SgConfig* keys, const char* task, int nthread, bool json, SgError* error);

/// A whole run; task NULL: half_cheetah.
SgStatus sg_bench_train(SgConfig* keys, const char* task, int nthread, bool json, SgError* error);

/// A step of the policy runtime; task NULL: half_cheetah. nthread is not used.
SgStatus sg_bench_infer(SgConfig* keys, const char* task, int nthread, bool json, SgError* error);

/// Updates per second with a task's sizes, in a few seconds: the median sample.
SgStatus sg_bench_update_rate(SgConfig* keys, const char* task, int nthread, double* rate,
                              SgError* error);

#endif  // SG_CLI_BENCH_H_
