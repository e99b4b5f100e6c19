// What an update measured: sums over rows in index order, in double, by the caller's thread.

#include <math.h>

#include "sac/sac_internal.h"


void sg_sac_measure_critics(SgSac* sac) {
  int n = sac->config.batch;
  for (int k = 0; k < 2; k++) {
    SgCritic* critic = &sac->critic[k];
    critic->loss = 0;
    critic->spread = (SgSpread){0};
    for (int i = 0; i < n; i++) {
      double miss = (double)(critic->q[i] - sac->target[i]);
      critic->loss += 0.5 * miss * miss / n;
      sg_spread_add(&critic->spread, (double)critic->q[i]);
    }
  }
}


void sg_sac_measure(const SgSac* sac, SgSacInfo* info) {
  int n = sac->config.batch, nact = sac->config.nact;
  *info = (SgSacInfo){.alpha = sac->alpha, .loss_q = sac->critic[0].loss + sac->critic[1].loss};
  info->q[0] = sac->critic[0].spread;
  info->q[1] = sac->critic[1].spread;

  // policy loss and log-density over rows
  for (int i = 0; i < n; i++) {
    double q = (double)sac->critic[sg_sac_first_is_min(sac, i) ? 0 : 1].qpi[i];
    info->loss_pi += (sac->alpha * (double)sac->fresh.logp[i] - q) / n;
    sg_spread_add(&info->logp, (double)sac->fresh.logp[i]);
  }
  info->entropy = -info->logp.sum / n;

  // action entries that lean on their limit
  int nsaturated = 0;
  for (int i = 0; i < n * nact; i++) {
    nsaturated += fabs((double)sac->fresh.act[i]) > 0.99;
  }
  info->saturation = (double)nsaturated / (n * nact);
}
