// A policy as one C file and its header. The fixed part, the steps themselves, is export_step.c.in; what
// is written here are the numbers and the contract around it.
//
//   P.h   sizes, names and limits as constants, the state's type, the functions
//   P.c   ┌ the contract's texts, for people
//         │ small tables: inputs, outputs, terms, names
//         │ export_step.c.in, '@' replaced by NAME
//         └ golden vectors and weights as hexadecimal floats
//
// The numbers are those that the runtime computes with (normaliser folded in, rows of weights padded to
// 16), so that the same bytes come out. Infinite limits become FLT_MAX: what is compared with them is
// finite.

#include <float.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "policy/inside.h"
#include "policy/words.h"
#include "train/export.h"

// the fixed part of the file
static const char STEP[] =
#include "export_step.h"
    ;

// a file on its way: text, and the sum over its numbers that its self test wants to see
typedef struct Writer {
  FILE* out;
  const SgPolicy* policy;
  const SgContract* contract;
  const char* name;
  uint32_t sum;
  int ngolden;
} Writer;


//-------------------------------- words ---------------------------------------------------------

// a text for a string or a comment of C: whatever could end either, or start a trigraph, in octal
static void put_text(FILE* out, const char* text, size_t length) {
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)text[i];
    bool plain = c >= ' ' && c < 127 && !strchr("\"\\?*", c);
    fprintf(out, plain ? "%c" : "\\%03o", c);
  }
}


static void put_item(FILE* out, const char* line, const char* key) {
  const char* item = line ? sg_words_find(line, key) : NULL;
  put_text(out, item ? item : "", item ? strcspn(item, " \n") : 0);
}


// a finite float, exactly; an infinite one as the largest
static void put_float(FILE* out, float x) {
  if (sg_words_finite(x)) {
    fprintf(out, "%af", (double)x);
  } else {
    fprintf(out, x > 0 ? "FLT_MAX" : "-FLT_MAX");
  }
}


static void add_sum(Writer* w, float x) {
  uint32_t bits;
  float number = sg_words_finite(x) ? x : x > 0 ? FLT_MAX : -FLT_MAX;
  memcpy(&bits, &number, sizeof(bits));
  w->sum = (w->sum ^ bits) * 16777619u;
}


// numbers of a row, to the file and into the sum
static void put_row(Writer* w, const float* x, int n) {
  for (int i = 0; i < n; i++) {
    fprintf(w->out, i % 8 == 0 ? "\n    " : " ");
    put_float(w->out, x[i]);
    fprintf(w->out, ",");
    add_sum(w, x[i]);
  }
}


static void close_table(Writer* w) {
  fprintf(w->out, "\n};\n");
}


//-------------------------------- the header ----------------------------------------------------

static const char* meta(const Writer* w, const char* key) {
  const char* text = sg_policy_meta(w->policy, key);
  return text ? text : "";
}


static void put_define(Writer* w, const char* what, const char* key, const char* inside) {
  const char* text = meta(w, key);
  const char* item = inside ? sg_words_find(text, inside) : text;
  fprintf(w->out, "#define %s_%s \"", w->name, what);
  put_text(w->out, item ? item : "", item ? strcspn(item, " \n") : 0);
  fprintf(w->out, "\"\n");
}


static void put_sizes(Writer* w, const char* sha256) {
  const SgContract* c = w->contract;
  char period[32], timestep[32];
  sg_text_number(period, sizeof(period), c->period);
  sg_text_number(timestep, sizeof(timestep), c->timestep);
  fprintf(w->out, "#define %s_NOBS %d     /* numbers of a row */\n", w->name, c->nobs);
  fprintf(w->out, "#define %s_NACT %d     /* actions */\n", w->name, c->nact);
  fprintf(w->out, "#define %s_NCHANNEL %d /* numbers from sensors */\n", w->name, c->nchannel);
  fprintf(w->out, "#define %s_NCOMMAND %d /* command inputs */\n", w->name, c->ncommand);
  fprintf(w->out, "#define %s_WIDTH %d    /* the widest layer */\n", w->name, w->policy->width);
  fprintf(w->out, "#define %s_PERIOD %s   /* seconds between two steps */\n", w->name, period);
  fprintf(w->out, "#define %s_TIMESTEP %s /* seconds of a step of the simulation in training */\n",
          w->name, timestep);
  put_define(w, "TASK", "softgait.task", NULL);
  put_define(w, "DIGEST", "softgait.digest", NULL);
  put_define(w, "MODEL_SHA256", "softgait.model", "sha256");
  put_define(w, "MUJOCO", "softgait.mujoco", "version");
  fprintf(w->out, "#define %s_POLICY_SHA256 \"%s\"\n", w->name, sha256);
  fprintf(w->out, "#define %s_ID 0x%.8sul /* P.c and P.h of one export have the same */\n\n", w->name,
          meta(w, "softgait.digest"));
}


// the line of a text that a term or an action is from
static const char* line_of(const char* text, int i) {
  for (; i > 0; i--) {
    text = sg_words_next_line(text);
  }
  return text;
}


// what each number of the row is
static void put_row_table(Writer* w) {
  const SgContract* c = w->contract;
  fprintf(w->out, "/* obs, number by number; `from` is its place in `now`, or in `command`:\n *\n"
                  " *   %5s  %8s  %-10s %s\n", "obs", "from", "unit", "name");
  for (int t = 0; t < c->nterm; t++) {
    const SgTerm* term = &c->terms[t];
    const char* line = line_of(meta(w, "softgait.observation"), t);
    for (int i = 0; i < term->size * term->history; i++) {
      int element = term->element + i % term->size, age = term->history - 1 - i / term->size;
      int source = c->source[element];
      fprintf(w->out, " *   %5d  %s%5d  ", term->row + i, source >= 0 ? "   " : "c: ",
              source >= 0 ? source : -1 - source);
      put_item(w->out, line, "unit");
      fprintf(w->out, "         ");
      put_text(w->out, c->elements[element], strlen(c->elements[element]));
      if (age > 0) {
        fprintf(w->out, "   %d step%s ago", age, age == 1 ? "" : "s");
      }
      fprintf(w->out, "\n");
    }
  }
  fprintf(w->out, " */\n\n");
}


// what each action is
static void put_action_table(Writer* w) {
  const SgContract* c = w->contract;
  fprintf(w->out, "/* act, in the environment's units:\n *\n"
                  " *   %5s  %-24s %-24s %s\n", "act", "[low, high]", "safe", "actuator, mode");
  for (int j = 0; j < c->nact; j++) {
    const SgOutput* out = &c->outputs[j];
    char range[64];
    snprintf(range, sizeof(range), "[%.9g, %.9g]", (double)out->low, (double)out->high);
    fprintf(w->out, " *   %5d  %-24s %-24.9g ", j, range, (double)out->safe);
    put_text(w->out, c->names[j], strlen(c->names[j]));
    fprintf(w->out, ", ");
    put_item(w->out, line_of(meta(w, "softgait.action"), j), "mode");
    fprintf(w->out, "\n");
  }
  fprintf(w->out, " */\n\n");
}


// each command's limits, where there are commands
static void put_command_table(Writer* w) {
  const SgContract* c = w->contract;
  if (c->ncommand == 0) {
    return;
  }
  fprintf(w->out, "/* command; what is beyond the limits is held within them:\n *\n"
                  " *   %7s  %-24s %-12s %s\n", "command", "[low, high]", "start", "name, unit");
  for (int k = 0; k < c->ncommand; k++) {
    const SgCommand* command = &c->commands[k];
    char range[64];
    snprintf(range, sizeof(range), "[%.9g, %.9g]", (double)command->low, (double)command->high);
    fprintf(w->out, " *   %7d  %-24s %-12.9g ", k, range, (double)command->start);
    put_text(w->out, c->command_names[k], strlen(c->command_names[k]));
    fprintf(w->out, ", ");
    put_item(w->out, line_of(meta(w, "softgait.command"), k), "unit");
    fprintf(w->out, "\n");
  }
  fprintf(w->out, " */\n\n");
}


static const char HEAD[] =
    " *\n"
    " *   static @_state state;\n"
    " *   @_reset(&state);\n"
    " *   for (;;) {                                      every @_PERIOD seconds\n"
    " *     int status = @_step(&state, obs, act);        not 0: act is the safe action\n"
    " *   }\n"
    " *\n"
    " * C99 without a library. The same bytes as softgait's policy runtime, under any compiler without\n"
    " * fast-math, on any processor with IEEE-754 floats and gradual underflow.\n"
    " */\n\n"
    "#ifndef @_H_\n"
    "#define @_H_\n\n"
    "#ifdef __cplusplus\n"
    "extern \"C\" {\n"
    "#endif\n\n";

static const char FUNCTIONS[] =
    "/* what a step returns; not OK: act is the safe action */\n"
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
    "/* One action from a whole row, commands and stacked history included. obs: (NOBS), act: (NACT),\n"
    " * always written, finite and within the limits. Returns @_OK or @_NOT_FINITE. */\n"
    "int @_step(@_state* state, const float* obs, float* act);\n\n"
    "/* The same from what there is now; commands and history are put into the row here. now: (NCHANNEL),\n"
    " * command: (NCOMMAND) or a null pointer for the start values. After a status that is not OK the\n"
    " * history starts again. */\n"
    "int @_step_now(@_state* state, const float* now, const float* command, float* act);\n\n"
    "/* 0: the numbers of this file are those that were exported, and the golden vectors of the policy\n"
    " * come out bit for bit. */\n"
    "int @_self_test(void);\n\n"
    "#ifdef __cplusplus\n"
    "}\n"
    "#endif\n\n"
    "#endif /* @_H_ */\n";


// a text with '@' replaced by the name
static void put_named(Writer* w, const char* text) {
  for (; *text; text++) {
    if (*text == '@') {
      fputs(w->name, w->out);
    } else {
      fputc(*text, w->out);
    }
  }
}


static void write_header(Writer* w, const char* sha256) {
  const SgContract* c = w->contract;
  fprintf(w->out, "/* A trained policy of softgait, task ");
  put_text(w->out, meta(w, "softgait.task"), strlen(meta(w, "softgait.task")));
  fprintf(w->out, ": %d observations, %d actions.\n", c->nobs, c->nact);
  put_named(w, HEAD);
  put_sizes(w, sha256);
  put_row_table(w);
  put_action_table(w);
  put_command_table(w);
  put_named(w, FUNCTIONS);
}


//-------------------------------- the tables ----------------------------------------------------

// the contract's texts as a comment, a line of theirs a line here
static void put_contract(Writer* w) {
  const char *key, *text;
  for (int i = 0; sg_policy_meta_at(w->policy, i, &key, &text); i++) {
    if (strcmp(key, "softgait.golden") == 0) {
      continue;
    }
    fprintf(w->out, " *   ");
    put_text(w->out, key, strlen(key));
    fprintf(w->out, "\n");
    for (const char* line = text; *line; line = sg_words_next_line(line)) {
      fprintf(w->out, " *     ");
      put_text(w->out, line, strcspn(line, "\n"));
      fprintf(w->out, "\n");
    }
  }
}


static void put_names(Writer* w, const char* what, const char* size, const char* const* names, int n) {
  fprintf(w->out, "const char* const %s_%s[%s_%s + 1] = {\n", w->name, what, w->name, size);
  for (int i = 0; i < n; i++) {
    fprintf(w->out, "    \"");
    put_text(w->out, names[i], strlen(names[i]));
    fprintf(w->out, "\",\n");
  }
  fprintf(w->out, "    0};\n\n");
}


// scale, offset, low and high of each number of the row
static void put_inputs(Writer* w) {
  const SgContract* c = w->contract;
  fprintf(w->out, "/* scale, offset, low, high of each number of the row: clip to [low, high], then scale and\n"
                  " * shift; the normaliser is in them */\n");
  fprintf(w->out, "static const float %s_input[4 * %s_NOBS] = {", w->name, w->name);
  for (int i = 0; i < c->nobs; i++) {
    const SgInput* in = &c->inputs[i];
    put_row(w, (const float[4]){in->scale, in->offset, in->low, in->high}, 4);
  }
  close_table(w);
}


// one public table of a number per action
static void put_limits(Writer* w, const char* what, size_t offset) {
  fprintf(w->out, "const float %s_%s[%s_NACT] = {", w->name, what, w->name);
  for (int j = 0; j < w->contract->nact; j++) {
    put_row(w, (const float*)((const char*)&w->contract->outputs[j] + offset), 1);
  }
  close_table(w);
}


static void put_outputs(Writer* w) {
  fprintf(w->out, "\n/* scale and offset of each action */\n");
  fprintf(w->out, "static const float %s_output[2 * %s_NACT] = {", w->name, w->name);
  for (int j = 0; j < w->contract->nact; j++) {
    const SgOutput* out = &w->contract->outputs[j];
    put_row(w, (const float[2]){out->scale, out->offset}, 2);
  }
  close_table(w);
  put_limits(w, "low", offsetof(SgOutput, low));
  put_limits(w, "high", offsetof(SgOutput, high));
  put_limits(w, "safe", offsetof(SgOutput, safe));
}


// size, history, first element and first number of each term; where each element comes from
static void put_terms(Writer* w) {
  const SgContract* c = w->contract;
  fprintf(w->out, "\n/* size, history, first element and place in the row of each term */\n"
                  "#define %s_NTERM %d\n", w->name, c->nterm);
  fprintf(w->out, "static const int %s_terms[4 * %s_NTERM] = {\n", w->name, w->name);
  for (int t = 0; t < c->nterm; t++) {
    const SgTerm* term = &c->terms[t];
    fprintf(w->out, "    %d, %d, %d, %d,\n", term->size, term->history, term->element, term->row);
  }
  fprintf(w->out, "};\n\n/* of each element its place in `now`; of a command -1 - its place */\n"
                  "static const int %s_source[%d] = {", w->name, c->nelement);
  for (int i = 0; i < c->nelement; i++) {
    fprintf(w->out, "%s%d,", i % 16 == 0 ? "\n    " : " ", c->source[i]);
  }
  fprintf(w->out, "\n};\n\nstatic const float %s_start[%s_NCOMMAND + 1] = {", w->name, w->name);
  for (int k = 0; k < c->ncommand; k++) {
    put_row(w, &c->commands[k].start, 1);
  }
  put_row(w, (const float[1]){0}, 1);
  fprintf(w->out, "\n};\n\n");
}


//-------------------------------- the network ---------------------------------------------------

// tables that stand at the file's end, announced
static void announce(Writer* w) {
  for (int l = 0; l < w->policy->nlayer; l++) {
    const SgLayer* layer = &w->policy->layers[l];
    fprintf(w->out, "static const float %s_weight_%d[%dL * %d], %s_bias_%d[%d];\n", w->name, l,
            layer->nin, layer->noutpad, w->name, l, layer->noutpad);
  }
  fprintf(w->out, "static const uint32_t %s_sum;\n", w->name);
  fprintf(w->out, "#define %s_NGOLDEN %d\n", w->name, w->ngolden);
  fprintf(w->out, "static const float %s_golden_obs[%s_NGOLDEN * %s_NOBS];\n", w->name, w->name, w->name);
  fprintf(w->out, "static const float %s_golden_act[%s_NGOLDEN * %s_NACT];\n\n", w->name, w->name, w->name);
}


static void put_layers(Writer* w) {
  for (int l = 0; l < w->policy->nlayer; l++) {
    const SgLayer* layer = &w->policy->layers[l];
    const char *from = l % 2 == 0 ? "x" : "y", *to = l % 2 == 0 ? "y" : "x";
    fprintf(w->out, "  %s_linear(%s, %s, %s_weight_%d, %s_bias_%d, %d, %d);\n", w->name, to, from,
            w->name, l, w->name, l, layer->nin, layer->noutpad);
    if (l + 1 < w->policy->nlayer) {
      fprintf(w->out, "  %s_relu(%s, %d);\n", w->name, to, layer->nout);
    }
  }
}


// the self test's sum, in the order in which the tables were and will be written
static void put_sums(Writer* w) {
  const SgContract* c = w->contract;
  const char* n = w->name;
  fprintf(w->out, "  sum = %s_add(sum, %s_input, %dL);\n", n, n, 4 * c->nobs);
  fprintf(w->out, "  sum = %s_add(sum, %s_output, %dL);\n", n, n, 2 * c->nact);
  fprintf(w->out, "  sum = %s_add(sum, %s_low, %dL);\n", n, n, c->nact);
  fprintf(w->out, "  sum = %s_add(sum, %s_high, %dL);\n", n, n, c->nact);
  fprintf(w->out, "  sum = %s_add(sum, %s_safe, %dL);\n", n, n, c->nact);
  fprintf(w->out, "  sum = %s_add(sum, %s_start, %dL);\n", n, n, c->ncommand + 1);
  for (int l = 0; l < w->policy->nlayer; l++) {
    const SgLayer* layer = &w->policy->layers[l];
    fprintf(w->out, "  sum = %s_add(sum, %s_weight_%d, %dL * %d);\n", n, n, l, layer->nin, layer->noutpad);
    fprintf(w->out, "  sum = %s_add(sum, %s_bias_%d, %d);\n", n, n, l, layer->noutpad);
  }
}


static void put_network(Writer* w) {
  for (int l = 0; l < w->policy->nlayer; l++) {
    const SgLayer* layer = &w->policy->layers[l];
    fprintf(w->out, "\n/* layer %d: (%d, %d), columns from %d on are padding */\n", l, layer->nin,
            layer->noutpad, layer->nout);
    fprintf(w->out, "static const float %s_weight_%d[%dL * %d] = {", w->name, l, layer->nin, layer->noutpad);
    for (int i = 0; i < layer->nin; i++) {
      put_row(w, layer->weight + (size_t)i * (size_t)layer->noutpad, layer->noutpad);
    }
    close_table(w);
    fprintf(w->out, "static const float %s_bias_%d[%d] = {", w->name, l, layer->noutpad);
    put_row(w, layer->bias, layer->noutpad);
    close_table(w);
  }
  fprintf(w->out, "\nstatic const uint32_t %s_sum = 0x%08xu;\n", w->name, w->sum);
}


// the golden vectors' observations, or their actions; false when the text cannot be read
static bool put_golden(Writer* w, const char* what, const char* size, bool act) {
  const SgContract* c = w->contract;
  const char* text = meta(w, "softgait.golden");
  size_t nobs = (size_t)c->nobs, nact = (size_t)c->nact;
  float* row = malloc(sizeof(float) * (nobs + nact));
  int got = row ? 1 : -1;
  fprintf(w->out, "\nstatic const float %s_%s[%s_NGOLDEN * %s_%s] = {", w->name, what, w->name, w->name, size);
  while (got == 1) {
    got = sg_contract_golden(&text, row, c->nobs, row + nobs, c->nact);
    if (got == 1) {
      put_row(w, act ? row + nobs : row, act ? c->nact : c->nobs);
    }
  }
  close_table(w);
  free(row);
  return got == 0;
}


//-------------------------------- the file ------------------------------------------------------

// the fixed part: "@_" is the name, "@LAYERS", "@LAST" and "@SUMS" are this policy's
static void put_step(Writer* w) {
  for (const char* at = STEP; *at;) {
    if (strncmp(at, "@LAYERS\n", 8) == 0) {
      put_layers(w);
      at += 8;
    } else if (strncmp(at, "@SUMS\n", 6) == 0) {
      put_sums(w);
      at += 6;
    } else if (strncmp(at, "@LAST", 5) == 0) {
      fputs(w->policy->nlayer % 2 == 1 ? "y" : "x", w->out);
      at += 5;
    } else if (*at == '@') {
      fputs(w->name, w->out);
      at++;
    } else {
      fputc(*at++, w->out);
    }
  }
}


static bool write_source(Writer* w, const char* header) {
  fprintf(w->out, "/* A trained policy of softgait as C99; %s tells how to use it. Its contract:\n *\n", header);
  put_contract(w);
  fprintf(w->out, " */\n\n#include \"%s\"\n\n#include <float.h>\n#include <stdint.h>\n\n", header);
  fprintf(w->out, "#if %s_ID != 0x%.8sul\n#error \"%s is of another export\"\n#endif\n\n", w->name,
          meta(w, "softgait.digest"), header);
  put_names(w, "channels", "NCHANNEL", w->contract->channels, w->contract->nchannel);
  put_names(w, "actuators", "NACT", w->contract->names, w->contract->nact);
  put_names(w, "commands", "NCOMMAND", w->contract->command_names, w->contract->ncommand);
  put_inputs(w);
  put_outputs(w);
  put_terms(w);
  announce(w);
  put_step(w);
  fprintf(w->out, "\n\n/*-------------------------------- numbers "
                  "--------------------------------------------------------*/\n");
  put_network(w);
  return put_golden(w, "golden_obs", "NOBS", false) && put_golden(w, "golden_act", "NACT", true);
}


// P.h for P.c, and the word for an #include of it
static SgStatus header_path(const char* out, char* path, size_t size, const char** word, SgError* error) {
  snprintf(path, size, "%.*sh", (int)strlen(out) - 1, out);
  const char* slash = strrchr(path, '/');
  *word = slash ? slash + 1 : path;
  for (const char* c = *word; *c; c++) {
    if ((unsigned char)*c < ' ' || strchr("\"\\?*", *c)) {
      return sg_fail(error, SG_USAGE, "--out is '%s', whose name cannot stand in an #include; use letters, digits, - and _",
                     out);
    }
  }
  return SG_OK;
}


// one of the two files; sources first, because only they can fail to be made
static SgStatus write_file(Writer* w, const char* path, const char* header, const char* sha256,
                           bool source, SgError* error) {
  char* text = NULL;
  size_t size = 0;
  w->out = open_memstream(&text, &size);
  bool fine = w->out != NULL;
  if (fine && source) {
    fine = write_source(w, header);
  } else if (fine) {
    write_header(w, sha256);
  }
  fine = w->out && !ferror(w->out) && fine;
  fine = w->out && fclose(w->out) == 0 && fine;
  SgStatus status = fine ? sg_file_write(path, text, size, error)
                         : sg_fail(error, SG_MACHINE, "%s: out of memory", path);
  free(text);
  return status;
}


SgStatus sg_export_c(const SgExport* job, SgError* error) {
  const SgPolicy* policy = job->player->policy;
  const char* word;
  char header[1024];
  Writer w = {.policy = policy, .contract = &policy->contract, .name = job->name, .sum = 2166136261u};
  w.ngolden = sg_words_lines(meta(&w, "softgait.golden"));
  SgStatus status = header_path(job->out, header, sizeof(header), &word, error);
  if (status == SG_OK) {
    status = write_file(&w, job->out, word, NULL, true, error);
  }
  return status == SG_OK ? write_file(&w, header, word, job->player->policy_sha256, false, error) : status;
}
