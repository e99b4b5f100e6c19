// One log handler for the process, one jump target for each thread.

#include "task/guard.h"

#include <mujoco/mujoco.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// where an error on this thread jumps to; NULL: nowhere
static _Thread_local jmp_buf* target;
static _Thread_local char message[1024];
static _Thread_local char warning[1024];


// the one warning that is nobody's business: HalfCheetah's masses are defined by `settotalmass`,
// which MuJoCo deprecates since 3.17; the numbers must stay those that it gives
static bool is_noise(const char* text) {
  return strstr(text, "settotalmass") != NULL;
}


// MuJoCo's handler may not return from an error: it jumps, or the process ends
static void handle(const mjLogMessage* msg) {
  if (msg->level == mjLOG_WARNING && !warning[0] && !is_noise(msg->subject)) {
    snprintf(warning, sizeof(warning), "%s", msg->subject);
  }
  if (msg->level != mjLOG_ERROR) {
    return;
  }
  if (target) {
    snprintf(message, sizeof(message), "%s", msg->subject);
    longjmp(*target, 1);
  }
  fprintf(stderr, "softgait: MuJoCo stopped with: %s\n", msg->subject);
  exit(SG_FAIL);
}


void sg_guard_install(void) {
  mju_setLogHandler(handle);
}


SgStatus sg_guard_call(void (*function)(void* arg), void* arg, SgError* error) {
  jmp_buf here;
  jmp_buf* outer = target;

  if (setjmp(here) != 0) {
    target = outer;
    return sg_fail(error, SG_FAIL, "MuJoCo raised an error: %s", message);
  }
  target = &here;
  function(arg);
  target = outer;
  return SG_OK;
}


void sg_guard_take_warning(char* text, int size) {
  snprintf(text, (size_t)size, "%s", warning);
  warning[0] = '\0';
}


SgStatus sg_guard_version(SgError* error) {
  int running = mj_version();
  if (running == mjVERSION_HEADER) {
    return SG_OK;
  }
  return sg_fail(error, SG_MACHINE,
                 "this softgait was built for MuJoCo %d.%d.%d but found %d.%d.%d at run time; run "
                 "scripts/setup and build again",
                 mjVERSION_HEADER / 1000000, mjVERSION_HEADER / 1000 % 1000,
                 mjVERSION_HEADER % 1000, running / 1000000, running / 1000 % 1000, running % 1000);
}
