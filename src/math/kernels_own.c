// Which kernels run: by the keys math.backend and math.isa, and by what this processor has.

#include <string.h>

#include "math/kernels_own.h"

// an instruction set that we have kernels for
typedef struct Isa {
  const char* name;
  const SgKernels* kernels;
  bool tuned;  // measured to be faster than OpenBLAS
} Isa;

// best first
static const Isa ISAS[] = {
    {"avx512", &sg_kernels_avx512, true},
    {"avx2", &sg_kernels_avx2, true},
    {"avx", &sg_kernels_avx, false},
};

enum {
  NISA = sizeof(ISAS) / sizeof(ISAS[0])
};


// whether this processor, and the system on it, can run the kernels of ISAS[i]
static bool have(int i) {
  __builtin_cpu_init();
  switch (i) {
    case 0:
      return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
             __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl") &&
             __builtin_cpu_supports("fma");
    case 1: return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    default: return __builtin_cpu_supports("avx");
  }
}


// the entry that a name means; NULL and a sentence when this processor lacks it
static const Isa* find(const char* name, SgError* error) {
  bool automatic = strcmp(name, "auto") == 0;
  for (int i = 0; i < NISA; i++) {
    if (automatic ? have(i) : strcmp(name, ISAS[i].name) == 0) {
      if (!have(i)) {
        sg_fail(error, SG_MACHINE,
                "math.isa=%s: this processor lacks those instructions; try math.isa=auto", name);
        return NULL;
      }
      return &ISAS[i];
    }
  }
  sg_fail(error, SG_MACHINE, "this processor has no AVX, which softgait and MuJoCo need");
  return NULL;
}


const SgKernels* sg_kernels_own(const char* isa, SgError* error) {
  const Isa* found = find(isa, error);
  return found ? found->kernels : NULL;
}


const SgKernels* sg_kernels_choose(const char* backend, const char* isa, SgError* error) {
  if (strcmp(backend, "ref") == 0) {
    return sg_kernels_ref();
  }
  if (strcmp(backend, "openblas") == 0) {
    return sg_kernels_blas(error);
  }
  const Isa* found = find(isa, error);
  if (!found) {
    return NULL;
  }
  bool asked = strcmp(backend, "own") == 0 || strcmp(isa, "auto") != 0;
  return asked || found->tuned ? found->kernels : sg_kernels_blas(error);
}
