// Typed errors. One base class; a subclass only where a caller acts differently. Every code is
// listed here once and explained under its own heading in docs/errors.md. Messages say what
// happened to which subject with which number; they give no advice and end without a full stop.

/** All error codes of the SDK. The other packages add their own with the same shape. */
export const ERROR_CODES = [
  'ERR_OPTION_INVALID',
  'ERR_URL_INVALID',
  'ERR_TOPIC_INVALID',
  'ERR_FILTER_INVALID',
  'ERR_CLIENT_ENDED',
  'ERR_LINK_REFUSED',
  'ERR_LINK_LOST',
  'ERR_LINK_TIMEOUT',
  'ERR_LINK_CLOSED',
  'ERR_LINK_TLS',
  'ERR_LINK_PROXY',
  'ERR_LINK_PACKAGE',
  'ERR_CONNECT_REFUSED',
  'ERR_SERVER_DISCONNECT',
  'ERR_KEEPALIVE_TIMEOUT',
  'ERR_PACKET_MALFORMED',
  'ERR_PROTOCOL_VIOLATION',
  'ERR_SESSION_UNKNOWN',
  'ERR_PACKET_TOO_LARGE',
  'ERR_PUBLISH_REJECTED',
  'ERR_OUTBOX_FULL',
  'ERR_PUBLISH_EXPIRED',
  'ERR_PUBLISH_DROPPED',
  'ERR_PUBLISH_SUPERSEDED',
  'ERR_PUBLISH_INDETERMINATE',
  'ERR_SUBSCRIBE_REFUSED',
  'ERR_OPERATION_ABORTED',
  'ERR_OPERATION_TIMEOUT',
  'ERR_AUTH_UNAVAILABLE',
  'ERR_HANDLER_FAILED',
  'ERR_CREDENTIALS_FAILED',
  'ERR_STORE_OPEN',
  'ERR_STORE_LOCKED',
  'ERR_STORE_CORRUPT',
  'ERR_STORE_WRITE',
  'ERR_STORE_FULL',
] as const

export type ErrorCode = (typeof ERROR_CODES)[number]

export interface ErrorDetails {
  /** Whether doing the same again later can succeed without anybody changing anything. */
  readonly retryable?: boolean
  readonly cause?: unknown
}

/** Base of all errors that motewire makes. `code` is stable; `message` is for people. */
export class MotewireError extends Error {
  override readonly name: string = 'MotewireError'
  readonly code: string
  readonly retryable: boolean

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.retryable = details.retryable ?? false
  }
}

/** The caller asked for something that can never work: an option, a URL, a topic. */
export class UsageError extends MotewireError {
  override readonly name = 'UsageError'
}

/**
 * The link failed: refused, lost, timed out. Reconnecting is the answer, so it is retryable. It has
 * no stack: what calls us then is the event loop, and a fleet that loses its broker makes thousands
 * of these at once.
 */
export class LinkError extends MotewireError {
  override readonly name = 'LinkError'

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    const limit = Error.stackTraceLimit
    // Where Error is frozen it stays as it is, and the error has its stack.
    Reflect.set(Error, 'stackTraceLimit', 0)
    super(code, message, { retryable: true, ...details })
    Reflect.set(Error, 'stackTraceLimit', limit)
  }
}

/** The peer broke the protocol or refused us with a reason code of the standard. */
export class PeerError extends MotewireError {
  override readonly name = 'PeerError'
  /** MQTT reason code (5.0) or return code (3.x) as it stood on the wire or as we answered it. */
  readonly reasonCode: number
  /** Reason String of the packet, when there was one. */
  readonly reasonString: string | undefined
  /** Server Reference of the packet: where the server wants us to go. */
  readonly serverReference: string | undefined

  constructor(
    code: ErrorCode,
    message: string,
    reasonCode: number,
    details: ErrorDetails & {
      readonly reasonString?: string | undefined
      readonly serverReference?: string | undefined
    } = {},
  ) {
    super(code, message, details)
    this.reasonCode = reasonCode
    this.reasonString = details.reasonString
    this.serverReference = details.serverReference
  }
}
