// Sentences into the caller's buffer.

#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>


SgStatus sg_fail(SgError* error, SgStatus status, const char* format, ...) {
  if (error) {
    va_list args;
    va_start(args, format);
    vsnprintf(error->text, sizeof(error->text), format, args);
    va_end(args);
    error->status = status;
  }
  return status;
}
