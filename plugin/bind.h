// Names of a policy to places in a model.

#ifndef SG_PLUGIN_BIND_H_
#define SG_PLUGIN_BIND_H_

#include "plugin/instance.h"

/// The place in ctrl of the actuator called prefix + name; idle: it must have no gain, because it
/// is there only to be set by hand. -1 and a sentence with the nearest name.
int sg_bind_actuator(const mjModel* m, const char* prefix, const char* name, bool idle,
                     SgError* error);

/// Fill channels (nchannel) and controls (nact).
SgStatus sg_bind_policy(SgInstance* me, const mjModel* m, const char* prefix, SgError* error);

#endif  // SG_PLUGIN_BIND_H_
