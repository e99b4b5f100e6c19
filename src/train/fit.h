// Does this policy fit this model? Term by term, by name.
//
//   the policy's contract            the model                         finding
//   channel qvel:hip             ->  joint hip, one number             fits, or which name is missing
//   actuator hip, -1 to 1        ->  actuator hip, its control range   fits, or what would be cut off
//   time step 0.002, period 0.008                                      equal, or how they differ
//   order, digest, MuJoCo, what else the task sees or the model has    notes: true, and no hindrance

#ifndef SG_TRAIN_FIT_H_
#define SG_TRAIN_FIT_H_

#include <stdbool.h>

#include "policy/policy.h"
#include "task/drive.h"
#include "task/task.h"

enum {
  SG_MAX_FINDING = 128
};

/// How much a finding weighs.
typedef enum SgFitLevel {
  SG_FIT_FITS,
  SG_FIT_NOTE,   ///< worth knowing, no hindrance
  SG_FIT_WRONG,  ///< the policy must not drive this model
} SgFitLevel;

/// One finding.
typedef struct SgFinding {
  SgFitLevel level;
  const char* what;  ///< "observation", "action", "time step", ...; static
  char name[128];    ///< whose: the first channel or actuator, "" when it is about all
  int more;          ///< others with the same reason
  char text[320];    ///< what was found, without a full stop
} SgFinding;

/// All findings, those of one kind together. Plain data.
typedef struct SgFit {
  int n, nwrong;    ///< findings kept, and how many do not fit (all, also beyond SG_MAX_FINDING)
  bool same_model;  ///< the model's digest is the one of training
  SgFinding findings[SG_MAX_FINDING];
} SgFit;

/// Compare a policy with a task, or with a model alone (sg_task_of_model). SG_FILE only when a file
/// of the model cannot be read, SG_MACHINE when out of memory; a misfit is a finding, not a
/// failure.
SgStatus sg_fit(SgFit* fit, const SgPolicy* policy, const SgTask* task, SgError* error);

/// The first finding that does not fit, as one text: "qvel:hip and 2 more: the model has ...".
void sg_fit_first_wrong(const SgFit* fit, char* text, int size);

/// What a policy sees and drives, by name. Arrays are malloc'ed; free with sg_fit_drive_free.
/// SG_MACHINE when out of memory.
SgStatus sg_fit_drive(SgDrive* drive, const SgPolicy* policy, SgError* error);
void sg_fit_drive_free(SgDrive* drive);

#endif  // SG_TRAIN_FIT_H_
