// What people hand to a client and get from it: options of its calls, its events, its answers.

import type { ConnackPacket, Properties, QoS } from './codec/index.ts'
import type { Outcome, Priority } from './core/index.ts'
import type { MotewireError } from './errors.ts'
import type { SeenPacket } from './packet-tap.ts'

export interface PublishOptions {
  /** Default 0. */
  readonly qos?: QoS
  readonly retain?: boolean
  /** PUBLISH properties (5.0). Message Expiry Interval counts on every version, as `ttlMs` does. */
  readonly properties?: Properties
  /** 0 (alarms) leaves before 1 (default) and 2 when messages wait. */
  readonly priority?: Priority
  /** Worth nothing after this many milliseconds in the outbox: it then ends as `expired`. */
  readonly ttlMs?: number
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
  /** With `manualAcks`, at QoS 1 and 2: the application is done with it; twice is harmless. */
  readonly ack?: () => void
}

/** A received message as iterators and requests give it. */
export interface Message {
  readonly topic: string
  readonly payload: Buffer
  readonly packet: ReceivedPacket
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
  /**
   * Each packet of a connection, if there was a listener when it was opened, with its whole length
   * in bytes.
   */
  packetsend: (packet: SeenPacket, packetBytes: number) => void
  packetreceive: (packet: SeenPacket, packetBytes: number) => void
  end: () => void
}

export interface EndOptions {
  /** Time to deliver what is queued before the connection closes, milliseconds. Default 0. */
  readonly drainMs?: number
  /** DISCONNECT reason code (5.0). Default 0; 0x04 lets the will be sent. */
  readonly reasonCode?: number
  readonly properties?: Properties
}
