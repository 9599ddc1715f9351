// The firmware images that come with this package, built from the C library beside them: where to
// find them. What runs them is somebody else's.

import { fileURLToPath } from 'node:url'

/** Chips with a Cortex-M for which there are images; qemu emulates boards with them. */
export type FirmwareChip = 'lm3s6965' | 'mps2-an385' | 'stm32f205' | 'nrf51'

/**
 * - `sensor`: publishes its analog input once a second and sleeps in between
 * - `echo`: counts upwards and sends back what it is sent
 *
 * Without a chip in its name: for the ATmega328P at 16 MHz.
 */
export type FirmwareName =
  | `${'sensor' | 'echo'}-${'raw' | 'slip' | 'cobs'}`
  | `echo-raw-${FirmwareChip}`

/** The path of an Intel HEX file. The image has its UART at 115,200 8N1. */
export function firmwarePath(name: FirmwareName): string {
  return fileURLToPath(new URL(`./images/${name}.hex`, import.meta.url))
}
