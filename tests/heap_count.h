// Counts every allocation of the process: link heap_count.c into a test and all of malloc's family
// is counted, MuJoCo's and OpenBLAS's calls included.

#ifndef SG_TESTS_HEAP_COUNT_H_
#define SG_TESTS_HEAP_COUNT_H_

/// Allocations so far; -1 in a build with sanitizers, which bring an allocator of their own.
long heap_count(void);

#endif  // SG_TESTS_HEAP_COUNT_H_
