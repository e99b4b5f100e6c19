// A processor that cannot run the program is told so in a sentence, not by an illegal instruction.
//
// MuJoCo's library uses AVX, some of it in constructors that run before main. What stands in the
// executable's .preinit_array runs before them, right after loading: only system calls are safe
// there.

#include <string.h>
#include <unistd.h>

#include "base/status.h"


static void check_cpu(void) {
  static const char sentence[] =
      "softgait: this processor has no AVX, which softgait and MuJoCo need; use an x86-64 "
      "processor "
      "made since 2013\n";
  __builtin_cpu_init();
  if (!__builtin_cpu_supports("avx")) {
    ssize_t written = write(STDERR_FILENO, sentence, sizeof(sentence) - 1);
    (void)written;
    _exit(SG_MACHINE);
  }
}


__attribute__((section(".preinit_array"), used)) static void (*const check)(void) = check_cpu;
