// MuJoCo's warnings and fatal errors, caught in one place.
//
// By default MuJoCo prints warnings, writes a log file and ends the process on an error. The
// programs install this guard once, before any other MuJoCo call: warnings are kept for whoever
// asks (the engine's own counters say how many), and an error on a thread that is inside
// sg_guard_call jumps back to it. An error anywhere else ends the process with one line.

#ifndef SG_TASK_GUARD_H_
#define SG_TASK_GUARD_H_

#include "base/status.h"

/// Install the log handler for the whole process. Calling it again changes nothing.
void sg_guard_install(void);

/// Call function(arg); when MuJoCo raises an error inside, return SG_FAIL with its text instead of
/// ending the process. What the function had begun is left as it was at the error.
SgStatus sg_guard_call(void (*function)(void* arg), void* arg, SgError* error);

/// Take the first warning that this thread got since the last call; "" when there was none. Writes
/// at most size bytes.
void sg_guard_take_warning(char* text, int size);

/// Check that the MuJoCo we run is the one we were built for: SG_MACHINE with both versions.
SgStatus sg_guard_version(SgError* error);

#endif  // SG_TASK_GUARD_H_
