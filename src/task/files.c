// Which files a model is made of: the MJCF, what it includes, and the assets that these name.
//
// The digest and the run folder's copy of a model need the list; MuJoCo gives it to C++ only. So
// the XML is read lightly here: tags and attributes, no meaning. Names are resolved the way the
// compiler does, against the main file's folder, assets after meshdir or texturedir; what does not
// exist is left out, because the compiler is the one to complain.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "task/task_internal.h"

enum {
  MAX_XML = 16 << 20,
  MAX_DEPTH = 16
};

// the model whose files are listed
typedef struct Listing {
  SgTask* task;
  const char** files;  // (SG_MAX_FILE)
  const char* main;    // the MJCF's path
  char meshes[SG_MAX_PATH], textures[SG_MAX_PATH];
} Listing;


bool sg_path_beside(char* path, int size, const char* file, const char* name) {
  const char* slash = strrchr(file, '/');
  int folder = name[0] == '/' || !slash ? 0 : (int)(slash - file + 1);
  int length = snprintf(path, (size_t)size, "%.*s%s", folder, file, name);
  return length < size;
}


//-------------------------------- tags and attributes -------------------------------------------

// the next opening tag, "name attribute=... /", cut out in place; NULL at the end
static char* next_tag(char** at) {
  for (char* open; (open = strchr(*at, '<')) != NULL;) {
    if (strncmp(open, "<!--", 4) == 0) {
      char* end = strstr(open + 4, "-->");
      *at = end ? end + 3 : open + strlen(open);
      continue;
    }

    // to the closing bracket that is in no quotes
    char quote = '\0';
    char* end = open + 1;
    for (; *end && (quote || *end != '>'); end++) {
      if (*end == quote) {
        quote = '\0';
      } else if (!quote && (*end == '"' || *end == '\'')) {
        quote = *end;
      }
    }
    *at = *end ? end + 1 : end;
    *end = '\0';
    if (open[1] != '/' && open[1] != '?' && open[1] != '!') {
      return open + 1;
    }
  }
  return NULL;
}


static bool tag_is(const char* tag, const char* name) {
  size_t length = strcspn(tag, " \t\r\n/");
  return strlen(name) == length && strncmp(tag, name, length) == 0;
}


// an attribute's value; false when the tag has none of that name
static bool attribute(const char* tag, const char* name, char value[SG_MAX_PATH]) {
  static const char* const blank = " \t\r\n";
  for (const char* at = tag + strcspn(tag, blank); *at;) {
    at += strspn(at, blank);
    size_t length = strcspn(at, " \t\r\n=");
    bool wanted = strlen(name) == length && strncmp(at, name, length) == 0;
    at += length;
    at += strspn(at, " \t\r\n=");
    char quote = *at;
    const char* end = quote == '"' || quote == '\'' ? strchr(at + 1, quote) : NULL;
    if (!end) {
      return false;
    }
    if (wanted) {
      snprintf(value, SG_MAX_PATH, "%.*s", (int)(end - at - 1), at + 1);
      return true;
    }
    at = end + 1;
  }
  return false;
}


//-------------------------------- files ---------------------------------------------------------

// add a file that exists and is not yet there; false when it is no new one
static bool add(Listing* l, const char* path) {
  for (int i = 0; i < l->task->info.nfile; i++) {
    if (strcmp(l->files[i], path) == 0) {
      return false;
    }
  }
  if (l->task->info.nfile == SG_MAX_FILE || !sg_file_exists(path) || sg_folder_exists(path)) {
    return false;
  }
  const char* kept = sg_task_keep_text(l->task, path);
  if (kept) {
    l->files[l->task->info.nfile++] = kept;
  }
  return kept != NULL;
}


// the MJCF files: this one and, before going on, each that it includes; the asset folders on the
// way
static void add_includes(Listing* l, const char* path, int depth) {
  size_t size;
  char name[SG_MAX_PATH], next[SG_MAX_PATH];
  if (depth > MAX_DEPTH || !add(l, path)) {
    return;
  }
  char* text = sg_file_read(path, MAX_XML, &size, NULL);
  char* at = text;
  for (char* tag; text && (tag = next_tag(&at)) != NULL;) {
    if (tag_is(tag, "include") && attribute(tag, "file", name)) {
      bool fits = sg_path_beside(next, sizeof(next), l->main, name) && sg_file_exists(next);
      if (fits || sg_path_beside(next, sizeof(next), path, name)) {
        add_includes(l, next, depth + 1);
      }
    }
    if (tag_is(tag, "compiler")) {
      if (attribute(tag, "assetdir", name)) {
        memcpy(l->meshes, name, sizeof(name));
        memcpy(l->textures, name, sizeof(name));
      }
      attribute(tag, "meshdir", l->meshes);
      attribute(tag, "texturedir", l->textures);
    }
  }
  sg_file_free(text);
}


// one asset, in the folder for its kind or beside the model
static void add_asset(Listing* l, const char* folder, const char* name) {
  char path[SG_MAX_PATH], relative[SG_MAX_PATH];
  bool fits = folder[0] && name[0] != '/' &&
              sg_path_join(relative, sizeof(relative), folder, name) &&
              sg_path_beside(path, sizeof(path), l->main, relative) && sg_file_exists(path);
  if (fits || sg_path_beside(path, sizeof(path), l->main, name)) {
    add(l, path);
  }
}


static void add_assets(Listing* l, const char* path) {
  static const char* const keys[] = {"file",     "fileright", "fileleft", "fileup",
                                     "filedown", "filefront", "fileback"};
  size_t size;
  char name[SG_MAX_PATH];
  char* text = sg_file_read(path, MAX_XML, &size, NULL);
  char* at = text;
  for (char* tag; text && (tag = next_tag(&at)) != NULL;) {
    const char* folder = tag_is(tag, "texture") ? l->textures : l->meshes;
    for (size_t i = 0; !tag_is(tag, "include") && i < sizeof(keys) / sizeof(keys[0]); i++) {
      if (attribute(tag, keys[i], name)) {
        add_asset(l, folder, name);
      }
    }
  }
  sg_file_free(text);
}


SgStatus sg_task_list_files(SgTask* task, const char* path, SgError* error) {
  Listing l = {.task = task, .main = path};
  l.files = sg_task_keep(task, SG_MAX_FILE, sizeof(char*));
  if (!l.files) {
    return sg_fail(error, SG_MACHINE, "out of memory while reading a task");
  }
  task->info.files = l.files;
  task->info.nfile = 0;
  add_includes(&l, path, 0);
  for (int i = 0, nxml = task->info.nfile; i < nxml; i++) {
    add_assets(&l, l.files[i]);
  }
  return SG_OK;
}
