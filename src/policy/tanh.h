/* tanh in float with the same bytes everywhere: our own polynomials, no libm. */

#ifndef SG_POLICY_TANH_H_
#define SG_POLICY_TANH_H_

/** Hyperbolic tangent of any float. Odd to the bit, within [-1, 1], +-1 beyond |x| = 9.02; NaN gives NaN.
 *  Within 2 units in the last place of the exact value (tests/test_policy.c sweeps all magnitudes). */
float sg_policy_tanh(float x);

#endif /* SG_POLICY_TANH_H_ */
