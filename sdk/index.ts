// @motewire/sdk: the MQTT client for devices and gateways.
export { Client } from './client.ts'
export type {
  ClientEvents,
  EndOptions,
  Grant,
  PublishOptions,
  ReceivedPacket,
  SubscribeOptions,
} from './client-types.ts'
export { connect, connectAsync } from './connect.ts'
export { MemoryChannel, memoryPipe, TcpChannel } from './channel/index.ts'
export type { ByteChannel, ChannelHandler, MemoryPipeOptions, TcpAddress } from './channel/index.ts'
export type {
  Properties,
  ProtocolVersion,
  QoS,
  Subscription,
  UserProperties,
  Will,
} from './codec/index.ts'
export { Backoff } from './core/index.ts'
export type {
  BackoffOptions,
  Capabilities,
  LinkState,
  Outcome,
  PublishResult,
  WhenFull,
} from './core/index.ts'
export { ERROR_CODES, LinkError, MotewireError, PeerError, UsageError } from './errors.ts'
export type { ErrorCode, ErrorDetails } from './errors.ts'
export { Prng, Task } from './kit/index.ts'
export { journal } from './journal.ts'
export type { ClientOptions, OutboxOptions } from './options.ts'
export { RealClock, sharedClock } from './runtime/index.ts'
export type { Clock } from './runtime/index.ts'
export { PublishError } from './settlement.ts'
export type { SettleOptions } from './settlement.ts'
export type {
  JournalNotice,
  JournalOptions,
  JournalStore,
  SessionIdentity,
  Store,
  StoredMessage,
  StoredSession,
  StoreHandler,
} from './store/index.ts'
