// Writes a policy file for a task with weights drawn from a seed, as lively as GAIN makes it:
//
//   make_task_policy TASK|TASK.yaml FILE SEED GAIN
//
// The contract is the task's own, as training writes it; only the weights are nobody's.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/rng.h"
#include "sac/sac.h"
#include "task/guard.h"
#include "task/task.h"
#include "train/model_digest.h"
#include "train/policy_write.h"

enum {
  WIDTH = 32
};


// weights as wide as trained ones in the hidden layers, wider by gain in the last
static void draw_weights(const SgSac* sac, uint64_t seed, double gain) {
  SgRng rng = sg_rng_make(seed, SG_RNG_TEST, 0, 1);
  int nhidden = sg_sac_config(sac)->nhidden;
  for (int l = 0; l <= nhidden; l++) {
    const sg_real *weight, *bias;
    int nin, nout;
    sg_sac_actor_layer(sac, l, &weight, &bias, &nin, &nout);
    sg_real *w = (sg_real*)weight, *b = (sg_real*)bias;
    double size = 1, share = l == nhidden ? gain : 1;
    while (size * size * nin > 1) {
      size /= 1.1;
    }
    for (int i = 0; i < nin * nout; i++) {
      w[i] = (sg_real)(sg_rng_normal(&rng) * size * share);
    }
    for (int i = 0; i < nout; i++) {
      b[i] = (sg_real)(sg_rng_normal(&rng) * 0.1);
    }
  }
}


static SgStatus make(const char* name, const char* out, uint64_t seed, double gain,
                     SgError* error) {
  char path[1024], digest[65];
  SgStatus status = sg_task_find(name, path, sizeof(path), error);
  SgTask* task = status == SG_OK ? sg_task_load(path, NULL, 0, error) : NULL;
  SgPool* pool = task ? sg_pool_create(1, error) : NULL;
  SgSac* sac = NULL;
  if (pool) {
    SgSacConfig config = sg_sac_default(sg_task_info(task)->nobs, sg_task_info(task)->nact);
    config.nhidden = config.ncritic_hidden = 2;
    config.hidden[0] = config.hidden[1] = WIDTH;
    config.critic_hidden[0] = config.critic_hidden[1] = WIDTH;
    sac = sg_sac_create(&config, sg_kernels_ref(), pool, error);
  }
  status = sac ? sg_model_digest(task, digest, error) : error->status;
  if (status == SG_OK) {
    size_t size;
    draw_weights(sac, seed, gain);
    SgPolicySummary summary = {.preset = "sac", .model_sha256 = digest};
    char* bytes = sg_policy_bytes(sac, task, &summary, &size, error);
    status = bytes ? sg_file_write(out, bytes, size, error) : error->status;
    sg_file_free(bytes);
  }
  sg_sac_destroy(sac);
  sg_pool_destroy(pool);
  sg_task_free(task);
  return status;
}


int main(int argc, char** argv) {
  SgError error = {0};
  if (argc != 5) {
    fprintf(stderr, "make_task_policy TASK|TASK.yaml FILE SEED GAIN\n");
    return SG_USAGE;
  }
  sg_guard_install();
  SgStatus status = make(argv[1], argv[2], strtoull(argv[3], NULL, 10), atof(argv[4]), &error);
  if (status != SG_OK) {
    fprintf(stderr, "make_task_policy: %s\n", error.text);
  }
  return (int)status;
}
