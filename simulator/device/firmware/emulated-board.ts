// Boards whose chips this process emulates, all with the same image: each has its client id in the
// EEPROM or its like, which outlives reboots, a crystal of its own, and a line of its own.

import type { MemorySpec, SupplySpec, UartLineSpec } from '../../scenario/index.ts'
import type { Device } from '../device.ts'
import type { MakeBoard } from './board.ts'
import type { Flash } from './chip.ts'
import { Microcontroller } from './microcontroller.ts'
import { Supply } from './supply.ts'
import { UartLine } from './uart-line.ts'

export interface EmulatedBoardOptions {
  readonly flash: Flash
  /** Volts at an analog input of a device, 0 to 5. Default 0. */
  readonly readAnalog?: (device: Device, channel: number, nowMs: number) => number
  /** Largest deviation of a crystal, parts per million; each device draws its own. Default 30. */
  readonly driftPpm?: number
  /** What is in the EEPROM of a new board beside the client id. Default: nothing. */
  readonly eeprom?: readonly MemorySpec[]
  /** What the chip is fed with. Default: always enough. */
  readonly supply?: SupplySpec | undefined
  /** What goes wrong on the line. Default: nothing. */
  readonly line?: Partial<UartLineSpec> | undefined
}

export function emulatedBoards(options: EmulatedBoardOptions): MakeBoard {
  const { flash, readAnalog, driftPpm = 30, eeprom = [], line: spec } = options
  return (device, clock) => {
    const supply = options.supply && new Supply(options.supply, device.random('firmware/supply'))
    const line = spec && new UartLine(spec, device.random('firmware/line'))
    const chip = new Microcontroller({
      flash,
      clock,
      name: device.clientId,
      eeprom: device.flash('eeprom', () => memoryOf(flash, device.clientId, eeprom)),
      driftPpm: (device.random('firmware/drift').unit() * 2 - 1) * driftPpm,
      readAnalog: (channel, nowMs) => readAnalog?.(device, channel, nowMs) ?? 0,
      line,
      supply,
    })
    const { uart } = chip
    return {
      port: { name: uart.name, connect: () => uart, isPresent: () => uart.isPlugged },
      get counts() {
        return line && { ...line.counts }
      },
      get brownOuts() {
        return supply?.brownOuts
      },
      start: (handlePort) => {
        handlePort()
        chip.start()
      },
      stop: () => chip.stop(),
    }
  }
}

function memoryOf(flash: Flash, clientId: string, entries: readonly MemorySpec[]): Uint8Array {
  const memory = new Uint8Array(flash.memoryBytes).fill(0xff)
  memory.set(Buffer.from(`${clientId}\0`).subarray(0, memory.length))
  for (const { address, bytes } of entries) memory.set(bytes, address)
  return memory
}
