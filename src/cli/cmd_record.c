// softgait record: hands over to softgait-record, the program beside this one that draws; this one
// links no graphics.

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "cli/command.h"
#include "cli/record_words.h"

enum {
  PATH = 4096
};


// softgait-record's path
static SgStatus find_program(char* path, int size, SgError* error) {
  char self[PATH];
  ssize_t length = readlink("/proc/self/exe", self, sizeof(self) - 1);
  self[length > 0 ? length : 0] = '\0';
  char* slash = strrchr(self, '/');
  if (slash) {
    *slash = '\0';
  }
  if (!slash || !sg_path_join(path, size, self, "softgait-record") || !sg_file_exists(path)) {
    return sg_fail(error, SG_MACHINE,
                   "record needs the program softgait-record beside this one, in %.600s; build it "
                   "with the rest",
                   self);
  }
  return SG_OK;
}


// checks the words here, so that mistakes are told where nothing can be drawn, too
static SgStatus run_record(const SgArgs* args, SgError* error) {
  char path[PATH], flags[SG_MAX_ARG][64];
  char* words[3 * SG_MAX_ARG + 2];
  SgRecordWords parsed;
  int n = 0;
  SgStatus status = sg_record_words(&parsed, args, error);
  if (status == SG_OK) {
    status = find_program(path, sizeof(path), error);
  }
  if (status != SG_OK) {
    return status;
  }

  // the same words again; the new program takes this one's place
  words[n++] = path;
  for (int i = 0; i < args->nflag; i++) {
    snprintf(flags[i], sizeof(flags[i]), "%s", args->names[i]);
    words[n++] = flags[i];
    if (args->values[i]) {
      words[n++] = (char*)args->values[i];
    }
  }
  if (args->nword > 0) {
    words[n++] = (char*)args->words[0];
  }
  words[n] = NULL;
  execv(path, words);
  return sg_fail(error, SG_MACHINE, "%s: cannot be started: %s", path, strerror(errno));
}


const SgCommand sg_command_record = {
    .name = "record",
    .summary = "a video or a still of a policy, without a display",
    .usage = "softgait record [RUN|POLICY] --out FILE.mp4|FILE.png [flags]",
    .examples =
        "  softgait record --out walk.mp4                the newest run's best policy\n"
        "  softgait record --out walk.png --progress     one picture, with the learning curves\n"
        "  softgait record walk.safetensors --out walk.mp4 --episodes 3 --fps 60\n",
    .max_words = 1,
    .nflag = SG_RECORD_NFLAG,
    .flags = sg_record_flags,
    .run = run_record,
};
