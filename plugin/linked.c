// Registration for a program that links the plugin and MuJoCo: the functions are the linker's,
// nothing is looked up.

#include <mujoco/mujoco.h>
#include <stdio.h>
#include <string.h>

#include "plugin/load.h"
#include "plugin/softgait_plugin.h"

SgPart SG_PLUGIN_PART;

typedef void Function(void);

// what the plugin calls, by name
static const struct {
  const char* name;
  Function* function;
} FUNCTIONS[] = {
#define FUNCTION(name) \
  { #name, (Function*)name }
    FUNCTION(mj_name2id),         FUNCTION(mj_id2name),  FUNCTION(mj_rnePostConstraint),
    FUNCTION(mj_getPluginConfig), FUNCTION(mju_warning), FUNCTION(mjp_getPlugin),
    FUNCTION(mjp_registerPlugin),
#undef FUNCTION
};


static void* lookup(const char* name) {
  void* found = NULL;
  for (size_t i = 0; i < sizeof(FUNCTIONS) / sizeof(FUNCTIONS[0]); i++) {
    if (strcmp(FUNCTIONS[i].name, name) == 0) {
      memcpy(&found, &FUNCTIONS[i].function, sizeof(found));
    }
  }
  return found;
}


int softgait_plugin_register(void) {
  static int registered;
  char why[512];
  int version = mj_version();
  if (version != mjVERSION_HEADER) {
    fprintf(
        stderr,
        "softgait_plugin: not registered: this program runs MuJoCo %s, and the plugin was built "
        "for %d.%d.%d\n",
        mj_versionString(), mjVERSION_HEADER / 1000000, mjVERSION_HEADER / 1000 % 1000,
        mjVERSION_HEADER % 1000);
    return -1;
  }
  if (!registered && !SG_PLUGIN_PART(lookup, why, sizeof(why))) {
    fprintf(stderr, "softgait_plugin: %s\n", why);
    return -1;
  }
  registered = 1;
  return 0;
}
