// Text to numbers and back, the same in every locale; and the name the user probably meant.

#ifndef SG_BASE_TEXT_H_
#define SG_BASE_TEXT_H_

#include <stdbool.h>
#include <stdint.h>

/// Parse a whole string as a double: decimal or hexadecimal, "inf", "-inf", ".inf", "nan" (any
/// case). Nothing may stand before or behind. Return false and leave value alone when it is not a
/// number, or one that no double can hold ("1e400").
bool sg_text_double(const char* text, double* value);

/// Whether text is a number that sg_text_double refuses because it is beyond all doubles. Numbers
/// too near zero for a double are not: they read as the nearest, zero included.
bool sg_text_too_large(const char* text);

/// Parse a whole string as a decimal integer; "1e6" and "1_000" are not integers.
bool sg_text_int(const char* text, int64_t* value);

/// Parse "true" or "false".
bool sg_text_bool(const char* text, bool* value);

/// Write a double so that it reads back as the same double, in as few digits as that takes
/// ("0.1", "1000000", "inf"). Writes at most size bytes, 32 are enough.
void sg_text_number(char* text, int size, double value);

/// Whether a text ends so, with something before it: "a.xml" in ".xml".
bool sg_text_ends(const char* text, const char* end);

/// The entry of names (count) nearest to name by edit distance, if near enough to suggest; else
/// NULL.
const char* sg_text_nearest(const char* name, const char* const* names, int count);

#endif  // SG_BASE_TEXT_H_
