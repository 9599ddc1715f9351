/* Nordic nRF51822 (qemu's microbit): UART0 and, because it has no SysTick, TIMER0 (nRF51 Series
 * Reference Manual 3.0, sections 17 and 29). */
#ifndef CHIP_H
#define CHIP_H

#define UART_IRQ 2
#define TICK_IRQ 8

#include "emulated.h"

#define UART_START_RX REGISTER(0x40002000)
#define UART_START_TX REGISTER(0x40002008)
#define UART_RX_READY REGISTER(0x40002108)
#define UART_TX_READY REGISTER(0x4000211c)
#define UART_INTENSET REGISTER(0x40002304)
#define UART_ENABLE REGISTER(0x40002500)
#define UART_RXD REGISTER(0x40002518)
#define UART_TXD REGISTER(0x4000251c)
#define UART_BAUDRATE REGISTER(0x40002524)

#define TIMER_START REGISTER(0x40008000)
#define TIMER_COMPARE REGISTER(0x40008140)
#define TIMER_SHORTS REGISTER(0x40008200)
#define TIMER_INTENSET REGISTER(0x40008304)
#define TIMER_BITMODE REGISTER(0x40008508)
#define TIMER_PRESCALER REGISTER(0x40008510)
#define TIMER_CC REGISTER(0x40008540)

static inline void uart_start(void) {
  UART_BAUDRATE = 0x01d7e000;
  UART_ENABLE = 4;
  UART_INTENSET = 1 << 2;
  UART_START_RX = 1;
  UART_START_TX = 1;
}

static inline uint8_t uart_has_byte(void) { return UART_RX_READY != 0; }

static inline uint8_t uart_get(void) {
  /* Reading the byte lets the next one be announced. */
  UART_RX_READY = 0;
  return (uint8_t)UART_RXD;
}

static inline void uart_put(uint8_t byte) {
  UART_TX_READY = 0;
  UART_TXD = byte;
  while (!UART_TX_READY) {
  }
}

static inline void tick_start(void) {
  /* 32 bits, 16 MHz / 2^4, and from 0 again at each match. */
  TIMER_BITMODE = 3;
  TIMER_PRESCALER = 4;
  TIMER_CC = 1000000 / TICK_HZ;
  TIMER_SHORTS = 1;
  TIMER_INTENSET = 1 << 16;
  interrupt_enable(TICK_IRQ);
  TIMER_START = 1;
}

static inline void tick_clear(void) { TIMER_COMPARE = 0; }

#endif
