/* What the chips that qemu emulates have in common. It does not emulate clock trees, pins and bit
 * times, so these ports leave them as a reset does: on a board set them up in chip_start. */
#ifndef EMULATED_H
#define EMULATED_H

#include "cortex-m.h"

static inline void chip_start(void) {}
static inline void chip_reset(void) { core_reset(); }
static inline uint8_t chip_reset_cause(uint8_t is_watchdog) { return is_watchdog ? 8 : 1; }

#endif
