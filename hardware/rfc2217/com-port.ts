// The vocabulary of RFC 2217, Telnet Com Port Control Option: codes of commands and values, and how
// they stand for the settings of a line. Pure. A server answers with the code plus 100.

import type { FrameChange, ModemStatus } from '../port/line-control.ts'
import type { ResolvedSettings } from '../port/settings.ts'
import { encodeSubnegotiation } from './telnet.ts'

export const BINARY = 0
export const SUPPRESS_GO_AHEAD = 3
export const COM_PORT = 44

export const ANSWER = 100

export const COMMAND = {
  signature: 0,
  baud: 1,
  dataBits: 2,
  parity: 3,
  stopBits: 4,
  control: 5,
  notifyLine: 6,
  notifyModem: 7,
  suspend: 8,
  resume: 9,
  lineMask: 10,
  modemMask: 11,
  purge: 12,
} as const

/** Values of `COMMAND.control`. */
export const CONTROL = {
  askFlow: 0,
  flowNone: 1,
  flowHardware: 3,
  askBreak: 4,
  breakOn: 5,
  breakOff: 6,
  askDtr: 7,
  dtrOn: 8,
  dtrOff: 9,
  askRts: 10,
  rtsOn: 11,
  rtsOff: 12,
  askInboundFlow: 13,
  inboundFlowNone: 14,
  inboundFlowHardware: 16,
} as const

const PARITIES = ['none', 'odd', 'even'] as const

export function encodeComPort(command: number, ...values: readonly number[]): Uint8Array {
  return encodeSubnegotiation(COM_PORT, Uint8Array.of(command, ...values))
}

/** The value of a frame command for these settings. */
export function encodeFrame(command: number, settings: ResolvedSettings): readonly number[] {
  switch (command) {
    case COMMAND.baud: {
      const { baud } = settings
      return [baud >>> 24, (baud >>> 16) & 255, (baud >>> 8) & 255, baud & 255]
    }
    case COMMAND.dataBits:
      return [settings.dataBits]
    case COMMAND.parity:
      return [1 + PARITIES.indexOf(settings.parity)]
    default:
      return [settings.stopBits]
  }
}

/** What a frame command asks for; undefined when it only asks, or for what no port of ours has. */
export function decodeFrame(command: number, values: Uint8Array): FrameChange | undefined {
  const [value = 0] = values
  if (command === COMMAND.baud) {
    const baud = values.reduce((sum, byte) => sum * 256 + byte, 0)
    return baud === 0 ? undefined : { baud }
  }
  if (command === COMMAND.dataBits && value >= 5 && value <= 8) {
    return { dataBits: value as 5 | 6 | 7 | 8 }
  }
  if (command === COMMAND.parity) {
    const parity = PARITIES[value - 1]
    return parity === undefined ? undefined : { parity }
  }
  if (command === COMMAND.stopBits && (value === 1 || value === 2)) return { stopBits: value }
  return undefined
}

/** The octet of NOTIFY-MODEMSTATE: levels above, changes since `before` below. */
export function encodeModemState(status: ModemStatus, before: ModemStatus = status): number {
  const levels = (of: ModemStatus): number =>
    (of.dcd ? 0x80 : 0) | (of.dsr ? 0x20 : 0) | (of.cts ? 0x10 : 0)
  return levels(status) | ((levels(status) ^ levels(before)) >> 4)
}

export function decodeModemState(octet: number): ModemStatus {
  return { dcd: (octet & 0x80) !== 0, dsr: (octet & 0x20) !== 0, cts: (octet & 0x10) !== 0 }
}
