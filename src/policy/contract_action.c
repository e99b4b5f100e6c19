// A contract's command inputs, actions and safe action.

#include "policy/strict_float.h"
// the pragma above must come first

#include <stdlib.h>
#include <string.h>

#include "policy/contract_read.h"
#include "policy/words.h"

enum {
  MAX_COMMAND = 64
};


//-------------------------------- command inputs ------------------------------------------------

int sg_contract_commands(SgContract* c, const char* text, char** names, SgComplaint to) {
  if (strcmp(text, "none") == 0) {
    return 1;
  }
  size_t n = (size_t)sg_words_lines(text);
  if (n > MAX_COMMAND) {
    return sg_container_fail(to.text, to.size, "softgait.command has more than %d lines",
                             MAX_COMMAND);
  }
  c->commands = calloc(n, sizeof(SgCommand));
  c->command_names = calloc(n, sizeof(c->command_names[0]));
  if (!c->commands || !c->command_names) {
    return sg_container_fail(to.text, to.size, "out of memory");
  }
  for (const char* line = text; *line; line = sg_words_next_line(line)) {
    SgCommand* command = &c->commands[c->ncommand];
    int known = sg_words_known(line, "command unit low high start");
    if (!known || !sg_words_find(line, "command") || !sg_words_find(line, "unit") ||
        !sg_words_float(line, "low", &command->low) ||
        !sg_words_float(line, "high", &command->high) ||
        !sg_words_float(line, "start", &command->start) || !sg_words_finite(command->low) ||
        !sg_words_finite(command->high) || !(command->low <= command->start) ||
        !(command->start <= command->high)) {
      return sg_container_fail(to.text, to.size,
                               "softgait.command, line %d: needs command, unit, finite low, high "
                               "and a start within them",
                               c->ncommand + 1);
    }
    c->command_names[c->ncommand++] = sg_contract_keep_name(names, sg_words_find(line, "command"));
  }
  return 1;
}


//-------------------------------- actions -------------------------------------------------------

static int read_channel(const char* line, SgOutput* out) {
  return sg_words_known(line, "actuator mode scale offset low high") &&
         sg_words_find(line, "actuator") && sg_words_find(line, "mode") &&
         sg_words_float(line, "scale", &out->scale) &&
         sg_words_float(line, "offset", &out->offset) && sg_words_float(line, "low", &out->low) &&
         sg_words_float(line, "high", &out->high) && sg_words_finite(out->scale) &&
         out->scale > 0.0f && sg_words_finite(out->offset) && sg_words_finite(out->low) &&
         sg_words_finite(out->high) && out->low <= out->high;
}


int sg_contract_action(SgContract* c, const char* text, char** names, SgComplaint to) {
  int n = sg_words_lines(text);
  c->outputs = calloc((size_t)n, sizeof(SgOutput));
  c->names = calloc((size_t)n, sizeof(c->names[0]));
  if (!c->outputs || !c->names) {
    return sg_container_fail(to.text, to.size, "out of memory");
  }
  for (const char* line = text; *line; line = sg_words_next_line(line)) {
    if (!read_channel(line, &c->outputs[c->nact])) {
      return sg_container_fail(to.text, to.size,
                               "softgait.action, line %d: needs actuator, mode, a finite scale "
                               "above 0, a finite offset and finite limits",
                               c->nact + 1);
    }
    c->names[c->nact++] = sg_contract_keep_name(names, sg_words_find(line, "actuator"));
  }
  return 1;
}


// what is sent when the policy cannot answer: within the limits
int sg_contract_safe(SgContract* c, const char* text, SgComplaint to) {
  float* values = calloc((size_t)c->nact, sizeof(float));
  int fine = values && sg_words_lines(text) == 1 && sg_words_known(text, "values") &&
             sg_words_list(text, "values", values, c->nact);
  for (int j = 0; fine && j < c->nact; j++) {
    SgOutput* out = &c->outputs[j];
    out->safe = values[j];
    fine = out->safe >= out->low && out->safe <= out->high;
  }
  free(values);
  return fine ? 1
              : sg_container_fail(to.text, to.size,
                                  "softgait.safe_action needs a value within the limits for each "
                                  "of %d actions",
                                  c->nact);
}
