// The firmware images that come with this package, built from the C library beside them: where to
// find them. What runs them is somebody else's.

import { fileURLToPath } from 'node:url'

/**
 * - `sensor`: publishes its analog input once a second and sleeps in between
 * - `echo`: counts upwards and sends back what it is sent
 */
export type FirmwareName = `${'sensor' | 'echo'}-${'raw' | 'slip' | 'cobs'}`

/** The path of an Intel HEX file for the ATmega328P at 16 MHz, its UART at 115,200 8N1. */
export function firmwarePath(name: FirmwareName): string {
  return fileURLToPath(new URL(`./images/${name}.hex`, import.meta.url))
}
