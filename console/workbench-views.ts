// What the API says about the workbench: the MQTT connections that the console holds for its
// visitors, what came in on them, and what is sent. Part of the contract of views.ts and like it
// free of imports that run. Times are wall-clock milliseconds since 1970, sizes bytes.

import type { PayloadEncoding, PayloadView } from './views.ts'

/** How a connection is made. Never holds a password on its way out. */
export interface ProfileView {
  readonly name: string
  /** `mqtt mqtts ws wss` and a host; nothing else can be reached. */
  readonly url: string
  /** Empty: one is made up. */
  readonly clientId: string
  readonly username: string
  /** `auto` tries 5.0, then 3.1.1, then 3.1. */
  readonly protocolVersion: 'auto' | 3 | 4 | 5
  /** Seconds. */
  readonly keepalive: number
  readonly clean: boolean
}

/** The body of `POST /api/v1/connections`; all but `url` may be left out. */
export type ConnectRequest = Partial<ProfileView> & {
  readonly url: string
  readonly password?: string
}

export interface SubscriptionView {
  readonly filter: string
  /** What the broker granted; 128 and above is a refusal; null until it has answered. */
  readonly granted: number | null
  readonly messages: number
}

/** A message that is published again and again. */
export interface SeriesView {
  readonly topic: string
  readonly sent: number
  readonly count: number
  readonly everyMs: number
  readonly isRunning: boolean
}

export interface ConnectionView {
  readonly id: string
  readonly profile: ProfileView
  readonly clientId: string
  readonly state: 'idle' | 'waiting' | 'dialing' | 'greeting' | 'online' | 'ended'
  /** What the broker speaks; null before its first answer. */
  readonly protocolVersion: 3 | 4 | 5 | null
  readonly problem: string | null
  readonly connectedAt: number
  readonly messagesIn: number
  readonly messagesOut: number
  readonly bytesIn: number
  readonly topics: number
  readonly subscriptions: readonly SubscriptionView[]
  readonly series: SeriesView | null
}

export interface MessageRow {
  readonly sequence: number
  readonly at: number
  readonly topic: string
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly dup: boolean
  readonly bytes: number
  /** The filters by which it came, each once. */
  readonly filters: readonly string[]
  /** The first bytes: 96, or as many as were asked for. */
  readonly start: PayloadView
}

export interface MessageDetailView extends MessageRow {
  readonly payload: PayloadView
  /** The payload before it on the same topic, if it is still kept. */
  readonly previous: PayloadView | null
  readonly properties: Readonly<Record<string, unknown>>
}

export interface PacketRow {
  readonly sequence: number
  readonly at: number
  readonly direction: 'out' | 'in'
  readonly type: string
  /** Of the whole packet. */
  readonly bytes: number
  readonly packetId: number | null
  readonly text: string
}

/** A number that was in a message. */
export interface PointRow {
  readonly at: number
  readonly topic: string
  readonly value: number
}

/** Newest part of a ring, oldest row first. */
export interface RingView<Row> {
  /** Ask again with `after` set to it. */
  readonly newest: number
  /** Matching rows after `after` that are not among `rows`: there were more than `limit`. */
  readonly skipped: number
  readonly rows: readonly Row[]
}

/** A level of the topic tree. */
export interface BranchView {
  readonly name: string
  readonly path: string
  /** Topics at and below it. */
  readonly topics: number
  readonly messages: number
  readonly retained: number
  readonly hasChildren: boolean
}

/** The body of `POST /api/v1/connections/ID/publish`. */
export interface SendRequest {
  readonly topic: string
  readonly payload: string
  readonly encoding?: PayloadEncoding
  readonly qos?: 0 | 1 | 2
  readonly retain?: boolean
  /** 5.0 only. */
  readonly properties?: Readonly<Record<string, unknown>>
  readonly repeat?: { readonly count: number; readonly everyMs: number }
}

export interface SendReply {
  readonly topic: string
  readonly payloadBytes: number
  /** `delivered`: handed over at QoS 0, confirmed by the broker at QoS 1 and 2. */
  readonly outcome: 'delivered' | 'repeating'
}

/** Messages that were recorded, or read from a file. */
export interface RecordingView {
  readonly id: string
  readonly name: string
  /** '' for one from a file. */
  readonly filter: string
  /** Number of the connection that it was recorded on; null for one from a file. */
  readonly connection: string | null
  /** `full` ended by itself because there was no more room. */
  readonly state: 'recording' | 'full' | 'ended'
  /** When its first message came; 0 before that. */
  readonly startedAt: number
  /** From the first message to the last one. */
  readonly durationMs: number
  readonly messages: number
  readonly bytes: number
  /** The last one; null when there was none. */
  readonly replay: ReplayView | null
}

export interface ReplayView {
  /** Number of the connection that publishes. */
  readonly connection: string
  /** Times faster than the messages came; null: as fast as the broker takes them. */
  readonly speed: number | null
  readonly prefix: string
  readonly total: number
  readonly sent: number
  readonly failed: number
  /** Why the last one that failed did. */
  readonly problem: string | null
  readonly isRunning: boolean
}

/** What became of `POST /api/v1/connections/ID/copy-retained`. */
export interface RetainedCopyView {
  readonly path: string
  readonly copied: number
  readonly failed: number
  readonly problem: string | null
}

/** Where a kind of broker usually is. */
export interface PresetView {
  readonly name: string
  readonly url: string
  readonly username: string
  /** The well-known one of a fresh installation; '' for none. */
  readonly password: string
}
