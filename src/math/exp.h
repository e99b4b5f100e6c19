// e^x in double, for the few numbers of an update that are no vector.

#ifndef SG_MATH_EXP_H_
#define SG_MATH_EXP_H_

/// e^x within 2 units in the last place for |x| <= 700; held at the ends beyond. NaN gives NaN.
double sg_exp_double(double x);

#endif  // SG_MATH_EXP_H_
