// Starting by posix_spawn: a fork would copy the page tables of everything that the trainer holds.

#include "cli/viewer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "base/machine.h"

enum {
  PATH = 1200,
  MAX_WORD = 8,
  NICE = 10  // where there are too few processors for both, the run goes first
};

static const double OPENING = 1;  // seconds in which a window opens or fails to

extern char** environ;


//-------------------------------- what it takes -------------------------------------------------

static bool is_set(const char* name) {
  const char* value = getenv(name);
  return value && value[0];
}


// softgait-view beside this executable, and a display of any kind. Whether that can be used the
// window finds out
static SgStatus find(char path[PATH], SgError* error) {
  ssize_t n = readlink("/proc/self/exe", path, PATH - 64);
  path[n > 0 ? n : 0] = '\0';
  char* slash = strrchr(path, '/');
  if (!slash) {
    return sg_fail(error, SG_MACHINE, "no window: where this program lies cannot be found out");
  }
  snprintf(slash, 64, "/softgait-view");
  if (!is_set("DISPLAY") && !is_set("WAYLAND_DISPLAY")) {
    return sg_fail(error, SG_MACHINE,
                   "no window: there is no display (DISPLAY is not set); `softgait record` makes "
                   "pictures without one");
  }
  if (access(path, X_OK) != 0) {
    return sg_fail(error, SG_MACHINE,
                   "no window: %s: %s; it is built where libglfw3-dev is installed", path,
                   strerror(errno));
  }
  return SG_OK;
}


// the words of a command line, for exec's taste
static void fill_argv(char* argv[MAX_WORD], const char* const* words) {
  int n = 0;
  argv[n++] = (char*)"softgait-view";
  for (int i = 0; words[i] && n < MAX_WORD - 1; i++) {
    argv[n++] = (char*)words[i];
  }
  argv[n] = NULL;
}


SgStatus sg_viewer_become(const char* const* words, SgError* error) {
  char path[PATH], *argv[MAX_WORD];
  SgStatus status = find(path, error);
  if (status == SG_OK) {
    fill_argv(argv, words);
    execv(path, argv);
    status = sg_fail(error, SG_MACHINE, "no window: %s: %s", path, strerror(errno));
  }
  return status;
}


//-------------------------------- starting ------------------------------------------------------

// a process in a session of its own whose only tie to us is the pipe; 0 or what went wrong
static int spawn(pid_t* pid, const char* path, char* const* argv, int stderr_end) {
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_t files;
  int why = posix_spawnattr_init(&attributes);
  if (why != 0) {
    return why;
  }
  why = posix_spawn_file_actions_init(&files);
  if (why == 0) {
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files, stderr_end, STDERR_FILENO);
    posix_spawn_file_actions_addclosefrom_np(&files, STDERR_FILENO + 1);  // our caller's, too
    why = posix_spawn(pid, path, &files, &attributes, argv, environ);
    posix_spawn_file_actions_destroy(&files);
  }
  posix_spawnattr_destroy(&attributes);
  return why;
}


SgStatus sg_viewer_start(SgViewer* viewer, const char* run, SgError* error) {
  char path[PATH], *argv[MAX_WORD];
  int ends[2];
  *viewer = (SgViewer){0};
  SgStatus status = find(path, error);
  if (status != SG_OK) {
    return status;
  }

  // neither end waits: the window must not hang on a trainer that is busy
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) {
    return sg_fail(error, SG_MACHINE, "no window: no pipe to it: %s", strerror(errno));
  }
  fill_argv(argv, (const char*[]){run, NULL});
  int why = spawn(&viewer->pid, path, argv, ends[1]);
  close(ends[1]);
  if (why != 0) {
    close(ends[0]);
    viewer->pid = 0;
    return sg_fail(error, SG_MACHINE, "no window: %s: %s", path, strerror(why));
  }
  setpriority(PRIO_PROCESS, (id_t)viewer->pid, NICE);
  viewer->words = ends[0];
  viewer->started = sg_clock();
  return SG_OK;
}


//-------------------------------- listening -----------------------------------------------------

// one whole line; its own lines begin with its name
static void end_line(SgViewer* v) {
  v->line[v->nline] = '\0';
  v->nline = 0;
  if (strncmp(v->line, "softgait", 8) == 0 && !v->told) {
    v->told = true;
    return;
  }
  if (v->line[0] && !v->other[0]) {
    memcpy(v->other, v->line, sizeof(v->other));
  }
}


// take in what it said; true when its line has come. What follows that one is not looked at
static bool hear(SgViewer* v) {
  char bytes[512];
  ssize_t n;
  bool before = v->told;
  while ((n = read(v->words, bytes, sizeof(bytes))) > 0) {
    for (ssize_t i = 0; i < n && !v->told; i++) {
      if (bytes[i] == '\n') {
        end_line(v);
      } else if (v->nline < (int)sizeof(v->line) - 1) {
        v->line[v->nline++] = bytes[i];
      }
    }
  }
  return v->told && !before;
}


// how a window ended that said nothing of its own; true when that is worth a line
static bool tell_end(const SgViewer* v, int how, char* line, int size) {
  char why[64];
  if (WIFEXITED(how) && WEXITSTATUS(how) == 0) {
    return false;
  }
  if (WIFSIGNALED(how)) {
    snprintf(why, sizeof(why), "signal %d", WTERMSIG(how));
  } else {
    snprintf(why, sizeof(why), "exit code %d", WEXITSTATUS(how));
  }
  snprintf(line, (size_t)size,
           "softgait: the window has ended with %s%s%s; training is not affected", why,
           v->other[0] ? ": " : "", v->other);
  return true;
}


bool sg_viewer_listen(SgViewer* v, char* line, int size) {
  int how = 0;
  if (v->pid == 0) {
    return false;
  }

  // dead before it is heard out, so that no word is lost
  bool ended = waitpid(v->pid, &how, WNOHANG) == v->pid;
  bool news = hear(v);
  if (ended && v->nline > 0 && !v->told) {
    end_line(v);
    news = v->told;
  }
  if (news) {
    snprintf(line, (size_t)size, "%s", v->line);
  }
  if (ended) {
    news = news || (!v->told && tell_end(v, how, line, size));
    close(v->words);
    v->pid = 0;
  }
  return news;
}


bool sg_viewer_leave(SgViewer* v, char* line, int size) {
  bool news = sg_viewer_listen(v, line, size);
  while (v->pid != 0 && !v->told && sg_clock() < v->started + OPENING) {
    if (poll(NULL, 0, 10) < 0) {
      break;  // a signal: whoever sent it wants to leave
    }
    news = sg_viewer_listen(v, line, size) || news;
  }
  if (v->pid != 0) {
    close(v->words);
    v->pid = 0;
  }
  return news;
}
