// Bugs on demand, for the tests that must catch them.
//
// A check that has never failed proves nothing. The classic mistakes of Soft Actor-Critic stand
// here by name; the code that could make one asks SG_MUTANT(name) at the place. In the product the
// answer is the constant 0 and the compiler removes the question; tests build a copy of math, nn
// and sac with SG_MUTANTS, in which the variable sg_mutant chooses one, and demand that a named
// check fails.

#ifndef SG_MATH_MUTANT_H_
#define SG_MATH_MUTANT_H_

/// The mistakes (reference: bug lists of public implementations, each made by somebody).
typedef enum SgMutant {
  SG_MUTANT_NONE,
  SG_MUTANT_TRUNCATION_TERMINATES,  ///< time limit stored as a true end
  SG_MUTANT_ENTROPY_AFTER_END,      ///< entropy term of the target not masked at termination
  SG_MUTANT_EPS_LOGP,               ///< log(1 - a^2 + 1e-6) in place of the exact form
  SG_MUTANT_ALPHA_SIGN,             ///< temperature learned with the wrong sign
  SG_MUTANT_NO_TARGET_ENTROPY,      ///< no entropy term in the target at all
  SG_MUTANT_MAX_TARGET,             ///< larger instead of smaller target critic
  SG_MUTANT_TWIN_CRITICS,           ///< both critics start equal: the smaller of two is no choice
  SG_MUTANT_TARGET_NOT_COPY,        ///< target critics start from weights of their own
  SG_MUTANT_NEXT_AFTER_RESET,       ///< next observation of a truncated row taken after the reset
  SG_MUTANT_BOTH_FLAGS,             ///< terminated and truncated at once treated as truncated
  SG_MUTANT_POLYAK_SWAPPED,         ///< target = tau target + (1 - tau) critic
  SG_MUTANT_ACTOR_MOVES_CRITICS,    ///< the actor's loss reaches the critics' weights
  SG_MUTANT_STALE_ACTION,           ///< next action from the replay instead of the current policy
  SG_MUTANT_NO_BIAS_CORRECTION,     ///< Adam without its bias corrections
  SG_MUTANT_ALPHA_FACTOR,           ///< gradient of alpha taken for that of its logarithm
  SG_MUTANT_HALF_ENTROPY,           ///< target entropy -d/2 where -d was meant
  SG_MUTANT_SMOOTHED_TARGET,        ///< next action with clipped noise on top, TD3's habit
  SG_MUTANT_ONE_CRITIC_POLICY,      ///< policy follows the first critic, not the smaller one
  SG_MUTANT_STALE_TRANSPOSE,        ///< gradients go down through the weights of an earlier step
  SG_MUTANT_ALPHA_DIRECT,    ///< alpha itself is stepped, not its logarithm: it can turn negative
  SG_MUTANT_ALPHA_ATTACHED,  ///< the policy's loss moves the temperature too
  SG_MUTANT_ENTROPY_SIGN,    ///< target entropy +d where -d was meant
  SG_MUTANT_TANH_INVERSE,    ///< density of the noise found back from the action by atanh
  SG_MUTANT_CLAMP_LEAKS,     ///< gradient passes where log sigma is clamped
  SG_MUTANT_ADAM_EPSILON,    ///< Adam's epsilon inside the root: 1e-4 where moments are small
  SG_MUTANT_SHARED_COUNTER,  ///< one step counter for all optimisers
  SG_MUTANT_EARLY_POLYAK,    ///< targets follow the critic as it was before its step
  SG_MUTANT_LOST_TARGETS,    ///< a resumed learner starts from fresh target critics
  SG_MUTANT_LOST_ALPHA_MOMENTS,  ///< and from a fresh optimiser of the temperature
  SG_MUTANT_COUNT,
} SgMutant;

#ifdef SG_MUTANTS
/// The mistake being made, or SG_MUTANT_NONE.
extern SgMutant sg_mutant;
#define SG_MUTANT(name) (sg_mutant == SG_MUTANT_##name)
#else
#define SG_MUTANT(name) 0
#endif

#endif  // SG_MATH_MUTANT_H_
