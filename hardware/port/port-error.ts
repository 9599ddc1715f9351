// What can go wrong with a serial port, as six codes with one line each. The operating system's
// numbers are translated here and nowhere else.

import { LinkError } from '@motewire/sdk'

/** Error codes of this package, besides those of the SDK. Explained in docs/errors.md. */
export const HARDWARE_ERROR_CODES = [
  'ERR_PORT_ABSENT',
  'ERR_PORT_AMBIGUOUS',
  'ERR_PORT_DENIED',
  'ERR_PORT_LOCKED',
  'ERR_PORT_INVALID',
  'ERR_PORT_LOST',
  'ERR_LISTEN_FAILED',
] as const

export type HardwareErrorCode = (typeof HARDWARE_ERROR_CODES)[number]
export type PortErrorCode = Extract<HardwareErrorCode, `ERR_PORT_${string}`>

/**
 * A serial port could not be opened or was lost. `retryable` is false for `ERR_PORT_INVALID` only:
 * devices appear, permissions are set a moment later and other programs end.
 */
export class PortError extends LinkError {
  override readonly code: PortErrorCode

  constructor(code: PortErrorCode, message: string, cause?: unknown) {
    const retryable = code !== 'ERR_PORT_INVALID'
    super('ERR_LINK_LOST', message, cause === undefined ? { retryable } : { retryable, cause })
    this.code = code
  }
}

/** Codes of the operating system and what they mean for a port that is being opened. */
const OPEN_FAILURES: Readonly<Record<string, readonly [PortErrorCode, string]>> = {
  ENOENT: ['ERR_PORT_ABSENT', 'does not exist'],
  ENOTDIR: ['ERR_PORT_ABSENT', 'does not exist'],
  ENXIO: ['ERR_PORT_ABSENT', 'has no device behind it'],
  ENODEV: ['ERR_PORT_ABSENT', 'has no device behind it'],
  EACCES: ['ERR_PORT_DENIED', 'may not be opened: permission denied'],
  EPERM: ['ERR_PORT_DENIED', 'may not be opened: permission denied'],
  EBUSY: ['ERR_PORT_LOCKED', 'is in use by another program'],
  ELOOP: ['ERR_PORT_INVALID', 'is a link to itself'],
}

/** What an error of the operating system means, for a port that was being opened. */
export function openError(name: string, failure: unknown): PortError {
  if (failure instanceof PortError) return failure
  const { code = '', message } = failure as NodeJS.ErrnoException
  const [meaning, what] = OPEN_FAILURES[code] ?? [
    'ERR_PORT_LOST',
    `could not be opened: ${message}`,
  ]
  return new PortError(meaning, `${name} ${what}`, failure)
}
