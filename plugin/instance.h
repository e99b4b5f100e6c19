// An instance: one policy bound to one robot of a model, as its keys say.
//
//   <extension>
//     <plugin plugin="softgait.policy">
//       <instance name="walk">
//         <config key="policy" value="hopper.safetensors"/>
//       </instance>
//     </plugin>
//   </extension>
//
//   key          value                                                          without it
//   policy       a policy file; a relative path starts at the host's folder     policy_text is needed
//   policy_text  the file's bytes in base64, in the model itself, or the name   policy is needed
//                of a <text> that holds them
//   prefix       stands before every name of the policy in this model           nothing stands there
//   command      "x y w": fixed; "userdata" or "userdata:4": from there on;     each command's start
//                "actuators": zero-gain actuators named like the commands
//   enabled      true, false, or a zero-gain actuator: above 0.5 it drives      true
//   on_error     fail: the model does not load; idle: it loads, undriven        fail
//
// It belongs to one mjData and is read-only once made, but for its scratch: what must last from
// step to step is in mjData.plugin_state (drive.h).

#ifndef SG_PLUGIN_INSTANCE_H_
#define SG_PLUGIN_INSTANCE_H_

#include "plugin/host.h"
#include "plugin/shared.h"
#include "policy/policy.h"
#include "task/observe.h"

enum {
  SG_NKEY = 6
};

/// The keys that MuJoCo lets through.
extern const char* const sg_instance_keys[SG_NKEY];

/// A bound policy, and the scratch of a decision.
typedef struct SgInstance {
  const SgPolicy* policy;  ///< shared
  int nchannel, nact, ncommand, nmemory;
  int period;           ///< mj_steps between decisions
  bool needs_rne;       ///< observes what only mj_rnePostConstraint computes
  SgChannel* channels;  ///< (nchannel)
  int* controls;        ///< (nact) places in ctrl

  bool has_command;     ///< false: each command's start value
  bool from_userdata;   ///< else from ctrl
  int* command_places;  ///< (ncommand) places in userdata or ctrl; NULL: fixed
  float* command;       ///< (ncommand) fixed values, or scratch

  bool enabled;     ///< unless a switch decides
  int switch_ctrl;  ///< place in ctrl of the switch; -1: none

  int nsensor;
  int* sensors;  ///< (nsensor) places in sensordata of the elements that show the action

  double* obs;           // scratch: (nchannel)
  float* now;            // (nchannel)
  float* act;            // (nact)
  float* memory;         // (nmemory)
  SgPolicyState* state;  // a runtime at work
} SgInstance;

/// Whether the policy cannot be read while MuJoCo asks for sizes, because it is in a <text>: those
/// are put into the model later.
bool sg_instance_is_early(const mjModel* m, int instance);

/// The policy that an instance's keys name; give it back with sg_shared_release. NULL and a
/// sentence.
const SgPolicy* sg_instance_policy(const mjModel* m, int instance, SgError* error);

/// Read the keys, load the policy, bind every name, check the period. NULL and a sentence.
SgInstance* sg_instance_create(const mjModel* m, int instance, SgError* error);

/// Free it. NULL is allowed.
void sg_instance_free(SgInstance* me);

/// Whether the model may load although the instance cannot be made.
bool sg_instance_may_idle(const mjModel* m, int instance);

#endif  // SG_PLUGIN_INSTANCE_H_
