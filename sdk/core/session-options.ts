// What a session is made from: complete and valid, defaults filled in. The shell makes it from what
// people write (options.ts); here nothing is optional and nothing is checked again.

import type { ConnectPacket } from '../codec/index.ts'
import type { BackoffOptions } from './backoff.ts'
import type { WhenFull } from './delivery.ts'
import type { OutboxLimits } from './outbox.ts'

export interface SessionOptions {
  readonly clientId: string
  /** The CONNECT to send; its client identifier is replaced by the session's. */
  readonly connect: ConnectPacket
  /** Seconds asked for; the server may overrule it (5.0). */
  readonly keepalive: number
  /** Longest wait for the channel to open, and again for CONNACK. */
  readonly connectTimeoutMs: number
  /** Longest wait for a sign of life after a PINGREQ. */
  readonly pingTimeoutMs: number
  /** `baseMs` 0: no reconnecting. */
  readonly backoff: BackoffOptions
  /** Of the jitter: equal seeds make equal delays. */
  readonly seed: number | string
  readonly outbox: OutboxLimits & { readonly whenFull: WhenFull }
  /** QoS 1 and 2 messages in flight at most. */
  readonly inflightMax: number
  /** QoS 2 messages among them at most on a 3.x connection. */
  readonly inflightQos2Max: number
  /** Largest packet taken from the server. */
  readonly packetBytesMax: number
  /** Whether known filters are subscribed again when the server has no session. */
  readonly resubscribe: boolean
}
