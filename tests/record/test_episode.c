// Episodes as they are shown: the returns of an evaluation, and what lies between two steps.

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "task/guard.h"
#include "viewer/episode.h"

int main(void) {
  return 0;
}
