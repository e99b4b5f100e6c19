// The table of forms, and what all of them ask of a job's words.

#include "train/export.h"

#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"

enum {
  MAX_NAME = 63  // letters of an identifier that a C99 compiler must tell apart
};

static const SgExportForm FORMS[] = {
    {"c", ".c", false, sg_export_c},
    {"onnx", ".onnx", false, sg_export_onnx},
};

enum {
  NFORM = sizeof(FORMS) / sizeof(FORMS[0])
};


const SgExportForm* sg_export_form(const char* to, SgError* error) {
  const char* names[NFORM];
  char all[64] = "";
  for (int i = 0; i < NFORM; i++) {
    if (strcmp(FORMS[i].to, to) == 0) {
      return &FORMS[i];
    }
    names[i] = FORMS[i].to;
    size_t used = strlen(all);
    snprintf(all + used, sizeof(all) - used, "%s%s", i == 0 ? "" : ", ", names[i]);
  }
  const char* near = sg_text_nearest(to, names, NFORM);
  if (near) {
    sg_fail(error, SG_USAGE, "--to is '%.60s'; did you mean '%s'?", to, near);
  } else {
    sg_fail(error, SG_USAGE, "--to is '%.60s', it must be one of: %s", to, all);
  }
  return NULL;
}


static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}


static bool is_identifier(const char* name) {
  size_t length = strlen(name);
  bool fine = length > 0 && length <= MAX_NAME && is_letter(name[0]);
  for (size_t i = 0; i < length; i++) {
    fine = fine && (is_letter(name[i]) || (name[i] >= '0' && name[i] <= '9'));
  }
  return fine;
}


static bool ends_with(const char* text, const char* end) {
  size_t n = strlen(text), m = strlen(end);
  return n > m && strcmp(text + n - m, end) == 0 && text[n - m - 1] != '/';
}


// the folder that a file would be in
static SgStatus check_folder(const char* out, SgError* error) {
  char folder[1024];
  const char* slash = strrchr(out, '/');
  int length = slash ? (int)(slash - out) + (slash == out) : 1;
  if (snprintf(folder, sizeof(folder), "%.*s", length, slash ? out : ".") >= (int)sizeof(folder)) {
    return sg_fail(error, SG_USAGE, "--out is longer than %d letters", (int)sizeof(folder) - 1);
  }
  if (!sg_folder_exists(folder)) {
    return sg_fail(error, SG_MACHINE, "%s: there is no folder '%s' to write it into; make it first",
                   out, folder);
  }
  return SG_OK;
}


SgStatus sg_export_check(const SgExportForm* form, const SgExport* job, SgError* error) {
  if (!is_identifier(job->name)) {
    return sg_fail(error, SG_USAGE,
                   "--name is '%.80s', it must be a C identifier of at most %d letters, digits and "
                   "_: walk, left_leg2",
                   job->name, MAX_NAME);
  }
  if (!ends_with(job->out, form->suffix)) {
    return sg_fail(error, SG_USAGE, "--out is '%s', with --to %s it must end in %s", job->out,
                   form->to, form->suffix);
  }
  return check_folder(job->out, error);
}
