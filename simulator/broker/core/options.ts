// What a broker core is made from: complete, defaults filled in. Units stand in the names.

import type { QoS } from '@motewire/sdk/codec'
import type { Gatekeeper } from './access.ts'
import { OPEN_DOOR } from './access.ts'
import type { QueueLimits } from './queue-limits.ts'
import type { RetainedLimits } from './retained.ts'

export interface CoreOptions {
  readonly version: string
  /**
   * Wall clock when the core began, milliseconds since 1970, and the same moment on its own time.
   */
  readonly startedAtWallMs: number
  readonly gatekeeper: Gatekeeper
  /** Names; the first is where clients land that name none (`host:user`). */
  readonly virtualHosts: readonly string[]
  /** Virtual host of those who come in through a listener of this name. */
  readonly hostOfListener: ReadonlyMap<string, string>
  /** Of each client's queue. */
  readonly queue: QueueLimits
  /** Of each named queue. */
  readonly namedQueue: QueueLimits
  readonly namedQueuesMax: number
  /** QoS 1 and 2 messages in flight to a client that names no Receive Maximum. */
  readonly inflightMax: number
  /** QoS 2 messages of a client in flight to us: our Receive Maximum. */
  readonly receiveMaximum: number
  /** Topic aliases that a client may use towards us. */
  readonly topicAliasMaximum: number
  readonly retained: RetainedLimits
  /** Largest packet taken. */
  readonly packetBytesMax: number
  /** Highest QoS granted and taken from 5.0 clients. */
  readonly qosMax: QoS
  readonly isRetainAvailable: boolean
  /** Connected clients at most. */
  readonly clientsMax: number
  /** Connections of one address at most. */
  readonly connectionsPerAddressMax: number
  /** Connections accepted in a second at most. */
  readonly connectsPerSecondMax: number
  /** PUBLISH packets of one client in a second at most; more ends its connection. */
  readonly publishesPerSecondMax: number
  /** Sessions at most, connected or not. */
  readonly sessionsMax: number
  readonly subscriptionsPerClientMax: number
  /** Topics whose statistics are kept; 0: of none. */
  readonly topicsMax: number
  /** Seconds after which an unused topic is forgotten; Infinity: it is not. */
  readonly topicExpiryS: number
  /** Longest wait for CONNECT. */
  readonly connectTimeoutMs: number
  /** Seconds; a 5.0 client that asks for more, or for none, is told this one. 0: any will do. */
  readonly keepaliveMaxS: number
  /** Seconds; longer sessions are cut to this. */
  readonly sessionExpiryMaxS: number
}

/** Those that may change at any time: they hold for the next client, session or queue. */
export type LiveOptions = Pick<
  CoreOptions,
  | 'clientsMax'
  | 'connectsPerSecondMax'
  | 'publishesPerSecondMax'
  | 'sessionsMax'
  | 'subscriptionsPerClientMax'
  | 'namedQueuesMax'
  | 'inflightMax'
  | 'queue'
  | 'namedQueue'
  | 'keepaliveMaxS'
  | 'sessionExpiryMaxS'
  | 'connectTimeoutMs'
>

export const DEFAULT_CORE_OPTIONS: Omit<CoreOptions, 'version' | 'startedAtWallMs'> = {
  gatekeeper: OPEN_DOOR,
  virtualHosts: ['default'],
  hostOfListener: new Map(),
  queue: { messagesMax: 10_000, bytesMax: 32 << 20 },
  namedQueue: { messagesMax: 100_000, bytesMax: 64 << 20 },
  namedQueuesMax: 1_000,
  inflightMax: 100,
  receiveMaximum: 1_000,
  topicAliasMaximum: 64,
  retained: { messagesMax: 100_000, bytesMax: 256 << 20 },
  packetBytesMax: 16 << 20,
  qosMax: 2,
  isRetainAvailable: true,
  clientsMax: 100_000,
  connectionsPerAddressMax: Infinity,
  connectsPerSecondMax: Infinity,
  publishesPerSecondMax: Infinity,
  sessionsMax: 200_000,
  subscriptionsPerClientMax: 10_000,
  topicsMax: 50_000,
  topicExpiryS: Infinity,
  connectTimeoutMs: 10_000,
  keepaliveMaxS: 0,
  sessionExpiryMaxS: Infinity,
}
