// What people write to make a client, and how it becomes a complete SessionOptions. Names, units
// and meanings that MQTT.js users know are kept; new options carry their unit in the name. All
// mistakes are found here, before anything is dialled.

import { randomInt } from 'node:crypto'
import type { PublishOptions } from './client-types.ts'
import type { ProtocolVersion } from './codec/index.ts'
import { connectPacket } from './connect-packet.ts'
import type { ConnectOptions } from './connect-packet.ts'
import type {
  Authenticator,
  BackoffOptions,
  ByteBudgetOptions,
  ConnectChanges,
  IdleProbeOptions,
  OutboxPolicy,
  Retry,
  SessionOptions,
  SessionSettings,
  WhenFull,
} from './core/index.ts'
import type { MotewireError } from './errors.ts'
import type { InboxOptions } from './inbox.ts'
import { SharedValue } from './kit/index.ts'
import { invalid, oneOf, whole } from './option-checks.ts'
import type { ConnectPacer } from './pacer.ts'
import type { Clock } from './runtime/index.ts'
import type { Store } from './store/index.ts'
import type { TargetOptions } from './targets.ts'

export interface OutboxOptions {
  /** Messages at most, queued and in flight. Default 10,000. */
  readonly messagesMax?: number
  /** Bytes of topics and payloads at most. Default 4,194,304. */
  readonly bytesMax?: number
  /** Who gives way when it is full. Default 'drop-newest': `publish` answers 'dropped'. */
  readonly whenFull?: WhenFull
  /** Which of the waiting messages leaves first, among equal priorities. Default 'oldest-first'. */
  readonly order?: 'oldest-first' | 'newest-first'
}

/** For links where bytes cost money. */
export interface BudgetOptions {
  /** Bytes of topics and payloads a second in the long run; alarms (priority 0) may overdraw. */
  readonly bytesPerSecond: number
  /** Bytes that may be saved up. Default: 60 seconds' worth. */
  readonly burstBytes?: number
  /** How long bytes may wait for others to go with them, milliseconds. Default 0. */
  readonly batchMs?: number
}

export interface AdaptiveKeepalive {
  /** Pause between pings that always works, seconds. Default 30. */
  readonly leastS?: number
  /** Longest pause worth having, seconds; the server is told this one. Default 1,200. */
  readonly mostS?: number
}

export interface InboxLimits {
  /** Messages that handlers and iterators are not done with; then reading stops. Default 1,000. */
  readonly messagesMax?: number
  /** Bytes of those messages. Default 4,194,304. */
  readonly bytesMax?: number
}

export interface ClientOptions extends TargetOptions, ConnectOptions {
  /** Enhanced authentication (5.0): `scramSha256(...)` or one of your own. */
  readonly authenticator?: Authenticator
  /** Seconds, 0 to 65,535; 0 switches it off. Default 60. */
  readonly keepalive?: number
  /** Learn how long the link may be idle, instead of a fixed keepalive. */
  readonly adaptiveKeepalive?: AdaptiveKeepalive | true
  /**
   * A session that the server still has and this client knows nothing of (`clean: false` after a
   * restart without a store). 'own' (default): begin anew, as the standard demands
   * [MQTT5-3.2.2-4]. 'adopt': take it over with the messages that wait in it; a QoS 2 message may
   * then be taken for a duplicate of one from before.
   */
  readonly resume?: 'own' | 'adopt'
  /**
   * 3 (MQTT 3.1), 4 (3.1.1) or 5 (5.0). 'auto': 5, then what an older server understands. Default
   * 4.
   */
  readonly protocolVersion?: ProtocolVersion | 'auto'
  /** Give topics an alias by themselves, as many as the server takes (5.0). Default false. */
  readonly autoAssignTopicAlias?: boolean
  /**
   * Milliseconds before the first attempt to connect again, at most; later ones wait longer. 0
   * switches reconnecting off. Default 1,000.
   */
  readonly reconnectPeriod?: number
  /** Ceiling of any reconnect delay. Default 60,000. */
  readonly reconnectPeriodMaxMs?: number
  /**
   * Draw reconnect delays at random, so that many clients do not come back together. False: the
   * first is `reconnectPeriod` and each other twice the one before. Default true.
   */
  readonly reconnectJitter?: boolean
  /** Overrules what the end of a link means; undefined: as the documentation says. */
  readonly classifyError?: (error: MotewireError) => Retry | undefined
  /** Says when an attempt may go: spreads those of many clients, or holds them back. */
  readonly pacer?: Pick<ConnectPacer, 'schedule'>
  /** Milliseconds to wait for the channel, and again for CONNACK. Default 30,000. */
  readonly connectTimeout?: number
  /** Longest wait for a sign of life after a PINGREQ. Default: half the keepalive, 2 to 30 s. */
  readonly pingTimeoutMs?: number
  /** Subscribe again when the server has lost the session. Default true. */
  readonly resubscribe?: boolean
  readonly outbox?: OutboxOptions
  /** Whether QoS 0 messages wait in the outbox while there is no link. Default true. */
  readonly queueQoSZero?: boolean
  /** Keeps QoS 1 and 2 over the end of the process: `journal(path)`. */
  readonly store?: Store
  /** Hold messages back to what a metered link may cost. */
  readonly budget?: BudgetOptions
  /** QoS 1 and 2 messages in flight at most, 1 to 65,535. Default 1,000. */
  readonly inflightMax?: number
  /**
   * QoS 2 messages among them at most on a 3.x connection, whose server cannot tell its limit:
   * Mosquitto closes the connection at more than 20. Default 20.
   */
  readonly inflightQos2Max?: number
  /**
   * 'copy' (default): a received payload is the receiver's for good. 'borrow': it is valid during
   * the 'message' event only, and nothing is copied.
   */
  readonly payloads?: 'copy' | 'borrow'
  /** Messages are acknowledged by `packet.ack()`, not by themselves. Default false. */
  readonly manualAcks?: boolean
  readonly inbox?: InboxLimits
  /** Where time comes from. Default: the real clock that all clients of the process share. */
  readonly clock?: Clock
  /** Seed of the reconnect jitter. Default: random. */
  readonly seed?: number | string
}

const sharedSettings = new SharedValue<SessionSettings>()

/** Checks and completes what was written; `own` is what the broker's URL says of us. */
export function sessionOptions(own: ConnectChanges, options: ClientOptions): SessionOptions {
  const idleProbe = idleProbeOf(options)
  const keepalive = idleProbe
    ? Math.min(65_535, Math.ceil(idleProbe.mostMs / 1000) + 1)
    : whole('keepalive', options.keepalive ?? 60, 0, 65_535)
  const pingTimeoutMs = options.pingTimeoutMs ?? Math.min(30_000, Math.max(2_000, keepalive * 500))
  const versions = versionsOf(options)
  const settings: SessionSettings = {
    protocolVersions: versions,
    adoptSession: oneOf('resume', options.resume ?? 'own', RESUME) === 'adopt',
    keepalive,
    idleProbe,
    connectTimeoutMs: whole('connectTimeout', options.connectTimeout ?? 30_000, 1, HOUR_MS),
    pingTimeoutMs: whole('pingTimeoutMs', pingTimeoutMs, 1, HOUR_MS),
    backoff: backoffOf(options),
    outbox: outboxPolicy(options.outbox),
    inflightMax: whole('inflightMax', options.inflightMax ?? 1_000, 1, 65_535),
    inflightQos2Max: whole('inflightQos2Max', options.inflightQos2Max ?? 20, 1, 65_535),
    aliasesMax: options.autoAssignTopicAlias === true ? ALIASES_MAX : 0,
    packetBytesMax: packetBytesMaxOf(options),
    resubscribe: options.resubscribe ?? true,
    budget: budgetOf(options.budget),
    authenticator: options.authenticator,
    classify: options.classifyError,
    store: options.store,
  }
  return {
    connect: connectPacket(own, options, versions[0]!, keepalive),
    seed: options.seed ?? randomInt(2 ** 31),
    settings: sharedSettings.of(settings),
  }
}

function packetBytesMaxOf({ packetBytesMax, properties }: ClientOptions): number {
  const max = packetBytesMax ?? properties?.maximumPacketSize ?? PACKET_BYTES_LIMIT
  return whole('packetBytesMax', max, 16, PACKET_BYTES_LIMIT)
}

// What nobody set is one object for all clients of the process.

function backoffOf(options: ClientOptions): BackoffOptions {
  const { reconnectPeriod, reconnectPeriodMaxMs, reconnectJitter = true } = options
  const isDefault = reconnectPeriod === undefined && reconnectPeriodMaxMs === undefined
  if (isDefault && reconnectJitter) return BACKOFF
  return {
    baseMs: whole('reconnectPeriod', reconnectPeriod ?? BACKOFF.baseMs, 0, DAY_MS),
    maxMs: whole('reconnectPeriodMaxMs', reconnectPeriodMaxMs ?? BACKOFF.maxMs, 1, DAY_MS),
    isJittered: reconnectJitter,
    stableMs: BACKOFF.stableMs,
  }
}

function outboxPolicy(outbox: OutboxOptions | undefined): OutboxPolicy {
  if (outbox === undefined) return OUTBOX
  return {
    messagesMax: whole(
      'outbox.messagesMax',
      outbox.messagesMax ?? OUTBOX.messagesMax,
      1,
      10_000_000,
    ),
    bytesMax: whole('outbox.bytesMax', outbox.bytesMax ?? OUTBOX.bytesMax, 1, 2 ** 40),
    whenFull: oneOf('outbox.whenFull', outbox.whenFull ?? OUTBOX.whenFull, WHEN_FULL),
    order: oneOf('outbox.order', outbox.order ?? OUTBOX.order, ORDERS),
  }
}

function budgetOf(budget: BudgetOptions | undefined): ByteBudgetOptions | undefined {
  if (budget === undefined) return undefined
  const { bytesPerSecond, burstBytes = Math.ceil(bytesPerSecond * 60), batchMs = 0 } = budget
  if (!(bytesPerSecond > 0)) {
    throw invalid('budget.bytesPerSecond', String(bytesPerSecond), 'a number above 0')
  }
  whole('budget.batchMs', batchMs, 0, HOUR_MS)
  return { bytesPerSecond, burstBytes: whole('budget.burstBytes', burstBytes, 1, 2 ** 40) }
}

function idleProbeOf({ adaptiveKeepalive }: ClientOptions): IdleProbeOptions | undefined {
  if (adaptiveKeepalive === undefined) return undefined
  const { leastS = 30, mostS = 1_200 } = adaptiveKeepalive === true ? {} : adaptiveKeepalive
  whole('adaptiveKeepalive.leastS', leastS, 1, 65_535)
  whole('adaptiveKeepalive.mostS', mostS, leastS, 65_535)
  return { leastMs: leastS * 1000, mostMs: mostS * 1000 }
}

function versionsOf({ protocolVersion = 4 }: ClientOptions): readonly ProtocolVersion[] {
  if (protocolVersion === 'auto') return LADDER
  return ONLY[oneOf('protocolVersion', protocolVersion, VERSIONS)]
}

export function inboxOptions(options: ClientOptions): InboxOptions {
  const { payloads, manualAcks, inbox } = options
  if (payloads === undefined && manualAcks === undefined && inbox === undefined) return INBOX
  return {
    isCopying: oneOf('payloads', payloads ?? 'copy', PAYLOADS) === 'copy',
    isManual: manualAcks ?? INBOX.isManual,
    messagesMax: whole('inbox.messagesMax', inbox?.messagesMax ?? INBOX.messagesMax, 1, 10_000_000),
    bytesMax: whole('inbox.bytesMax', inbox?.bytesMax ?? INBOX.bytesMax, 1, 2 ** 40),
  }
}

/** Session time at which a message is worth nothing any more. */
export function expiryOf({ ttlMs, properties }: PublishOptions, now: number): number {
  const expiryS = properties?.messageExpiryInterval
  if (ttlMs === undefined && expiryS === undefined) return Infinity
  return now + Math.min(ttlMs ?? Infinity, (expiryS ?? Infinity) * 1000)
}

const BACKOFF: BackoffOptions = { baseMs: 1_000, maxMs: 60_000, stableMs: 30_000, isJittered: true }
const OUTBOX: OutboxPolicy = {
  messagesMax: 10_000,
  bytesMax: 4 << 20,
  whenFull: 'drop-newest',
  order: 'oldest-first',
}
const INBOX: InboxOptions = {
  isCopying: true,
  isManual: false,
  messagesMax: 1_000,
  bytesMax: 4 << 20,
}
/** The protocol's own. */
const PACKET_BYTES_LIMIT = 268_435_460
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
/** More aliases than this cost more memory than they save bytes. */
const ALIASES_MAX = 64
const WHEN_FULL = ['reject', 'drop-newest', 'drop-oldest', 'latest-per-topic'] as const
const ORDERS = ['oldest-first', 'newest-first'] as const
const RESUME = ['own', 'adopt'] as const
const PAYLOADS = ['copy', 'borrow'] as const
const VERSIONS = [3, 4, 5] as const
const LADDER: readonly ProtocolVersion[] = [5, 4, 3]
const ONLY: Readonly<Record<ProtocolVersion, readonly ProtocolVersion[]>> = {
  3: [3],
  4: [4],
  5: [5],
}
