// What this machine gives us: processors, memory, time.

#ifndef SG_BASE_MACHINE_H_
#define SG_BASE_MACHINE_H_

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// Processors we may run on: affinity and the cgroup's quota (rounded up) respected. At least 1.
int sg_machine_ncpu(void);

/// Bytes that can still be used without swapping: the smaller of the kernel's MemAvailable and what
/// the cgroup leaves.
size_t sg_machine_memory_available(void);

/// The processor's name ("AMD EPYC ..."), or "unknown processor". Writes at most size bytes.
void sg_machine_cpu_name(char* name, int size);

/// Which start of this machine it is: 128 random bits of the kernel's; zeros where it tells none.
/// Makes no heap call.
void sg_machine_boot(uint64_t id[2]);

/// When a process was started, in the kernel's ticks since boot; 0 when there is no such process,
/// or it has ended and only waits to be reaped. With sg_machine_boot it tells a process from a
/// later one of the same number. Makes no heap call.
uint64_t sg_machine_process(int64_t pid);

/// Seconds on a clock that never jumps, from an arbitrary start.
double sg_clock(void);

#endif  // SG_BASE_MACHINE_H_
