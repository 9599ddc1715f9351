// What the HTTP API says of our own broker beyond what any broker tells: its virtual hosts,
// listeners, queues, sessions, users; and of the console's process and visitors. Part of views.ts.

export interface PayloadView {
  /** The payload, or its beginning when it is long. */
  readonly base64: string
  /** Whether bytes are missing at its end. */
  readonly isCut: boolean
}

/** A message that waits or is retained. */
export interface MessageView {
  readonly topic: string
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  /** Client that published it, '' for the broker itself. */
  readonly publisher: string
  readonly receivedAt: number
  readonly payloadBytes: number
  readonly payload: PayloadView
}

export interface QueueRow {
  /** `$queue/NAME`, or `$share/GROUP/FILTER`. */
  readonly name: string
  readonly kind: 'queue' | 'shared'
  readonly depth: number
  readonly bytes: number
  readonly messagesIn: number
  readonly messagesOut: number
  readonly dropped: number
  readonly consumers: readonly {
    readonly clientId: string
    readonly isConnected: boolean
    readonly inflight: number
    readonly delivered: number
  }[]
}

/** A session that outlives its connection. */
export interface SessionRow {
  readonly clientId: string
  readonly isConnected: boolean
  readonly lastSeen: number
  readonly expiresAt: number
  readonly queued: number
  readonly queuedBytes: number
  readonly inflight: number
  readonly dropped: number
  readonly subscriptions: number
}

export interface HostRow {
  readonly name: string
  /** When it was made, or the broker was started with it. */
  readonly startedAt: number
  readonly clientsConnected: number
  readonly sessions: number
  readonly topics: number
  readonly queues: number
  readonly retained: number
  readonly messagesIn: number
  readonly messagesOut: number
}

/** A place where clients come in. */
export interface ListenerRow {
  readonly name: string
  readonly kind: 'tcp' | 'tls'
  readonly host: string
  readonly port: number
  readonly isAccepting: boolean
  /** When it began to take clients, or to refuse them. */
  readonly since: number
  readonly connectedNow: number
  readonly connectedEver: number
  readonly bytesIn: number
  readonly bytesOut: number
  /** PUBLISH packets, repeated ones too. */
  readonly messagesIn: number
  readonly messagesOut: number
  readonly virtualHost: string
}

/** The process that the console runs in. */
export interface ProcessView {
  readonly nodeVersion: string
  readonly uptimeMs: number
  readonly rssBytes: number
  readonly heapBytes: number
  /** Of one core, over the last second. */
  readonly cpuShare: number
  /** 99th percentile of how late the event loop ran in the last second. */
  readonly loopDelayMs: number
  /** Bytes of the broker's store on disk; null without a store. */
  readonly storeBytes: number | null
}

export interface UserRow {
  readonly name: string
  readonly groups: readonly string[]
  /** How the password is kept. */
  readonly credential: 'plain' | 'sha512' | 'pbkdf2'
  /** Whether it stands in the password file, so that a changed password is kept. */
  readonly isKept: boolean
}

/** A rule of access as Mosquitto's ACL file writes it, with groups besides. */
export interface AccessRuleView {
  readonly subject: 'user' | 'group' | 'everyone' | 'anonymous'
  /** Of a user or a group, else ''. */
  readonly name: string
  readonly permission: 'read' | 'write' | 'readwrite' | 'deny'
  /** A topic filter; %u and %c stand for user name and client identifier. */
  readonly filter: string
}

export interface AccessView {
  /** False: the broker was started without users; everybody may come in. */
  readonly hasUsers: boolean
  /** The password file, where names and passwords are kept; null without one. */
  readonly file: string | null
  readonly allowsAnonymous: boolean
  readonly users: readonly UserRow[]
  /** Null: whoever is in may do everything. */
  readonly rules: readonly AccessRuleView[] | null
}

/** One value that a broker publishes about itself. */
export interface SystemRow {
  readonly name: string
  readonly value: string
}

/** What a broker tells about itself under `$SYS`. */
export interface SystemView {
  /** `own`: everything the console knows; `observed`: the protocol and `$SYS` only. */
  readonly kind: 'own' | 'observed'
  readonly rows: readonly SystemRow[]
}

/** Who asks. */
export interface WhoamiView {
  /** '' where nobody has to sign in. */
  readonly name: string
  readonly role: Role
}

/** A viewer changes nothing. */
export type Role = 'admin' | 'viewer'

/** Something that was asked of the console and changes something, or a refused sign-in. */
export interface LogRow {
  readonly at: number
  readonly name: string
  readonly address: string
  /** Method and path. */
  readonly what: string
  readonly status: number
}
