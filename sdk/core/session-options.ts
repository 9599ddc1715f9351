// What a session is made from: complete and valid, defaults filled in. The shell makes it from what
// people write (options.ts); here nothing is optional and nothing is checked again. Who a client is
// stands apart from how it works, because the clients of a fleet differ in the first alone.

import type { ConnectPacket, ProtocolVersion } from '../codec/index.ts'
import type { MotewireError } from '../errors.ts'
import type { Store } from '../store/store.ts'
import type { OutboxPolicy } from './admission.ts'
import type { Authenticator } from './authentication.ts'
import type { BackoffOptions } from './backoff.ts'
import type { ByteBudgetOptions } from './byte-budget.ts'
import type { IdleProbeOptions } from './idle-probe.ts'
import type { Retry } from './verdicts.ts'

/** Who a client is, and how it works. */
export interface SessionOptions {
  /** The CONNECT to send; version, client identifier and Clean Start may differ by attempt. */
  readonly connect: ConnectPacket
  /** Of the jitter: equal seeds make equal delays. */
  readonly seed: number | string
  readonly settings: SessionSettings
}

/** How a client works: one object for all that work alike. */
export interface SessionSettings {
  /** Versions to offer, best first; the next one when the server does not know one. */
  readonly protocolVersions: readonly ProtocolVersion[]
  /** Whether a session that only the server knows is taken over as it is. */
  readonly adoptSession: boolean
  /** Seconds asked for; the server may overrule it (5.0). */
  readonly keepalive: number
  /** Learn how long the link may be idle; undefined: ping at the keepalive. */
  readonly idleProbe: IdleProbeOptions | undefined
  /** Longest wait for the channel to open, and again for CONNACK. */
  readonly connectTimeoutMs: number
  /** Longest wait for a sign of life after a PINGREQ. */
  readonly pingTimeoutMs: number
  /** `baseMs` 0: no reconnecting. */
  readonly backoff: BackoffOptions
  readonly outbox: OutboxPolicy
  /** QoS 1 and 2 messages in flight at most. */
  readonly inflightMax: number
  /** QoS 2 messages among them at most on a 3.x connection. */
  readonly inflightQos2Max: number
  /** Topic aliases of ours at most; 0: only those the application chooses. */
  readonly aliasesMax: number
  /** Largest packet taken from the server. */
  readonly packetBytesMax: number
  /** Whether known filters are subscribed again when the server has no session. */
  readonly resubscribe: boolean
  /** Bytes that messages may take on a metered link; undefined: any. */
  readonly budget: ByteBudgetOptions | undefined
  readonly authenticator: Authenticator | undefined
  /** Overrules what an end of the link means; undefined: as the tables say. */
  readonly classify: ((cause: MotewireError) => Retry | undefined) | undefined
  readonly store: Store | undefined
}
