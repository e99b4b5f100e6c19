// The file around the header: sizes, how the tensors lie, the digest.

#include "policy/container.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "policy/container_header.h"
#include "policy/sha256.h"

static const uint64_t MAX_HEADER = (uint64_t)1 << 20;
static const uint64_t MAX_FILE = (uint64_t)1 << 28;


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

  if (!sg_container_header(c, (size_t)length, error, error_size) ||
      !check_tiling(c, error, error_size)) {
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
