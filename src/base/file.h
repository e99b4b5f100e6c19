// Files: whole ones in, whole ones out, old or new and never a mixture.

#ifndef SG_BASE_FILE_H_
#define SG_BASE_FILE_H_

#include <stdbool.h>
#include <stddef.h>

#include "base/status.h"

/// Read a whole file of at most cap bytes. Return a malloc'ed buffer (one extra zero byte behind
/// the end, not counted) that the caller frees with sg_file_free, and its size; or NULL with
/// SG_FILE.
char* sg_file_read(const char* path, size_t cap, size_t* size, SgError* error);

/// Free what sg_file_read returned. NULL is allowed.
void sg_file_free(char* bytes);

/// Replace a file as one act: write beside it, sync, rename, sync the folder. On failure the old
/// file is untouched, nothing half-written remains, and SG_MACHINE says why. A device or a pipe
/// (/dev/stdout) is written to and stays what it is.
SgStatus sg_file_write(const char* path, const void* bytes, size_t size, SgError* error);

/// Remove what writers of a file that were killed half-way have left beside it. Only while nobody
/// else may be writing it.
void sg_file_sweep(const char* path);

/// Make a folder's entries last: after a rename in it. Does what can be done; says nothing.
void sg_folder_sync(const char* path);

/// Make a folder and its parents; one that exists is fine.
SgStatus sg_folder_make(const char* path, SgError* error);

/// Remove a folder with all that is in it; links are removed, not followed.
void sg_folder_remove(const char* path);

/// Whether a path names something that exists.
bool sg_file_exists(const char* path);

/// Whether a path names a folder.
bool sg_folder_exists(const char* path);

/// Join folder and name with one slash into path (size bytes). Return false when it does not fit.
bool sg_path_join(char* path, int size, const char* folder, const char* name);

#endif  // SG_BASE_FILE_H_
