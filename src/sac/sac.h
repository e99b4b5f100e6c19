// Soft Actor-Critic: a learner that owns its networks and takes gradient steps.
//
//   config = sg_sac_default(nobs, nact)     edit config     sac = sg_sac_create(&config, ...)
//   sg_sac_act(...)     sg_sac_update(...)     sg_sac_update(...)  ...     sg_sac_destroy(sac)
//
// The algorithm is in sac_update.c, on one page. Actions here are in [-1, 1]; scale and offset
// belong to the task. Knows nothing of MuJoCo, files or the command line.

#ifndef SG_SAC_SAC_H_
#define SG_SAC_SAC_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/pool.h"
#include "base/status.h"
#include "math/kernels.h"
#include "math/real.h"
#include "sac/replay.h"

/// The most hidden layers a network may have.
enum {
  SG_MAX_HIDDEN = 4
};

/// Everything that shapes a learner. Start from sg_sac_default, then edit fields.
typedef struct SgSacConfig {
  int nobs;                          ///< observation size, at least 1
  int nact;                          ///< action size, at least 1
  int batch;                         ///< rows per update, usually 256
  int nhidden;                       ///< hidden layers of the actor, 1 to SG_MAX_HIDDEN
  int hidden[SG_MAX_HIDDEN];         ///< units of each, usually 256
  int ncritic_hidden;                ///< hidden layers of the critics
  int critic_hidden[SG_MAX_HIDDEN];  ///< units of each
  double lr;                         ///< Adam's step size, in (0, 1), usually 3e-4
  double gamma;                      ///< discount per environment step, in [0, 1)
  double tau;                        ///< Polyak rate of the target critics, in (0, 1]
  bool alpha_auto;                   ///< learn the temperature; else it stays at alpha
  double alpha;                      ///< temperature, above 0: fixed, or where learning starts
  double target_entropy;             ///< entropy the learned temperature aims at, in nats over all
                                     ///< dimensions; at most 0.68 nact, usually -nact
  double log_std_min;                ///< hard clamp of log sigma, usually -20
  double log_std_max;                ///< and 2; the gradient is zero outside
  uint64_t seed;                     ///< same seed, build and machine: same bytes
} SgSacConfig;

/// Statistics of one quantity over the rows of an update; sums, so that updates can be added up.
typedef struct SgSpread {
  double sum, sum_square;  ///< over rows
  double min, max;
  int64_t count;
} SgSpread;

/// Add one number, or all that another spread counted. Start from zero.
void sg_spread_add(SgSpread* spread, double x);
void sg_spread_join(SgSpread* spread, const SgSpread* other);

/// Measurements of one update. Formulae: sac_update.c.
typedef struct SgSacInfo {
  double loss_q;      ///< sum over both critics of half the mean squared error
  double loss_pi;     ///< mean(alpha log pi - min Q)
  double loss_alpha;  ///< -alpha (mean log pi + target entropy); 0 when alpha is fixed
  double alpha;       ///< temperature used in this update
  double entropy;     ///< -mean log pi of the fresh actions
  SgSpread q[2];      ///< each critic's values of the batch
  SgSpread logp;      ///< log pi(a|s) of the fresh actions
  double saturation;  ///< share of fresh action entries beyond 0.99 in size
} SgSacInfo;

/// A learner. Opaque; owns one block; used by one thread at a time.
typedef struct SgSac SgSac;

/// The published defaults for these sizes (Haarnoja et al. 2018, arXiv 1812.05905).
SgSacConfig sg_sac_default(int nobs, int nact);

/// Create a learner; the config is copied. kernels and pool are borrowed and must outlive it. NULL
/// with SG_USAGE and the field's name for a value out of range, SG_MACHINE when out of memory.
SgSac* sg_sac_create(const SgSacConfig* config, const SgKernels* kernels, SgPool* pool,
                     SgError* error);

/// Free a learner. NULL is allowed.
void sg_sac_destroy(SgSac* sac);

/// Its configuration. Borrowed.
const SgSacConfig* sg_sac_config(const SgSac* sac);

/// Write actions in [-1, 1] for n observations, (n, nobs) to (n, nact). deterministic: tanh of the
/// mean; else drawn with noise from the acting stream, rows addressed by `draw`, `draw` + 1, ...
void sg_sac_act(SgSac* sac, float* act, const float* obs, int n, bool deterministic, uint64_t draw);

/// Take one gradient step on critics, policy and temperature, then move the targets. batch->n must
/// equal config.batch. SG_DIVERGED when a gradient is not finite: that step and everything after it
/// in this update is not applied, all weights stay finite, and error names the gradient.
SgStatus sg_sac_update(SgSac* sac, const SgBatch* batch, SgSacInfo* info, SgError* error);

/// What an update does, in order; each stage is work that all threads share, with a wait at its
/// end.
typedef enum SgSacStage {
  SG_STAGE_DRAW,      ///< actor at s' and s, actions and their densities
  SG_STAGE_VALUE,     ///< target critics at (s', a'), critics at (s, a)
  SG_STAGE_REGRESS,   ///< target, loss, critics backward
  SG_STAGE_GRADIENT,  ///< critics' weight gradients
  SG_STAGE_STEP,      ///< critics' Adam, targets, transposed copies
  SG_STAGE_JUDGE,     ///< critics at (s, fresh a)
  SG_STAGE_ACTION,    ///< smaller critics' gradient by the fresh action
  SG_STAGE_POLICY,    ///< on through the head and the actor
  SG_STAGE_ACTOR,     ///< actor's weight gradients
  SG_STAGE_MOVE,      ///< actor's Adam, transposed copies
  SG_STAGE_COUNT
} SgSacStage;

/// A stage's name: "draw", "value", ...
const char* sg_sac_stage_name(SgSacStage stage);

/// From now on add the time of every stage to seconds (SG_STAGE_COUNT), borrowed; NULL: measure
/// nothing.
void sg_sac_time_stages(SgSac* sac, double* seconds);

/// The batch's memory inside the learner, for the caller to fill before an update.
SgBatch* sg_sac_batch(SgSac* sac);

/// Temperature now.
double sg_sac_alpha(const SgSac* sac);

/// One tensor of the actor, row-major float: layer 0 .. nhidden. Layer nhidden is the head: its
/// first nact columns are the mean, the others log sigma. weight: (nin, nout), bias: (nout).
/// Borrowed.
void sg_sac_actor_layer(const SgSac* sac, int layer, const sg_real** weight, const sg_real** bias,
                        int* nin, int* nout);

/// Visit the tensors and counters whose bytes are the learner's state, in a fixed order.
void sg_sac_visit(SgSac* sac, void (*visit)(void* arg, const char* name, void* bytes, size_t size),
                  void* arg);

#endif  // SG_SAC_SAC_H_
