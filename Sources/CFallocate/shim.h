#include <linux/falloc.h>
#include <sys/types.h>

// Declared in <fcntl.h> for GNU's extensions alone, which Swift's module of it does not ask for.
extern int fallocate(int descriptor, int mode, off_t offset, off_t length);

// Of lseek, for GNU's extensions alone too: the next place that is not in a hole.
#ifndef SEEK_DATA
#define SEEK_DATA 3
#endif
