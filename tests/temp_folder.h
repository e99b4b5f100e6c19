// A folder of a test's own, with everything in it gone afterwards.

#ifndef SG_TESTS_TEMP_FOLDER_H_
#define SG_TESTS_TEMP_FOLDER_H_

/// cmocka set-up: make a new folder and work in it.
int temp_folder_enter(void** state);

/// cmocka tear-down: leave it and remove it with all its contents.
int temp_folder_leave(void** state);

/// Write a text file, folders on the way made.
void temp_write(const char* path, const char* text);

/// Read a whole file; the text is the caller's to free.
char* temp_read(const char* path);

/// Entries of a folder, "." and ".." not counted; -1 when there is no such folder.
int temp_count(const char* path);

/// A small robot of the test's own: folder/cart.xml and folder/cart.yaml, a cart on a rail that
/// earns `reward` per step and starts at `place`; 50 steps per episode.
void temp_cart(const char* folder, const char* reward, const char* place);

#endif  // SG_TESTS_TEMP_FOLDER_H_
