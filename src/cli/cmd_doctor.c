// softgait doctor: what this machine has, what it lacks, and the package that supplies it; or,
// given a policy and a model, whether the one fits the other.

#include <dlfcn.h>
#include <mujoco/mujoco.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/machine.h"
#include "cli/command.h"
#include "cli/fit_print.h"
#include "cli/player_args.h"
#include "math/kernels.h"
#include "task/task.h"
#include "train/run_read.h"

static const SgFlag FLAGS[] = {
    {"--model", "FILE", "the same as the second word"},
};

// what was found so far
typedef struct Findings {
  int nneeded;    // needed and missing
  int noptional;  // useful and missing
} Findings;


static void fine(const char* what, const char* text) {
  printf("  ok       %-12s %s\n", what, text);
}


static void lack(Findings* f, bool needed, const char* what, const char* text) {
  printf("  %-8s %-12s %s\n", needed ? "MISSING" : "missing", what, text);
  if (needed) {
    f->nneeded++;
  } else {
    f->noptional++;
  }
}


static void look_at_machine(Findings* f) {
  char cpu[128], text[256];
  sg_machine_cpu_name(cpu, sizeof(cpu));
  snprintf(text, sizeof(text), "%s, %d to use%s%s%s", cpu, sg_machine_ncpu(),
           __builtin_cpu_supports("avx2") ? ", AVX2" : "",
           __builtin_cpu_supports("fma") ? ", FMA" : "",
           __builtin_cpu_supports("avx512f") ? ", AVX-512" : "");
  fine("processor", text);

  // a million HalfCheetah transitions take 100 MB
  double free_mb = (double)sg_machine_memory_available() / 1e6;
  snprintf(text, sizeof(text), "%.0f MB free", free_mb);
  if (free_mb > 500) {
    fine("memory", text);
  } else {
    lack(f, true, "memory", "less than 500 MB free; lower sac.replay");
  }
}


static void look_at_libraries(Findings* f) {
  char text[256];
  SgError error = {0};
  snprintf(text, sizeof(text), "%s", mj_versionString());
  fine("MuJoCo", text);
  const SgKernels* blas = sg_kernels_blas(&error);
  if (blas) {
    snprintf(text, sizeof(text), "kernels %s", blas->core);
    fine("OpenBLAS", text);
  } else {
    lack(f, true, "OpenBLAS", "install the package libopenblas0-pthread");
  }
}


// the folder that holds what a path names
static void cut_last(char* path) {
  char* slash = strrchr(path, '/');
  if (slash) {
    *slash = '\0';
  }
}


static void look_at_files(Findings* f) {
  int n;
  char text[1100], path[1024];
  const char* const* names = sg_task_names(&n);
  if (n > 0 && sg_task_find(names[0], path, sizeof(path), NULL) == SG_OK) {
    cut_last(path);  // the task file
    cut_last(path);  // its robot's folder
    snprintf(text, sizeof(text), "%d tasks in %s", n, path);
    fine("models", text);
  } else {
    lack(f, true, "models", "no task files; point SOFTGAIT_MODELS at softgait's models folder");
  }
  const char* place = sg_folder_exists("runs") ? "runs" : ".";
  if (access(place, W_OK) == 0) {
    fine("runs", "can be written here");
  } else {
    lack(f, true, "runs", "this folder cannot be written; go to another, or name one with --run");
  }
}


// programs and libraries that single commands open when they run
static void look_at_programs(Findings* f) {
  if (system("command -v gnuplot > /dev/null 2>&1") == 0) {
    fine("gnuplot", "draws `softgait plot`");
  } else {
    lack(f, false, "gnuplot", "`softgait plot` needs the package gnuplot-nox");
  }
  if (system("command -v ffmpeg > /dev/null 2>&1") == 0) {
    fine("ffmpeg", "writes the videos of `softgait record`");
  } else {
    lack(f, false, "ffmpeg", "`softgait record` needs the package ffmpeg for videos");
  }
  if (dlopen("libEGL.so.1", RTLD_LAZY) && dlopen("libEGL_mesa.so.0", RTLD_LAZY)) {
    fine("EGL", "`softgait record` draws without a display");
  } else {
    lack(f, false, "EGL", "`softgait record` needs libegl1, libegl-mesa0 and libgl1-mesa-dri");
  }
}


static SgStatus look_at_all(SgError* error) {
  Findings f = {0};
  printf("softgait %s\n", SG_VERSION);
  look_at_machine(&f);
  look_at_libraries(&f);
  look_at_files(&f);
  look_at_programs(&f);
  if (f.nneeded > 0) {
    return sg_fail(error, SG_MACHINE, "%d thing%s missing that training needs, see above",
                   f.nneeded, f.nneeded == 1 ? " is" : "s are");
  }
  printf("%s\n",
         f.noptional > 0 ? "training will work; some commands lack a program" : "all is there");
  return SG_OK;
}


// a policy against a model
static SgStatus compare(const char* what, const char* model, SgError* error) {
  SgPlayer player = {0};
  char path[1024], folder[1024];
  SgStatus status = sg_run_policy(what, path, folder, sizeof(path), error);
  if (status == SG_OK) {
    status = sg_player_open_policy(&player, path, error);
  }
  if (status == SG_OK) {
    printf("policy    %s, task %s\n", path, sg_policy_meta(player.policy, "softgait.task"));
    status = sg_fit_print_model(player.policy, path, model, false, error);
  }
  sg_player_close(&player);
  return status;
}


static SgStatus run_doctor(const SgArgs* args, SgError* error) {
  const char* model = sg_args_text(args, "--model", NULL);
  if (args->nword == 0 && !model) {
    return look_at_all(error);
  }
  if ((args->nword == 2) == (model != NULL)) {
    return sg_fail(error, SG_USAGE,
                   "doctor needs a policy and one model: softgait doctor POLICY MODEL.xml");
  }
  return compare(args->nword > 0 ? args->words[0] : NULL, model ? model : args->words[1], error);
}


const SgCommand sg_command_doctor = {
    .name = "doctor",
    .summary = "what this machine lacks; does a policy fit a model",
    .usage = "softgait doctor [RUN|POLICY MODEL.xml|TASK.yaml]",
    .examples =
        "  softgait doctor                                 what is missing, and its package\n"
        "  softgait doctor walk.safetensors robot.xml      does this policy fit this model\n"
        "  softgait doctor runs/latest hopper              or a task, its period included\n",
    .notes =
        "A policy is compared term by term, by name: channels, actuators and their ranges, time "
        "step,\n"
        "period. Exit code 0: it fits; 3: it does not. Another order of names or other files with "
        "the\n"
        "same names are noted and no hindrance.\n",
    .max_words = 2,
    .nflag = sizeof(FLAGS) / sizeof(FLAGS[0]),
    .flags = FLAGS,
    .run = run_doctor,
};
