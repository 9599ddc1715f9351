// Boards whose chips this process emulates, all with the same image: each has its client id in the
// EEPROM or its like, a crystal of its own, and a line of its own.

import type { UartLineSpec } from '../../scenario/index.ts'
import type { Device } from '../device.ts'
import type { MakeBoard } from './board.ts'
import type { Flash } from './chip.ts'
import { Microcontroller } from './microcontroller.ts'
import { UartLine } from './uart-line.ts'

export interface EmulatedBoardOptions {
  readonly flash: Flash
  /** Volts at an analog input of a device, 0 to 5. Default 0. */
  readonly readAnalog?: (device: Device, channel: number, nowMs: number) => number
  /** Largest deviation of a crystal, parts per million; each device draws its own. Default 30. */
  readonly driftPpm?: number
  /** What goes wrong on the line. Default: nothing. */
  readonly line?: Partial<UartLineSpec> | undefined
}

export function emulatedBoards(options: EmulatedBoardOptions): MakeBoard {
  const { flash, readAnalog, driftPpm = 30, line: spec } = options
  return (device, clock) => {
    const line = spec && new UartLine(spec, device.random('firmware/line'))
    const chip = new Microcontroller({
      flash,
      clock,
      name: device.clientId,
      eeprom: Buffer.from(`${device.clientId}\0`),
      driftPpm: (device.random('firmware/drift').unit() * 2 - 1) * driftPpm,
      readAnalog: (channel, nowMs) => readAnalog?.(device, channel, nowMs) ?? 0,
      line,
    })
    const { uart } = chip
    return {
      port: { name: uart.name, connect: () => uart, isPresent: () => uart.isPlugged },
      get counts() {
        return line && { ...line.counts }
      },
      start: (handlePort) => {
        handlePort()
        chip.start()
      },
      stop: () => chip.stop(),
    }
  }
}
