// Names of the client that tests use by agreement: what they mean is written where they are
// declared in the SDK. Kept in one place so that a test reads like a user's program.

import type { Client, ClientOptions, ReceivedPacket } from '@motewire/sdk'

interface Authenticator {
  readonly method: string
  start(): Uint8Array | undefined
  respond(data: Uint8Array | undefined, reasonCode: number): Uint8Array | undefined
}

type Known = Omit<
  ClientOptions,
  'protocolVersion' | 'autoAssignTopicAlias' | 'authenticator' | 'manualAcks' | 'resume' | 'store'
>

export interface ConformanceOptions extends Known {
  readonly protocolVersion?: 3 | 4 | 5 | 'auto'
  readonly autoAssignTopicAlias?: boolean
  readonly authenticator?: Authenticator
  readonly manualAcks?: boolean
  readonly resume?: 'own' | 'adopt'
  readonly store?: unknown
}

export type AckablePacket = ReceivedPacket & { ack(): void }

export type ConformanceClient = Client & { reauthenticate(): unknown }
