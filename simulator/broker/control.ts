// What our own broker shows and does beyond what any broker can: a client's history and queue,
// named queues, retained messages, virtual hosts, listeners. Plain values like inspect.ts; every
// method acts on one virtual host.

import type { BrokerInspection, ClientView, Page, PageQuery, TopicDetail } from './inspect.ts'
import type { AccessRule } from './access-list.ts'
import type { ClientEventKind } from './core/timeline.ts'
import type { Credential } from './credential.ts'

export interface ClientEvent {
  readonly at: number
  readonly kind: ClientEventKind
  /** In words: the reason, the filter, the address. */
  readonly detail: string
}

/** Why messages for a client were not delivered. */
export interface DropCounts {
  readonly queueFull: number
  readonly expired: number
  /** Larger than the client takes. */
  readonly tooLarge: number
  /** Taken away by an administrator, or QoS 0 when the client left. */
  readonly purged: number
}

export interface ClientDetail extends ClientView {
  readonly groups: readonly string[]
  readonly queuedBytes: number
  readonly drops: DropCounts
  /** PUBLISH packets that its access forbade. */
  readonly denied: number
  readonly isOverloaded: boolean
  readonly will:
    | { readonly topic: string; readonly qos: 0 | 1 | 2; readonly bytes: number }
    | undefined
  /** When it was last connected; 0 while it is. */
  readonly lastSeen: number
  /** When its session ends if it does not come back; 0: not at all. */
  readonly expiresAt: number
  /** Messages handed over, by filter. */
  readonly deliveredByFilter: readonly { readonly filter: string; readonly delivered: number }[]
  /** Oldest first, the last 32. */
  readonly events: readonly ClientEvent[]
}

export interface MessageView {
  readonly topic: string
  readonly qos: 0 | 1 | 2
  readonly retain: boolean
  readonly publisher: string
  readonly receivedAt: number
  readonly payloadBytes: number
  /** Cut at 4 KiB. */
  readonly payload: Uint8Array
}

export interface QueueView {
  /** `$queue/NAME`, or `$share/GROUP/FILTER`. */
  readonly name: string
  readonly kind: 'queue' | 'shared'
  /** Waiting; of a shared group: in its members' queues. */
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

export interface TopicDetailOfOurs extends TopicDetail {
  readonly firstAt: number
  /**
   * Whose message made the topic, '' for the broker itself; undefined: an administrator made it.
   */
  readonly firstPublisher: string | undefined
  /** Somebody subscribes to it by name, and nobody has published to it or made it. */
  readonly isSubscribedOnly: boolean
  readonly producers: readonly {
    readonly clientId: string
    readonly messages: number
    readonly lastAt: number
  }[]
  readonly consumers: readonly {
    readonly clientId: string
    readonly filter: string
    readonly qos: 0 | 1 | 2
    readonly delivered: number
    readonly inflight: number
  }[]
}

export interface ListenerView {
  readonly name: string
  readonly kind: 'tcp' | 'tls'
  readonly host: string
  readonly port: number
  readonly isAccepting: boolean
  /** When it began to take clients, or to refuse them; 0 before the broker's start. */
  readonly since: number
  readonly connectedNow: number
  readonly connectedEver: number
  /** Of all connections, ended ones too. */
  readonly bytesIn: number
  readonly bytesOut: number
  /** PUBLISH packets, repeated ones too. */
  readonly messagesIn: number
  readonly messagesOut: number
  /** Where clients land that name no virtual host. */
  readonly virtualHost: string
}

export interface UserView {
  readonly name: string
  readonly groups: readonly string[]
  /** How the password is kept. */
  readonly credential: Credential['kind']
  /** Whether it stands in the password file, so that a changed password is kept. */
  readonly isKept: boolean
}

/**
 * Users and access rules of a running broker. Changes last until it stops, but for names and
 * passwords where the broker was started with a password file.
 */
export interface UserControl {
  /** The password file; undefined without one. */
  readonly file: string | undefined
  readonly allowsAnonymous: boolean
  users(): readonly UserView[]
  /** The groups of a user who gave the right password, else undefined. */
  check(name: string, password: string): readonly string[] | undefined
  /**
   * Makes a user, or changes one: without a password the old one stays. False: it needs one.
   * @throws UsageError `ERR_BROKER_CONFIG` when the file cannot be written; nothing is changed.
   */
  putUser(name: string, password: string | undefined, groups: readonly string[]): boolean
  /**
   * Its clients are disconnected. False when there is no such user.
   * @throws UsageError `ERR_BROKER_CONFIG` when the file cannot be written; nothing is changed.
   */
  deleteUser(name: string): boolean
  /** Undefined: whoever is in may do everything. */
  rules(): readonly AccessRule[] | undefined
  /** Holds for the clients that are connected, too. */
  setRules(rules: readonly AccessRule[] | undefined): void
}

export interface HostView {
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

/** What happened to a change that was asked for. */
export type Change = 'done' | 'absent' | 'in-use' | 'invalid' | 'full'

export interface HostControl extends BrokerInspection {
  topic(name: string): TopicDetailOfOurs | undefined
  clientDetail(clientId: string): ClientDetail | undefined
  /** Also of clients that are gone. */
  events(clientId: string): readonly ClientEvent[]
  /** Sessions that outlive their connections, by client id. */
  sessions(query?: PageQuery): Page<ClientDetail>
  /** What a client is owed, oldest first; nothing is taken away. */
  browseClient(clientId: string, query?: PageQuery): Page<MessageView> | undefined
  /** Drops what waits for a client; answers how many, undefined without such a client. */
  purgeClient(clientId: string): number | undefined
  /** Ends the connection and the session with all it holds. */
  dropSession(clientId: string): boolean
  subscribe(clientId: string, filter: string, qos: 0 | 1 | 2): Change
  unsubscribe(clientId: string, filter: string): Change
  createTopic(name: string): Change
  /** `in-use` while somebody subscribes to it; its retained message goes too. */
  deleteTopic(name: string): Change
  queues(query?: PageQuery): Page<QueueView>
  /** `name` with or without `$queue/`. */
  createQueue(name: string): Change
  /** `in-use` while it has consumers. */
  deleteQueue(name: string): Change
  browseQueue(name: string, query?: PageQuery): Page<MessageView> | undefined
  purgeQueue(name: string): number | undefined
  /** In order of first use, `$SYS` last. */
  retained(query?: PageQuery): Page<MessageView>
  /** False when the topic has none. */
  clearRetained(topic: string): boolean
}

export interface BrokerControl extends HostControl {
  /** Undefined where everybody may come in, or code decides. */
  readonly users: UserControl | undefined
  /** Bytes of the store on disk; undefined without a folder. */
  readonly storeBytes: number | undefined
  hosts(): readonly HostView[]
  /** One virtual host; undefined when there is none of that name. */
  host(name: string): HostControl | undefined
  createHost(name: string): HostControl
  listeners(): readonly ListenerView[]
  /** Refuses new clients and keeps those there are, or takes new ones again. */
  setAccepting(listener: string, isAccepting: boolean): boolean
}
