// What people hand to a client and get from it: options of its calls, its events, its answers.

import type { ConnackPacket, Properties, QoS } from './codec/index.ts'
import type { Outcome } from './core/index.ts'
import type { MotewireError } from './errors.ts'

export interface PublishOptions {
  /** Default 0. */
  readonly qos?: QoS
  readonly retain?: boolean
  /** PUBLISH properties (5.0). */
  readonly properties?: Properties
  /** Comes back with the 'outcome' event of this very message. */
  readonly token?: unknown
}

export interface SubscribeOptions {
  /** Default 0. */
  readonly qos?: QoS
  readonly noLocal?: boolean
  readonly retainAsPublished?: boolean
  readonly retainHandling?: 0 | 1 | 2
  readonly properties?: Properties
}

/** What the server answered for one filter. */
export interface Grant {
  readonly topic: string
  /** Granted QoS, or the reason code of the refusal (>= 128). */
  readonly qos: number
}

/** A received message beside its topic and payload. */
export interface ReceivedPacket {
  readonly qos: QoS
  readonly retain: boolean
  readonly dup: boolean
  readonly packetId: number
  readonly properties: Properties | undefined
}

export interface ClientEvents {
  connect: (connack: ConnackPacket) => void
  /** An attempt to connect again begins. */
  reconnect: () => void
  /** The link is gone or could not be made; the next attempt is due in `retryInMs`. */
  offline: (cause: MotewireError | undefined, retryInMs: number | undefined) => void
  close: () => void
  /** Why the link failed, or what the server said; the client goes on by itself. */
  error: (error: MotewireError) => void
  message: (topic: string, payload: Buffer, packet: ReceivedPacket) => void
  /** How a message ended. A delivered QoS 0 message is told only if it has a token. */
  outcome: (outcome: Outcome, topic: string, qos: QoS, reasonCode: number, token: unknown) => void
  end: () => void
}

export interface EndOptions {
  /** Time to deliver what is queued before the connection closes, milliseconds. Default 0. */
  readonly drainMs?: number
  /** DISCONNECT reason code (5.0). Default 0; 0x04 lets the will be sent. */
  readonly reasonCode?: number
  readonly properties?: Properties
}
