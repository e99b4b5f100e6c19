// A contract for people: the facts, then a table per section whose columns are as wide as what
// stands in them.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/inspect.h"
#include "policy/words.h"

enum {
  CELL = 160,
  MAX_COLUMN = 12
};

// a column of a table: the key of a word, and its heading
typedef struct Column {
  const char* key;
  const char* heading;
} Column;

// what a section's table shows
typedef struct Table {
  SgViewSection section;
  const char* name;  // heading of the rows' names
  int ncolumn;
  Column columns[MAX_COLUMN];
} Table;

static const Table OBSERVATION = {SG_VIEW_OBSERVATION,
                                  "channel",
                                  7,
                                  {{"unit", "unit"},
                                   {"scale", "scale"},
                                   {"offset", "offset"},
                                   {"clip", "clip"},
                                   {"mean", "mean"},
                                   {"std", "std"},
                                   {"history", "history"}}};
static const Table COMMAND = {
    SG_VIEW_COMMAND,
    "command",
    4,
    {{"unit", "unit"}, {"low", "low"}, {"high", "high"}, {"start", "start"}}};
static const Table ACTION = {SG_VIEW_ACTION,
                             "actuator",
                             6,
                             {{"mode", "mode"},
                              {"scale", "scale"},
                              {"offset", "offset"},
                              {"low", "low"},
                              {"high", "high"},
                              {"safe", "safe action"}}};


//-------------------------------- facts ---------------------------------------------------------

static int number_of(SgSlice slice) {
  return slice.length > 0 ? atoi(slice.text) : 0;
}


static void print_fact(const char* name, const SgView* view, const char* key) {
  SgSlice value = sg_view_value(view, SG_VIEW_TRAINING, key);
  printf("%-9s %.*s\n", name, value.length, value.text);
}


static void print_training(const SgView* view) {
  static const char* const keys[] = {"preset", "step", "updates", "seed"};
  const char* separator = "";
  printf("trained   ");
  for (int i = 0; i < 4; i++) {
    SgSlice value = sg_view_value(view, SG_VIEW_TRAINING, keys[i]);
    if (value.length > 0) {
      printf("%s%s %.*s", separator, keys[i], value.length, value.text);
      separator = ", ";
    }
  }
  printf("%s\n", separator[0] ? "" : "the file does not say how");
}


// "11 > 256 > 256 > 3": what goes through the network
static void print_network(const SgView* view) {
  long long weights = 0;
  printf("network   ");
  for (int i = 0; i < view->nrow; i++) {
    const SgViewRow* row = &view->rows[i];
    if (row->section == SG_VIEW_LAYER) {
      SgSlice in = sg_view_word(row, "inputs"), out = sg_view_word(row, "outputs");
      printf("%s > %s", row->index == 0 ? in.text : "", out.text);
      weights += (long long)(number_of(in) + 1) * number_of(out);
    }
  }
  printf(", ReLU between layers, tanh at the end, %lld weights\n", weights);
}


static void print_facts(const SgView* view) {
  const SgPolicy* p = view->policy;
  double period = sg_policy_period(p), timestep = sg_policy_timestep(p);
  SgSlice jitter = sg_view_value(view, SG_VIEW_GENERAL, "jitter");
  SgSlice clip = sg_view_value(view, SG_VIEW_GENERAL, "normaliser_clip");
  printf("policy    %s\n", view->path);
  print_fact("task", view, "task");
  print_training(view);
  printf("sha256    %s\n", view->sha256);
  printf("digest    %s\n", sg_policy_meta(p, "softgait.digest"));
  print_fact("model", view, "model");
  print_fact("MuJoCo", view, "mujoco");
  printf("period    %g s, %g simulation steps of %g s; a step may be off by %.*s of a period\n",
         period, period / timestep, timestep, jitter.length, jitter.text);
  print_network(view);
  printf("golden    %d pairs of observation and action, all reproduced\n",
         sg_words_lines(sg_policy_meta(p, "softgait.golden")));
  if (clip.length > 0) {
    printf("norm      (x - mean) / std, clipped to %.*s\n", clip.length, clip.text);
  }
}


//-------------------------------- tables --------------------------------------------------------

// "3", or "3, 5, 7" for a history
static void write_places(char cell[CELL], const SgViewRow* row) {
  int history = number_of(sg_view_word(row, "history"));
  int last = row->place + row->stride * (history - 1);
  if (row->section != SG_VIEW_OBSERVATION || history == 1) {
    snprintf(cell, CELL, "%d", row->section == SG_VIEW_OBSERVATION ? row->place : row->index);
  } else if (history <= 3) {
    snprintf(cell, CELL, history == 2 ? "%d, %d" : "%d, %d, %d", row->place,
             row->place + row->stride, last);
  } else {
    snprintf(cell, CELL, "%d, %d .. %d", row->place, row->place + row->stride, last);
  }
}


// "low to high", or "-" when nothing is clipped
static void write_clip(char cell[CELL], SgSlice clip) {
  int low = (int)sg_words_item(clip.text);
  if (strncmp(clip.text, "-inf,inf", 8) == 0) {
    snprintf(cell, CELL, "-");
  } else {
    snprintf(cell, CELL, "%.*s to %.*s", low, clip.text, clip.length - low - 1,
             clip.text + low + 1);
  }
}


// a row's cell: column -2 its places, -1 its name, else a word
static void write_cell(char cell[CELL], const Table* table, const SgViewRow* row, int column) {
  if (column == -2) {
    write_places(cell, row);
  } else if (column == -1) {
    snprintf(cell, CELL, "%.*s", row->name.length, row->name.text);
  } else {
    SgSlice value = sg_view_word(row, table->columns[column].key);
    if (strcmp(table->columns[column].key, "clip") == 0) {
      write_clip(cell, value);
    } else {
      snprintf(cell, CELL, "%.*s", value.length, value.text);
    }
  }
}


static const char* heading_of(const Table* table, int column) {
  return column == -2 ? "index" : column == -1 ? table->name : table->columns[column].heading;
}


// how wide a column is; 0 when no row has anything in it
static int width_of(const Table* table, const SgView* view, int column) {
  char cell[CELL];
  int width = 0;
  for (int i = 0; i < view->nrow; i++) {
    if (view->rows[i].section == table->section) {
      write_cell(cell, table, &view->rows[i], column);
      width = (int)strlen(cell) > width ? (int)strlen(cell) : width;
    }
  }
  int heading = (int)strlen(heading_of(table, column));
  return width == 0 ? 0 : heading > width ? heading : width;
}


// a line of a table; row NULL: its headings. Names and words stand left, numbers right
static void print_line(const Table* table, const int* widths, const SgViewRow* row) {
  for (int column = -2; column < table->ncolumn; column++) {
    char cell[CELL];
    int width = widths[column + 2];
    const char* key = column < 0 ? "" : table->columns[column].key;
    bool left = column == -1 || strcmp(key, "unit") == 0 || strcmp(key, "mode") == 0;
    if (width == 0) {
      continue;
    }
    snprintf(cell, sizeof(cell), "%s", heading_of(table, column));
    if (row) {
      write_cell(cell, table, row, column);
    }
    printf("  %*s", left ? -width : width, cell);
  }
  printf("\n");
}


static void print_table(const Table* table, const SgView* view) {
  int widths[MAX_COLUMN + 2];
  for (int column = -2; column < table->ncolumn; column++) {
    widths[column + 2] = width_of(table, view, column);
  }
  print_line(table, widths, NULL);
  for (int i = 0; i < view->nrow; i++) {
    if (view->rows[i].section == table->section) {
      print_line(table, widths, &view->rows[i]);
    }
  }
}


void sg_view_print(const SgView* view) {
  const SgPolicy* p = view->policy;
  print_facts(view);
  printf("\nobservation, %d numbers from %d channels:\n", sg_policy_nobs(p), sg_policy_nchannel(p));
  print_table(&OBSERVATION, view);
  printf("\ncommand inputs:%s\n", sg_policy_ncommand(p) == 0 ? " none" : "");
  if (sg_policy_ncommand(p) > 0) {
    print_table(&COMMAND, view);
  }
  printf("\naction, %d numbers:\n", sg_policy_nact(p));
  print_table(&ACTION, view);
}
