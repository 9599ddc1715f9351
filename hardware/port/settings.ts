// What a serial line is set to: speed, frame, flow control, and what opening does to the modem
// control lines. Checks what a caller wrote; does not know whether a driver can do it.
// Units: baud is bits a second.

import { UsageError } from '@motewire/sdk'
import { BOARDS } from './board.ts'
import type { Board } from './board.ts'

/**
 * What opening and closing do to DTR and RTS.
 * - `keep` leaves both as they are and keeps them over close, so that a board with a reset circuit
 *   on DTR is not reset. (The kernel itself raises both when a port is opened for the first time.)
 * - `assert` turns both on, `release` turns both off: always together and in one step, so that the
 *   two-transistor circuit of ESP boards sees neither a reset nor a boot request.
 */
export type LineProfile = 'keep' | 'assert' | 'release'

export interface SerialSettings {
  /** Bits a second, 50 to 20,000,000; any whole number that the driver takes. Default 115,200. */
  readonly baud?: number
  /** Default 8. */
  readonly dataBits?: 5 | 6 | 7 | 8
  /** Default `none`. */
  readonly parity?: 'none' | 'even' | 'odd'
  /** Default 1. */
  readonly stopBits?: 1 | 2
  /** Hardware flow control with RTS and CTS. Default false. */
  readonly rtscts?: boolean
  /** Default `keep`. */
  readonly lines?: LineProfile
  /** How the board's reset circuit is wired. Default `none`. */
  readonly board?: Board
  /** Whether opening resets the board, as `board` says. Default false. */
  readonly resetAtOpen?: boolean
}

const BAUD_MIN = 50
const BAUD_MAX = 20_000_000

/** All settings with their defaults filled in. */
export type ResolvedSettings = Required<SerialSettings>

/**
 * Fills in defaults.
 * @throws UsageError `ERR_OPTION_INVALID` when a value can never work.
 */
export function resolveSettings(settings: SerialSettings = {}): ResolvedSettings {
  const { baud = 115_200, dataBits = 8, parity = 'none', stopBits = 1 } = settings
  const { rtscts = false, lines = 'keep', board = 'none', resetAtOpen = false } = settings
  const isBaud = Number.isInteger(baud) && baud >= BAUD_MIN && baud <= BAUD_MAX
  check(isBaud, 'baud', baud, `a whole number from ${BAUD_MIN} to ${BAUD_MAX}`)
  check([5, 6, 7, 8].includes(dataBits), 'dataBits', dataBits, '5, 6, 7 or 8')
  check(['none', 'even', 'odd'].includes(parity), 'parity', parity, 'none, even or odd')
  check([1, 2].includes(stopBits), 'stopBits', stopBits, '1 or 2')
  check(typeof rtscts === 'boolean', 'rtscts', rtscts, 'true or false')
  const isProfile = ['keep', 'assert', 'release'].includes(lines)
  check(isProfile, 'lines', lines, 'keep, assert or release')
  check(BOARDS.includes(board), 'board', board, `one of ${BOARDS.join(', ')}`)
  check(typeof resetAtOpen === 'boolean', 'resetAtOpen', resetAtOpen, 'true or false')
  check(!resetAtOpen || board !== 'none', 'board', board, 'a board that can be reset')
  return { baud, dataBits, parity, stopBits, rtscts, lines, board, resetAtOpen }
}

/** The usual short form: `115200 8N1`, with `rtscts` behind it when that is on. */
export function describeSettings(settings: ResolvedSettings): string {
  const { baud, dataBits, parity, stopBits, rtscts } = settings
  const frame = `${dataBits}${parity.charAt(0).toUpperCase()}${stopBits}`
  return `${baud} ${frame}${rtscts ? ' rtscts' : ''}`
}

function check(isValid: boolean, name: string, value: unknown, expected: string): void {
  if (isValid) return
  throw new UsageError('ERR_OPTION_INVALID', `${name} is ${String(value)}, expected ${expected}`)
}
