// Statuses and sentences: how every part of softgait says that something went wrong.
//
// A status is the exit code it leads to when nobody handles it, so the programs return it as it is.
// The sentence says what went wrong, where, and what to try; it ends without a line break.

#ifndef SG_BASE_STATUS_H_
#define SG_BASE_STATUS_H_

/// What became of a call. The values are the program's exit codes.
typedef enum SgStatus {
  SG_OK = 0,             ///< done
  SG_FAIL = 1,           ///< any other failure
  SG_USAGE = 2,          ///< words on the command line: unknown task, flag, key, or value
  SG_FILE = 3,           ///< the content or absence of a named file
  SG_DIVERGED = 4,       ///< numbers went wrong: a loss, gradient or weight is not finite
  SG_MACHINE = 5,        ///< memory, disk, display, a missing program, a wrong library
  SG_INTERRUPTED = 130,  ///< stopped by SIGINT, all saved
  SG_TERMINATED = 143,   ///< stopped by SIGTERM, all saved
} SgStatus;

/// The caller's buffer for one failure. Start from `SgError error = {0}`.
typedef struct SgError {
  SgStatus status;  ///< SG_OK until something fails
  char text[1024];  ///< one sentence, cut at the buffer's end; "" until something fails
} SgError;

/// Put a status and a printf-formatted sentence into error, replacing what was there; return the
/// status. Nullable: error.
SgStatus sg_fail(SgError* error, SgStatus status, const char* format, ...)
    __attribute__((format(printf, 3, 4)));

#endif  // SG_BASE_STATUS_H_
