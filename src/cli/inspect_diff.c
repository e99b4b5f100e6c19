// In what two contracts differ: rows are matched by section and name, then compared word by word.
//
//   observation  qvel:foot_joint  clip    -10,10 -> -5,5
//   action       hip              only in the first
//
// Golden vectors and digests follow from the rest and are not compared; of the weights it is said
// whether they are equal.

#include <stdio.h>
#include <string.h>

#include "cli/inspect.h"
#include "cli/inspect_json.h"

// one difference: an empty key says that only one file has the row
typedef struct Difference {
  SgViewSection section;
  SgSlice name;
  const char* key;
  SgSlice first, second;
  bool in_first, in_second;
} Difference;

// what is done with each; its result ends the walk when it is not SG_OK
typedef SgStatus Take(const Difference* difference, void* arg, SgError* error);

// how many there are
typedef struct Count {
  int contract, training, network;
} Count;


//-------------------------------- the walk ------------------------------------------------------

// words of a row that both files have
static SgStatus compare_rows(const SgViewRow* a, const SgViewRow* b, Take* take, void* arg,
                             SgError* error) {
  char place[2][24];
  SgStatus status = SG_OK;
  Difference d = {.section = a->section, .name = a->name, .in_first = true, .in_second = true};
  for (int i = 0; i < a->nword && status == SG_OK; i++) {
    d.key = a->keys[i];
    d.first = sg_view_word(a, d.key);
    d.second = sg_view_word(b, d.key);
    status = sg_slice_same(d.first, d.second) ? SG_OK : take(&d, arg, error);
  }

  // words that only the second has, and another place in the order
  for (int i = 0; i < b->nword && status == SG_OK; i++) {
    d.key = b->keys[i];
    d.first = sg_view_word(a, d.key);
    d.second = sg_view_word(b, d.key);
    status = d.first.length > 0 || d.second.length == 0 ? SG_OK : take(&d, arg, error);
  }
  if (status == SG_OK && a->index != b->index) {
    d.key = "index";
    d.first = (SgSlice){place[0], snprintf(place[0], sizeof(place[0]), "%d", a->index)};
    d.second = (SgSlice){place[1], snprintf(place[1], sizeof(place[1]), "%d", b->index)};
    status = take(&d, arg, error);
  }
  return status;
}


// a row that only one file has; a fact's value is told with it
static SgStatus take_alone(const SgViewRow* row, bool in_first, Take* take, void* arg,
                           SgError* error) {
  SgSlice value = sg_view_word(row, "value");
  Difference d = {.section = row->section,
                  .name = row->name,
                  .key = value.length > 0 ? "value" : "",
                  .first = in_first ? value : (SgSlice){"", 0},
                  .second = in_first ? (SgSlice){"", 0} : value,
                  .in_first = in_first,
                  .in_second = !in_first};
  return take(&d, arg, error);
}


static SgStatus walk(const SgView* first, const SgView* second, Take* take, void* arg,
                     SgError* error) {
  SgStatus status = SG_OK;
  for (SgViewSection s = SG_VIEW_GENERAL; s <= SG_VIEW_LAYER; s++) {
    for (int i = 0; i < first->nrow && status == SG_OK; i++) {
      const SgViewRow* row = &first->rows[i];
      if (row->section == s) {
        const SgViewRow* other = sg_view_find(second, s, row->name);
        status = other ? compare_rows(row, other, take, arg, error)
                       : take_alone(row, true, take, arg, error);
      }
    }
    for (int i = 0; i < second->nrow && status == SG_OK; i++) {
      const SgViewRow* row = &second->rows[i];
      if (row->section == s && !sg_view_find(first, s, row->name)) {
        status = take_alone(row, false, take, arg, error);
      }
    }
  }
  return status;
}


// letters of the longest name
static SgStatus widen(const Difference* d, void* arg, SgError* error) {
  int* width = arg;
  (void)error;
  *width = d->name.length > *width ? d->name.length : *width;
  return SG_OK;
}


static SgStatus count(const Difference* d, void* arg, SgError* error) {
  Count* n = arg;
  (void)error;
  n->training += d->section == SG_VIEW_TRAINING;
  n->network += d->section == SG_VIEW_LAYER;
  n->contract += d->section != SG_VIEW_TRAINING && d->section != SG_VIEW_LAYER;
  return SG_OK;
}


static bool same_weights(const SgView* a, const SgView* b) {
  return a->container.payload_size == b->container.payload_size &&
         memcmp(a->container.payload, b->container.payload, (size_t)a->container.payload_size) == 0;
}


//-------------------------------- for people ----------------------------------------------------

static SgStatus print_one(const Difference* d, void* arg, SgError* error) {
  const SgSlice none = {"none", 4};
  SgSlice first = d->first.length ? d->first : none, second = d->second.length ? d->second : none;
  bool fact = strcmp(d->key, "value") == 0;
  const int* width = arg;
  (void)error;
  printf("  %-11s  %-*.*s  ", sg_view_section(d->section), *width, d->name.length, d->name.text);
  if (!d->in_first || !d->in_second) {
    SgSlice value = d->in_first ? d->first : d->second;
    printf("only in the %s%s%.*s\n", d->in_first ? "first" : "second", value.length ? ": " : "",
           value.length, value.text);
  } else {
    printf("%s%s%.*s -> %.*s\n", fact ? "" : d->key, fact ? "" : "  ", first.length, first.text,
           second.length, second.text);
  }
  return SG_OK;
}


void sg_view_print_difference(const SgView* first, const SgView* second) {
  Count n = {0};
  int width = 0;
  walk(first, second, count, &n, NULL);
  printf("first     %s\nsecond    %s\n", first->path, second->path);
  if (strcmp(first->sha256, second->sha256) == 0) {
    printf("same      the two files are the same, byte for byte\n");
    return;
  }
  walk(first, second, widen, &width, NULL);
  walk(first, second, print_one, &width, NULL);
  printf("contract  %s\n", n.contract == 0 ? "the same: a controller made for one takes the other"
                                           : "they differ, see above");
  printf("network   %s\n", n.network > 0                 ? "other sizes"
                           : same_weights(first, second) ? "the same, number for number"
                                                         : "the same sizes, other weights");
}


//-------------------------------- JSON ----------------------------------------------------------

static SgStatus print_one_json(const Difference* d, void* arg, SgError* error) {
  (void)arg;
  json_t* object =
      json_pack("{s: s, s: s}", "row", "difference", "section", sg_view_section(d->section));
  json_object_set_new(object, "name", json_stringn(d->name.text, (size_t)d->name.length));
  json_object_set_new(object, "word", json_string(d->key));
  json_object_set_new(object, "in_first", json_boolean(d->in_first));
  json_object_set_new(object, "in_second", json_boolean(d->in_second));
  json_object_set_new(
      object, "first",
      d->first.length ? json_stringn(d->first.text, (size_t)d->first.length) : json_null());
  json_object_set_new(
      object, "second",
      d->second.length ? json_stringn(d->second.text, (size_t)d->second.length) : json_null());
  return sg_view_json_print(object, error);
}


SgStatus sg_view_print_difference_json(const SgView* first, const SgView* second, SgError* error) {
  Count n = {0};
  walk(first, second, count, &n, NULL);
  SgStatus status = walk(first, second, print_one_json, NULL, error);
  if (status != SG_OK) {
    return status;
  }
  return sg_view_json_print(
      json_pack("{s: s, s: s, s: s, s: i, s: i, s: i, s: b, s: b}", "row", "summary", "first",
                first->path, "second", second->path, "contract", n.contract, "training", n.training,
                "network", n.network, "same_weights", same_weights(first, second), "same_file",
                strcmp(first->sha256, second->sha256) == 0),
      error);
}
