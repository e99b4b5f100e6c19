// A reader for exactly the JSON that a safetensors header is: objects of strings, and for each
// tensor a dtype, a shape and two offsets. Nothing nests deeper than that, so no input can exhaust
// the stack.

#include "policy/container_header.h"

#include <string.h>

// the header being read; strings are decoded in place, which only ever makes them shorter
typedef struct Reader {
  SgContainer* c;
  char* at;
  char* end;
  char* error;
  size_t error_size;
} Reader;


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


// what is known of a tensor so far
typedef struct Facts {
  int dtype, shape, offsets;  // whether each was there
  uint64_t range[2];
} Facts;


// one of a tensor's three facts, which may not have been there before
static int read_fact(Reader* r, SgTensor* tensor, Facts* facts) {
  const char *key, *dtype;
  int fine = 0, n = 0;
  if (!read_string(r, &key) || !need(r, ':')) {
    return 0;
  }
  if (strcmp(key, "dtype") == 0 && !facts->dtype++) {
    fine = read_string(r, &dtype) && strcmp(dtype, "F32") == 0;
  } else if (strcmp(key, "shape") == 0 && !facts->shape++) {
    fine = read_numbers(r, tensor->shape, &tensor->ndim);
  } else if (strcmp(key, "data_offsets") == 0 && !facts->offsets++) {
    fine = read_numbers(r, facts->range, &n) && n == 2;
  }
  return fine ? 1
              : fail(r,
                     "a tensor needs dtype F32, a shape of one or two numbers, and two "
                     "data_offsets");
}


// the three facts of a tensor, in any order, each once
static int read_tensor(Reader* r, const char* name) {
  SgTensor* tensor = &r->c->tensors[r->c->ntensor];
  Facts facts = {0, 0, 0, {0, 0}};
  if (r->c->ntensor == SG_CONTAINER_MAX_TENSOR || sg_container_tensor(r->c, name)) {
    return fail(r, "there are too many tensors, or two of one name");
  }
  if (!is_plain(name)) {
    return fail(r, "a tensor needs a name of 1 to 60 plain characters");
  }
  if (!need(r, '{')) {
    return 0;
  }
  memset(tensor, 0, sizeof(*tensor));
  tensor->name = name;
  do {
    if (!read_fact(r, tensor, &facts)) {
      return 0;
    }
  } while (take(r, ','));
  if (!facts.dtype || !facts.shape || !facts.offsets) {
    return fail(r, "a tensor lacks dtype, shape or data_offsets");
  }
  tensor->begin = facts.range[0];
  tensor->end = facts.range[1];
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


int sg_container_header(SgContainer* c, size_t length, char* error, size_t error_size) {
  Reader r = {c, c->text, c->text + length, error, error_size};
  return read_header(&r);
}
