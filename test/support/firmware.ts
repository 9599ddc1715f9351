// Emulated microcontrollers for tests: the images that are kept in the repository, each device with
// its name in the EEPROM, and its UART as a source of channels for a bridge.

import { readFileSync } from 'node:fs'
import type { Clock } from '@motewire/sdk'
import { firmwarePath } from '@motewire/hardware'
import type { ChannelSource, FirmwareName } from '@motewire/hardware'
import { flashOf, Microcontroller } from '@motewire/simulator/firmware'
import type { Flash, MicrocontrollerOptions } from '@motewire/simulator/firmware'

const flashes = new Map<FirmwareName, Flash>()

function flash(image: FirmwareName): Flash {
  const known = flashes.get(image)
  if (known !== undefined) return known
  const made = flashOf(readFileSync(firmwarePath(image)))
  flashes.set(image, made)
  return made
}

export function microcontroller(
  image: FirmwareName,
  id: string,
  clock: Clock,
  options: Partial<MicrocontrollerOptions> = {},
): Microcontroller {
  const eeprom = Buffer.from(`${id}\0`)
  return new Microcontroller({ flash: flash(image), clock, name: id, eeprom, ...options })
}

/** The far end of a microcontroller's UART, opened anew as often as a bridge likes. */
export function uartSource({ uart }: Microcontroller): ChannelSource {
  return { name: uart.name, connect: () => uart, isPresent: () => uart.isPlugged }
}
