// Rows: gathered, filled, written. All bytes but those of Time and StepsPerSec are a function of
// the run's configuration.

#include "train/progress.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "base/check.h"
#include "base/text.h"

// our columns, before the reward terms; the first 27 are Spinning Up's
static const char* const COLUMNS[] = {"Epoch",         "AverageEpRet",  "StdEpRet",
                                      "MaxEpRet",      "MinEpRet",      "AverageTestEpRet",
                                      "StdTestEpRet",  "MaxTestEpRet",  "MinTestEpRet",
                                      "EpLen",         "TestEpLen",     "TotalEnvInteracts",
                                      "AverageQ1Vals", "StdQ1Vals",     "MaxQ1Vals",
                                      "MinQ1Vals",     "AverageQ2Vals", "StdQ2Vals",
                                      "MaxQ2Vals",     "MinQ2Vals",     "AverageLogPi",
                                      "StdLogPi",      "MaxLogPi",      "MinLogPi",
                                      "LossPi",        "LossQ",         "Time",
                                      "StepsPerSec",   "Updates",       "Episodes",
                                      "Alpha",         "Entropy",       "LossAlpha",
                                      "ActSaturation", "BadUpdates",    "FailedEpisodes"};

enum {
  NCOLUMN = sizeof(COLUMNS) / sizeof(COLUMNS[0])
};

static const double NONE = (double)NAN;


//-------------------------------- gathering -----------------------------------------------------

void sg_epoch_update(SgEpoch* epoch, const SgSacInfo* info) {
  sg_spread_join(&epoch->q[0], &info->q[0]);
  sg_spread_join(&epoch->q[1], &info->q[1]);
  sg_spread_join(&epoch->logp, &info->logp);
  epoch->loss_pi += info->loss_pi;
  epoch->loss_q += info->loss_q;
  epoch->loss_alpha += info->loss_alpha;
  epoch->alpha += info->alpha;
  epoch->entropy += info->entropy;
  epoch->saturation += info->saturation;
  epoch->nupdate++;
}


//-------------------------------- filling -------------------------------------------------------

// the position of a column; -1 when there is none
static int find(const SgProgress* progress, const char* name) {
  for (int i = 0; i < progress->ncolumn; i++) {
    if (strcmp(progress->names[i], name) == 0) {
      return i;
    }
  }
  return -1;
}


// whether a name can stand in a csv header and in JSON as it is
static bool plain(const char* name) {
  static const char* const letters =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.:-";
  size_t length = strlen(name);
  return length > 0 && strspn(name, letters) == length;
}


SgStatus sg_progress_init(SgProgress* progress, const SgTaskInfo* task, SgError* error) {
  memset(progress, 0, sizeof(*progress));
  for (int i = 0; i < SG_MAX_COLUMN; i++) {
    progress->values[i] = NONE;
  }
  for (int i = 0; i < NCOLUMN; i++) {
    progress->names[progress->ncolumn++] = COLUMNS[i];
  }
  for (int i = 0; i < task->nreward; i++) {
    const char* name = task->rewards[i];
    if (!plain(name) || find(progress, name) >= 0) {
      return sg_fail(error, SG_FILE,
                     "%s: the reward term '%.60s' becomes a column of progress.csv; its name needs "
                     "letters, digits and _.:- only, and must not be another column's",
                     task->task_path, name);
    }
    if (progress->ncolumn == SG_MAX_COLUMN) {
      return sg_fail(error, SG_FILE,
                     "%s: has %d reward terms, more than the %d that fit in a table",
                     task->task_path, task->nreward, SG_MAX_COLUMN - NCOLUMN);
    }
    progress->names[progress->ncolumn++] = name;
  }
  return SG_OK;
}


static void set(SgProgress* progress, const char* name, double value) {
  int i = find(progress, name);
  SG_ASSERT(i >= 0);
  progress->values[i] = value;
}


// mean, standard deviation over the whole population, largest, smallest; `first` names the mean's
// column, the others follow it
static void set_spread(SgProgress* progress, const char* first, const SgSpread* spread) {
  int i = find(progress, first);
  SG_ASSERT(i >= 0 && i + 3 < progress->ncolumn);
  double n = (double)spread->count, mean = spread->sum / n;
  bool some = spread->count > 0;
  progress->values[i] = some ? mean : NONE;
  progress->values[i + 1] = some ? sqrt(fmax(spread->sum_square / n - mean * mean, 0)) : NONE;
  progress->values[i + 2] = some ? spread->max : NONE;
  progress->values[i + 3] = some ? spread->min : NONE;
}


static void set_eval(SgProgress* progress, const SgEvalResult* eval) {
  set(progress, "AverageTestEpRet", eval ? eval->mean_return : NONE);
  set(progress, "StdTestEpRet", eval ? eval->std_return : NONE);
  set(progress, "MaxTestEpRet", eval ? eval->max_return : NONE);
  set(progress, "MinTestEpRet", eval ? eval->min_return : NONE);
  set(progress, "TestEpLen", eval ? eval->mean_length : NONE);
}


static void set_update_means(SgProgress* progress, const SgEpoch* epoch) {
  double n = epoch->nupdate > 0 ? (double)epoch->nupdate : NONE;
  set(progress, "LossPi", epoch->loss_pi / n);
  set(progress, "LossQ", epoch->loss_q / n);
  set(progress, "LossAlpha", epoch->loss_alpha / n);
  set(progress, "Alpha", epoch->alpha / n);
  set(progress, "Entropy", epoch->entropy / n);
  set(progress, "ActSaturation", epoch->saturation / n);
}


void sg_progress_fill(SgProgress* progress, const SgEpoch* epoch, const SgTotals* totals,
                      const SgEvalResult* eval) {
  // episodes and evaluation
  set_spread(progress, "AverageEpRet", &epoch->returns);
  set(progress, "EpLen",
      epoch->returns.count > 0 ? epoch->length_sum / (double)epoch->returns.count : NONE);
  set_eval(progress, eval);

  // updates
  set_spread(progress, "AverageQ1Vals", &epoch->q[0]);
  set_spread(progress, "AverageQ2Vals", &epoch->q[1]);
  set_spread(progress, "AverageLogPi", &epoch->logp);
  set_update_means(progress, epoch);

  // where the run stands
  set(progress, "Epoch", (double)totals->row);
  set(progress, "TotalEnvInteracts", (double)totals->step);
  set(progress, "Time", totals->seconds);
  set(progress, "StepsPerSec",
      totals->train_seconds > 0 ? (double)epoch->nstep / totals->train_seconds : NONE);
  set(progress, "Updates", (double)totals->updates);
  set(progress, "Episodes", (double)totals->episodes);
  set(progress, "BadUpdates", (double)totals->bad_updates);
  set(progress, "FailedEpisodes", (double)totals->failed_episodes);

  // reward terms per step
  double nreward = epoch->nreward > 0 ? (double)epoch->nreward : NONE;
  for (int i = NCOLUMN; i < progress->ncolumn; i++) {
    progress->values[i] = epoch->terms[i - NCOLUMN] / nreward;
  }
}


double sg_progress_get(const SgProgress* progress, const char* name) {
  int i = find(progress, name);
  return i < 0 ? NONE : progress->values[i];
}


//-------------------------------- writing -------------------------------------------------------

void sg_progress_csv_header(const SgProgress* progress, FILE* file) {
  for (int i = 0; i < progress->ncolumn; i++) {
    fprintf(file, "%s%s", i == 0 ? "" : ",", progress->names[i]);
  }
  fprintf(file, "\n");
}


void sg_progress_csv_row(const SgProgress* progress, FILE* file) {
  char text[32];
  for (int i = 0; i < progress->ncolumn; i++) {
    text[0] = '\0';
    if (!isnan(progress->values[i])) {
      sg_text_number(text, sizeof(text), progress->values[i]);
    }
    fprintf(file, "%s%s", i == 0 ? "" : ",", text);
  }
  fprintf(file, "\n");
}


void sg_progress_json(const SgProgress* progress, FILE* file) {
  char text[32];
  for (int i = 0; i < progress->ncolumn; i++) {
    sg_text_number(text, sizeof(text), progress->values[i]);
    fprintf(file, "%s\"%s\": %s", i == 0 ? "{" : ", ", progress->names[i],
            isfinite(progress->values[i]) ? text : "null");
  }
  fprintf(file, "}");
}
