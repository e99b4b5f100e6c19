// The numbers of an exported P.c. They are those that the runtime computes with, exactly: the
// normaliser folded in, rows of weights padded to a whole number of 16. Infinite limits become
// FLT_MAX: what is compared with them is finite.
//
// Every number that is written goes into a sum (FNV-1a over words), which the self test forms
// again: a step of it is a bijection, so no change of one number can leave it as it was.

#include <float.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "policy/words.h"
#include "train/export_c.h"

enum {
  ACROSS = 8  // numbers in a line of the file
};


// numbers of a row, to the file and into the sum
static void put_row(SgExportC* w, const float* x, int n) {
  for (int i = 0; i < n; i++) {
    bool finite = sg_words_finite(x[i]);
    float number = finite ? x[i] : x[i] > 0 ? FLT_MAX : -FLT_MAX;
    uint32_t bits;
    memcpy(&bits, &number, sizeof(bits));
    w->sum = (w->sum ^ bits) * 16777619u;
    fprintf(w->out, i % ACROSS == 0 ? "\n    " : " ");
    if (finite) {
      fprintf(w->out, "%af,", (double)number);
    } else {
      fprintf(w->out, x[i] > 0 ? "FLT_MAX," : "-FLT_MAX,");
    }
  }
}


static void close_table(SgExportC* w) {
  fprintf(w->out, "\n};\n");
}


//-------------------------------- small tables --------------------------------------------------

static void put_names(const SgExportC* w, const char* what, const char* size,
                      const char* const* names, int n) {
  fprintf(w->out, "const char* const %s_%s[%s_%s + 1] = {\n", w->name, what, w->name, size);
  for (int i = 0; i < n; i++) {
    fprintf(w->out, "    \"");
    sg_export_c_text(w, names[i], strlen(names[i]));
    fprintf(w->out, "\",\n");
  }
  fprintf(w->out, "    0,\n};\n\n");
}


static void put_inputs(SgExportC* w) {
  const SgContract* c = w->contract;
  sg_export_c_named(w,
                    "/* scale, offset, low, high of each number of the row, which is clipped, then "
                    "scaled, then\n * shifted; the normaliser is in them */\n"
                    "static const float @_input[4 * @_NOBS] = {");
  for (int i = 0; i < c->nobs; i++) {
    const SgInput* in = &c->inputs[i];
    put_row(w, (const float[4]){in->scale, in->offset, in->low, in->high}, 4);
  }
  close_table(w);
}


// one public table of a number per action
static void put_limits(SgExportC* w, const char* what, size_t offset) {
  const SgContract* c = w->contract;
  fprintf(w->out, "const float %s_%s[%s_NACT] = {", w->name, what, w->name);
  for (int j = 0; j < c->nact; j++) {
    put_row(w, (const float*)((const char*)&c->outputs[j] + offset), 1);
  }
  close_table(w);
}


static void put_outputs(SgExportC* w) {
  const SgContract* c = w->contract;
  sg_export_c_named(w,
                    "\n/* scale and offset of each action */\n"
                    "static const float @_output[2 * @_NACT] = {");
  for (int j = 0; j < c->nact; j++) {
    put_row(w, (const float[2]){c->outputs[j].scale, c->outputs[j].offset}, 2);
  }
  close_table(w);
  put_limits(w, "low", offsetof(SgOutput, low));
  put_limits(w, "high", offsetof(SgOutput, high));
  put_limits(w, "safe", offsetof(SgOutput, safe));
}


static void put_terms(SgExportC* w) {
  const SgContract* c = w->contract;
  sg_export_c_named(w, "\n/* size, history, first element and place in the row of each term */\n");
  fprintf(w->out, "#define %s_NTERM %d\n", w->name, c->nterm);
  sg_export_c_named(w, "static const int @_terms[4 * @_NTERM] = {\n");
  for (int t = 0; t < c->nterm; t++) {
    const SgTerm* term = &c->terms[t];
    fprintf(w->out, "    %d, %d, %d, %d,\n", term->size, term->history, term->element, term->row);
  }
  fprintf(w->out,
          "};\n\n/* of each element its place among the channels; of a command -1 - its place */\n"
          "static const int %s_source[%d] = {",
          w->name, c->nelement);
  for (int i = 0; i < c->nelement; i++) {
    fprintf(w->out, i % (2 * ACROSS) == 0 ? "\n    %d," : " %d,", c->source[i]);
  }
  close_table(w);

  // one number more than there are commands: C knows no empty table
  sg_export_c_named(w, "static const float @_start[@_NCOMMAND + 1] = {");
  for (int k = 0; k < c->ncommand; k++) {
    put_row(w, &c->commands[k].start, 1);
  }
  put_row(w, (const float[1]){0}, 1);
  close_table(w);
}


// tables that stand at the file's end, so that it opens with what a reader wants to see
static void announce(SgExportC* w) {
  fprintf(w->out, "\n/* numbers, at the end of this file */\n");
  for (int l = 0; l < w->policy->nlayer; l++) {
    const SgLayer* layer = &w->policy->layers[l];
    fprintf(w->out, "static const float %s_weight_%d[%dL * %d], %s_bias_%d[%d];\n", w->name, l,
            layer->nin, layer->noutpad, w->name, l, layer->noutpad);
  }
  fprintf(w->out, "#define %s_MEAN %s /* the row that the last layer writes */\n", w->name,
          w->policy->nlayer % 2 == 1 ? "y" : "x");
  fprintf(w->out, "#define %s_NGOLDEN %d\n", w->name,
          sg_words_lines(sg_export_c_meta(w, "softgait.golden")));
  sg_export_c_named(w,
                    "static const float @_golden_obs[@_NGOLDEN * @_NOBS];\n"
                    "static const float @_golden_act[@_NGOLDEN * @_NACT];\n"
                    "static const uint32_t @_sum;\n\n");
}


void sg_export_c_tables(SgExportC* w) {
  const SgContract* c = w->contract;
  w->sum = 2166136261u;
  put_names(w, "channels", "NCHANNEL", c->channels, c->nchannel);
  put_names(w, "actuators", "NACT", c->names, c->nact);
  put_names(w, "commands", "NCOMMAND", c->command_names, c->ncommand);
  put_inputs(w);
  put_outputs(w);
  put_terms(w);
  announce(w);
}


//-------------------------------- large tables --------------------------------------------------

static void put_layer(SgExportC* w, int l) {
  const SgLayer* layer = &w->policy->layers[l];
  fprintf(w->out, "\n/* layer %d: %d to %d", l, layer->nin, layer->nout);
  fprintf(w->out, layer->nout < layer->noutpad ? ", padded to %d */\n" : " */\n", layer->noutpad);
  fprintf(w->out, "static const float %s_weight_%d[%dL * %d] = {", w->name, l, layer->nin,
          layer->noutpad);
  for (int i = 0; i < layer->nin; i++) {
    put_row(w, layer->weight + (size_t)i * (size_t)layer->noutpad, layer->noutpad);
  }
  close_table(w);
  fprintf(w->out, "static const float %s_bias_%d[%d] = {", w->name, l, layer->noutpad);
  put_row(w, layer->bias, layer->noutpad);
  close_table(w);
}


// the golden vectors' observations, or their actions; false when they cannot be read
static bool put_golden(SgExportC* w, bool act) {
  const SgContract* c = w->contract;
  const char* text = sg_export_c_meta(w, "softgait.golden");
  float* row = malloc(sizeof(float) * ((size_t)c->nobs + (size_t)c->nact));
  int got = row ? 1 : -1;
  sg_export_c_named(w, act ? "\nstatic const float @_golden_act[@_NGOLDEN * @_NACT] = {"
                           : "\nstatic const float @_golden_obs[@_NGOLDEN * @_NOBS] = {");
  while (got == 1) {
    got = sg_contract_golden(&text, row, c->nobs, row + c->nobs, c->nact);
    if (got == 1) {
      put_row(w, act ? row + c->nobs : row, act ? c->nact : c->nobs);
    }
  }
  close_table(w);
  free(row);
  return got == 0;
}


bool sg_export_c_numbers(SgExportC* w) {
  for (int l = 0; l < w->policy->nlayer; l++) {
    put_layer(w, l);
  }
  bool fine = put_golden(w, false) && put_golden(w, true);
  fprintf(w->out, "\nstatic const uint32_t %s_sum = 0x%08xu;\n", w->name, w->sum);
  return fine;
}


//-------------------------------- lines that name the tables ------------------------------------

void sg_export_c_layers(const SgExportC* w) {
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


void sg_export_c_sums(const SgExportC* w) {
  sg_export_c_named(w,
                    "  sum = @_add(sum, @_input, 4L * @_NOBS);\n"
                    "  sum = @_add(sum, @_output, 2L * @_NACT);\n"
                    "  sum = @_add(sum, @_low, @_NACT);\n"
                    "  sum = @_add(sum, @_high, @_NACT);\n"
                    "  sum = @_add(sum, @_safe, @_NACT);\n"
                    "  sum = @_add(sum, @_start, @_NCOMMAND + 1);\n");
  for (int l = 0; l < w->policy->nlayer; l++) {
    const SgLayer* layer = &w->policy->layers[l];
    fprintf(w->out, "  sum = %s_add(sum, %s_weight_%d, %dL * %d);\n", w->name, w->name, l,
            layer->nin, layer->noutpad);
    fprintf(w->out, "  sum = %s_add(sum, %s_bias_%d, %d);\n", w->name, w->name, l, layer->noutpad);
  }
  sg_export_c_named(w,
                    "  sum = @_add(sum, @_golden_obs, (long)@_NGOLDEN * @_NOBS);\n"
                    "  sum = @_add(sum, @_golden_act, (long)@_NGOLDEN * @_NACT);\n");
}
