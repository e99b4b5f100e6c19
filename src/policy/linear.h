/* One linear layer, y = b + x W, with the same bytes on every machine: every output's sum starts with
 * its bias and takes the inputs in index order, each product and each sum rounded by itself.
 *
 * Rows are padded to a whole number of 16 floats with zero weights, so that one vector instruction
 * works on many outputs at once; an output's own sum is never split or reordered, which is why the
 * width of a vector does not show in the result.
 */

#ifndef SG_POLICY_LINEAR_H_
#define SG_POLICY_LINEAR_H_

#include <stddef.h>

enum {
  SG_LINEAR_PAD = 16
};

/** y (noutpad) = bias (noutpad) + x (nin) weight (nin, noutpad); noutpad is a multiple of
 *  SG_LINEAR_PAD; y overlaps nothing. Any alignment will do, 64 bytes are fastest. */
typedef void SgLinear(float* y, const float* x, const float* weight, const float* bias, int nin,
                      int noutpad);

/** Numbers in a row of nout outputs with its padding. */
size_t sg_linear_pad(size_t nout);

/** How many forms this build has, each with a name; form 0 is plain C. */
int sg_linear_count(void);
const char* sg_linear_name(int form);

/** A form by number; NULL when this CPU cannot run it. */
SgLinear* sg_linear_form(int form);

/** The fastest form for this CPU. All forms give the same bytes. */
SgLinear* sg_linear_best(void);

#endif /* SG_POLICY_LINEAR_H_ */
