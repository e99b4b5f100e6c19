// One MJCF with robot and policy in it: it moves by itself wherever the plugin is loaded.
//
//   robot.xml   <mujoco> ... <include file="legs.xml"/> ... </mujoco>
//   P.xml       <mujoco> ... what legs.xml holds        ... <extension> policy </extension> </mujoco>
//
// The robot's text is taken over as it stands, includes put in their places, because MuJoCo's own
// writer rounds numbers and the robot would be another. Files that the model needs beside the MJCF
// (meshes, textures) stay where they are and are told by absolute folders. The result is compiled
// before it is written, and must be the model that the policy's task has.

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/file.h"
#include "task/guard.h"
#include "task/task_internal.h"
#include "task/xml.h"
#include "train/export.h"

enum {
  MAX_XML = 16 << 20,
  MAX_POLICY = 1 << 28,
  MAX_DEPTH = 16
};

// the text under way, and what was seen on the way
typedef struct Writer {
  FILE* out;
  const char* main;                                 // the MJCF's path
  char meshes[SG_MAX_PATH], textures[SG_MAX_PATH];  // folders that <compiler> names
  SgError* error;
} Writer;


//-------------------------------- the robot's text ----------------------------------------------

static SgStatus copy_file(Writer* w, const char* path, int depth);


// the file of an <include>, as the compiler finds it: beside the main file, else beside this one
static SgStatus include(Writer* w, const char* tag, const char* path, int depth) {
  char name[SG_MAX_PATH], next[SG_MAX_PATH];
  size_t length = strlen(tag);
  if (!sg_xml_attribute(tag, "file", name) || tag[length - 1] != '/' || depth == MAX_DEPTH) {
    return sg_fail(w->error, SG_FILE, "%s: <%.80s> is not an <include file=\"...\"/>", path, tag);
  }
  bool fits = sg_path_beside(next, sizeof(next), w->main, name) && sg_file_exists(next);
  if (!fits && !sg_path_beside(next, sizeof(next), path, name)) {
    return sg_fail(w->error, SG_FILE, "%s: the path of '%.80s' is too long", path, name);
  }
  return copy_file(w, next, depth + 1);
}


// what a tag says of other files; SG_FILE for what cannot be taken along
static SgStatus look_at(Writer* w, const char* tag, const char* path) {
  char name[SG_MAX_PATH];
  if (sg_xml_is(tag, "compiler")) {
    if (sg_xml_attribute(tag, "assetdir", name)) {
      memcpy(w->meshes, name, sizeof(name));
      memcpy(w->textures, name, sizeof(name));
    }
    sg_xml_attribute(tag, "meshdir", w->meshes);
    sg_xml_attribute(tag, "texturedir", w->textures);
  }
  if (sg_xml_is(tag, "model") && sg_xml_attribute(tag, "file", name)) {
    return sg_fail(
        w->error, SG_FILE,
        "%s: attaches the model '%.80s', which one MJCF cannot hold; attach its bodies by "
        "<include>, or use the plugin with the key policy",
        path, name);
  }
  return SG_OK;
}


// where the last tag of that name closes; NULL when none does
static const char* find_end(const char* text, const char* name) {
  const char* end = NULL;
  size_t length = strlen(name);
  for (const char* at = text; (at = strstr(at, "</")) != NULL; at += 2) {
    if (strncmp(at + 2, name, length) == 0 && strchr(" \t\r\n>", at[2 + length])) {
      end = at;
    }
  }
  return end;
}


// what is inside the root element, includes in their places; tags: a copy that reading changes
static SgStatus copy_inside(Writer* w, const char* text, char* tags, const char* path, int depth) {
  SgStatus status = SG_OK;
  char* at = tags;
  char* root = sg_xml_next(&at);
  const char* end = NULL;
  char name[64] = "";
  if (root) {
    snprintf(name, sizeof(name), "%.*s", (int)strcspn(root, " \t\r\n/"), root);
    end = find_end(text, name);
  }
  const char* done = text + (at - tags);
  if (!end || end < done) {
    return sg_fail(w->error, SG_FILE, "%s: the root element is empty or does not close", path);
  }

  // the main file brings along its root element, and what stands before it
  if (depth == 0) {
    fwrite(text, 1, (size_t)(done - text), w->out);
  }
  for (char* tag; status == SG_OK && (tag = sg_xml_next(&at)) != NULL;) {
    const char *from = text + (tag - 1 - tags), *behind = text + (at - tags);
    if (from >= end) {
      break;
    }
    status = look_at(w, tag, path);
    if (status == SG_OK && sg_xml_is(tag, "include")) {
      fwrite(done, 1, (size_t)(from - done), w->out);
      status = include(w, tag, path, depth);
      done = behind;
    }
  }
  fwrite(done, 1, (size_t)(end - done), w->out);
  return status;
}


static SgStatus copy_file(Writer* w, const char* path, int depth) {
  size_t size;
  char* text = sg_file_read(path, MAX_XML, &size, w->error);
  char* tags = text ? malloc(size + 1) : NULL;
  SgStatus status = text ? SG_MACHINE : w->error->status;
  if (tags) {
    memcpy(tags, text, size + 1);
    status = copy_inside(w, text, tags, path, depth);
  } else if (text) {
    sg_fail(w->error, status, "%s: out of memory", path);
  }
  sg_file_free(text);
  free(tags);
  return status;
}


//-------------------------------- what is added -------------------------------------------------

// a folder of assets from the root
static SgStatus absolute(const Writer* w, char full[SG_MAX_PATH], const char* folder) {
  char beside[SG_MAX_PATH], resolved[4096];
  bool fits = sg_path_beside(beside, sizeof(beside), w->main, folder[0] ? folder : ".") &&
              realpath(beside, resolved);
  size_t length = fits ? strlen(resolved) : 0;
  if (!fits || length >= SG_MAX_PATH || strpbrk(resolved, "\"<&")) {
    return sg_fail(w->error, SG_FILE,
                   "%s: the folder '%.80s' of its assets cannot be told in another file", w->main,
                   folder);
  }
  memcpy(full, resolved, length + 1);
  return SG_OK;
}


// files that are no MJCF stay where they are
static SgStatus add_folders(Writer* w, const SgTaskInfo* info) {
  char meshes[SG_MAX_PATH], textures[SG_MAX_PATH];
  bool assets = false;
  for (int i = 0; i < info->nfile; i++) {
    size_t length = strlen(info->files[i]);
    assets = assets || length < 4 || strcmp(info->files[i] + length - 4, ".xml") != 0;
  }
  if (!assets) {
    return SG_OK;
  }
  SgStatus status = absolute(w, meshes, w->meshes);
  if (status == SG_OK) {
    status = absolute(w, textures, w->textures);
  }
  if (status == SG_OK) {
    fprintf(w->out, "\n  <compiler meshdir=\"%s\" texturedir=\"%s\"/>\n", meshes, textures);
  }
  return status;
}


// a long text in lines that an editor can show; blanks in base64 mean nothing
static void put_lines(FILE* out, const char* text) {
  enum {
    LINE = 120
  };
  for (const char* end = text + strlen(text); text < end; text += LINE) {
    fprintf(out, "\n%.*s", LINE, text);
  }
}


static SgStatus add_policy(Writer* w, const SgPlayer* player) {
  size_t size;
  char* bytes = sg_file_read(player->policy_path, MAX_POLICY, &size, w->error);
  if (!bytes) {
    return w->error->status;
  }
  char* text = sg_base64_encode(bytes, size);
  sg_file_free(bytes);
  if (!text) {
    return sg_fail(w->error, SG_MACHINE, "out of memory for a policy's text");
  }
  fprintf(
      w->out,
      "\n  <!-- The policy that drives it, sha256 %s.\n"
      "       It needs softgait_plugin.so, loaded in any program of a MuJoCo version that it is "
      "for. -->\n"
      "  <extension>\n"
      "    <plugin plugin=\"softgait.policy\">\n"
      "      <instance name=\"softgait\">\n"
      "        <config key=\"policy_text\" value=\"",
      player->policy_sha256);
  put_lines(w->out, text);
  fprintf(w->out,
          "\"/>\n"
          "      </instance>\n"
          "    </plugin>\n"
          "  </extension>\n"
          "  <sensor>\n"
          "    <plugin name=\"softgait\" instance=\"softgait\"/>\n"
          "  </sensor>\n");
  free(text);
  return SG_OK;
}


//-------------------------------- proof ---------------------------------------------------------

// what is passed through the guard
typedef struct Compile {
  const char* text;
  mjModel* model;
  char why[512];
} Compile;


static void compile(void* arg) {
  Compile* c = arg;
  mjSpec* spec = mj_parseXMLString(c->text, NULL, c->why, sizeof(c->why));
  c->model = spec ? mj_compile(spec, NULL) : NULL;
  if (spec && !c->model) {
    snprintf(c->why, sizeof(c->why), "%s", mjs_getError(spec));
  }
  mj_deleteSpec(spec);
}


// whether two models move alike: their options and every number that is not a path
static bool same_model(const mjModel* a, const mjModel* b) {
  return a->nq == b->nq && a->nv == b->nv && a->nu == b->nu && a->na == b->na &&
         a->nbody == b->nbody && a->ngeom == b->ngeom && a->nsensor == b->nsensor &&
         memcmp(a->qpos0, b->qpos0, sizeof(mjtNum) * (size_t)a->nq) == 0 &&
         memcmp(a->body_mass, b->body_mass, sizeof(mjtNum) * (size_t)a->nbody) == 0 &&
         memcmp(a->body_inertia, b->body_inertia, 3 * sizeof(mjtNum) * (size_t)a->nbody) == 0 &&
         memcmp(a->geom_size, b->geom_size, 3 * sizeof(mjtNum) * (size_t)a->ngeom) == 0 &&
         memcmp(a->dof_damping, b->dof_damping, sizeof(mjtNum) * (size_t)a->nv) == 0 &&
         a->opt.timestep == b->opt.timestep && a->opt.integrator == b->opt.integrator;
}


// the robot's text, closed where the policy will come
static SgStatus check_robot(const char* text, const SgTask* task, SgError* error) {
  Compile c = {.text = text};
  SgError why = {0};
  SgStatus status = sg_guard_call(compile, &c, &why);
  if (status != SG_OK || !c.model || !same_model(c.model, sg_task_model(task))) {
    const char* said = why.text[0] ? why.text : c.why;
    status = sg_fail(error, SG_FILE, "%s: cannot be told as one MJCF%s%s",
                     sg_task_info(task)->model_path, said[0] ? ": " : "", said);
  }
  mj_deleteModel(c.model);
  return status;
}


//-------------------------------- the file ------------------------------------------------------

SgStatus sg_export_mjcf(const SgExport* job, SgError* error) {
  const SgTask* task = job->player->task;
  Writer* w = calloc(1, sizeof(Writer));
  char *text = NULL, *robot = NULL;
  size_t size = 0, length = 0;
  if (w) {
    w->out = open_memstream(&text, &size);
  }
  if (!w || !w->out) {
    free(w);
    return sg_fail(error, SG_MACHINE, "out of memory for an MJCF");
  }
  w->main = sg_task_info(task)->model_path;
  w->error = error;

  // the robot, which must be the same alone
  SgStatus status = copy_file(w, w->main, 0);
  if (status == SG_OK) {
    status = add_folders(w, sg_task_info(task));
  }
  fflush(w->out);
  length = size;
  if (status == SG_OK && asprintf(&robot, "%.*s</mujoco>", (int)length, text) < 0) {
    robot = NULL;
    status = sg_fail(error, SG_MACHINE, "out of memory for an MJCF");
  }
  if (status == SG_OK) {
    status = check_robot(robot, task, error);
  }

  // and its policy
  if (status == SG_OK) {
    status = add_policy(w, job->player);
  }
  fprintf(w->out, "</mujoco>\n");
  bool closed = fclose(w->out) == 0;
  if (status == SG_OK) {
    status = closed ? sg_file_write(job->out, text, size, error)
                    : sg_fail(error, SG_MACHINE, "out of memory for an MJCF");
  }
  free(robot);
  free(text);
  free(w);
  return status;
}
