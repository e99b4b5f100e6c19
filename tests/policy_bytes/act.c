// Actions of a policy for rows of observations, as raw floats:   policy_act POLICY < rows > actions

#include <stdio.h>
#include <stdlib.h>

#include "policy/policy.h"

enum {
  MAX_FILE = 1 << 24
};


int main(int argc, char** argv) {
  static char bytes[MAX_FILE];
  char why[256];
  FILE* file = argc == 2 ? fopen(argv[1], "rb") : NULL;
  size_t size = file ? fread(bytes, 1, sizeof(bytes), file) : 0;
  SgPolicy* policy = sg_policy_load(bytes, size, why, sizeof(why));
  if (!policy) {
    fprintf(stderr, "policy_act: %s\n", file ? why : "policy_act POLICY < rows > actions");
    return 1;
  }
  fclose(file);
  size_t nobs = (size_t)sg_policy_nobs(policy), nact = (size_t)sg_policy_nact(policy);
  float* obs = malloc(sizeof(float) * (nobs + nact) + sg_policy_scratch(policy));
  while (fread(obs, sizeof(float), nobs, stdin) == nobs) {
    sg_policy_step(policy, obs, obs + nobs, obs + nobs + nact);
    fwrite(obs + nobs, sizeof(float), nact, stdout);
  }
  free(obs);
  sg_policy_free(policy);
  return 0;
}
