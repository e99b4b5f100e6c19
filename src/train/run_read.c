// Run folders, read: nothing here can change one.

#include "train/run_read.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"
#include "base/yaml.h"

enum {
  PATH = 1024,
  MAX_CSV = 256 << 20,
  MAX_COLUMN = 4096
};


//-------------------------------- tables --------------------------------------------------------

// what is being read, for sentences
typedef struct Csv {
  const char* path;
  int64_t line;
  SgTable* table;
  SgError* error;
} Csv;


static int count_fields(const char* line) {
  int n = 1;
  for (; *line; line++) {
    n += *line == ',';
  }
  return n;
}


static bool read_names(Csv* csv, char* line) {
  SgTable* t = csv->table;
  t->ncolumn = count_fields(line);
  t->names = calloc((size_t)t->ncolumn, sizeof(char*));
  if (t->ncolumn > MAX_COLUMN || !t->names) {
    sg_fail(csv->error, SG_FILE, "%s:1: has %d columns, more than %d", csv->path, t->ncolumn,
            MAX_COLUMN);
    return false;
  }
  for (int i = 0; i < t->ncolumn; i++) {
    t->names[i] = strdup(strsep(&line, ","));
    if (!t->names[i]) {
      sg_fail(csv->error, SG_MACHINE, "%s: out of memory", csv->path);
      return false;
    }
  }
  return true;
}


static bool read_values(Csv* csv, char* line, double* values) {
  SgTable* t = csv->table;
  if (count_fields(line) != t->ncolumn) {
    sg_fail(csv->error, SG_FILE, "%s:%lld: has %d fields, the header has %d", csv->path,
            (long long)csv->line, count_fields(line), t->ncolumn);
    return false;
  }
  for (int i = 0; i < t->ncolumn; i++) {
    const char* field = strsep(&line, ",");
    values[i] = (double)NAN;
    if (field[0] && !sg_text_double(field, &values[i])) {
      sg_fail(csv->error, SG_FILE, "%s:%lld: column %s is '%.40s', a number is needed", csv->path,
              (long long)csv->line, t->names[i], field);
      return false;
    }
  }
  return true;
}


// the next line, without its break; NULL at the end
static char* next_line(char** rest) {
  if (!*rest || !**rest) {
    return NULL;
  }
  char* line = strsep(rest, "\n");
  size_t length = strlen(line);
  if (length > 0 && line[length - 1] == '\r') {
    line[length - 1] = '\0';
  }
  return line;
}


static SgStatus read_rows(Csv* csv, char* text, int64_t nline) {
  char *rest = text, *line = next_line(&rest);
  SgTable* t = csv->table;
  if (!line || !line[0]) {
    return sg_fail(csv->error, SG_FILE, "%s: is empty, a header line is needed", csv->path);
  }
  if (!read_names(csv, line)) {
    return csv->error ? csv->error->status : SG_FILE;
  }
  t->values = malloc((size_t)nline * (size_t)t->ncolumn * sizeof(double));
  if (!t->values) {
    return sg_fail(csv->error, SG_MACHINE, "%s: out of memory", csv->path);
  }
  for (csv->line = 2; (line = next_line(&rest)) != NULL; csv->line++) {
    if (line[0] == '\0') {
      continue;
    }
    if (!read_values(csv, line, t->values + t->nrow * t->ncolumn)) {
      return SG_FILE;
    }
    t->nrow++;
  }
  return SG_OK;
}


// the whole text; a live run may append while it is read, so it is read again then
static char* read_text(const char* path, size_t* size, SgError* error) {
  char* text = NULL;
  for (int attempt = 0; attempt < 3 && !text; attempt++) {
    text = sg_file_read(path, MAX_CSV, size, error);
  }
  return text;
}


SgStatus sg_table_read(const char* path, SgTable* table, SgError* error) {
  size_t size;
  Csv csv = {.path = path, .table = table, .error = error};
  memset(table, 0, sizeof(*table));
  char* text = read_text(path, &size, error);
  if (!text) {
    return SG_FILE;
  }
  int64_t nline = 1;
  for (size_t i = 0; i < size; i++) {
    nline += text[i] == '\n';
  }
  SgStatus status = strlen(text) == size ? read_rows(&csv, text, nline)
                                         : sg_fail(error, SG_FILE, "%s: is no text", path);
  sg_file_free(text);
  if (status != SG_OK) {
    sg_table_free(table);
  }
  return status;
}


void sg_table_free(SgTable* table) {
  for (int i = 0; table->names && i < table->ncolumn; i++) {
    free(table->names[i]);
  }
  free(table->names);
  free(table->values);
  memset(table, 0, sizeof(*table));
}


int sg_table_column(const SgTable* table, const char* name) {
  for (int i = 0; i < table->ncolumn; i++) {
    if (strcmp(table->names[i], name) == 0) {
      return i;
    }
  }
  return -1;
}


//-------------------------------- summaries -----------------------------------------------------

// what config.yaml tells
static bool read_config(const char* folder, SgRunSummary* summary) {
  char path[PATH];
  sg_path_join(path, sizeof(path), folder, "config.yaml");
  SgYaml* doc = sg_yaml_load(path, NULL);
  if (!doc) {
    return false;
  }
  SgYamlNode root = sg_yaml_root(doc), train = sg_yaml_get(root, "train");
  const char* task = sg_yaml_text(sg_yaml_get(sg_yaml_get(root, "checks"), "task"));
  snprintf(summary->task, sizeof(summary->task), "%s", task ? task : "?");
  bool fine = task &&
              sg_yaml_int(sg_yaml_get(train, "steps"), "steps", &summary->steps, NULL) == SG_OK &&
              sg_yaml_int(sg_yaml_get(train, "seed"), "seed", &summary->seed, NULL) == SG_OK;
  sg_yaml_free(doc);
  return fine;
}


// the last step and the evaluations of a run's table; false when it is no such table
static bool read_scores(const SgTable* table, SgRunSummary* summary) {
  int step = sg_table_column(table, "TotalEnvInteracts");
  int score = sg_table_column(table, "AverageTestEpRet");
  bool fine = step >= 0 && score >= 0;
  for (int64_t i = 0; fine && i < table->nrow; i++) {
    const double* row = table->values + i * table->ncolumn;
    fine = row[step] >= 0 && row[step] <= 1e15;
    summary->step = fine ? (int64_t)row[step] : 0;
    if (!isnan(row[score])) {
      summary->last_return = row[score];
      summary->best_return = fmax(summary->best_return, row[score]);  // NaN gives way
    }
  }
  return fine;
}


// what progress.csv tells; one that has no row yet is fine
static bool read_progress(const char* folder, SgRunSummary* summary) {
  char path[PATH];
  struct stat info;
  SgTable table;
  sg_path_join(path, sizeof(path), folder, "progress.csv");
  if (stat(path, &info) != 0) {
    return false;
  }
  if (info.st_size == 0) {
    return true;
  }
  if (sg_table_read(path, &table, NULL) != SG_OK) {
    return false;
  }
  bool fine = read_scores(&table, summary);
  sg_table_free(&table);
  return fine;
}


bool sg_run_is_locked(const char* folder) {
  char path[PATH];
  sg_path_join(path, sizeof(path), folder, "lock");
  int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return false;
  }
  bool locked = flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK;
  close(file);
  return locked;
}


// whether a folder is there and its entries are not to be seen
static bool is_closed(const char* folder) {
  return access(folder, R_OK | X_OK) != 0 && errno == EACCES;
}


// the sentence for a folder in which no config.yaml is to be seen
static SgStatus no_run(const char* folder, SgError* error) {
  return is_closed(folder)
             ? sg_fail(error, SG_FILE, "%s: cannot be read: %s", folder, strerror(EACCES))
             : sg_fail(error, SG_FILE, "%s: is no run folder (it has no config.yaml)", folder);
}


SgStatus sg_run_summary(const char* folder, SgRunSummary* summary, SgError* error) {
  char path[PATH];
  *summary = (SgRunSummary){.last_return = (double)NAN, .best_return = (double)NAN};
  snprintf(summary->folder, sizeof(summary->folder), "%s", folder);
  sg_path_join(path, sizeof(path), folder, "config.yaml");
  if (!sg_file_exists(path)) {
    return no_run(folder, error);
  }
  bool fine = read_config(folder, summary);
  fine = read_progress(folder, summary) && fine;
  const char* state = !fine                             ? "damaged"
                      : sg_run_is_locked(folder)        ? "running"
                      : summary->step >= summary->steps ? "finished"
                                                        : "stopped";
  snprintf(summary->state, sizeof(summary->state), "%s", state);
  return SG_OK;
}


//-------------------------------- finding -------------------------------------------------------

// runs found so far
typedef struct List {
  SgRunSummary* runs;
  int n, room;
  bool failed;
} List;


static void add_run(List* list, const char* folder) {
  SgRunSummary summary;
  if (sg_run_summary(folder, &summary, NULL) != SG_OK) {
    return;
  }
  if (list->n == list->room) {
    int room = list->room ? 2 * list->room : 16;
    SgRunSummary* runs = realloc(list->runs, (size_t)room * sizeof(SgRunSummary));
    if (!runs) {
      list->failed = true;
      return;
    }
    list->runs = runs;
    list->room = room;
  }
  list->runs[list->n++] = summary;
}


// every run in a folder, and in its folders one level further down
static void look_in(List* list, const char* folder, int depth) {
  DIR* dir = opendir(folder);
  for (struct dirent* entry; dir && (entry = readdir(dir)) != NULL;) {
    char path[PATH];
    struct stat info;
    bool fits = sg_path_join(path, sizeof(path), folder, entry->d_name);
    if (entry->d_name[0] == '.' || !fits || lstat(path, &info) != 0 || !S_ISDIR(info.st_mode)) {
      continue;
    }
    add_run(list, path);
    if (depth > 0) {
      look_in(list, path, depth - 1);
    }
  }
  if (dir) {
    closedir(dir);
  }
}


// by the last part of the path, which begins with the date
static int by_date(const void* a, const void* b) {
  const char *x = ((const SgRunSummary*)a)->folder, *y = ((const SgRunSummary*)b)->folder;
  const char *xs = strrchr(x, '/'), *ys = strrchr(y, '/');
  return strcmp(xs ? xs : x, ys ? ys : y);
}


SgStatus sg_run_list(const char* root, SgRunSummary** runs, int* n, SgError* error) {
  List list = {0};
  *runs = NULL;
  *n = 0;
  if (is_closed(root)) {
    return no_run(root, error);
  }
  look_in(&list, root, 1);
  if (list.n > 0) {
    qsort(list.runs, (size_t)list.n, sizeof(SgRunSummary), by_date);
  }
  *runs = list.runs;
  *n = list.n;
  return list.failed ? sg_fail(error, SG_MACHINE, "out of memory while listing runs") : SG_OK;
}


SgStatus sg_run_newest(const char* root, char* folder, int size, SgError* error) {
  char link[PATH], real[PATH];
  SgRunSummary* runs = NULL;
  int n = 0;

  // the link, as a path that stays true when the link moves on
  sg_path_join(link, sizeof(link), root, "latest");
  ssize_t length = readlink(link, real, sizeof(real) - 1);
  if (length > 0) {
    real[length] = '\0';
    if (sg_path_join(folder, size, root, real) && sg_folder_exists(folder)) {
      return SG_OK;
    }
  }
  SgStatus status = sg_run_list(root, &runs, &n, error);
  if (status == SG_OK && n == 0) {
    status = sg_fail(error, SG_FILE,
                     "there is no run under %s/ yet; `softgait train hopper` makes one", root);
  }
  if (status == SG_OK) {
    snprintf(folder, (size_t)size, "%s", runs[n - 1].folder);
  }
  free(runs);
  return status;
}


SgStatus sg_run_policy(const char* what, char* policy, char* folder, int size, SgError* error) {
  static const char* const names[] = {"policy/best.safetensors", "policy/latest.safetensors"};
  char path[PATH];
  folder[0] = '\0';

  // a file is a policy, or the name of nothing
  if (what && !sg_folder_exists(what)) {
    snprintf(policy, (size_t)size, "%s", what);
    return sg_file_exists(what)
               ? SG_OK
               : sg_fail(error, SG_FILE, "%s: there is no such run or policy file", what);
  }
  if (what) {
    snprintf(folder, (size_t)size, "%s", what);
  } else {
    SgStatus status = sg_run_newest("runs", folder, size, error);
    if (status != SG_OK) {
      return status;
    }
  }
  for (int i = 0; i < 2; i++) {
    if (sg_path_join(policy, size, folder, names[i]) && sg_file_exists(policy)) {
      return SG_OK;
    }
  }
  sg_path_join(path, sizeof(path), folder, "config.yaml");
  return sg_file_exists(path)
             ? sg_fail(error, SG_FILE, "%s: has no policy yet (policy/best.safetensors)", folder)
             : no_run(folder, error);
}
