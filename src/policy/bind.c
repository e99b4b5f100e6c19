// Binding by name: for each of the policy's names, the name that the host should use for it is put
// together from the renames and looked up among the host's.
//
//   policy   "qvel:bthigh:2"          kind : element [/ element] [: component]
//   rename   bthigh -> left_thigh
//   wanted   "qvel:left_thigh:2"

#include <stdio.h>
#include <string.h>

#include "policy/inside.h"

enum {
  MAX_NAME = 256,  // of a name put together
  MAX_NEAR = 48    // of names compared for the nearest
};

// one call of bind
typedef struct Binder {
  const char* const* wanted;  // the policy's names
  int nwanted;
  const char* const* names;  // the host's
  int n;
  const SgPolicyRename* renames;
  int nrename;
  const char* what;
  char* error;
  size_t error_size;
} Binder;


//-------------------------------- nearest names -------------------------------------------------

static int least(int a, int b, int c) {
  int ab = a < b ? a : b;
  return ab < c ? ab : c;
}


// single-letter changes between two names (Levenshtein); MAX_NEAR when one is too long
static int distance(const char* a, const char* b) {
  int row[MAX_NEAR + 1];
  int na = (int)strlen(a), nb = (int)strlen(b);
  if (na >= MAX_NEAR || nb >= MAX_NEAR) {
    return MAX_NEAR;
  }
  for (int j = 0; j <= nb; j++) {
    row[j] = j;
  }
  for (int i = 1; i <= na; i++) {
    int corner = row[0];
    row[0] = i;
    for (int j = 1; j <= nb; j++) {
      int above = row[j];
      row[j] = least(above + 1, row[j - 1] + 1, corner + (a[i - 1] != b[j - 1]));
      corner = above;
    }
  }
  return row[nb];
}


static int is_among(const char* name, const char* const* names, int n) {
  int i = 0;
  while (i < n && strcmp(name, names[i]) != 0) {
    i++;
  }
  return i < n;
}


// "; the nearest is 'hip'", or nothing when all are far. Names that are taken come second
static void find_nearest(char text[80], const char* name, const char* const* names, int n,
                         const char* const* taken, int ntaken) {
  int best = 2 * ((int)strlen(name) / 2 + 1);
  text[0] = '\0';
  for (int i = 0; i < n; i++) {
    int far = distance(name, names[i]);
    int rank = 2 * far + (far < MAX_NEAR && is_among(names[i], taken, ntaken) ? MAX_NEAR : 0);
    if (rank < best) {
      best = rank;
      snprintf(text, 80, "; the nearest is '%s'", names[i]);
    }
  }
}


//-------------------------------- names put together --------------------------------------------

// the host's word for a part of a name, and whether a rename was used
static const char* rename_part(const Binder* b, const char* part, size_t length) {
  for (int i = 0; i < b->nrename; i++) {
    const char* from = b->renames[i].policy;
    if (strlen(from) == length && memcmp(from, part, length) == 0) {
      return b->renames[i].host;
    }
  }
  return NULL;
}


// add a text at the end; 0 when there is no room
static int add(char* to, const char* text, size_t length) {
  size_t used = strlen(to);
  if (used + length + 1 > MAX_NAME) {
    return 0;
  }
  memcpy(to + used, text, length);
  to[used + length] = '\0';
  return 1;
}


// what the host should call a name of the policy: the whole renamed, or each element in it
static int host_name(const Binder* b, const char* name, char to[MAX_NAME]) {
  const char* whole = rename_part(b, name, strlen(name));
  to[0] = '\0';
  if (whole) {
    return add(to, whole, strlen(whole));
  }
  for (const char* at = name; *at;) {
    size_t length = strcspn(at, ":/");
    const char* part = at > name ? rename_part(b, at, length) : NULL;
    if (!add(to, part ? part : at, part ? strlen(part) : length)) {
      return 0;
    }
    at += length;
    if (*at && !add(to, at++, 1)) {
      return 0;
    }
  }
  return 1;
}


// whether a rename's policy side is a whole name or an element of one
static int has_use(const Binder* b, const char* from) {
  size_t length = strlen(from);
  for (int i = 0; i < b->nwanted; i++) {
    const char* name = b->wanted[i];
    if (strcmp(name, from) == 0) {
      return 1;
    }
    for (const char* at = name + strcspn(name, ":/"); *at; at += strcspn(at, ":/")) {
      at++;
      if (strcspn(at, ":/") == length && memcmp(at, from, length) == 0) {
        return 1;
      }
    }
  }
  return 0;
}


//-------------------------------- binding -------------------------------------------------------

static int check_renames(const Binder* b) {
  char near[80];
  for (int i = 0; i < b->nrename; i++) {
    const char* from = b->renames[i].policy;
    if (!has_use(b, from)) {
      find_nearest(near, from, b->wanted, b->nwanted, NULL, 0);
      return sg_container_fail(b->error, b->error_size,
                               "the rename of '%s' has no use: the policy has no such %s%s", from,
                               b->what, near);
    }
    for (int j = 0; j < i; j++) {
      if (strcmp(b->renames[j].policy, from) == 0) {
        return sg_container_fail(b->error, b->error_size, "'%s' is renamed twice", from);
      }
    }
  }
  return 1;
}


// the place of the one host name that is this; -1 and a sentence
static int find_name(const Binder* b, const char* name, const char* wanted) {
  char near[80];
  int found = -1;
  for (int i = 0; i < b->n; i++) {
    if (strcmp(b->names[i], wanted) != 0) {
      continue;
    }
    if (found >= 0) {
      sg_container_fail(b->error, b->error_size, "the host names the %s '%s' twice", b->what,
                        wanted);
      return -1;
    }
    found = i;
  }
  if (found < 0) {
    find_nearest(near, wanted, b->names, b->n, b->wanted, b->nwanted);
    sg_container_fail(b->error, b->error_size,
                      "the policy needs the %s '%s'%s%s%s, which the host does not have%s", b->what,
                      name, strcmp(name, wanted) == 0 ? "" : " under the name '",
                      strcmp(name, wanted) == 0 ? "" : wanted, strcmp(name, wanted) == 0 ? "" : "'",
                      near);
  }
  return found;
}


static int bind_all(const Binder* b, int* index) {
  char wanted[MAX_NAME];
  if (!check_renames(b)) {
    return 0;
  }
  for (int i = 0; i < b->nwanted; i++) {
    if (!host_name(b, b->wanted[i], wanted)) {
      return sg_container_fail(b->error, b->error_size, "the name of '%.60s' is too long",
                               b->wanted[i]);
    }
    index[i] = find_name(b, b->wanted[i], wanted);
    if (index[i] < 0) {
      return 0;
    }
    for (int j = 0; j < i; j++) {
      if (index[j] == index[i]) {
        return sg_container_fail(b->error, b->error_size,
                                 "the %ss '%.60s' and '%.60s' would both be the host's '%.60s'",
                                 b->what, b->wanted[j], b->wanted[i], b->names[index[i]]);
      }
    }
  }
  return 1;
}


int sg_policy_bind(const SgPolicy* p, SgPolicyBinding* binding, const char* const* names, int n,
                   const SgPolicyRename* renames, int nrename, char* error, size_t error_size) {
  const SgContract* c = &p->contract;
  Binder b = {c->channels, c->nchannel, names, n, renames, nrename, "channel", error, error_size};
  int fine = bind_all(&b, binding->index);
  binding->n = fine ? c->nchannel : 0;
  return fine;
}


// the first of the host's names that no action goes to; -1 when there is none
static int undriven(const SgPolicyBinding* binding, int n) {
  for (int i = 0; i < n; i++) {
    int j = 0;
    while (j < binding->n && binding->index[j] != i) {
      j++;
    }
    if (j == binding->n) {
      return i;
    }
  }
  return -1;
}


int sg_policy_bind_actions(const SgPolicy* p, SgPolicyBinding* binding, const char* const* names,
                           int n, const SgPolicyRename* renames, int nrename, char* error,
                           size_t error_size) {
  const SgContract* c = &p->contract;
  Binder b = {c->names, c->nact, names, n, renames, nrename, "actuator", error, error_size};
  int fine = bind_all(&b, binding->index);
  binding->n = fine ? c->nact : 0;
  int extra = fine ? undriven(binding, n) : -1;
  if (extra >= 0) {
    binding->n = 0;
    return sg_container_fail(error, error_size,
                             "the policy drives no actuator '%s': leave it out of the names, and "
                             "drive it yourself",
                             names[extra]);
  }
  return fine;
}


void sg_policy_gather(const SgPolicyBinding* binding, const float* host, float* now) {
  for (int i = 0; i < binding->n; i++) {
    now[i] = host[binding->index[i]];
  }
}


void sg_policy_scatter(const SgPolicyBinding* binding, const float* act, float* host) {
  for (int i = 0; i < binding->n; i++) {
    host[binding->index[i]] = act[i];
  }
}
