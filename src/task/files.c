// Which files a model is made of: the MJCF, what it includes, the assets that these name, and the
// models that they attach, each with its own.
//
// The digest and the run folder's copy of a model need the list; MuJoCo gives it to C++ only. So
// the XML is read lightly (xml.h): tags and attributes, no meaning. Names are resolved the way the
// compiler does, against the main file's folder, assets after meshdir or texturedir; what does not
// exist is left out, because the compiler is the one to complain.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "task/task_internal.h"
#include "task/xml.h"

enum {
  MAX_XML = 16 << 20
};

// the model whose files are listed
typedef struct Listing {
  SgTask* task;
  const char** files;  // (SG_MAX_FILE)
  const char* main;    // the MJCF's path
  char meshes[SG_MAX_PATH], textures[SG_MAX_PATH];
  SgStatus status;  // the first refusal, told in error
  SgError* error;
} Listing;


bool sg_path_beside(char* path, int size, const char* file, const char* name) {
  const char* slash = strrchr(file, '/');
  int folder = name[0] == '/' || !slash ? 0 : (int)(slash - file + 1);
  int length = snprintf(path, (size_t)size, "%.*s%s", folder, file, name);
  return length < size;
}


bool sg_path_included(char* path, int size, const char* main, const char* file, const char* name) {
  return (sg_path_beside(path, size, main, name) && sg_file_exists(path)) ||
         sg_path_beside(path, size, file, name);
}


SgStatus sg_path_regular(const char* path, SgError* error) {
  struct stat info;
  if (stat(path, &info) != 0 || S_ISREG(info.st_mode)) {
    return SG_OK;
  }
  return sg_fail(error, SG_FILE, "%s: is %s, a file is needed", path,
                 S_ISDIR(info.st_mode) ? "a folder" : "a pipe or a device");
}


//-------------------------------- files ---------------------------------------------------------

// add a file that exists and is not yet there; false when it is no new one
static bool add(Listing* l, const char* path) {
  for (int i = 0; i < l->task->info.nfile; i++) {
    if (strcmp(l->files[i], path) == 0) {
      return false;
    }
  }
  if (!sg_file_exists(path) || sg_folder_exists(path) || l->status != SG_OK) {
    return false;
  }
  l->status = sg_path_regular(path, l->error);
  if (l->status == SG_OK && l->task->info.nfile == SG_MAX_FILE) {
    l->status =
        sg_fail(l->error, SG_FILE, "%s: the model has more than %d files", l->main, SG_MAX_FILE);
  }
  const char* kept = l->status == SG_OK ? sg_task_keep_text(l->task, path) : NULL;
  if (kept) {
    l->files[l->task->info.nfile++] = kept;
  } else if (l->status == SG_OK) {
    l->status = sg_fail(l->error, SG_MACHINE, "out of memory while reading a task");
  }
  return kept != NULL;
}


// the MJCF files: this one and, before going on, each that it includes; the asset folders on the
// way
static void add_includes(Listing* l, const char* path) {
  size_t size;
  char name[SG_MAX_PATH], next[SG_MAX_PATH];
  if (!add(l, path)) {
    return;
  }
  char* text = sg_file_read(path, MAX_XML, &size, NULL);
  char* at = text;
  for (char* tag; text && (tag = sg_xml_next(&at)) != NULL;) {
    if (sg_xml_is(tag, "include") && sg_xml_attribute(tag, "file", name) &&
        sg_path_included(next, sizeof(next), l->main, path, name)) {
      add_includes(l, next);
    }
    if (sg_xml_is(tag, "compiler")) {
      if (sg_xml_attribute(tag, "assetdir", name)) {
        memcpy(l->meshes, name, sizeof(name));
        memcpy(l->textures, name, sizeof(name));
      }
      sg_xml_attribute(tag, "meshdir", l->meshes);
      sg_xml_attribute(tag, "texturedir", l->textures);
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


static void list_model(Listing* parent, const char* path);


// a model to attach has folders of its own
static void add_model(Listing* l, const char* tag) {
  char name[SG_MAX_PATH], path[SG_MAX_PATH];
  if (sg_xml_attribute(tag, "file", name) && sg_path_beside(path, sizeof(path), l->main, name)) {
    list_model(l, path);
  }
}


static void add_assets(Listing* l, const char* path) {
  static const char* const keys[] = {"file",     "fileright", "fileleft", "fileup",
                                     "filedown", "filefront", "fileback"};
  size_t size;
  char name[SG_MAX_PATH];
  char* text = sg_file_read(path, MAX_XML, &size, NULL);
  char* at = text;
  for (char* tag; text && (tag = sg_xml_next(&at)) != NULL;) {
    const char* folder = sg_xml_is(tag, "texture") ? l->textures : l->meshes;
    bool mjcf = sg_xml_is(tag, "include") || sg_xml_is(tag, "model");
    if (sg_xml_is(tag, "model")) {
      add_model(l, tag);
    }
    for (size_t i = 0; !mjcf && i < sizeof(keys) / sizeof(keys[0]); i++) {
      if (sg_xml_attribute(tag, keys[i], name)) {
        add_asset(l, folder, name);
      }
    }
  }
  sg_file_free(text);
}


// the MJCF files of a model, then what they name; nothing when its file is listed already
static void list_model(Listing* parent, const char* path) {
  Listing l = {.task = parent->task, .files = parent->files, .main = path, .error = parent->error};
  int first = l.task->info.nfile;
  add_includes(&l, path);
  for (int i = first, end = l.task->info.nfile; i < end; i++) {
    add_assets(&l, l.files[i]);
  }
  parent->status = parent->status == SG_OK ? l.status : parent->status;
}


SgStatus sg_task_list_files(SgTask* task, const char* path, SgError* error) {
  Listing all = {.task = task, .error = error};
  all.files = sg_task_keep(task, SG_MAX_FILE, sizeof(char*));
  if (!all.files) {
    return sg_fail(error, SG_MACHINE, "out of memory while reading a task");
  }
  task->info.files = all.files;
  task->info.nfile = 0;
  list_model(&all, path);
  return all.status;
}
