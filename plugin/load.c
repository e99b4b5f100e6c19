// Loading: find the host's MuJoCo, choose the part for its version, register; else one line and
// out.
//
//   softgait_plugin.so
//   ┌────────┬──────────────┬──────────────┬───
//   │ load.c │ part 3.12.0  │ part 3.17.0  │ ...      each part a relocatable object with one symbol
//   └────────┴──────────────┴──────────────┴───
//
// The layouts of mjModel and mjData differ from version to version, and MuJoCo checks nothing: a
// part in a host of another version would crash, or silently steer wrongly. So this check is the
// plugin's.

#include "plugin/load.h"

#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
#include <string.h>

#include "plugin/softgait_plugin.h"

// generated: SG_PART(major, minor, patch) for each part of this library
#define SG_PART(major, minor, patch) SgPart sg_plugin_part_##major##_##minor##_##patch;
#include "plugin/parts.inc"
#undef SG_PART

// the parts and the versions they are for
typedef struct Entry {
  int version;
  SgPart* part;
} Entry;

static const Entry ENTRIES[] = {
#define SG_PART(major, minor, patch) \
  {(major)*1000000 + (minor)*1000 + (patch), sg_plugin_part_##major##_##minor##_##patch},
#include "plugin/parts.inc"
#undef SG_PART
};

enum {
  NENTRY = sizeof(ENTRIES) / sizeof(ENTRIES[0])
};


//-------------------------------- the host's functions ------------------------------------------

// the handle of a loaded libmujoco; ends the walk when there is one
static int find_library(struct dl_phdr_info* info, size_t size, void* handle) {
  (void)size;
  const char* slash = strrchr(info->dlpi_name, '/');
  const char* name = slash ? slash + 1 : info->dlpi_name;
  if (strncmp(name, "libmujoco.so", strlen("libmujoco.so")) == 0) {
    *(void**)handle = dlopen(info->dlpi_name, RTLD_NOLOAD | RTLD_LAZY);
  }
  return *(void**)handle != NULL;
}


// among what the program shows to all, else in a libmujoco that somebody loaded for themselves
static void* lookup(const char* name) {
  void *found = dlsym(RTLD_DEFAULT, name), *library = NULL;
  if (!found) {
    dl_iterate_phdr(find_library, &library);
  }
  if (library) {
    found = dlsym(library, name);
    dlclose(library);  // the host holds it
  }
  return found;
}


//-------------------------------- versions ------------------------------------------------------

// "3.12.0, 3.17.0 and 4.0.1"
static void list_versions(char* text, size_t size) {
  size_t used = 0;
  for (int i = 0; i < NENTRY && used < size; i++) {
    int v = ENTRIES[i].version;
    const char* before = i == 0 ? "" : i + 1 < NENTRY ? ", " : " and ";
    used += (size_t)snprintf(text + used, size - used, "%s%d.%d.%d", before, v / 1000000,
                             v / 1000 % 1000, v % 1000);
  }
}


// register with the part of the host's version; 0 and a sentence when there is none
static int choose(char* why, size_t size) {
  char versions[256];
  int (*host_version)(void);
  *(void**)&host_version = lookup("mj_version");
  if (!host_version) {
    snprintf(why, size, "there is no MuJoCo in this process; load the plugin after it");
    return 0;
  }
  int version = host_version();
  for (int i = 0; i < NENTRY; i++) {
    if (ENTRIES[i].version == version) {
      return ENTRIES[i].part(lookup, why, size);
    }
  }
  list_versions(versions, sizeof(versions));
  snprintf(why, size,
           "not registered: this program runs MuJoCo %d.%d.%d, and the plugin was built for %s",
           version / 1000000, version / 1000 % 1000, version % 1000, versions);
  return 0;
}


__attribute__((visibility("default"))) int softgait_plugin_register(void) {
  static int registered;
  char why[512];
  if (!registered && !choose(why, sizeof(why))) {
    fprintf(stderr, "softgait_plugin: %s\n", why);
    return -1;
  }
  registered = 1;
  return 0;
}


__attribute__((constructor)) static void load(void) {
  softgait_plugin_register();
}
