// What the HTTP API says, as it stands in its JSON: the contract between server and page, and with
// anybody who calls it with curl. Written out here, apart from the inspections that it is made of,
// because it is versioned (`/api/v1`) and they are not. Imports no room, so that the page can use
// its types. Times are wall-clock milliseconds since 1970, sizes bytes.

import type { HostRow, PayloadView, ProcessView } from './control-views.ts'

export type * from './control-views.ts'

export interface PageView<Row> {
  /** Rows that match, on all pages. */
  readonly total: number
  readonly rows: readonly Row[]
  /** True when there were too many rows to put all of them in the order asked for. */
  readonly isPartial?: boolean
}

/** The numbers of a broker since its start, and its rates over the last second. */
export interface BrokerView {
  readonly version: string
  readonly startedAt: number
  readonly uptimeMs: number
  readonly clientsConnected: number
  readonly sessionsOffline: number
  readonly connectsTotal: number
  readonly subscriptions: number
  readonly topics: number
  readonly retained: number
  readonly messagesIn: number
  readonly messagesOut: number
  readonly messagesDropped: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly queued: number
  readonly inPerSecond: number
  readonly outPerSecond: number
}

/** Messages a second of one thing over the last five minutes, oldest first. */
export interface RecentRatesView {
  readonly everyMs: number
  /** Null where it is not known: before the thing was there, or was looked at. */
  readonly inPerSecond: readonly (number | null)[]
  readonly outPerSecond: readonly (number | null)[]
}

export interface ClientRow {
  readonly clientId: string
  readonly username: string | null
  readonly isConnected: boolean
  readonly address: string
  readonly protocolVersion: 3 | 4 | 5
  readonly clean: boolean
  /** Seconds, 0 = none. */
  readonly keepalive: number
  readonly connectedAt: number
  readonly messagesIn: number
  readonly messagesOut: number
  readonly bytesIn: number
  readonly bytesOut: number
  readonly queued: number
  readonly inflight: number
  readonly dropped: number
  readonly subscriptions: number
  /** Null where none are kept: beyond the first 10,000 clients. */
  readonly recent: RecentRatesView | null
}

/** Something that happened to a client, and why. */
export interface ClientEventView {
  readonly at: number
  /** `connected`, `refused`, `disconnected`, `willPublished`, `denied`... */
  readonly kind: string
  readonly detail: string
}

/** What only our own broker tells of a client. */
export interface ClientInsideView {
  readonly groups: readonly string[]
  readonly queuedBytes: number
  readonly drops: {
    readonly queueFull: number
    readonly expired: number
    readonly tooLarge: number
    readonly purged: number
  }
  /** PUBLISH packets that its access forbade. */
  readonly denied: number
  readonly isOverloaded: boolean
  readonly will: {
    readonly topic: string
    readonly qos: 0 | 1 | 2
    readonly bytes: number
  } | null
  /** When it was last connected; 0 while it is. */
  readonly lastSeen: number
  /** When its session ends if it does not come back; 0: not at all, or while it is connected. */
  readonly expiresAt: number
  readonly deliveredByFilter: readonly { readonly filter: string; readonly delivered: number }[]
}

export interface ClientDetailView extends ClientRow {
  /** Null for a broker that is seen from outside. */
  readonly inside: ClientInsideView | null
  /** The first 500 of them. */
  readonly subscriptionList: readonly { readonly filter: string; readonly qos: 0 | 1 | 2 }[]
}

export interface TopicRow {
  readonly topic: string
  readonly messagesIn: number
  readonly messagesOut: number
  readonly bytesIn: number
  readonly ratePerSecond: number
  readonly lastAt: number
  readonly hasRetained: boolean
  readonly subscribers: number
  /** Null where none are kept: beyond the first 10,000 topics. */
  readonly recent: RecentRatesView | null
}

export interface SubscriberView {
  readonly clientId: string
  readonly filter: string
  readonly qos: 0 | 1 | 2
}

/** What only our own broker tells of a topic. */
export interface TopicInsideView {
  readonly firstAt: number
  /** Whose message made the topic, '' for the broker; null: an administrator made it. */
  readonly firstPublisher: string | null
  /** Somebody subscribes to it by name, and nobody has published to it or made it. */
  readonly isSubscribedOnly: boolean
  /** The last 16 that published. */
  readonly producers: readonly {
    readonly clientId: string
    readonly messages: number
    readonly lastAt: number
  }[]
  /** The first 500 of them. */
  readonly consumers: readonly (SubscriberView & {
    readonly delivered: number
    readonly inflight: number
  })[]
}

export interface TopicDetailView extends TopicRow {
  /** Null for a broker that is seen from outside. */
  readonly inside: TopicInsideView | null
  /** The first 500 of them. */
  readonly subscriberList: readonly SubscriberView[]
  readonly retainedPayload: PayloadView | null
  readonly lastPayload: PayloadView | null
  readonly lastQos: 0 | 1 | 2
}

/** What a table of topics can be ordered by; `first` is the order of first use. */
export const TOPIC_ORDERS = [
  'first',
  'name',
  'rate',
  'messagesIn',
  'messagesOut',
  'subscribers',
  'lastAt',
] as const

export type TopicOrder = (typeof TOPIC_ORDERS)[number]

/** A percentile ladder in milliseconds. All zero when nothing was measured. */
export interface LadderView {
  readonly count: number
  readonly min: number
  readonly mean: number
  readonly p50: number
  readonly p90: number
  readonly p99: number
  readonly p999: number
  readonly max: number
}

export interface GroupView {
  readonly name: string
  readonly devices: number
  readonly connected: number
  readonly published: number
  readonly acked: number
  readonly queued: number
}

export interface FleetView {
  readonly scenario: string
  readonly broker: string
  /** Why it ended by itself; null otherwise. */
  readonly problem: string | null
  readonly phase: 'starting' | 'running' | 'draining' | 'ended'
  readonly elapsedMs: number
  /** Planned run time; null when it runs until it is stopped. */
  readonly durationMs: number | null
  readonly devices: number
  readonly started: number
  readonly connected: number
  readonly published: number
  readonly acked: number
  readonly lost: number
  readonly queued: number
  readonly reconnects: number
  readonly errors: number
  readonly publishesPerSecond: number
  readonly ackLatencyMs: LadderView
  readonly lagMs: LadderView
  readonly groups: readonly GroupView[]
  /** Profile of the link, for a fleet that a visitor started; null for any other. */
  readonly link: string | null
}

/** The broker's configuration: what may change while it runs as YAML, the rest as rows. */
export interface ConfigView {
  /** The file it was started with, the only one that is ever written; null without one. */
  readonly file: string | null
  /** Why nothing can be changed; null when it can. */
  readonly readOnly: 'no-file' | 'mosquitto' | null
  readonly text: string
  /** What changes with a restart only, by its key in the file; `–` is none. */
  readonly fixed: readonly (readonly [key: string, value: string])[]
}

/** One device of the fleet. */
export interface DeviceRowView {
  readonly clientId: string
  readonly group: string
  readonly isOnline: boolean
  /** What it has for itself: a profile, or `cut`; null: the link of all. */
  readonly link: string | null
  readonly published: number
  readonly acked: number
  readonly lost: number
  readonly queued: number
  readonly reconnects: number
  /** Degrees; null for a device that knows no place. */
  readonly latitude: number | null
  readonly longitude: number | null
}

/** Where the devices of the fleet are, of those that know. */
export interface FleetMapView {
  /** How many know where they are; more than the rows when there are too many to show. */
  readonly total: number
  readonly rows: readonly PlacedDevice[]
}

export interface PlacedDevice {
  readonly clientId: string
  readonly group: string
  readonly isOnline: boolean
  readonly latitude: number
  readonly longitude: number
}

/**
 * State of one end of a bridge: `up` carries bytes; `opening` is being tried right now, `waiting`
 * will be tried again, `absent` is a device that is not there; `listening` is a server without a
 * client; `idle` is not wanted while the other end is away; `failed` can never work as configured;
 * `lent` is in use by another program for a while. `probing` and `stalled` are open: nothing whole
 * has come yet; bytes to the device do not move.
 */
export type BridgeEndState =
  | 'idle'
  | 'absent'
  | 'opening'
  | 'listening'
  | 'probing'
  | 'stalled'
  | 'up'
  | 'waiting'
  | 'lent'
  | 'failed'
  | 'stopping'
  | 'stopped'

/** One end of a bridge. */
export interface BridgeEndView {
  /** `serial /dev/ttyUSB0` or `tcp 127.0.0.1:1883`. */
  readonly address: string
  readonly state: BridgeEndState
  /** Why the newest connection or attempt ended; null when it ended in good order. */
  readonly problem: string | null
}

/** A serial port bridged to a TCP peer. */
export interface BridgeView {
  readonly name: string
  readonly serial: BridgeEndView
  readonly tcp: BridgeEndView
  /** Bytes read from the serial port and written to TCP. */
  readonly serialToTcpBytes: number
  /** Bytes read from TCP and written to the serial port. */
  readonly tcpToSerialBytes: number
  /** Bytes that came while the other end was away, or were waiting when a connection ended. */
  readonly droppedBytes: number
  /** Times that either end was opened again after it had been lost. */
  readonly reopenings: number
  /** When either end came into its present state. */
  readonly since: number
}

/** Messages a second, at one moment. */
export interface RateSample {
  readonly at: number
  readonly inPerSecond: number
  readonly outPerSecond: number
}

/** How long back rates are kept: a second, ten seconds, a minute apart. */
export const RATE_SPANS = ['5m', '1h', '24h'] as const

export type RateSpan = (typeof RATE_SPANS)[number]

/** The answer to `GET rates`. Oldest first. */
export interface RatesView {
  /** From one sample to the next; each is the mean of that time. */
  readonly everyMs: number
  readonly samples: readonly RateSample[]
}

/** What the event `history` of the stream carries, once, at its beginning. Oldest first. */
export interface HistoryView {
  readonly samples: readonly RateSample[]
}

/** What the event `snapshot` of the stream carries, once a second. */
export interface SnapshotView {
  readonly at: number
  readonly title: string
  /** Virtual hosts, the default one first; none for a broker that is seen from outside. */
  readonly hosts: readonly HostRow[]
  readonly process: ProcessView
  readonly broker: BrokerView | null
  readonly fleet: FleetView | null
  /** Whether visitors may start a fleet, on the broker that the console was told. */
  readonly mayStartFleet: boolean
  /** Whether the configuration of the broker is shown. */
  readonly hasConfig: boolean
  readonly bridges: readonly BridgeView[]
}

/** How a payload is written in the JSON of a request. */
export const PAYLOAD_ENCODINGS = ['text', 'hex', 'base64'] as const

export type PayloadEncoding = (typeof PAYLOAD_ENCODINGS)[number]

/** The body of `POST /api/v1/publish`. */
export interface PublishRequest {
  readonly topic: string
  readonly payload: string
  /** Default `text`, which is UTF-8. */
  readonly encoding?: PayloadEncoding
  /** Default 0. */
  readonly qos?: 0 | 1 | 2
  /** Default false. */
  readonly retain?: boolean
}

export interface PublishReply {
  readonly topic: string
  readonly payloadBytes: number
}

/** The body of every answer with a status of 400 and above. */
export interface ErrorReply {
  readonly error: { readonly code: string; readonly message: string }
}
