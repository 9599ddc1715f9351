/* The core of every Cortex-M: interrupts, sleep, the SysTick timer and a reset by software. Registers
 * as in the ARMv7-M Architecture Reference Manual, B3.2 to B3.4; ARMv6-M has the same. */
#ifndef CORTEX_M_H
#define CORTEX_M_H

#include <stdint.h>

#define REGISTER(address) (*(volatile uint32_t *)(address))

#define SYST_CSR REGISTER(0xe000e010)
#define SYST_RVR REGISTER(0xe000e014)
#define SYST_CVR REGISTER(0xe000e018)
#define NVIC_ISER(irq) REGISTER(0xe000e100 + 4 * ((irq) / 32))
#define AIRCR REGISTER(0xe000ed0c)

/* Vectors before the first of the chip's own interrupts, which are numbered from 0. */
#define CORE_VECTORS 16
/* As if the SysTick timer were an interrupt of the chip. */
#define SYSTICK_IRQ (-1)

static inline void interrupts_off(void) { __asm__ volatile("cpsid i" ::: "memory"); }
static inline void interrupts_on(void) { __asm__ volatile("cpsie i" ::: "memory"); }
/* Also an interrupt that is held off ends it. */
static inline void wait_for_interrupt(void) { __asm__ volatile("dsb\n\twfi" ::: "memory"); }

static inline void interrupt_enable(uint8_t irq) { NVIC_ISER(irq) = 1u << (irq % 32); }

static inline void systick_start(uint32_t clocks) {
  SYST_RVR = clocks - 1;
  SYST_CVR = 0;
  SYST_CSR = 7;
}

static inline void core_reset(void) { AIRCR = 0x05fa0004; }

#endif
