/* See board.h. */
#include "board.h"

void board_name(char *name, uint8_t size, const char *fallback) {
  uint8_t i;
  for (i = 0; i < size - 1; i++) {
    uint8_t byte = board_byte(i);
    if (byte == 0 || byte == 0xff) break;
    name[i] = (char)byte;
  }
  while (i == 0 && *fallback) {
    char *at = name;
    while ((*at++ = *fallback++)) {
    }
    return;
  }
  name[i] = 0;
}
