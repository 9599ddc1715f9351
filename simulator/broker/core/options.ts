// What a broker core is made from: complete, defaults filled in.

import type { OutboxLimits } from '@motewire/sdk/core'
import type { RetainedLimits } from './retained.ts'

export interface CoreOptions {
  readonly version: string
  /**
   * Wall clock when the core began, milliseconds since 1970, and the same moment on its own time.
   */
  readonly startedAtWallMs: number
  /** Name to password; undefined lets everybody in. */
  readonly users: ReadonlyMap<string, string> | undefined
  /** Of each client's queue. */
  readonly queue: OutboxLimits
  /** QoS 1 and 2 messages in flight to a client that names no Receive Maximum. */
  readonly inflightMax: number
  readonly retained: RetainedLimits
  /** Largest packet taken. */
  readonly packetBytesMax: number
  /** Connected clients at most. */
  readonly clientsMax: number
  /** Sessions at most, connected or not. */
  readonly sessionsMax: number
  readonly subscriptionsPerClientMax: number
  /** Topics whose statistics are kept. */
  readonly topicsMax: number
  /** Longest wait for CONNECT. */
  readonly connectTimeoutMs: number
}

export const DEFAULT_CORE_OPTIONS: Omit<CoreOptions, 'version' | 'startedAtWallMs'> = {
  users: undefined,
  queue: { messagesMax: 10_000, bytesMax: 32 << 20 },
  inflightMax: 100,
  retained: { messagesMax: 100_000, bytesMax: 256 << 20 },
  packetBytesMax: 16 << 20,
  clientsMax: 100_000,
  sessionsMax: 200_000,
  subscriptionsPerClientMax: 10_000,
  topicsMax: 50_000,
  connectTimeoutMs: 10_000,
}
