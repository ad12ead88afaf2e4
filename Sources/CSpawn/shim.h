#include <spawn.h>

// Declared in <spawn.h> for GNU's extensions alone, which Swift's module of it does not ask for.
extern int posix_spawn_file_actions_addchdir_np(posix_spawn_file_actions_t *actions, const char *path);
extern int posix_spawn_file_actions_addclosefrom_np(posix_spawn_file_actions_t *actions, int from);
