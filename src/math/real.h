// The learner's number type: float. CMake compiles math, nn and sac a second time with
// SG_REAL=double, for tests only: the same code, checked to 1e-10 against an independent twin.

#ifndef SG_MATH_REAL_H_
#define SG_MATH_REAL_H_

#ifndef SG_REAL
#define SG_REAL float
#endif

/// A number of the learner.
typedef SG_REAL sg_real;

#endif  // SG_MATH_REAL_H_
