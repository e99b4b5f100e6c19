// What this machine gives us: processors, memory, time.

#ifndef SG_BASE_MACHINE_H_
#define SG_BASE_MACHINE_H_

#include <stddef.h>

/// Processors we may run on: affinity and the cgroup's quota (rounded up) respected. At least 1.
int sg_machine_ncpu(void);

/// Bytes that can still be used without swapping: the smaller of the kernel's MemAvailable and what
/// the cgroup leaves.
size_t sg_machine_memory_available(void);

/// The processor's name ("AMD EPYC ..."), or "unknown processor". Writes at most size bytes.
void sg_machine_cpu_name(char* name, int size);

/// Seconds on a clock that never jumps, from an arbitrary start.
double sg_clock(void);

#endif  // SG_BASE_MACHINE_H_
