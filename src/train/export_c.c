// A policy as one C file and its header. The steps themselves are fixed and stand in
// export_step.c.in, a file to be read; the numbers and the contract around it are written here.
//
//   P.h   sizes, names and limits as constants, the state's type, the functions
//   P.c   ┌ the contract's texts, for people
//         │ small tables: names, inputs, outputs, terms
//         │ export_step.c.in, '@' replaced by the name
//         └ large tables: weights and golden vectors, as hexadecimal floats

#include "train/export_c.h"

#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "policy/words.h"
#include "train/export.h"

// the fixed part of the file
static const char STEP[] =
#include "train/export_step.h"
    ;


//-------------------------------- words ---------------------------------------------------------

const char* sg_export_c_meta(const SgExportC* w, const char* key) {
  const char* text = sg_policy_meta(w->policy, key);
  return text ? text : "";
}


int sg_export_c_text(const SgExportC* w, const char* text, size_t length) {
  int used = 0;
  for (size_t i = 0; i < length; i++) {
    unsigned char c = (unsigned char)text[i];
    bool plain = c >= ' ' && c < 127 && !strchr("\"\\?*", c);
    used += fprintf(w->out, plain ? "%c" : "\\%03o", c);
  }
  return used;
}


void sg_export_c_named(const SgExportC* w, const char* text) {
  for (; *text; text++) {
    if (*text == '@') {
      fputs(w->name, w->out);
    } else {
      fputc(*text, w->out);
    }
  }
}


// the fixed part: lines that start with '@' and a capital stand for something of this policy
static void put_step(const SgExportC* w) {
  char line[256];
  bool hidden = w->policy->nlayer > 1, shown = true;
  for (const char* at = STEP; *at; at = sg_words_next_line(at)) {
    snprintf(line, sizeof(line), "%.*s", (int)strcspn(at, "\n") + 1, at);
    if (strcmp(line, "@IF_HIDDEN\n") == 0) {
      shown = hidden;
    } else if (strcmp(line, "@END\n") == 0) {
      shown = true;
    } else if (strcmp(line, "@LAYERS\n") == 0) {
      sg_export_c_layers(w);
    } else if (strcmp(line, "@SUMS\n") == 0) {
      sg_export_c_sums(w);
    } else if (shown) {
      sg_export_c_named(w, line);
    }
  }
}


//-------------------------------- the files -----------------------------------------------------

// the contract's texts as a comment, line by line; the golden vectors are among the numbers
static void put_contract(const SgExportC* w) {
  const char *key, *text;
  for (int i = 0; sg_policy_meta_at(w->policy, i, &key, &text); i++) {
    if (strcmp(key, "softgait.golden") == 0) {
      continue;
    }
    fprintf(w->out, " *   %s\n", key);
    for (const char* line = text; *line; line = sg_words_next_line(line)) {
      fprintf(w->out, " *     ");
      sg_export_c_text(w, line, strcspn(line, "\n"));
      fprintf(w->out, "\n");
    }
  }
}


// false when the policy's golden vectors cannot be read
static bool put_source(SgExportC* w, const char* header) {
  fprintf(w->out,
          "/* A trained policy of softgait as C99; %s tells how to use it. Its contract:\n *\n",
          header);
  put_contract(w);
  fprintf(w->out, " */\n\n#include \"%s\"\n\n#include <float.h>\n#include <stdint.h>\n\n", header);
  fprintf(w->out, "#if %s_ID != 0x%.8sul\n#error \"%s is of another export\"\n#endif\n\n", w->name,
          sg_export_c_meta(w, "softgait.digest"), header);
  sg_export_c_tables(w);
  put_step(w);
  return sg_export_c_numbers(w);
}


// P.h for P.c, and the word for an #include of it
static SgStatus header_path(const char* out, char* path, size_t size, const char** word,
                            SgError* error) {
  snprintf(path, size, "%.*sh", (int)strlen(out) - 1, out);
  const char* slash = strrchr(path, '/');
  *word = slash ? slash + 1 : path;
  for (const char* c = *word; *c; c++) {
    if ((unsigned char)*c < ' ' || strchr("\"\\?*", *c)) {
      return sg_fail(
          error, SG_USAGE,
          "--out is '%s', a name that no #include can hold; use letters, digits, - and _", out);
    }
  }
  return SG_OK;
}


// one of the two files
static SgStatus write_file(SgExportC* w, const char* path, const char* header, const char* sha256,
                           bool source, SgError* error) {
  char* text = NULL;
  size_t size = 0;
  bool fine = true;
  w->out = open_memstream(&text, &size);
  if (!w->out) {
    return sg_fail(error, SG_MACHINE, "%s: out of memory", path);
  }
  if (source) {
    fine = put_source(w, header);
  } else {
    sg_export_c_header(w, sha256);
  }
  fine = !ferror(w->out) && fine;
  fine = fclose(w->out) == 0 && fine;
  SgStatus status = fine ? sg_file_write(path, text, size, error)
                         : sg_fail(error, SG_MACHINE, "%s: out of memory", path);
  free(text);
  return status;
}


SgStatus sg_export_c(const SgExport* job, SgError* error) {
  const SgPolicy* policy = job->player->policy;
  const char *word, *sha256 = job->player->policy_sha256;
  char header[1024];
  SgExportC w = {.policy = policy, .contract = &policy->contract, .name = job->name};
  SgStatus status = header_path(job->out, header, sizeof(header), &word, error);
  bool is_new = !sg_file_exists(job->out);
  if (status == SG_OK) {
    status = write_file(&w, job->out, word, sha256, true, error);
  }

  // no source without its header; one that was there before would say that its header is of another
  // export
  if (status == SG_OK) {
    status = write_file(&w, header, word, sha256, false, error);
    if (status != SG_OK && is_new) {
      remove(job->out);
    }
  }
  return status;
}
