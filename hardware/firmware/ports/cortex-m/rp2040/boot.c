/* The first 256 bytes of the flash. The chip copies them into RAM and runs them when the CRC in their
 * last four is right (2.8.1): they make the flash readable and go to where the image begins. They
 * use the one read command that every flash has, 03h, and must not call anything. */
#include <stdint.h>

#include "cortex-m.h"

#define SSI_CTRLR0 REGISTER(0x18000000)
#define SSI_CTRLR1 REGISTER(0x18000004)
#define SSI_ENABLE REGISTER(0x18000008)
#define SSI_BAUDR REGISTER(0x18000014)
#define SSI_SPI_CTRLR0 REGISTER(0x180000f4)
#define VTOR REGISTER(0xe000ed08)

#define IMAGE 0x10000100

__attribute__((section(".boot"), used, noreturn)) void boot(void) {
  SSI_ENABLE = 0;
  SSI_BAUDR = 4;
  /* Write, then read 32 bits; 8 bits of command and 24 of address, on one wire. */
  SSI_CTRLR0 = 31 << 16 | 3 << 8;
  SSI_SPI_CTRLR0 = 0x03 << 24 | 2 << 8 | 6 << 2;
  SSI_CTRLR1 = 0;
  SSI_ENABLE = 1;
  VTOR = IMAGE;
  __asm__ volatile("msr msp, %0\n\tbx %1" ::"r"(REGISTER(IMAGE)), "r"(REGISTER(IMAGE + 4)));
  __builtin_unreachable();
}
