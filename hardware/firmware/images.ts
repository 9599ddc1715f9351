// The firmware images that come with this package, built from the C library beside them: where to
// find them. What runs them is somebody else's.

import { fileURLToPath } from 'node:url'

/** Chips with a Cortex-M whose boards qemu emulates. */
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
  | `${'sensor' | 'echo'}-raw-rp2040`

/** The path of an Intel HEX file, for the RP2040 of a UF2 file. The UART is at 115,200 8N1. */
export function firmwarePath(name: FirmwareName): string {
  const kind = name.endsWith('-rp2040') ? 'uf2' : 'hex'
  return fileURLToPath(new URL(`./images/${name}.${kind}`, import.meta.url))
}
