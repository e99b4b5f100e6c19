/* The contract's texts: lines of `key=value` words, one blank between two words. */

#ifndef SG_POLICY_WORDS_H_
#define SG_POLICY_WORDS_H_

#include <stddef.h>

/** Whether every word of the line is `key=value` with a key of the list "a b c" and none twice. */
int sg_words_known(const char* line, const char* keys);

/** The value of `key=`, up to a blank or the line's end; NULL when there is none. */
const char* sg_words_find(const char* line, const char* key);

/** Length of the item at this place: up to a comma, a blank or the line's end. */
size_t sg_words_item(const char* at);

/** A number word: exactly one number, nothing behind it. 1, or 0. */
int sg_words_number(const char* line, const char* key, double* value);

/** The same as the nearest float. */
int sg_words_float(const char* line, const char* key, float* value);

/** `key=a,b,c`: exactly n floats. */
int sg_words_list(const char* line, const char* key, float* values, int n);

/** The line behind this one, or the text's end. */
const char* sg_words_next_line(const char* line);

/** Lines in a text. */
int sg_words_lines(const char* text);

/** Whether a number is neither infinite nor NaN. */
int sg_words_finite(float x);

#endif /* SG_POLICY_WORDS_H_ */
