// The window: a program of its own, softgait-view, that lies beside softgait. Here it is started
// and listened to; what it draws it reads from the run folder.
//
//   softgait train --view ── starts ──> softgait-view RUN      a session of its own: no signal of the
//                         <── one line ──  on its stderr       terminal, no pipe of ours but that one
//
// The trainer outlives its window and the window its trainer. What the window says on stderr comes
// through a pipe, so that of all that graphics libraries have to say one line is shown, and nobody
// who reads our stderr waits for the window to close.

#ifndef SG_CLI_VIEWER_H_
#define SG_CLI_VIEWER_H_

#include <stdbool.h>
#include <sys/types.h>

#include "base/status.h"

/// A window that was started. Zeroed: none.
typedef struct SgViewer {
  pid_t pid;       ///< its process; 0: none, or it has ended
  int words;       ///< where its stderr is read; meaningless without a pid
  double started;  ///< clock
  bool told;       ///< its one line was handed out
  int nline;
  char line[400];   ///< of what it says, the line under way
  char other[400];  ///< the first line that was somebody else's, a graphics library's
} SgViewer;

/// Start a window on a run folder. SG_MACHINE with a sentence when there is no display or no such
/// program; then there is nothing to listen to.
SgStatus sg_viewer_start(SgViewer* viewer, const char* run, SgError* error);

/// Listen, without waiting: whether there is something to tell, once in a window's life. line: what
/// it said, or how it ended if that was not well. A window that ended is reaped.
bool sg_viewer_listen(SgViewer* viewer, char* line, int size);

/// The run has ended: listen for the last time and let go of the window, which stays. One that is
/// younger than a second is listened to for the rest of it, because it may still fail to open.
bool sg_viewer_leave(SgViewer* viewer, char* line, int size);

/// Become the window: replace this process by softgait-view with these words (NULL behind the
/// last). Returns only with SG_MACHINE and a sentence.
SgStatus sg_viewer_become(const char* const* words, SgError* error);

#endif  // SG_CLI_VIEWER_H_
