// The end of a broken promise.

#include "base/check.h"

#include <stdio.h>
#include <stdlib.h>


_Noreturn void sg_check_failed(const char* condition, const char* file, int line) {
  fprintf(stderr, "softgait: internal error: %s:%d: %s does not hold; please report this\n", file,
          line, condition);
  abort();
}
