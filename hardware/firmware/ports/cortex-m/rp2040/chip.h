/* Raspberry Pi RP2040 at the 12 MHz of its crystal, which is plenty: UART0 is a PL011, the tick comes
 * from the timer. Registers as in its data sheet. */
#ifndef CHIP_H
#define CHIP_H

#define CRYSTAL_HZ 12000000
#define UART_BASE 0x40034000
#define UART_IRQ 20
#define TICK_IRQ 0
#define TICK_US (1000000 / TICK_HZ)

#include "cortex-m.h"
#include "pl011.h"

#define CHIP_RESET REGISTER(0x40064008)
#define CLK_REF_CTRL REGISTER(0x40008030)
#define CLK_REF_SELECTED REGISTER(0x40008038)
#define CLK_PERI_CTRL REGISTER(0x40008048)
#define CLK_ADC_CTRL REGISTER(0x40008060)
/* Of RESETS, the address whose ones clear bits. */
#define RESET_CLEAR REGISTER(0x4000f000)
#define RESET_DONE REGISTER(0x4000c008)
#define PSM_WDSEL REGISTER(0x40010008)
#define GPIO0_CTRL REGISTER(0x40014004)
#define GPIO1_CTRL REGISTER(0x4001400c)
#define XOSC_CTRL REGISTER(0x40024000)
#define XOSC_STATUS REGISTER(0x40024004)
#define TIMER_ALARM0 REGISTER(0x40054010)
#define TIMER_NOW REGISTER(0x40054028)
#define TIMER_INTR REGISTER(0x40054034)
#define TIMER_INTE REGISTER(0x40054038)
#define WATCHDOG_CTRL REGISTER(0x40058000)
#define WATCHDOG_REASON REGISTER(0x40058008)
#define WATCHDOG_TICK REGISTER(0x4005802c)

/* ADC, IO_BANK0, PADS_BANK0, TIMER, UART0. */
#define RESET_OURS (1u << 0 | 1u << 5 | 1u << 8 | 1u << 21 | 1u << 22)

static inline void chip_start(void) {
  XOSC_CTRL = 0xfabaa0;
  while (!(XOSC_STATUS & 0x80000000)) {
  }
  CLK_REF_CTRL = 2;
  while (!(CLK_REF_SELECTED & 4)) {
  }
  /* The UART from the system's clock, which is the reference; the ADC from the crystal. */
  CLK_PERI_CTRL = 1 << 11;
  CLK_ADC_CTRL = 1 << 11 | 3 << 5;
  RESET_CLEAR = RESET_OURS;
  while ((RESET_DONE & RESET_OURS) != RESET_OURS) {
  }
  /* A watchdog's reset is one of everything but the oscillators. */
  PSM_WDSEL = 0x1fffc;
  /* The timer counts microseconds. */
  WATCHDOG_TICK = 1 << 9 | CRYSTAL_HZ / 1000000;
}

static inline void chip_reset(void) { WATCHDOG_CTRL = 1u << 31; }

static inline uint8_t chip_reset_cause(uint8_t is_watchdog) {
  (void)is_watchdog;
  if (WATCHDOG_REASON) return 8;
  /* The pin RUN. */
  return CHIP_RESET & 1 << 16 ? 2 : 1;
}

static inline void uart_start(void) {
  GPIO0_CTRL = 2;
  GPIO1_CTRL = 2;
  pl011_start(CRYSTAL_HZ / 16 * 64 / 115200);
}

static inline void tick_start(void) {
  TIMER_INTE = 1;
  interrupt_enable(TICK_IRQ);
  TIMER_ALARM0 = TIMER_NOW + TICK_US;
}

static inline void tick_clear(void) {
  uint32_t next = TIMER_ALARM0 + TICK_US;
  TIMER_INTR = 1;
  /* A time that has passed already would come again after an hour. */
  if ((int32_t)(next - TIMER_NOW) < 2) next = TIMER_NOW + TICK_US;
  TIMER_ALARM0 = next;
}

#endif
