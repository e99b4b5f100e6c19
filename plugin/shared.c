// A list with counts, found by the digest of the bytes; one lock around it, held while loading, so
// that two who ask at once get the same.

#include "plugin/shared.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "policy/sha256.h"

// a policy and how many hold it
typedef struct Shared {
  struct Shared* next;
  SgPolicy* policy;
  char digest[65];
  int holders;
} Shared;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Shared* first;


// a new entry; NULL and a sentence
static Shared* load(const void* bytes, size_t size, SgError* error) {
  char why[512];
  Shared* s = calloc(1, sizeof(Shared));
  if (!s) {
    sg_fail(error, SG_MACHINE, "out of memory for a policy");
    return NULL;
  }
  s->policy = sg_policy_load(bytes, size, why, sizeof(why));
  if (!s->policy) {
    sg_fail(error, SG_FILE, "%s", why);
    free(s);
    return NULL;
  }
  s->next = first;
  first = s;
  return s;
}


const SgPolicy* sg_shared_get(const void* bytes, size_t size, SgError* error) {
  SgSha256 sha;
  char digest[65];
  sg_sha256_init(&sha);
  sg_sha256_add(&sha, bytes, size);
  sg_sha256_hex(&sha, digest);

  pthread_mutex_lock(&lock);
  Shared* s = first;
  while (s && strcmp(s->digest, digest) != 0) {
    s = s->next;
  }
  s = s ? s : load(bytes, size, error);
  if (s) {
    memcpy(s->digest, digest, sizeof(digest));
    s->holders++;
  }
  pthread_mutex_unlock(&lock);
  return s ? s->policy : NULL;
}


void sg_shared_release(const SgPolicy* policy) {
  if (!policy) {
    return;
  }
  pthread_mutex_lock(&lock);
  Shared** at = &first;
  while (*at && (*at)->policy != policy) {
    at = &(*at)->next;
  }
  Shared* s = *at;
  if (s && --s->holders == 0) {
    *at = s->next;
    sg_policy_free(s->policy);
    free(s);
  }
  pthread_mutex_unlock(&lock);
}
