// P.h of an exported policy: the contract as constants and tables for people, the state's type, and
// the functions.

#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "policy/words.h"
#include "train/export_c.h"

static const char HEAD[] =
    " *\n"
    " *   static @_state state;\n"
    " *   @_reset(&state);\n"
    " *   for (;;) {                                   every @_PERIOD seconds\n"
    " *     int status = @_step(&state, obs, act);     not @_OK: act is the safe action\n"
    " *   }\n"
    " *\n"
    " * C99 without a library: no heap, no libm. The same bytes as softgait's policy runtime, "
    "under any\n"
    " * compiler without fast-math, on any processor with IEEE-754 floats and gradual underflow.\n"
    " * Compiled with -D@_MAIN it is a program: rows of numbers in, actions out.\n"
    " */\n\n"
    "#ifndef @_H_\n"
    "#define @_H_\n\n"
    "#ifdef __cplusplus\n"
    "extern \"C\" {\n"
    "#endif\n\n";

static const char FUNCTIONS[] =
    "/* what a step returns; not @_OK: act is the safe action */\n"
    "enum {\n"
    "  @_OK = 0,\n"
    "  @_NOT_FINITE = 3 /* an observation, a command or the answer is not finite */\n"
    "};\n\n"
    "/* scratch, and the row that @_step_now puts together */\n"
    "typedef struct @_state {\n"
    "  float scratch[2][@_WIDTH];\n"
    "  float row[@_NOBS];\n"
    "  int fresh;\n"
    "} @_state;\n\n"
    "/* names in order, behind the last a null pointer */\n"
    "extern const char* const @_channels[@_NCHANNEL + 1];\n"
    "extern const char* const @_actuators[@_NACT + 1];\n"
    "extern const char* const @_commands[@_NCOMMAND + 1];\n\n"
    "/* limits of an action, and what is sent when there is none */\n"
    "extern const float @_low[@_NACT];\n"
    "extern const float @_high[@_NACT];\n"
    "extern const float @_safe[@_NACT];\n\n"
    "/* Forget what was seen: the next observation is the first of an episode. */\n"
    "void @_reset(@_state* state);\n\n"
    "/* One action from a whole row, commands and stacked history included. obs: (NOBS), act: "
    "(NACT),\n"
    " * always written, finite and within the limits. Returns @_OK or @_NOT_FINITE. */\n"
    "int @_step(@_state* state, const float* obs, float* act);\n\n"
    "/* The same from what there is now: commands and history are put into the row here. now: "
    "(NCHANNEL),\n"
    " * command: (NCOMMAND) or a null pointer for the start values. After a status that is not "
    "@_OK\n"
    " * the history starts again. */\n"
    "int @_step_now(@_state* state, const float* now, const float* command, float* act);\n\n"
    "/* 0: the numbers of this file are those that were exported, and the golden vectors of the "
    "policy\n"
    " * come out bit for bit. */\n"
    "int @_self_test(void);\n\n"
    "#ifdef __cplusplus\n"
    "}\n"
    "#endif\n\n"
    "#endif /* @_H_ */\n";


//-------------------------------- constants -----------------------------------------------------

static void put_define(const SgExportC* w, const char* what, const char* about, const char* format,
                       ...) __attribute__((format(printf, 4, 5)));


// "#define NAME_WHAT value     /* about */"
static void put_define(const SgExportC* w, const char* what, const char* about, const char* format,
                       ...) {
  char value[64];
  va_list args;
  va_start(args, format);
  vsnprintf(value, sizeof(value), format, args);
  va_end(args);
  fprintf(w->out, "#define %s_%s %-*s /* %s */\n", w->name, what, (int)(18 - strlen(what)), value,
          about);
}


// "#define NAME_WHAT "text"": an entry of the contract, or a word of one
static void put_text_define(const SgExportC* w, const char* what, const char* key,
                            const char* word) {
  const char* text = sg_export_c_meta(w, key);
  text = word ? sg_words_find(text, word) : text;
  fprintf(w->out, "#define %s_%s \"", w->name, what);
  sg_export_c_text(w, text ? text : "", text ? strcspn(text, " \n") : 0);
  fprintf(w->out, "\"\n");
}


static void put_constants(const SgExportC* w, const char* sha256) {
  const SgContract* c = w->contract;
  char period[32], timestep[32];
  sg_text_number(period, sizeof(period), c->period);
  sg_text_number(timestep, sizeof(timestep), c->timestep);
  put_define(w, "NOBS", "numbers of a row", "%d", c->nobs);
  put_define(w, "NACT", "actions", "%d", c->nact);
  put_define(w, "NCHANNEL", "numbers from sensors", "%d", c->nchannel);
  put_define(w, "NCOMMAND", "command inputs", "%d", c->ncommand);
  put_define(w, "WIDTH", "the widest layer", "%d", w->policy->width);
  put_define(w, "PERIOD", "seconds between two steps", "%s", period);
  put_define(w, "TIMESTEP", "seconds of a step of the simulation it was trained in", "%s",
             timestep);
  put_text_define(w, "TASK", "softgait.task", NULL);
  put_text_define(w, "DIGEST", "softgait.digest", NULL);
  put_text_define(w, "MODEL_SHA256", "softgait.model", "sha256");
  put_text_define(w, "MUJOCO", "softgait.mujoco", "version");
  fprintf(w->out, "#define %s_POLICY_SHA256 \"%s\"\n", w->name, sha256);
  put_define(w, "ID", "the .c and the .h of one export have the same", "0x%.8sul",
             sg_export_c_meta(w, "softgait.digest"));
  fprintf(w->out, "\n");
}


//-------------------------------- tables for people ---------------------------------------------

// the value of a word in line i of an entry, in a column of this width
static void put_word(const SgExportC* w, const char* key, int i, const char* word, int width) {
  const char* line = sg_export_c_meta(w, key);
  for (; i > 0; i--) {
    line = sg_words_next_line(line);
  }
  const char* text = sg_words_find(line, word);
  int used = sg_export_c_text(w, text ? text : "", text ? strcspn(text, " \n") : 0);
  fprintf(w->out, "%*s", used < width ? width - used : 0, "");
}


static void put_name(const SgExportC* w, const char* name) {
  sg_export_c_text(w, name, strlen(name));
}


// what each number of the row is
static void put_row_table(const SgExportC* w) {
  const SgContract* c = w->contract;
  fprintf(
      w->out,
      "/* obs, number by number. from: its place among the channels (s: sensor) or the commands "
      "(c)\n *\n *   %5s  %8s  %-8s  %s\n",
      "obs", "from", "unit", "channel");
  for (int t = 0; t < c->nterm; t++) {
    const SgTerm* term = &c->terms[t];
    for (int i = 0; i < term->size * term->history; i++) {
      int element = term->element + i % term->size, age = term->history - 1 - i / term->size;
      int source = c->source[element];
      fprintf(w->out, " *   %5d  %c %6d  ", term->row + i, source >= 0 ? 's' : 'c',
              source >= 0 ? source : -1 - source);
      put_word(w, "softgait.observation", t, "unit", 8);
      fprintf(w->out, "  ");
      put_name(w, c->elements[element]);
      if (age > 0) {
        fprintf(w->out, ", %d step%s ago", age, age == 1 ? "" : "s");
      }
      fprintf(w->out, "\n");
    }
  }
  fprintf(w->out, " */\n\n");
}


// "[-1, 1]"
static const char* range_text(char text[64], float low, float high) {
  snprintf(text, 64, "[%.9g, %.9g]", (double)low, (double)high);
  return text;
}


// what each action is
static void put_action_table(const SgExportC* w) {
  const SgContract* c = w->contract;
  char range[64];
  fprintf(w->out,
          "/* act, number by number, in the units of the actuator's control\n *\n"
          " *   %5s  %-28s  %-14s  %-10s  %s\n",
          "act", "[low, high]", "safe", "mode", "actuator");
  for (int j = 0; j < c->nact; j++) {
    const SgOutput* out = &c->outputs[j];
    fprintf(w->out, " *   %5d  %-28s  %-14.9g  ", j, range_text(range, out->low, out->high),
            (double)out->safe);
    put_word(w, "softgait.action", j, "mode", 10);
    fprintf(w->out, "  ");
    put_name(w, c->names[j]);
    fprintf(w->out, "\n");
  }
  fprintf(w->out, " */\n\n");
}


// each command's limits, where there are commands
static void put_command_table(const SgExportC* w) {
  const SgContract* c = w->contract;
  char range[64];
  if (c->ncommand == 0) {
    return;
  }
  fprintf(w->out,
          "/* command, number by number; what is beyond the limits is held within them\n *\n"
          " *   %7s  %-28s  %-12s  %-10s  %s\n",
          "command", "[low, high]", "start", "unit", "name");
  for (int k = 0; k < c->ncommand; k++) {
    const SgCommand* command = &c->commands[k];
    fprintf(w->out, " *   %7d  %-28s  %-12.9g  ", k, range_text(range, command->low, command->high),
            (double)command->start);
    put_word(w, "softgait.command", k, "unit", 10);
    fprintf(w->out, "  ");
    put_name(w, c->command_names[k]);
    fprintf(w->out, "\n");
  }
  fprintf(w->out, " */\n\n");
}


void sg_export_c_header(const SgExportC* w, const char* sha256) {
  fprintf(w->out, "/* A trained policy of softgait, task ");
  put_name(w, sg_export_c_meta(w, "softgait.task"));
  fprintf(w->out, ": %d observations, %d actions.\n", w->contract->nobs, w->contract->nact);
  sg_export_c_named(w, HEAD);
  put_constants(w, sha256);
  put_row_table(w);
  put_action_table(w);
  put_command_table(w);
  sg_export_c_named(w, FUNCTIONS);
}
