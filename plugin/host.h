// The MuJoCo that the plugin runs in. The plugin is not linked to a MuJoCo of its own: everything
// that it calls is looked up in the host and reached through this table.
//
//   load.c: which version is the host's? ──> part.c of that version: fill the table, register
//
// One part is the plugin's source compiled against one version's headers; a library may hold
// several.

#ifndef SG_PLUGIN_HOST_H_
#define SG_PLUGIN_HOST_H_

#include <mujoco/mujoco.h>

#include "task/observe.h"

#ifdef mjUSESINGLE
#error "the plugin keeps floats and counts in MuJoCo's numbers, which must be doubles"
#endif

/// The functions of MuJoCo that the plugin calls.
typedef struct SgHost {
  SgObserveApi observe;
  const char* (*config)(const mjModel* m, int instance, const char* key);  ///< "" without the key
  void (*warning)(const char* format, ...);
  const mjpPlugin* (*find_plugin)(const char* name, int* slot);
  int (*register_plugin)(const mjpPlugin* plugin);
} SgHost;

/// The host of this part; filled before anything else of the part runs.
extern SgHost sg_host;

#endif  // SG_PLUGIN_HOST_H_
