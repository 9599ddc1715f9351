/* An ATmega328P in simavr, whose UART is a terminal: what `firmware: { command: ... }` of a scenario
 * starts, one a device (simavr.yaml). simavr's own program prints the UART and does not read it.
 *
 *   cc -I/usr/include/simavr -o simavr-uart simavr-uart.c -lsimavrparts -lsimavr     (Debian: libsimavr-dev)
 *   ./simavr-uart IMAGE.hex NAME
 *
 * NAME is put at the beginning of the EEPROM, as text. The first line that it says names the
 * terminal. Watch the device sleep: the process takes next to no time. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <simavr/avr_eeprom.h>
#include <simavr/parts/uart_pty.h>
#include <simavr/sim_avr.h>
#include <simavr/sim_hex.h>

int main(int argc, char **argv) {
  avr_t *avr = avr_make_mcu_by_name("atmega328p");
  uint32_t bytes, start;
  uint8_t *image = argc == 3 ? read_ihex_file(argv[1], &bytes, &start) : NULL;
  static uart_pty_t uart;
  if (!avr || !image) {
    fprintf(stderr, "usage: simavr-uart IMAGE.hex NAME\n");
    return 2;
  }
  setvbuf(stdout, NULL, _IOLBF, 0);
  avr_init(avr);
  avr->frequency = 16000000;
  memcpy(avr->flash + start, image, bytes);
  avr->pc = avr->codeend = start;
  avr->codeend = avr->flashend;
  avr_eeprom_desc_t name = {(uint8_t *)argv[2], 0, (uint32_t)strlen(argv[2]) + 1};
  avr_ioctl(avr, AVR_IOCTL_EEPROM_SET, &name);
  uart_pty_init(avr, &uart);
  uart_pty_connect(&uart, '0');
  for (;;) {
    int state = avr_run(avr);
    if (state == cpu_Done || state == cpu_Crashed) return 1;
  }
}
