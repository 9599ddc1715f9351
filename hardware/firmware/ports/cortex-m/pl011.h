/* The UART that ARM calls PL011 (DDI 0183), at UART_BASE. */
#ifndef PL011_H
#define PL011_H

#include "cortex-m.h"

#define UART_DATA REGISTER(UART_BASE + 0x00)
#define UART_FLAGS REGISTER(UART_BASE + 0x18)
#define UART_RX_EMPTY 0x10
#define UART_TX_FULL 0x20

/* `divisor` is in sixty-fourths of clock / 16 / baud. */
static inline void pl011_start(uint32_t divisor) {
  REGISTER(UART_BASE + 0x24) = divisor / 64;
  REGISTER(UART_BASE + 0x28) = divisor % 64;
  /* 8 bits, with FIFOs; the divisor counts from here. */
  REGISTER(UART_BASE + 0x2c) = 0x70;
  /* An interrupt when an eighth of the FIFO is full, or when there is less and no more comes. */
  REGISTER(UART_BASE + 0x34) = 0;
  REGISTER(UART_BASE + 0x38) = 0x50;
  REGISTER(UART_BASE + 0x30) = 0x301;
}

static inline uint8_t uart_has_byte(void) { return !(UART_FLAGS & UART_RX_EMPTY); }
static inline uint8_t uart_get(void) { return (uint8_t)UART_DATA; }
static inline void uart_put(uint8_t byte) {
  while (UART_FLAGS & UART_TX_FULL) {
  }
  UART_DATA = byte;
}

#endif
