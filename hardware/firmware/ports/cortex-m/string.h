/* The few functions of the C library that the firmware and the compiler call, so that images need no
 * C library and are the same with every version of it. */
#ifndef STRING_H
#define STRING_H

#include <stddef.h>

int memcmp(const void *one, const void *other, size_t count);
void *memcpy(void *to, const void *from, size_t count);
void *memset(void *at, int value, size_t count);
size_t strlen(const char *text);

#endif
