// What people write to make a client, and how it becomes a complete SessionOptions. Names, units
// and meanings that MQTT.js users know are kept; new options carry their unit in the name. All
// mistakes are found here, before anything is dialled.

import { randomBytes } from 'node:crypto'
import { topicProblem } from './codec/index.ts'
import type { ConnectPacket, Properties, ProtocolVersion, QoS, Will } from './codec/index.ts'
import type { SessionOptions, WhenFull } from './core/index.ts'
import type { LinkOptions } from './dial.ts'
import { UsageError } from './errors.ts'
import type { Clock } from './runtime/index.ts'

export { brokerUrl, channelOpener } from './dial.ts'

export interface OutboxOptions {
  /** Messages at most, queued and in flight. Default 10,000. */
  readonly messagesMax?: number
  /** Bytes of topics and payloads at most. Default 4,194,304. */
  readonly bytesMax?: number
  /** What goes when it is full. Default 'drop-newest': `publish` answers 'dropped'. */
  readonly whenFull?: WhenFull
}

export interface ClientOptions extends LinkOptions {
  /** Default: `motewire-` and 16 random hex digits. */
  readonly clientId?: string
  readonly username?: string
  readonly password?: string | Uint8Array
  /** Seconds, 0 to 65,535; 0 switches it off. Default 60. */
  readonly keepalive?: number
  /** Clean Session (3.x), Clean Start (5.0). Default true. */
  readonly clean?: boolean
  /** 3 (MQTT 3.1), 4 (3.1.1) or 5 (5.0). Default 4. */
  readonly protocolVersion?: ProtocolVersion
  readonly will?: Will
  /** CONNECT properties (5.0). */
  readonly properties?: Properties
  /**
   * Ceiling in milliseconds of the first reconnect delay; 0 switches reconnecting off. Default
   * 1,000.
   */
  readonly reconnectPeriod?: number
  /** Ceiling of any reconnect delay. Default 60,000. */
  readonly reconnectPeriodMaxMs?: number
  /** Milliseconds to wait for the channel, and again for CONNACK. Default 30,000. */
  readonly connectTimeout?: number
  /** Longest wait for a sign of life after a PINGREQ. Default: half the keepalive, 2 to 30 s. */
  readonly pingTimeoutMs?: number
  /** Subscribe again when the server has lost the session. Default true. */
  readonly resubscribe?: boolean
  readonly outbox?: OutboxOptions
  /** QoS 1 and 2 messages in flight at most, 1 to 65,535. Default 1,000. */
  readonly inflightMax?: number
  /**
   * QoS 2 messages among them at most on a 3.x connection, whose server cannot tell its limit:
   * Mosquitto closes the connection at more than 20. Default 20.
   */
  readonly inflightQos2Max?: number
  /** Largest packet taken from the server, bytes. Default 268,435,460. */
  readonly packetBytesMax?: number
  /**
   * 'copy' (default): a received payload is the receiver's for good. 'borrow': it is valid during
   * the 'message' event only, and nothing is copied.
   */
  readonly payloads?: 'copy' | 'borrow'
  /** Where time comes from. Default: the real clock that all clients of the process share. */
  readonly clock?: Clock
  /** Seed of the reconnect jitter. Default: random. */
  readonly seed?: number | string
}

/** Checks and completes what was written. */
export function sessionOptions(url: URL, options: ClientOptions): SessionOptions {
  const keepalive = whole('keepalive', options.keepalive ?? 60, 0, 65_535)
  const clientId = options.clientId ?? `motewire-${randomBytes(8).toString('hex')}`
  return {
    clientId,
    connect: connectPacket(url, options, clientId, keepalive),
    keepalive,
    connectTimeoutMs: whole('connectTimeout', options.connectTimeout ?? 30_000, 1, 3_600_000),
    pingTimeoutMs: whole(
      'pingTimeoutMs',
      options.pingTimeoutMs ?? Math.min(30_000, Math.max(2_000, keepalive * 500)),
      1,
      3_600_000,
    ),
    backoff: {
      baseMs: whole('reconnectPeriod', options.reconnectPeriod ?? 1_000, 0, 86_400_000),
      maxMs: whole('reconnectPeriodMaxMs', options.reconnectPeriodMaxMs ?? 60_000, 1, 86_400_000),
      stableMs: STABLE_MS,
    },
    seed: options.seed ?? randomBytes(8).toString('hex'),
    outbox: {
      messagesMax: whole(
        'outbox.messagesMax',
        options.outbox?.messagesMax ?? 10_000,
        1,
        10_000_000,
      ),
      bytesMax: whole('outbox.bytesMax', options.outbox?.bytesMax ?? 4 << 20, 1, 2 ** 40),
      whenFull: oneOf('outbox.whenFull', options.outbox?.whenFull ?? 'drop-newest', WHEN_FULL),
    },
    inflightMax: whole('inflightMax', options.inflightMax ?? 1_000, 1, 65_535),
    inflightQos2Max: whole('inflightQos2Max', options.inflightQos2Max ?? 20, 1, 65_535),
    packetBytesMax: whole('packetBytesMax', options.packetBytesMax ?? 268_435_460, 16, 268_435_460),
    resubscribe: options.resubscribe ?? true,
  }
}

/** A connection that lasted this long makes the next reconnect quick again. */
const STABLE_MS = 10_000
const WHEN_FULL = ['drop-newest', 'drop-oldest'] as const
const QOS = [0, 1, 2] as const
const VERSIONS = [3, 4, 5] as const

function connectPacket(
  url: URL,
  options: ClientOptions,
  clientId: string,
  keepalive: number,
): ConnectPacket {
  const protocolVersion = oneOf('protocolVersion', options.protocolVersion ?? 4, VERSIONS)
  const clean = options.clean ?? true
  const username =
    options.username ?? (url.username === '' ? undefined : decodeURIComponent(url.username))
  const password =
    options.password ?? (url.password === '' ? undefined : decodeURIComponent(url.password))
  if (protocolVersion === 3 && (clientId.length < 1 || clientId.length > 23)) {
    throw invalid('clientId', `'${clientId}'`, '1 to 23 characters in MQTT 3.1')
  }
  if (protocolVersion === 4 && clientId === '' && !clean) {
    throw invalid('clientId', 'empty', 'a client identifier, or clean: true')
  }
  if (protocolVersion < 5 && password !== undefined && username === undefined) {
    throw invalid('password', 'given without a user name', 'a username as well before MQTT 5.0')
  }
  checkWill(options.will)
  const properties = connectProperties(options)
  return {
    type: 'connect',
    protocolVersion,
    clientId,
    clean,
    keepalive,
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...(options.will === undefined ? {} : { will: options.will }),
    ...(properties === undefined ? {} : { properties }),
  }
}

/** Our own limits are told to a 5.0 server, so that it keeps to them. */
function connectProperties(options: ClientOptions): Properties | undefined {
  const { packetBytesMax, properties } = options
  if (packetBytesMax === undefined) return properties
  return { maximumPacketSize: packetBytesMax, ...properties }
}

function checkWill(will: Will | undefined): void {
  if (will === undefined) return
  const problem = topicProblem(will.topic)
  if (problem !== undefined) throw new UsageError('ERR_TOPIC_INVALID', `will ${problem}`)
  oneOf('will.qos', will.qos ?? 0, QOS)
}

/** The QoS somebody wrote, or a UsageError. */
export function checkedQos(what: string, qos: number | undefined): QoS {
  return oneOf(what, (qos ?? 0) as QoS, QOS)
}

function whole(name: string, value: number, min: number, max: number): number {
  if (Number.isInteger(value) && value >= min && value <= max) return value
  throw invalid(name, String(value), `a whole number from ${min} to ${max}`)
}

function oneOf<T extends string | number>(name: string, value: T, allowed: readonly T[]): T {
  if (allowed.includes(value)) return value
  throw invalid(name, String(value), `one of ${allowed.join(', ')}`)
}

function invalid(name: string, found: string, expected: string): UsageError {
  return new UsageError('ERR_OPTION_INVALID', `option ${name} is ${found}, expected ${expected}`)
}
