// --command, and the note on a model that is not the trained one.

#include "cli/player_args.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"


// the names of a policy's command inputs, as the flag wants them
static void list_names(const SgPolicy* policy, char* text, int size) {
  int used = 0;
  for (int i = 0; i < sg_policy_ncommand(policy) && used < size; i++) {
    used += snprintf(text + used, (size_t)(size - used), "%s%s", i == 0 ? "" : ",",
                     sg_policy_command(policy, i));
  }
}


SgStatus sg_player_command(const SgArgs* args, const SgPolicy* policy,
                           float values[SG_MAX_COMMAND_INPUT], const float** command,
                           SgError* error) {
  const char* text = sg_args_text(args, "--command", NULL);
  int want = sg_policy_ncommand(policy), n = 0;
  char copy[1024], names[256] = "";
  *command = NULL;
  if (!text) {
    return SG_OK;
  }
  if (want == 0) {
    return sg_fail(error, SG_USAGE, "--command %.60s: this policy has no command inputs", text);
  }

  // exactly as many numbers as there are inputs
  bool fine = snprintf(copy, sizeof(copy), "%s", text) < (int)sizeof(copy);
  char* rest = copy;
  for (char* item; fine && (item = strsep(&rest, ",")) != NULL; n++) {
    double value = 0;
    fine = n < want && sg_text_double(item, &value) && isfinite((float)value);
    values[n < want ? n : 0] = (float)value;
  }
  if (!fine || n != want) {
    list_names(policy, names, sizeof(names));
    return sg_fail(error, SG_USAGE, "--command is '%.60s', it needs %d finite number%s: %s", text,
                   want, want == 1 ? "" : "s", names);
  }
  *command = values;
  return SG_OK;
}


void sg_player_say(const SgPlayer* player) {
  if (player->note[0]) {
    fprintf(stderr, "softgait: note: %s\n", player->note);
  }
}
