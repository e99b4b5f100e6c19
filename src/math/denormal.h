// Denormals off and on: the learner's updates treat numbers below 1e-38 as zero.
//
// Dead units leave Adam's second moment decaying by 0.999 per step; after some 87 000 steps it is
// denormal, and arithmetic slows down ten to a hundred times. Physics, observation, evaluation and
// policies stay in the default environment. These are real functions, never inlined: compilers move
// float code across a write to the control register.

#ifndef SG_MATH_DENORMAL_H_
#define SG_MATH_DENORMAL_H_

/// Flush denormals on this thread; return the control word as it was.
unsigned sg_denormal_flush(void);

/// Put the control word back.
void sg_denormal_restore(unsigned word);

#endif  // SG_MATH_DENORMAL_H_
