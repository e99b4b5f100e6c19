// Sizes that no robot needs, refused before MuJoCo's compiler sees them: it would take hours over a
// billion replicas, and ends the process when memory runs out or a model attaches itself.
//
//   elements      at most 50 000 over all files, replicas and attached copies counted
//   count, nrow, ncol, width, height, nuser...     at most 20 000 each, 10^7 multiplied within a tag
//   text          at most 16 MB a file, 64 MB together
//
// A model may attach others, which may attach others again: 30 copies of a model with 30 copies,
// five levels deep, are a few lines and 24 million bodies. So every model is weighed with what it
// includes; each of its attach elements counts as the heaviest of the models it names.

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/text.h"
#include "task/xml.h"

enum {
  MAX_XML = 16 << 20,
  MAX_NEST = 64,     // open replicates
  MAX_INCLUDE = 16,  // files included within files
  MAX_MODEL = 8      // models attached within models
};

static const double MAX_ELEMENTS = 50000, MAX_NUMBER = 20000, MAX_PRODUCT = 1e7, MAX_TEXT = 64e6;

// attributes that make the compiler allocate or repeat
static const char* const SIZES[] = {"count",     "nrow",       "ncol",       "width",
                                    "height",    "nuserdata",  "nkey",       "nuser_body",
                                    "nuser_jnt", "nuser_geom", "nuser_site", "nuser_cam"};

// what has been counted so far
typedef struct Caps {
  double elements;  // replicas and copies counted
  double text;      // bytes read
  int depth;        // models that are open
} Caps;

// a model being weighed
typedef struct Weight {
  Caps* caps;
  const char* main;        // its path
  double times[MAX_NEST];  // how often the elements inside are repeated, per open replicate
  int nest;
  double attached;  // attach elements, repetitions counted
  double heaviest;  // of the models it may attach, in elements
} Weight;


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


static SgStatus too_many(const char* path, SgError* error) {
  return sg_fail(error, SG_FILE, "%s: the model has more than %g elements", path, MAX_ELEMENTS);
}


// a tag's own size, and what it says of those inside it
static SgStatus count_tag(Weight* w, const char* tag, const char* path, SgError* error) {
  const char* worst = "";
  if (tag[0] == '/') {
    w->nest -= sg_xml_is(tag + 1, "replicate") && w->nest > 0;
    return SG_OK;
  }
  if (strstr(tag, "&#")) {
    return sg_fail(error, SG_FILE,
                   "%s: <%.*s> has a character by its number (&#...;); write it out", path,
                   (int)strcspn(tag, " \t\r\n/"), tag);
  }
  double size = tag_size(tag, &worst), times = w->nest > 0 ? w->times[w->nest - 1] : 1;
  if (!(size <= MAX_PRODUCT)) {
    return sg_fail(error, SG_FILE,
                   "%s: <%.*s> has a %s beyond what a robot needs (%g each, %g "
                   "multiplied)",
                   path, (int)strcspn(tag, " \t\r\n/"), tag, worst, MAX_NUMBER, MAX_PRODUCT);
  }

  // elements, each as often as the replicates around it say
  bool replicate = sg_xml_is(tag, "replicate");
  w->caps->elements +=
      times * (sg_xml_is(tag, "composite") || sg_xml_is(tag, "flexcomp") ? size : 1);
  w->attached += sg_xml_is(tag, "attach") ? times : 0;
  if (replicate && w->nest == MAX_NEST) {
    return sg_fail(error, SG_FILE, "%s: replicates are nested deeper than %d", path, MAX_NEST);
  }
  if (replicate) {
    w->times[w->nest++] = times * size;
  }
  return w->caps->elements <= MAX_ELEMENTS ? SG_OK : too_many(path, error);
}


static SgStatus weigh_model(Caps* c, const char* path, double* weight, SgError* error);
static SgStatus weigh_file(Weight* w, const char* path, int depth, SgError* error);


// the file that a tag names, if it is one of MJCF
static SgStatus follow(Weight* w, const char* tag, const char* path, int depth, SgError* error) {
  char name[SG_MAX_PATH], next[SG_MAX_PATH];
  bool include = sg_xml_is(tag, "include"), model = sg_xml_is(tag, "model");
  if ((!include && !model) || !sg_xml_attribute(tag, "file", name)) {
    return SG_OK;
  }
  bool fits = include ? sg_path_included(next, sizeof(next), w->main, path, name)
                      : sg_path_beside(next, sizeof(next), w->main, name);
  if (!fits || !sg_file_exists(next)) {
    return SG_OK;  // the compiler's to complain
  }
  if (include) {
    return weigh_file(w, next, depth + 1, error);
  }
  double weight = 0;
  SgStatus status = weigh_model(w->caps, next, &weight, error);
  w->heaviest = fmax(w->heaviest, weight);
  return status;
}


static SgStatus weigh_file(Weight* w, const char* path, int depth, SgError* error) {
  size_t size;
  if (depth > MAX_INCLUDE) {
    return sg_fail(error, SG_FILE, "%s: files include each other deeper than %d", path,
                   MAX_INCLUDE);
  }
  SgStatus status = sg_path_regular(path, error);
  char* text = status == SG_OK ? sg_file_read(path, MAX_XML, &size, error) : NULL;
  if (!text) {
    return SG_FILE;
  }
  w->caps->text += (double)size;
  if (w->caps->text > MAX_TEXT) {
    status = sg_fail(error, SG_FILE, "%s: the model's files have more than %g MB of text", path,
                     MAX_TEXT / 1e6);
  }
  char* at = text;
  w->nest = 0;
  for (char* tag; status == SG_OK && (tag = sg_xml_next(&at)) != NULL;) {
    status = count_tag(w, tag, path, error);
    if (status == SG_OK) {
      status = follow(w, tag, path, depth, error);
    }
  }
  sg_file_free(text);
  return status;
}


// a model with all that it includes and attaches
static SgStatus weigh_model(Caps* c, const char* path, double* weight, SgError* error) {
  Weight w = {.caps = c, .main = path};
  double before = c->elements;
  if (c->depth == MAX_MODEL) {
    return sg_fail(error, SG_FILE, "%s: models attach each other deeper than %d", path, MAX_MODEL);
  }
  c->depth++;
  SgStatus status = weigh_file(&w, path, 0, error);
  c->depth--;
  c->elements += w.attached * w.heaviest;
  *weight = c->elements - before;
  return status != SG_OK || c->elements <= MAX_ELEMENTS ? status : too_many(path, error);
}


SgStatus sg_task_check_caps(const char* path, SgError* error) {
  Caps caps = {0};
  double weight;
  return weigh_model(&caps, path, &weight, error);
}
