/* A controller of the smallest kind, as somebody else's C99 project: load, bind, step, print. */

#include <softgait/policy.h>
#include <stdio.h>
#include <stdlib.h>


int main(int argc, char** argv) {
  char why[256];
  static char bytes[1 << 20];
  FILE* file = argc > 1 ? fopen(argv[1], "rb") : NULL;
  size_t size = file ? fread(bytes, 1, sizeof(bytes), file) : 0;
  SgPolicy* policy = sg_policy_load(bytes, size, why, sizeof(why));
  if (!policy) {
    printf("%s\n", why);
    return 1;
  }

  /* the host's channels are the policy's, in the opposite order */
  const char* names[64];
  int index[64], n = sg_policy_nchannel(policy);
  float host[64], now[64], act[64];
  SgPolicyBinding binding = {index, 0};
  for (int i = 0; i < n; i++) {
    names[i] = sg_policy_channel(policy, n - 1 - i);
    host[i] = (float)i / 8;
  }
  if (!sg_policy_bind(policy, &binding, names, n, NULL, 0, why, sizeof(why))) {
    printf("%s\n", why);
    return 1;
  }
  void* memory = malloc(sg_policy_state_size(policy));
  SgPolicyState* state = sg_policy_state_init(policy, memory, sg_policy_state_size(policy));
  sg_policy_gather(&binding, host, now);
  SgPolicyStatus status = sg_policy_step_at(state, 0.0, now, NULL, act);
  printf("%s", sg_policy_status_text(status));
  for (int i = 0; i < sg_policy_nact(policy); i++) {
    printf(" %a", (double)act[i]);
  }
  printf("\n");
  free(memory);
  sg_policy_free(policy);
  fclose(file);
  return status;
}
