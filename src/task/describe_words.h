// The words in which describe.c tells a task: names, units and reward terms as short texts.

#ifndef SG_TASK_DESCRIBE_WORDS_H_
#define SG_TASK_DESCRIBE_WORDS_H_

#include "task/task_internal.h"

enum {
  SG_WORDS = 256  ///< bytes of each text
};

/// Whose number an address of qpos or qvel is: "hinge", or "root:3" for a joint of several numbers.
void sg_word_address(char text[SG_WORDS], const mjModel* m, bool velocity, int address);

/// The names of an entry, the first and the last of many: "qvel:root:0 .. qvel:foot (9)". n: 1 or
/// more.
void sg_word_names(char text[SG_WORDS], const char* const* names, int n);

/// "[low, high]", with round brackets where the ends are outside.
void sg_word_range(char text[SG_WORDS], double low, double high, bool strict);

/// Whether a range limits anything.
bool sg_word_limited(double low, double high);

/// What an actuator acts on: "joint hip".
void sg_word_target(char text[SG_WORDS], const mjModel* m, int id);

/// The SI unit of a channel's number; "1" for one without, "" for a sensor's. Static.
const char* sg_word_unit(const mjModel* m, const SgChannel* channel);

/// What a reward term is of, without weight and condition: "velocity of hinge".
void sg_word_term(char text[SG_WORDS], const SgTask* task, const SgReward* reward);

#endif  // SG_TASK_DESCRIBE_WORDS_H_
