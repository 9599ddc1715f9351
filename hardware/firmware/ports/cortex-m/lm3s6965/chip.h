/* Texas Instruments LM3S6965 (qemu's lm3s6965evb): UART0 is a PL011. */
#ifndef CHIP_H
#define CHIP_H

#define CLOCK_HZ 12500000
#define UART_BASE 0x4000c000
#define UART_IRQ 5

#include "emulated.h"
#include "pl011.h"
#include "tick.h"

/* Run-mode clock gating: UART0 and port A, whose first two pins it has. */
#define RCGC1 REGISTER(0x400fe104)
#define RCGC2 REGISTER(0x400fe108)

static inline void uart_start(void) {
  RCGC1 |= 1;
  RCGC2 |= 1;
  pl011_start(CLOCK_HZ / 115200 * 64 / 16);
}

#endif
