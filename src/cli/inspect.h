// A policy's contract as rows of words, for printing, for JSON and for comparing two.
//
//   section      name              words
//   general      period            value=0.008       what a controller has to know
//   training     step              value=100000      where the policy comes from
//   observation  qpos:thigh_joint  term=qpos unit=si scale=1 offset=0 clip=-inf,inf history=1
//   command      vx                unit=m/s low=-1 high=1 start=0
//   action       thigh_joint       mode=control scale=1 offset=0 low=-1 high=1 safe=0
//   layer        actor.0           inputs=11 outputs=256
//
// Words are slices of the file's own texts, so nothing is lost on the way.

#ifndef SG_CLI_INSPECT_H_
#define SG_CLI_INSPECT_H_

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"
#include "policy/container.h"
#include "policy/policy.h"

enum {
  SG_VIEW_WORDS = 10
};

/// A piece of text that ends without a zero byte.
typedef struct SgSlice {
  const char* text;
  int length;
} SgSlice;

/// What a row is about, in the order of printing.
typedef enum SgViewSection {
  SG_VIEW_GENERAL,
  SG_VIEW_TRAINING,
  SG_VIEW_OBSERVATION,
  SG_VIEW_COMMAND,
  SG_VIEW_ACTION,
  SG_VIEW_LAYER,
} SgViewSection;

/// A row: keys are static, values slices; a general or training row has one word, "value".
typedef struct SgViewRow {
  SgViewSection section;
  SgSlice name;
  int index;  ///< place among the rows of its section
  int place,
      stride;  ///< observation: its oldest number in the network's row, and from one to the next
  int nword;
  const char* keys[SG_VIEW_WORDS];
  SgSlice values[SG_VIEW_WORDS];
  char own[2][24];  ///< values that are computed
} SgViewRow;

/// A policy file, opened to be looked at. Owns everything.
typedef struct SgView {
  char path[1024];
  char sha256[65];  ///< what sha256sum prints of the file
  char* bytes;
  size_t size;
  SgPolicy* policy;  ///< loaded: digest and golden vectors have been checked
  SgContainer container;
  int nrow, room;
  SgViewRow* rows;  ///< (nrow) sections in order
  bool failed;      ///< out of memory on the way
} SgView;

/// Open what RUN|POLICY stands for (NULL: the newest run). SG_FILE with one sentence for a bad file.
/// Close after a failure too.
SgStatus sg_view_open(SgView* view, const char* what, SgError* error);
void sg_view_close(SgView* view);

/// A section's word in sentences and JSON: "observation".
const char* sg_view_section(SgViewSection section);

/// A row by section and name; NULL when there is none. name: length letters.
const SgViewRow* sg_view_find(const SgView* view, SgViewSection section, SgSlice name);

/// The value of a word of a row; an empty slice when it has none.
SgSlice sg_view_word(const SgViewRow* row, const char* key);

/// The value of a general or training row; an empty slice when there is none.
SgSlice sg_view_value(const SgView* view, SgViewSection section, const char* name);

/// Whether two slices are the same text.
bool sg_slice_same(SgSlice a, SgSlice b);

/// Print a contract for people.
void sg_view_print(const SgView* view);

/// Print a contract as JSON, one object per line. SG_MACHINE when out of memory.
SgStatus sg_view_print_json(const SgView* view, SgError* error);

/// Print in what two contracts differ, term by term, for people or as JSON lines.
void sg_view_print_difference(const SgView* first, const SgView* second);
SgStatus sg_view_print_difference_json(const SgView* first, const SgView* second, SgError* error);

#endif  // SG_CLI_INSPECT_H_
