// Names of the client that tests use by agreement: what they mean is written where they are
// declared in the SDK. Kept in one place so that a test reads like a user's program.

import type { Client, ClientOptions, PublishOptions, ReceivedPacket } from '@motewire/sdk'

export interface Authenticator {
  readonly method: string
  start(): Uint8Array | undefined
  respond(data: Uint8Array | undefined, reasonCode: number): Uint8Array | undefined
}

export interface ConformanceOptions extends Omit<ClientOptions, 'protocolVersion'> {
  readonly protocolVersion?: 3 | 4 | 5 | 'auto'
  readonly autoAssignTopicAlias?: boolean
  readonly authenticator?: Authenticator
  readonly manualAcks?: boolean
  readonly resume?: 'own' | 'adopt'
  readonly store?: unknown
}

export interface ConformancePublish extends PublishOptions {
  readonly ttlMs?: number
  readonly deadlineMs?: number
}

export interface AckablePacket extends ReceivedPacket {
  ack(reasonCode?: number): void
}

export type ConformanceClient = Client & { reauthenticate(): void }
