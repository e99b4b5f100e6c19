// ffmpeg as a child: its input a pipe of ours, its complaints in memory, for our one sentence.

#include "video.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/file.h"
#include "picture.h"

enum {
  PATH = 4096
};

extern char** environ;

struct SgVideo {
  char path[PATH];
  char beside[PATH];  // what is written until the end; "": nothing
  int width, height, fps;
  long nframe;
  pid_t ffmpeg;    // 0: none runs
  int pipe;        // into ffmpeg; -1: closed
  int complaints;  // a file in memory with its standard error
  bool frames;     // no ffmpeg: PNG files in a folder, which is `beside`
};


//-------------------------------- ffmpeg --------------------------------------------------------

// the last line that ffmpeg complained with, or how it ended
static void why_ended(const SgVideo* v, int state, char* text, int size) {
  char all[2048];
  ssize_t n = pread(v->complaints, all, sizeof(all) - 1, 0);
  all[n > 0 ? n : 0] = '\0';
  for (size_t end = strlen(all); end > 0 && all[end - 1] == '\n'; end--) {
    all[end - 1] = '\0';
  }
  const char* line = strrchr(all, '\n');
  line = line ? line + 1 : all;
  if (WIFSIGNALED(state)) {
    snprintf(text, (size_t)size, "%s%s%.160s", strsignal(WTERMSIG(state)), line[0] ? ", " : "",
             line);
  } else if (line[0]) {
    snprintf(text, (size_t)size, "%.160s", line);
  } else {
    snprintf(text, (size_t)size, "exit code %d", WEXITSTATUS(state));
  }
}


// wait for the child's end; its state
static int wait_for(SgVideo* v) {
  int state = 0;
  while (waitpid(v->ffmpeg, &state, 0) < 0 && errno == EINTR) {
  }
  v->ffmpeg = 0;
  return state;
}


// start it with our pipe as its input, in a process group of its own: Ctrl-C is for us to handle
static int spawn(SgVideo* v, int input) {
  char size[32], rate[16], out[PATH + 8];
  snprintf(size, sizeof(size), "%dx%d", v->width, v->height);
  snprintf(rate, sizeof(rate), "%d", v->fps);
  snprintf(out, sizeof(out), "file:%s", v->beside);
  char* words[] = {"ffmpeg",
                   "-hide_banner",
                   "-loglevel",
                   "error",
                   "-nostdin",
                   "-y",
                   "-f",
                   "rawvideo",
                   "-pixel_format",
                   "rgb24",
                   "-video_size",
                   size,
                   "-framerate",
                   rate,
                   "-i",
                   "pipe:0",
                   "-vf",
                   "vflip",
                   "-an",
                   "-c:v",
                   "libx264",
                   "-preset",
                   "medium",
                   "-crf",
                   "20",
                   "-pix_fmt",
                   "yuv420p",
                   "-movflags",
                   "+faststart",
                   "-f",
                   "mp4",
                   out,
                   NULL};
  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  sigset_t all;
  sigfillset(&all);
  posix_spawn_file_actions_init(&files);
  posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&files, v->complaints, STDERR_FILENO);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF);
  posix_spawnattr_setsigdefault(&attributes, &all);
  int why = posix_spawnp(&v->ffmpeg, words[0], &files, &attributes, words, environ);
  v->ffmpeg = why == 0 ? v->ffmpeg : 0;
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  return why;
}


// pipe, memory for complaints, child; 0 or the errno of what failed
static int start_ffmpeg(SgVideo* v) {
  int ends[2];
  v->complaints = memfd_create("ffmpeg", MFD_CLOEXEC);
  if (v->complaints < 0 || pipe2(ends, O_CLOEXEC) != 0) {
    return errno;
  }
  int why = spawn(v, ends[0]);
  close(ends[0]);
  v->pipe = ends[1];
  return why;
}


static SgStatus ended(SgVideo* v, SgError* error) {
  char why[256];
  int state = wait_for(v);
  why_ended(v, state, why, sizeof(why));
  return sg_fail(error, SG_MACHINE, "%s: is not written, ffmpeg stopped at frame %ld: %s", v->path,
                 v->nframe + 1, why);
}


//-------------------------------- opening -------------------------------------------------------

// a file beside path, as readable as a new one would be
static SgStatus make_beside(SgVideo* v, SgError* error) {
  snprintf(v->beside, sizeof(v->beside), "%.4000s.XXXXXX", v->path);
  int file = mkostemp(v->beside, O_CLOEXEC);
  if (file < 0) {
    v->beside[0] = '\0';
    return sg_fail(error, SG_MACHINE, "%s: cannot be written: %s", v->path, strerror(errno));
  }
  mode_t mask = umask(0);
  umask(mask);
  fchmod(file, 0666 & ~mask);
  close(file);
  return SG_OK;
}


// no ffmpeg: a folder beside the folder that the frames will lie in
static SgStatus make_folder(SgVideo* v, SgError* error) {
  char folder[PATH + 16];
  snprintf(folder, sizeof(folder), "%s-frames", v->path);
  unlink(v->beside);
  v->beside[0] = '\0';
  if (sg_file_exists(folder)) {
    return sg_fail(error, SG_MACHINE,
                   "ffmpeg is missing (Debian package ffmpeg), and %s for the frames is there "
                   "already; install ffmpeg or move that away",
                   folder);
  }
  snprintf(v->beside, sizeof(v->beside), "%.4000s-frames.XXXXXX", v->path);
  if (!mkdtemp(v->beside)) {
    v->beside[0] = '\0';
    return sg_fail(error, SG_MACHINE, "%s: cannot be made: %s", folder, strerror(errno));
  }
  chmod(v->beside, 0755);
  v->frames = true;
  return SG_OK;
}


SgVideo* sg_video_open(const char* path, int width, int height, int fps, SgError* error) {
  SgVideo* v = calloc(1, sizeof(SgVideo));
  if (!v || strlen(path) > 4000) {
    sg_fail(error, SG_MACHINE, v ? "%.80s...: the path is too long" : "%.80s: out of memory", path);
    free(v);
    return NULL;
  }
  snprintf(v->path, sizeof(v->path), "%s", path);
  v->width = width;
  v->height = height;
  v->fps = fps;
  v->pipe = v->complaints = -1;
  SgStatus status = make_beside(v, error);
  int why = status == SG_OK ? start_ffmpeg(v) : 0;
  if (why == ENOENT) {
    status = make_folder(v, error);
  } else if (why != 0) {
    status = sg_fail(error, SG_MACHINE, "ffmpeg cannot be started: %s", strerror(why));
  }
  if (status != SG_OK) {
    sg_video_close(v);
    return NULL;
  }
  return v;
}


//-------------------------------- frames --------------------------------------------------------

static SgStatus add_file(SgVideo* v, const unsigned char* rgb, SgError* error) {
  char path[PATH + 32];
  SgPicture picture = {.width = v->width, .height = v->height, .bottom_up = true, .rgb = rgb};
  snprintf(path, sizeof(path), "%s/%06ld.png", v->beside, v->nframe + 1);
  return sg_picture_write(&picture, path, error);
}


SgStatus sg_video_add(SgVideo* v, const unsigned char* rgb, SgError* error) {
  size_t left = (size_t)v->width * (size_t)v->height * 3;
  if (v->frames) {
    SgStatus status = add_file(v, rgb, error);
    v->nframe += status == SG_OK;
    return status;
  }
  while (left > 0) {
    ssize_t done = write(v->pipe, rgb, left);
    if (done < 0 && errno != EINTR) {
      return ended(v, error);
    }
    rgb += done > 0 ? done : 0;
    left -= done > 0 ? (size_t)done : 0;
  }
  v->nframe++;
  return SG_OK;
}


// the folder of frames gets its name; that is no success, a video was asked for
static SgStatus finish_frames(SgVideo* v, SgError* error) {
  char folder[PATH + 16];
  snprintf(folder, sizeof(folder), "%s-frames", v->path);
  if (rename(v->beside, folder) != 0) {
    return sg_fail(error, SG_MACHINE, "%s: cannot be made: %s", folder, strerror(errno));
  }
  v->beside[0] = '\0';
  return sg_fail(error, SG_MACHINE,
                 "ffmpeg is missing (Debian package ffmpeg); %s is not written, its %ld frames lie "
                 "in %s/ as PNG files",
                 v->path, v->nframe, folder);
}


SgStatus sg_video_finish(SgVideo* v, SgError* error) {
  if (v->frames) {
    return finish_frames(v, error);
  }
  close(v->pipe);
  v->pipe = -1;
  char why[256];
  int state = wait_for(v);
  if (!WIFEXITED(state) || WEXITSTATUS(state) != 0) {
    why_ended(v, state, why, sizeof(why));
    return sg_fail(error, SG_MACHINE, "%s: is not written, ffmpeg failed at its end: %s", v->path,
                   why);
  }
  if (rename(v->beside, v->path) != 0) {
    return sg_fail(error, SG_MACHINE, "%s: cannot be written: %s", v->path, strerror(errno));
  }
  v->beside[0] = '\0';
  return SG_OK;
}


void sg_video_close(SgVideo* v) {
  if (!v) {
    return;
  }
  if (v->ffmpeg > 0) {
    kill(v->ffmpeg, SIGKILL);
    wait_for(v);
  }
  if (v->pipe >= 0) {
    close(v->pipe);
  }
  if (v->complaints >= 0) {
    close(v->complaints);
  }
  if (v->beside[0] && v->frames) {
    sg_folder_remove(v->beside);
  } else if (v->beside[0]) {
    unlink(v->beside);
  }
  free(v);
}
