// Emulated microcontrollers for tests: the images that are kept in the repository, each device with
// its name in the EEPROM, and its UART as a source of channels for a bridge.

import { readFileSync } from 'node:fs'
import type { Clock } from '@motewire/sdk'
import type { ChannelSource } from '@motewire/hardware'
import {
  FLASH_BYTES,
  flashOf,
  Microcontroller,
  parseIntelHex,
} from '../../simulator/device/firmware/index.ts'
import type { Flash, MicrocontrollerOptions } from '../../simulator/device/firmware/index.ts'

export type ImageName = `${'sensor' | 'echo'}-${'raw' | 'slip' | 'cobs'}`

const flashes = new Map<ImageName, Flash>()

export function flash(image: ImageName): Flash {
  const known = flashes.get(image)
  if (known !== undefined) return known
  const file = new URL(`../../hardware/firmware/images/${image}.hex`, import.meta.url)
  const made = flashOf(parseIntelHex(readFileSync(file, 'utf8'), FLASH_BYTES))
  flashes.set(image, made)
  return made
}

export function microcontroller(
  image: ImageName,
  id: string,
  clock: Clock,
  options: Partial<MicrocontrollerOptions> = {},
): Microcontroller {
  const eeprom = Buffer.from(`${id}\0`)
  return new Microcontroller({ flash: flash(image), clock, name: id, eeprom, ...options })
}

/** The far end of a microcontroller's UART, opened anew as often as a bridge likes. */
export function uartSource({ uart }: Microcontroller): ChannelSource {
  return { name: uart.name, connect: () => uart }
}
