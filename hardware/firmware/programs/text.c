/* See text.h. */
#include "text.h"

char *text_add(char *at, const char *text) {
  while ((*at = *text++)) at++;
  return at;
}

char *text_number(char *at, uint16_t value, uint8_t digits) {
  uint8_t i = digits;
  at[digits] = 0;
  while (i) {
    at[--i] = (char)('0' + value % 10);
    value /= 10;
  }
  return at + digits;
}
