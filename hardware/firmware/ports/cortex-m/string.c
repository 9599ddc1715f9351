/* See string.h. Written for size. */
#include "string.h"

int memcmp(const void *one, const void *other, size_t count) {
  const unsigned char *a = one, *b = other;
  for (; count; count--, a++, b++) {
    if (*a != *b) return *a - *b;
  }
  return 0;
}

void *memcpy(void *to, const void *from, size_t count) {
  unsigned char *a = to;
  const unsigned char *b = from;
  while (count--) *a++ = *b++;
  return to;
}

void *memset(void *at, int value, size_t count) {
  unsigned char *a = at;
  while (count--) *a++ = (unsigned char)value;
  return at;
}

size_t strlen(const char *text) {
  const char *end = text;
  while (*end) end++;
  return (size_t)(end - text);
}
