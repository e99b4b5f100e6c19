// The processor's own multiply-add peak: what a share of peak is measured against.
//
// Every width that the processor has runs the same loop, enough independent sums to hide the
// latency of a multiply-add, nothing from memory; the fastest width is the peak. Measured on the
// same threads and at the same moment as the work it is compared with, because clocks and
// neighbours change.

#ifndef SG_MATH_PEAK_H_
#define SG_MATH_PEAK_H_

/// Floating-point operations per second of one thread, now: the best of several bursts that take
/// about `seconds` together. Single precision, a multiply-add counts two.
double sg_peak_flops(double seconds);

#endif  // SG_MATH_PEAK_H_
