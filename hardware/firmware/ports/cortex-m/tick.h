/* The tick of chips that have the SysTick timer, which counts CLOCK_HZ. */
#ifndef TICK_H
#define TICK_H

#include "cortex-m.h"

#define TICK_IRQ SYSTICK_IRQ

static inline void tick_start(void) { systick_start(CLOCK_HZ / TICK_HZ); }
static inline void tick_clear(void) {}

#endif
