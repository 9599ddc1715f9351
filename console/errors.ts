// What can go wrong in the console, each with a stable code. Errors of the start reach who called
// `start()`; errors of one request reach the client as `{error: {code, message}}` with the HTTP
// status given here. It does not know which route meets which error.

import { MotewireError } from '@motewire/sdk'

/** All error codes of the console. Each one is explained in docs/errors.md. */
export const CONSOLE_ERROR_CODES = [
  'ERR_CONSOLE_PORT_IN_USE',
  'ERR_CONSOLE_LISTEN_FAILED',
  'ERR_CONSOLE_TOKEN_NEEDED',
  'ERR_CONSOLE_PAGE_MISSING',
  'ERR_CONSOLE_HOST_REFUSED',
  'ERR_CONSOLE_ORIGIN_REFUSED',
  'ERR_CONSOLE_HEADER_MISSING',
  'ERR_CONSOLE_TOKEN_REFUSED',
  'ERR_CONSOLE_ROUTE_UNKNOWN',
  'ERR_CONSOLE_METHOD_REFUSED',
  'ERR_CONSOLE_QUERY_INVALID',
  'ERR_CONSOLE_BODY_INVALID',
  'ERR_CONSOLE_BODY_TOO_LARGE',
  'ERR_CONSOLE_NOT_FOUND',
  'ERR_CONSOLE_PART_ABSENT',
  'ERR_CONSOLE_NOT_EXPOSED',
  'ERR_CONSOLE_CONFLICT',
  'ERR_CONSOLE_ROLE_REFUSED',
  'ERR_CONSOLE_SIGN_IN_REFUSED',
  'ERR_CONSOLE_SIGN_IN_LIMIT',
  'ERR_CONSOLE_FEEDS_FULL',
  'ERR_CONSOLE_CONNECT_FAILED',
  'ERR_CONSOLE_CONNECTIONS_FULL',
  'ERR_CONSOLE_FAILED',
] as const

export type ConsoleErrorCode = (typeof CONSOLE_ERROR_CODES)[number]

/** HTTP status of each error that a request can meet; 500 for all others. */
const STATUS: Partial<Record<ConsoleErrorCode, number>> = {
  ERR_CONSOLE_HOST_REFUSED: 421,
  ERR_CONSOLE_ORIGIN_REFUSED: 403,
  ERR_CONSOLE_HEADER_MISSING: 403,
  ERR_CONSOLE_TOKEN_REFUSED: 401,
  ERR_CONSOLE_ROUTE_UNKNOWN: 404,
  ERR_CONSOLE_METHOD_REFUSED: 405,
  ERR_CONSOLE_QUERY_INVALID: 400,
  ERR_CONSOLE_BODY_INVALID: 400,
  ERR_CONSOLE_BODY_TOO_LARGE: 413,
  ERR_CONSOLE_NOT_FOUND: 404,
  ERR_CONSOLE_PART_ABSENT: 404,
  ERR_CONSOLE_NOT_EXPOSED: 501,
  ERR_CONSOLE_CONFLICT: 409,
  ERR_CONSOLE_ROLE_REFUSED: 403,
  ERR_CONSOLE_SIGN_IN_REFUSED: 401,
  ERR_CONSOLE_SIGN_IN_LIMIT: 429,
  ERR_CONSOLE_FEEDS_FULL: 503,
  ERR_CONSOLE_CONNECT_FAILED: 502,
  ERR_CONSOLE_CONNECTIONS_FULL: 503,
}

/** An error of the console with one of `CONSOLE_ERROR_CODES`. */
export class ConsoleError extends MotewireError {
  override readonly name = 'ConsoleError'
  /** HTTP status that answers a request which met this error. */
  readonly status: number
  /** Methods that are possible where another one was refused. */
  readonly allow: readonly string[]

  constructor(
    code: ConsoleErrorCode,
    message: string,
    details: { readonly cause?: unknown; readonly allow?: readonly string[] } = {},
  ) {
    const status = STATUS[code] ?? 500
    super(code, message, { retryable: status === 503, cause: details.cause })
    this.status = status
    this.allow = details.allow ?? []
  }
}
