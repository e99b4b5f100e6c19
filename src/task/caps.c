// Sizes that no robot needs, refused before MuJoCo's compiler sees them: it would take hours over a
// billion replicas, and ends the process when memory runs out.
//
//   elements      at most 50 000 over all files, replicas counted
//   count, nrow, ncol, width, height, nuser...     at most 20 000 each, 10^7 multiplied within a tag

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "task/xml.h"

enum {
  MAX_XML = 16 << 20,
  MAX_NEST = 64
};

static const double MAX_ELEMENTS = 50000, MAX_NUMBER = 20000, MAX_PRODUCT = 1e7;

// attributes that make the compiler allocate or repeat
static const char* const SIZES[] = {"count",     "nrow",       "ncol",       "width",
                                    "height",    "nuserdata",  "nkey",       "nuser_body",
                                    "nuser_jnt", "nuser_geom", "nuser_site", "nuser_cam"};

// what has been counted so far
typedef struct Caps {
  double elements;         // replicas counted
  double times[MAX_NEST];  // how often the elements inside are repeated, per open replicate
  int nest;
} Caps;


// the product of the numbers of a value, "10 10 1"; infinity when one is out of bounds
static double product(char* value) {
  double all = 1;
  for (char* word; (word = strsep(&value, " \t\r\n")) != NULL;) {
    double x;
    if (!word[0]) {
      continue;
    }
    if (!sg_text_double(word, &x) && !sg_text_too_large(word)) {
      return 1;  // no number: the compiler's to complain
    }
    if (sg_text_too_large(word) || !(x <= MAX_NUMBER)) {
      return (double)INFINITY;
    }
    all *= x > 1 ? x : 1;
  }
  return all;
}


// all sizes of a tag multiplied; the worst attribute comes back
static double tag_size(const char* tag, const char** worst) {
  char value[SG_MAX_PATH];
  double all = 1, largest = 1;
  for (size_t i = 0; i < sizeof(SIZES) / sizeof(SIZES[0]); i++) {
    if (sg_xml_attribute(tag, SIZES[i], value)) {
      double size = product(value);
      *worst = size > largest ? SIZES[i] : *worst;
      largest = fmax(largest, size);
      all *= size;
    }
  }
  return all;
}


static SgStatus check_tag(Caps* c, const char* tag, const char* path, SgError* error) {
  const char* worst = "";
  if (tag[0] == '/') {
    c->nest -= sg_xml_is(tag + 1, "replicate") && c->nest > 0;
    return SG_OK;
  }
  double size = tag_size(tag, &worst), times = c->nest > 0 ? c->times[c->nest - 1] : 1;
  if (!(size <= MAX_PRODUCT)) {
    return sg_fail(error, SG_FILE,
                   "%s: <%.*s> has a %s beyond what a robot needs (%g each, %g "
                   "multiplied)",
                   path, (int)strcspn(tag, " \t\r\n/"), tag, worst, MAX_NUMBER, MAX_PRODUCT);
  }

  // elements, each as often as the replicates around it say
  bool replicate = sg_xml_is(tag, "replicate");
  c->elements += times * (sg_xml_is(tag, "composite") || sg_xml_is(tag, "flexcomp") ? size : 1);
  if (replicate && c->nest == MAX_NEST) {
    return sg_fail(error, SG_FILE, "%s: replicates are nested deeper than %d", path, MAX_NEST);
  }
  if (replicate) {
    c->times[c->nest++] = times * size;
  }
  if (!(c->elements <= MAX_ELEMENTS)) {
    return sg_fail(error, SG_FILE, "%s: the model has more than %g elements", path, MAX_ELEMENTS);
  }
  return SG_OK;
}


SgStatus sg_task_check_caps(const SgTask* task, SgError* error) {
  Caps caps = {0};
  SgStatus status = SG_OK;
  for (int i = 0; status == SG_OK && i < task->info.nfile; i++) {
    const char* path = task->info.files[i];
    const char* dot = strrchr(path, '.');
    size_t size;
    char* text = dot && strcmp(dot, ".xml") == 0 ? sg_file_read(path, MAX_XML, &size, error) : NULL;
    char* at = text;
    caps.nest = 0;
    for (char* tag; status == SG_OK && text && (tag = sg_xml_next(&at)) != NULL;) {
      status = check_tag(&caps, tag, path, error);
    }
    sg_file_free(text);
  }
  return status;
}
