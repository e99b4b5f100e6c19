// Writes policy files to test with, the same bytes every time:
//
//   make_policy FILE NELEMENT NACT WIDTH [HISTORY NCOMMAND NORMALISER NLAYER]
//
// NLAYER counts the last layer, too; without it there are two hidden layers.

#include <stdio.h>
#include <stdlib.h>

#include "../policy_file.h"


int main(int argc, char** argv) {
  if (argc < 5) {
    fprintf(stderr, "make_policy FILE NELEMENT NACT WIDTH [HISTORY NCOMMAND NORMALISER NLAYER]\n");
    return 2;
  }
  PolicyShape shape = {.nelement = atoi(argv[2]),
                       .nact = atoi(argv[3]),
                       .nlayer = argc > 8 ? atoi(argv[8]) : 3,
                       .width = atoi(argv[4]),
                       .history = argc > 5 ? atoi(argv[5]) : 1,
                       .ncommand = argc > 6 ? atoi(argv[6]) : 0,
                       .normaliser = argc > 7 ? atoi(argv[7]) : 0};
  size_t size;
  PolicySpec* spec = spec_make(&shape, 1);
  char* bytes = spec ? spec_bytes(spec, &size) : NULL;
  FILE* file = bytes ? fopen(argv[1], "wb") : NULL;
  int fine = file && fwrite(bytes, size, 1, file) == 1;
  fine = file && fclose(file) == 0 && fine;
  free(bytes);
  spec_free(spec);
  return fine ? 0 : 1;
}
