// What a device with real firmware is made of, whoever runs its chip: the simulator
// (emulated-board.ts) or a program beside it (program-board.ts).

import type { Clock } from '@motewire/sdk'
import type { Device } from '../device.ts'
import type { UartBridgeEnd } from './uart-bridge.ts'

export interface Board {
  /** Its UART. */
  readonly port: UartBridgeEnd
  /** What went wrong on its line so far; undefined: nothing is meant to. */
  readonly counts: Readonly<Record<string, number>> | undefined
  /** How often its supply was too low so far; undefined: nothing is meant to happen to it. */
  readonly brownOuts?: number | undefined
  /** Power on. `handlePort` is called once, when the port can be opened. */
  start(handlePort: () => void): void
  /** Power off, for good. */
  stop(): void
}

/** @param clock the device's time. */
export type MakeBoard = (device: Device, clock: Clock) => Board
