// @motewire/sdk: the MQTT client for devices and gateways.
export {
  DuplexChannel,
  fromDuplex,
  MemoryChannel,
  memoryPipe,
  parseProxy,
  TcpChannel,
  TlsChannel,
  UnixChannel,
  WebSocketChannel,
} from './channel/index.ts'
export type {
  ByteChannel,
  ChannelHandler,
  MemoryPipeOptions,
  Proxy,
  SocketAddress,
  TcpAddress,
  TlsOptions,
  UnixAddress,
  WebSocketOptions,
} from './channel/index.ts'
export { Client } from './client.ts'
export type {
  ClientEvents,
  EndOptions,
  Grant,
  Message,
  PublishOptions,
  ReceivedPacket,
  SubscribeOptions,
} from './client-types.ts'
export type {
  Properties,
  ProtocolVersion,
  QoS,
  Subscription,
  UserProperties,
  Will,
} from './codec/index.ts'
export type { ConnectOptions } from './connect-packet.ts'
export { connect, connectAsync } from './connect.ts'
export type { BrokerUrls } from './connect.ts'
export { Backoff } from './core/index.ts'
export type {
  Authenticator,
  BackoffOptions,
  Capabilities,
  LinkState,
  Outcome,
  Priority,
  PublishResult,
  Retry,
  WhenFull,
} from './core/index.ts'
export { channelOpener } from './dial.ts'
export type { LinkOptions } from './dial.ts'
export { ERROR_CODES, LinkError, MotewireError, PeerError, UsageError } from './errors.ts'
export type { ErrorCode, ErrorDetails } from './errors.ts'
export type { MessageHandler } from './inbox.ts'
export { Prng, Task } from './kit/index.ts'
export type {
  AdaptiveKeepalive,
  BudgetOptions,
  ClientOptions,
  InboxLimits,
  OutboxOptions,
} from './options.ts'
export { ConnectPacer } from './pacer.ts'
export type { ConnectPacerOptions } from './pacer.ts'
export { packetReporter } from './packet-tap.ts'
export type { SeenPacket } from './packet-tap.ts'
export { describePacket } from './packet-text.ts'
export type { RequestOptions } from './requests.ts'
export { journal } from './journal.ts'
export { RealClock, sharedClock } from './runtime/index.ts'
export type { Clock } from './runtime/index.ts'
export { scramSha256 } from './scram.ts'
export type { ScramOptions } from './scram.ts'
export { PublishError } from './settlement.ts'
export type { SettleOptions } from './settlement.ts'
export type { Statistics } from './statistics.ts'
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
export type { AttemptContext, Credentials, CredentialsProvider } from './targets.ts'
