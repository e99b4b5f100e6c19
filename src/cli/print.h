// Texts for other programs: as a JSON string, as a word of the shell.

#ifndef SG_CLI_PRINT_H_
#define SG_CLI_PRINT_H_

#include <stdio.h>

/// Print a text as a JSON string, quotes included.
void sg_print_json_text(FILE* file, const char* text);

/// Print a finite number as JSON, in as few digits as read back equal; any other as null.
void sg_print_json_number(FILE* file, double value);

/// Print a text so that a shell reads it as one word: quoted only where it must be.
void sg_print_word(FILE* file, const char* text);

#endif  // SG_CLI_PRINT_H_
