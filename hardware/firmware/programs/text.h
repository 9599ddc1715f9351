/* Texts without stdio. Each writes at `at` and returns the end of what it wrote, which is a 0. */
#ifndef TEXT_H
#define TEXT_H

#include <stdint.h>

char *text_add(char *at, const char *text);
/* Exactly `digits` decimal digits. */
char *text_number(char *at, uint16_t value, uint8_t digits);

#endif
