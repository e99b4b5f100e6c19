// A reader for exactly the JSON that a safetensors header is: objects of strings, and for each tensor
// a dtype, a shape and two offsets. A recursive parser of depth two needs no stack to overflow.

#include "policy/container.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/sha256.h"

static const uint64_t MAX_HEADER = (uint64_t)1 << 20;
static const uint64_t MAX_FILE = (uint64_t)1 << 28;

// the header being read; strings are decoded in place, which only ever makes them shorter
typedef struct Reader {
  SgContainer* c;
  char* at;
  char* end;
  char* error;
  size_t error_size;
} Reader;


int sg_container_fail(char* error, size_t error_size, const char* format, ...) {
  if (error && error_size > 0) {
    va_list args;
    va_start(args, format);
    vsnprintf(error, error_size, format, args);
    va_end(args);

    // what a file says must not break the line
    for (char* c = error; *c; c++) {
      *c = (unsigned char)*c < ' ' || *c == 127 ? '?' : *c;
    }
  }
  return 0;
}


static int fail(Reader* r, const char* what) {
  return sg_container_fail(r->error, r->error_size, "the header is damaged at byte %ld: %s",
                           (long)(r->at - r->c->text), what);
}


//-------------------------------- words of JSON -------------------------------------------------

static void skip_blanks(Reader* r) {
  while (r->at < r->end && (*r->at == ' ' || *r->at == '\t' || *r->at == '\n' || *r->at == '\r')) {
    r->at++;
  }
}


// the next character if it is c
static int take(Reader* r, char c) {
  skip_blanks(r);
  if (r->at < r->end && *r->at == c) {
    r->at++;
    return 1;
  }
  return 0;
}


static int need(Reader* r, char c) {
  char what[] = "'?' is missing";
  what[1] = c;
  return take(r, c) ? 1 : fail(r, what);
}


// the character that an escape stands for; 0 for one we do not write
static char escape(char c) {
  switch (c) {
    case 'n': return '\n';
    case 't': return '\t';
    case '"': return '"';
    case '\\': return '\\';
    case '/': return '/';
    default: return 0;
  }
}


// a string, decoded and ended by a zero byte; its place comes back in text
static int read_string(Reader* r, const char** text) {
  if (!need(r, '"')) {
    return 0;
  }
  char* to = r->at;
  *text = to;
  for (; r->at < r->end && *r->at != '"'; r->at++) {
    char c = *r->at;
    if (c == '\\') {
      r->at++;
      c = r->at < r->end ? escape(*r->at) : 0;
    }
    if ((unsigned char)c < 0x20 && c != '\n' && c != '\t') {
      return fail(r, "a string holds a character that has no place there");
    }
    *to++ = c;
  }
  if (r->at >= r->end) {
    return fail(r, "a string has no end");
  }
  r->at++;
  *to = '\0';
  return 1;
}


// a whole number without sign or leading zeros
static int read_number(Reader* r, uint64_t* value) {
  skip_blanks(r);
  const char* first = r->at;
  *value = 0;
  for (; r->at < r->end && *r->at >= '0' && *r->at <= '9'; r->at++) {
    uint64_t digit = (uint64_t)(*r->at - '0');
    if (*value > (UINT64_MAX - digit) / 10) {
      return fail(r, "a number is too large");
    }
    *value = *value * 10 + digit;
  }
  if (r->at == first || (*first == '0' && r->at > first + 1)) {
    return fail(r, "a whole number is needed");
  }
  return 1;
}


// "[a]" or "[a, b]"; how many come back in n
static int read_numbers(Reader* r, uint64_t values[2], int* n) {
  if (!need(r, '[')) {
    return 0;
  }
  for (*n = 0; *n < 2;) {
    if (!read_number(r, &values[(*n)++])) {
      return 0;
    }
    if (!take(r, ',')) {
      return need(r, ']');
    }
  }
  return fail(r, "a list has more than two numbers");
}


// bytes of the UTF-8 character at this place: 1 to 4; 0 when it is none. Overlong forms, surrogates
// and numbers past the last character are none (Unicode 15, table 3-7)
static int utf8_length(const unsigned char* b, const unsigned char* end) {
  int n = b[0] < 0x80   ? 1
          : b[0] < 0xc2 ? 0
          : b[0] < 0xe0 ? 2
          : b[0] < 0xf0 ? 3
          : b[0] < 0xf5 ? 4
                        : 0;
  if (n > end - b) {
    return 0;
  }
  for (int i = 1; i < n; i++) {
    if ((b[i] & 0xc0) != 0x80) {
      return 0;
    }
  }
  int wrong = (b[0] == 0xe0 && b[1] < 0xa0) || (b[0] == 0xed && b[1] > 0x9f) ||
              (b[0] == 0xf0 && b[1] < 0x90) || (b[0] == 0xf4 && b[1] > 0x8f);
  return wrong ? 0 : n;
}


static int is_utf8(const unsigned char* at, const unsigned char* end) {
  int n = 1;
  for (; n > 0 && at < end; at += n) {
    n = utf8_length(at, end);
  }
  return n > 0;
}


// names of tensors appear in our sentences
static int is_plain(const char* name) {
  const char* at = name;
  while (*at > ' ' && *at < 127) {
    at++;
  }
  return *at == '\0' && at > name && at - name <= 60;
}


//-------------------------------- the header ----------------------------------------------------

// "__metadata__": strings by key
static int read_metadata(Reader* r) {
  if (r->c->nmeta > 0) {
    return fail(r, "the metadata stands there twice");
  }
  if (!need(r, '{')) {
    return 0;
  }
  do {
    SgMeta* meta = &r->c->metas[r->c->nmeta];
    if (r->c->nmeta == SG_CONTAINER_MAX_META) {
      return fail(r, "there are too many metadata entries");
    }
    if (!read_string(r, &meta->key) || !need(r, ':') || !read_string(r, &meta->value)) {
      return 0;
    }
    if (!is_plain(meta->key) || sg_container_meta(r->c, meta->key)) {
      return fail(r, "a metadata key stands there twice, or is not 1 to 60 plain characters");
    }
    r->c->nmeta++;
  } while (take(r, ','));
  return need(r, '}');
}


// the three facts of a tensor, in any order, each once
static int read_tensor(Reader* r, const char* name) {
  SgTensor* tensor = &r->c->tensors[r->c->ntensor];
  uint64_t offsets[2] = {0, 0};
  int seen[3] = {0, 0, 0}, noffset = 0;
  if (r->c->ntensor == SG_CONTAINER_MAX_TENSOR || sg_container_tensor(r->c, name)) {
    return fail(r, "there are too many tensors, or two of one name");
  }
  if (!is_plain(name)) {
    return fail(r, "a tensor needs a name of 1 to 60 plain characters");
  }
  memset(tensor, 0, sizeof(*tensor));
  tensor->name = name;

  if (!need(r, '{')) {
    return 0;
  }
  do {
    const char *key, *dtype;
    int fine = 0;
    if (!read_string(r, &key) || !need(r, ':')) {
      return 0;
    }
    if (strcmp(key, "dtype") == 0 && !seen[0]++) {
      fine = read_string(r, &dtype) && strcmp(dtype, "F32") == 0;
    } else if (strcmp(key, "shape") == 0 && !seen[1]++) {
      fine = read_numbers(r, tensor->shape, &tensor->ndim);
    } else if (strcmp(key, "data_offsets") == 0 && !seen[2]++) {
      fine = read_numbers(r, offsets, &noffset) && noffset == 2;
    }
    if (!fine) {
      return fail(r,
                  "a tensor needs dtype F32, a shape of one or two numbers, and two data_offsets");
    }
  } while (take(r, ','));
  if (!seen[0] || !seen[1] || !seen[2]) {
    return fail(r, "a tensor lacks dtype, shape or data_offsets");
  }
  tensor->begin = offsets[0];
  tensor->end = offsets[1];
  if (tensor->ndim == 1) {
    tensor->shape[1] = 1;
  }
  r->c->ntensor++;
  return need(r, '}');
}


static int read_header(Reader* r) {
  if (!is_utf8((const unsigned char*)r->at, (const unsigned char*)r->end)) {
    return fail(r, "it is not UTF-8");
  }
  if (r->at == r->end || *r->at != '{') {
    return fail(r, "'{' is missing");
  }
  r->at++;
  do {
    const char* name;
    if (!read_string(r, &name) || !need(r, ':')) {
      return 0;
    }
    int metadata = strcmp(name, "__metadata__") == 0;
    if (metadata ? !read_metadata(r) : !read_tensor(r, name)) {
      return 0;
    }
  } while (take(r, ','));
  if (!need(r, '}')) {
    return 0;
  }
  skip_blanks(r);
  return r->at == r->end ? 1 : fail(r, "something stands behind its end");
}


//-------------------------------- checks --------------------------------------------------------

static int by_begin(const void* a, const void* b) {
  uint64_t x = ((const SgTensor*)a)->begin, y = ((const SgTensor*)b)->begin;
  return (x > y) - (x < y);
}


static int by_key(const void* a, const void* b) {
  return strcmp(((const SgMeta*)a)->key, ((const SgMeta*)b)->key);
}


// bytes of a tensor by its shape; 0 when it is empty or larger than any file
static uint64_t tensor_bytes(const SgTensor* tensor) {
  uint64_t rows = tensor->shape[0], columns = tensor->shape[1];
  if (rows == 0 || columns == 0 || rows > MAX_FILE || columns > MAX_FILE) {
    return 0;
  }
  uint64_t count = rows * columns;
  return count > MAX_FILE ? 0 : count * 4;
}


// tensors must lie one behind the other and fill the payload
static int check_tiling(SgContainer* c, char* error, size_t error_size) {
  uint64_t at = 0;
  qsort(c->tensors, (size_t)c->ntensor, sizeof(SgTensor), by_begin);
  for (int i = 0; i < c->ntensor; i++) {
    const SgTensor* tensor = &c->tensors[i];
    uint64_t bytes = tensor_bytes(tensor);
    if (tensor->begin != at || tensor->end < tensor->begin || bytes == 0 ||
        tensor->end - tensor->begin != bytes) {
      return sg_container_fail(error, error_size,
                               "tensor '%s' does not lie where its shape and the others leave room",
                               tensor->name);
    }
    at = tensor->end;
  }
  if (at != c->payload_size) {
    return sg_container_fail(
        error, error_size,
        "the tensors take %llu bytes, the file holds %llu: it was cut or added to",
        (unsigned long long)at, (unsigned long long)c->payload_size);
  }
  return 1;
}


int sg_container_parse(SgContainer* c, const void* bytes, size_t size, char* error,
                       size_t error_size) {
  const unsigned char* from = bytes;
  uint64_t length = 0;
  memset(c, 0, sizeof(*c));

  // sizes first: nothing is allocated on the word of a file that cannot hold it
  if (size < 8 || size > MAX_FILE) {
    return sg_container_fail(error, error_size, "%lu bytes are no policy file",
                             (unsigned long)size);
  }
  for (int i = 7; i >= 0; i--) {
    length = length << 8 | from[i];
  }
  if (length > MAX_HEADER || length > size - 8) {
    return sg_container_fail(
        error, error_size,
        "the header would be %llu bytes long: this is no policy file, or not a "
        "whole one",
        (unsigned long long)length);
  }
  c->payload = from + 8 + length;
  c->payload_size = size - 8 - length;
  c->text = malloc((size_t)length + 1);
  if (!c->text) {
    return sg_container_fail(error, error_size, "out of memory");
  }
  memcpy(c->text, from + 8, (size_t)length);
  c->text[length] = '\0';

  Reader r = {c, c->text, c->text + length, error, error_size};
  if (!read_header(&r) || !check_tiling(c, error, error_size)) {
    sg_container_free(c);
    return 0;
  }
  qsort(c->metas, (size_t)c->nmeta, sizeof(SgMeta), by_key);
  return 1;
}


void sg_container_free(SgContainer* c) {
  free(c->text);
  memset(c, 0, sizeof(*c));
}


//-------------------------------- looking up ----------------------------------------------------

const char* sg_container_meta(const SgContainer* c, const char* key) {
  for (int i = 0; i < c->nmeta; i++) {
    if (strcmp(c->metas[i].key, key) == 0) {
      return c->metas[i].value;
    }
  }
  return NULL;
}


const SgTensor* sg_container_tensor(const SgContainer* c, const char* name) {
  for (int i = 0; i < c->ntensor; i++) {
    if (strcmp(c->tensors[i].name, name) == 0) {
      return &c->tensors[i];
    }
  }
  return NULL;
}


void sg_container_digest(const SgContainer* c, char hex[65]) {
  SgSha256 sha;
  sg_sha256_init(&sha);
  for (int i = 0; i < c->nmeta; i++) {
    const SgMeta* meta = &c->metas[i];
    if (strcmp(meta->key, "softgait.digest") != 0) {
      sg_sha256_add(&sha, meta->key, strlen(meta->key));
      sg_sha256_add(&sha, "\n", 1);
      sg_sha256_add(&sha, meta->value, strlen(meta->value));
      sg_sha256_add(&sha, "\n", 1);
    }
  }
  sg_sha256_add(&sha, c->payload, (size_t)c->payload_size);
  sg_sha256_hex(&sha, hex);
}
