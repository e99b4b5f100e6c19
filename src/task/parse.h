// The parser's parts: one for each section of a task file, and the helpers that they share.
// Everything is checked against the model here, once; afterwards the environment runs without
// asking.
//
//   parse.c          control, observation             parse_conditions.c   conditions, terminate
//   parse_action.c   action                           parse_rewards.c      rewards
//   parse_source.c   which numbers an entry means     parse_terms.c        what a reward is of
//   parse_words.c    the helpers                      parse_resets.c       reset

#ifndef SG_TASK_PARSE_H_
#define SG_TASK_PARSE_H_

#include "base/yaml.h"
#include "task/task_internal.h"

/// Elements of an array.
#define SG_COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

/// The keys with which an entry says which numbers it means, for lists of known keys.
#define SG_SOURCE_KEYS \
  "first", "count", "index", "joints", "bodies", "sites", "sensors", "components", "of"

//-------------------------------- sections ------------------------------------------------------

SgStatus sg_parse_action(SgTask* task, SgYamlNode node, SgError* error);
SgStatus sg_parse_conditions(SgTask* task, SgYamlNode map, SgError* error);
SgStatus sg_parse_terminates(SgTask* task, SgYamlNode list, SgError* error);
SgStatus sg_parse_rewards(SgTask* task, SgYamlNode list, SgError* error);
SgStatus sg_parse_resets(SgTask* task, SgYamlNode list, SgError* error);

/// The kind of a reward term (SgRewardKind), its keys checked; -1 and a sentence.
int sg_parse_term_kind(SgYamlNode entry, SgError* error);

/// Read what a reward term of reward->kind is of. Its other fields hold what an entry that says
/// nothing of them means.
SgStatus sg_parse_term(SgTask* task, SgYamlNode entry, SgReward* reward, SgError* error);

//-------------------------------- helpers -------------------------------------------------------

/// The channels that an entry means, and their names, both (n) and kept by the task. kind: the
/// quantity.
SgStatus sg_parse_source(SgTask* task, SgYamlNode entry, const char* kind, SgChannel** channels,
                         const char*** names, int* n, SgError* error);

/// Indices of an entry's first, count and index (all of total when it has none).
SgStatus sg_parse_range(SgYamlNode entry, int total, int* first, int* count, SgError* error);

/// The value of a key that an entry must have; absent with a sentence at the entry.
SgYamlNode sg_parse_need(SgYamlNode entry, const char* key, SgError* error);

/// The word under a key that is one of several: its place among them, or -1 and a sentence with
/// the nearest. what: "the term".
int sg_parse_choice(SgYamlNode entry, const char* key, const char* what, const char* const* words,
                    int count, SgError* error);

/// The index of the condition that a key names, or -1 and a sentence with the nearest.
int sg_parse_condition(const SgTask* task, SgYamlNode entry, const char* key, SgError* error);

/// A number or a range that may be missing; then the values stay.
SgStatus sg_parse_number(const SgTask* task, SgYamlNode entry, const char* key, double* value,
                         SgError* error);
SgStatus sg_parse_limits(const SgTask* task, SgYamlNode entry, const char* key, double* low,
                         double* high, SgError* error);

/// Check that a section is a list, or absent.
SgStatus sg_parse_list(SgYamlNode node, const char* what, SgError* error);

/// Room for one element per entry of a list, kept by the task.
void* sg_parse_array(SgTask* task, SgYamlNode list, size_t size);

/// The sentence for memory that ran out.
SgStatus sg_parse_no_memory(SgError* error);

#endif  // SG_TASK_PARSE_H_
