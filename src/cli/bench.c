// Rows of results, printed for people or for programs.

#include "cli/bench.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/check.h"

enum {
  MAX_VALUES = 1000
};

static const double NONE = (double)NAN;


SgBenchRow sg_bench_row(const char* name, const char* unit, int threads) {
  return (SgBenchRow){name, unit, threads, NONE, NONE, NONE, NONE};
}


static int by_size(const void* a, const void* b) {
  double x = *(const double*)a, y = *(const double*)b;
  return (x > y) - (x < y);
}


double sg_bench_median(const double* values, int n) {
  double sorted[MAX_VALUES];
  SG_ASSERT(n > 0 && n <= MAX_VALUES);
  memcpy(sorted, values, (size_t)n * sizeof(double));
  qsort(sorted, (size_t)n, sizeof(double), by_size);
  return n % 2 ? sorted[n / 2] : (sorted[n / 2 - 1] + sorted[n / 2]) / 2;
}


//-------------------------------- printing ------------------------------------------------------

// `, "name": value`, or nothing
static void json_number(const char* name, double value) {
  if (!isnan(value)) {
    printf(", \"%s\": %.17g", name, value);
  }
}


static void print_json(const SgBenchRow* row) {
  printf("{\"name\": \"%s\", \"threads\": %d", row->name, row->threads);
  json_number("rate", row->rate);
  printf(", \"unit\": \"%s\"", row->unit);
  json_number("gflops", row->flops / 1e9);
  json_number("peak_gflops", row->peak_flops / 1e9);
  json_number("peak_share", row->flops / row->peak_flops);
  json_number("share", row->share);
  printf("}\n");
}


// a number of some width, or as much empty space
static void text_number(const char* format, int width, double value) {
  char text[32] = "";
  if (!isnan(value)) {
    snprintf(text, sizeof(text), format, value);
  }
  printf("  %*s", width, text);
}


static void print_text(const SgBenchRow* row) {
  printf("%-35s  %7d", row->name, row->threads);
  text_number("%.1f", 10, row->rate);
  printf(" %-10s", row->unit);
  text_number("%.1f", 8, row->flops / 1e9);
  text_number("%.1f", 8, row->peak_flops / 1e9);
  text_number("%.1f%%", 8, 100 * row->flops / row->peak_flops);
  text_number("%.1f%%", 8, 100 * row->share);
  printf("\n");
}


void sg_bench_print_header(const char* share) {
  printf("%-35s  %7s  %10s %-10s  %8s  %8s  %8s  %8s\n", "", "threads", "rate", "", "GFLOP/s",
         "peak", "of peak", share);
}


void sg_bench_print_rows(const SgBenchRow* rows, int nrow, bool json) {
  for (int i = 0; i < nrow; i++) {
    if (json) {
      print_json(&rows[i]);
    } else {
      print_text(&rows[i]);
    }
  }
}
