// Assertions: the caller's mistakes, caught where they are made.

#ifndef SG_BASE_CHECK_H_
#define SG_BASE_CHECK_H_

/// Report a broken promise with its place and stop the process. Never returns.
_Noreturn void sg_check_failed(const char* condition, const char* file, int line);

/// A promise of the caller or an invariant of ours. On in every build but NDEBUG.
#ifdef NDEBUG
#define SG_ASSERT(condition) ((void)sizeof(condition))
#else
#define SG_ASSERT(condition) \
  ((condition) ? (void)0 : sg_check_failed(#condition, __FILE__, __LINE__))
#endif

#endif  // SG_BASE_CHECK_H_
