// Exports: a loaded policy written down for another world. One writer per form, all in one table.
//
//                    ┌─ sg_export_c ─────> P.c, P.h     C99 without a library: the same bytes
//   policy ─ job ────┼─ sg_export_onnx ──> P.onnx       plain operators: the same to rounding
//                    └─ sg_export_mjcf ──> P.xml      the robot with its policy, for the plugin

#ifndef SG_TRAIN_EXPORT_H_
#define SG_TRAIN_EXPORT_H_

#include <stdbool.h>

#include "base/status.h"
#include "policy/policy.h"
#include "train/player.h"

/// What is exported, and where to. Everything is borrowed during the call.
typedef struct SgExport {
  const SgPlayer* player;  ///< policy and its file's digest; the task only where the form needs one
  const char* out;         ///< the file to write; it ends in the form's suffix
  const char* name;        ///< a C identifier: prefix of what is written
} SgExport;

/// A form to export to.
typedef struct SgExportForm {
  const char* to;      ///< the word behind --to
  const char* suffix;  ///< of --out
  bool needs_task;     ///< whether the policy's task must be found and fit

  /// Write it: whole files or none; SG_MACHINE when they cannot be written.
  SgStatus (*write)(const SgExport* job, SgError* error);
} SgExportForm;

/// A form by its word. NULL with SG_USAGE and the nearest match when there is none.
const SgExportForm* sg_export_form(const char* to, SgError* error);

/// Check a job's words, before anything is read: SG_USAGE for a name that is no C identifier or a
/// file without the form's suffix, SG_MACHINE for a folder that is not there.
SgStatus sg_export_check(const SgExportForm* form, const SgExport* job, SgError* error);

/// P.c and P.h in C99: the same bytes as the runtime, no heap, no library.
SgStatus sg_export_c(const SgExport* job, SgError* error);

/// An ONNX model of plain operators: normaliser, squash, scaling and limits inside, the contract in
/// its metadata.
SgStatus sg_export_onnx(const SgExport* job, SgError* error);

/// One MJCF that holds the robot and its policy, which the engine plugin drives: the same bytes.
/// Assets are told by absolute folders. SG_FILE for a model that one MJCF cannot hold.
SgStatus sg_export_mjcf(const SgExport* job, SgError* error);

#endif  // SG_TRAIN_EXPORT_H_
