/* ARM's MPS2 board with the Cortex-M3 image AN385 (qemu's mps2-an385): UART0 is that of the CMSDK
 * (DDI 0479, 4.3). */
#ifndef CHIP_H
#define CHIP_H

#define CLOCK_HZ 25000000
#define UART_IRQ 0

#include "emulated.h"
#include "tick.h"

#define UART_DATA REGISTER(0x40004000)
#define UART_STATE REGISTER(0x40004004)
#define UART_CONTROL REGISTER(0x40004008)
#define UART_INTERRUPT REGISTER(0x4000400c)
#define UART_DIVISOR REGISTER(0x40004010)

static inline void uart_start(void) {
  UART_DIVISOR = CLOCK_HZ / 115200;
  /* Both directions, an interrupt for what is received. */
  UART_CONTROL = 0x0b;
}

static inline uint8_t uart_has_byte(void) {
  /* Before the look, or the interrupt of a byte that comes in between is lost. */
  UART_INTERRUPT = 2;
  return (UART_STATE & 2) != 0;
}

static inline uint8_t uart_get(void) { return (uint8_t)UART_DATA; }

static inline void uart_put(uint8_t byte) {
  while (UART_STATE & 1) {
  }
  UART_DATA = byte;
}

#endif
