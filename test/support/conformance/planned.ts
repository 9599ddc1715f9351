// The names of the client as the conformance tests use them, in one place.

import type {
  Client,
  ClientOptions,
  PublishOptions,
  ReceivedPacket,
  SettleOptions,
} from '@motewire/sdk'

export type { Authenticator } from '@motewire/sdk'
export type ConformanceOptions = ClientOptions
export type ConformancePublish = PublishOptions & SettleOptions
export type AckablePacket = ReceivedPacket & { ack(): void }
export type ConformanceClient = Client
