/* STMicroelectronics STM32F205 (qemu's netduino2): USART1 (RM0033, section 24). */
#ifndef CHIP_H
#define CHIP_H

#define CLOCK_HZ 120000000
#define UART_IRQ 37

#include "emulated.h"
#include "tick.h"

#define USART_SR REGISTER(0x40011000)
#define USART_DR REGISTER(0x40011004)
#define USART_BRR REGISTER(0x40011008)
#define USART_CR1 REGISTER(0x4001100c)

static inline void uart_start(void) {
  /* APB2 has half of the clock. */
  USART_BRR = CLOCK_HZ / 2 / 115200;
  /* On, both directions, an interrupt for what is received. */
  USART_CR1 = 0x202c;
}

static inline uint8_t uart_has_byte(void) { return (USART_SR & 0x20) != 0; }
static inline uint8_t uart_get(void) { return (uint8_t)USART_DR; }

static inline void uart_put(uint8_t byte) {
  while (!(USART_SR & 0x80)) {
  }
  USART_DR = byte;
}

#endif
