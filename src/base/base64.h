// Bytes as text that can stand in XML: base64 (RFC 4648), the alphabet with + and /.

#ifndef SG_BASE_BASE64_H_
#define SG_BASE_BASE64_H_

#include <stddef.h>

/// Encode size bytes. Return a malloc'ed text without line breaks that the caller frees; NULL when
/// out of memory.
char* sg_base64_encode(const void* bytes, size_t size);

/// Decode a text; blanks and line breaks in it are skipped. Return malloc'ed bytes that the caller
/// frees (at least one byte, also for an empty text) and their number. NULL when out of memory, or
/// when the text is not base64; *size is then the place of the first letter that does not belong.
void* sg_base64_decode(const char* text, size_t* size);

#endif  // SG_BASE_BASE64_H_
