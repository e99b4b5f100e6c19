// What the control groups that a process is in leave it: a container's or a service's limits.
//
// A group's limits hold for all groups below it, so the tightest one on the way from the process's
// own group up to the root counts. Both versions of the interface are read, also side by side.

#ifndef SG_BASE_CGROUP_H_
#define SG_BASE_CGROUP_H_

/// What is left; infinity where nothing limits.
typedef struct SgCgroup {
  double cpus;         ///< processors that the time quota pays for, fractions included
  double memory_left;  ///< bytes: limit less use, with file pages counted as free that are idle
} SgCgroup;

/// Read the limits of the process whose folder in /proc is given ("/proc/self"): its files cgroup
/// (which groups) and mountinfo (where their files are). What cannot be read limits nothing.
SgCgroup sg_cgroup_read(const char* proc);

#endif  // SG_BASE_CGROUP_H_
