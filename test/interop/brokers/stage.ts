// What one cell of the matrix plays on: clients of one protocol version on one broker, with client
// identifiers and topics that no other cell uses. All waits end by an event or fail in time.

import { connect } from '@motewire/sdk'
import type { Client, ClientOptions, ProtocolVersion, QoS } from '@motewire/sdk'
import type { Properties, PublishOptions, SubscribeOptions } from '@motewire/sdk'
import { PASSWORD, USERNAME } from '../../support/brokers/test-broker.ts'
import { Wire } from '../../support/brokers/wire.ts'

export interface Message {
  readonly topic: string
  readonly text: string
  readonly qos: QoS
  readonly retain: boolean
  readonly dup: boolean
  readonly properties: Properties | undefined
}

export interface JoinOptions extends ClientOptions {
  /** Goes through this wire instead of straight to the broker. */
  readonly wire?: Wire
}

/** What may need so long is still going on. */
export const PATIENCE_MS = 10_000

/** Where a cell is played. */
export interface Scene {
  readonly port: number
  readonly version: ProtocolVersion
  /** What its topics and client identifiers begin with. */
  readonly root: string
  /** Longest wait for anything, milliseconds. */
  readonly patienceMs: number
  /** Resolves when the broker has been restarted; only for cells that say they need it. */
  readonly restart: () => Promise<void>
}

export class Stage {
  readonly #scene: Scene
  readonly #members: Member[] = []
  readonly #wires: Wire[] = []

  constructor(scene: Scene) {
    this.#scene = scene
  }

  get version(): ProtocolVersion {
    return this.#scene.version
  }

  restart(): Promise<void> {
    return this.#scene.restart()
  }

  /** A topic, or a filter, that belongs to this cell. */
  topic(rest: string): string {
    return `${this.#scene.root}/${rest}`
  }

  /**
   * A client that is connected; rejects with the cause when it will not be. It listens from the
   * start: what a broker has kept for a session comes together with CONNACK.
   */
  async join(options: JoinOptions = {}): Promise<Member> {
    const { wire, ...rest } = options
    const client = connect(`mqtt://127.0.0.1:${wire?.port ?? this.#scene.port}`, {
      protocolVersion: this.version,
      username: USERNAME,
      password: PASSWORD,
      clientId: this.clientId(),
      reconnectPeriod: 50,
      reconnectPeriodMaxMs: 300,
      connectTimeout: this.#scene.patienceMs,
      ...rest,
    })
    const member = new Member(client, this.#scene.patienceMs)
    this.#members.push(member)
    await accepted(client)
    return member
  }

  clientId(): string {
    return `${this.#scene.root}c${this.#members.length}`
  }

  /** Options of a client whose session the broker keeps while it is away. */
  durable(clientId: string): ClientOptions {
    const session = { clientId, clean: false, resume: 'adopt' } as const
    return this.version === 5 ? { ...session, properties: { sessionExpiryInterval: 600 } } : session
  }

  async wire(): Promise<Wire> {
    const wire = await Wire.open(this.#scene.port, this.#scene.patienceMs)
    this.#wires.push(wire)
    return wire
  }

  /** About so many seconds pass: as long as an idle client with a keepalive of 1 s pings. */
  async pings(count: number): Promise<void> {
    const wire = await this.wire()
    const idle = await this.join({ wire, keepalive: 1 })
    await wire.until('toClient', 13, count)
    await idle.client.end()
  }

  async close(): Promise<void> {
    await Promise.all(this.#members.map(({ client }) => client.end()))
    for (const wire of this.#wires) wire.close()
  }
}

/** A client and what came to it. */
export class Member {
  readonly client: Client
  readonly messages: Message[] = []
  /** How often the broker has accepted it. */
  connects = 0
  readonly #patienceMs: number
  readonly #watchers = new Set<() => void>()

  constructor(client: Client, patienceMs: number) {
    this.client = client
    this.#patienceMs = patienceMs
    client.on('message', (topic, payload, { qos, retain, dup, properties }) => {
      this.messages.push({ topic, text: payload.toString(), qos, retain, dup, properties })
      for (const look of this.#watchers) look()
    })
    client.on('connect', () => {
      this.connects++
      for (const look of this.#watchers) look()
    })
  }

  get texts(): string[] {
    return this.messages.map(({ text }) => text)
  }

  /** Publishes and waits for the delivery, but not for ever. */
  publish(topic: string, payload: string, options: PublishOptions = {}): Promise<void> {
    return this.client.publishAsync(topic, payload, { deadlineMs: this.#patienceMs, ...options })
  }

  /** Subscribes and answers the granted QoS or the refusal of the first filter. */
  async subscribe(
    filter: string | readonly string[],
    options: SubscribeOptions = {},
  ): Promise<number> {
    const [grant] = await this.client.subscribe(filter, { qos: 1, ...options })
    return grant?.qos ?? 0x80
  }

  /** The messages as soon as there are so many, without waiting whether more come. */
  async received(count: number): Promise<readonly Message[]> {
    await this.until(`${count} messages`, () => this.messages.length >= count)
    return this.messages
  }

  /** All messages up to the one with this text: what has not come before it will not come. */
  async receivedUpTo(text: string): Promise<readonly Message[]> {
    await this.until(`message '${text}'`, () => this.texts.includes(text))
    return this.messages.slice(0, this.texts.indexOf(text))
  }

  async until(what: string, isReached: () => boolean): Promise<void> {
    if (isReached()) return
    await new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer)
        this.#watchers.delete(look)
      }
      const look = (): void => {
        if (!isReached()) return
        settle()
        resolve()
      }
      const timer = setTimeout(() => {
        settle()
        reject(new Error(`waited for ${what}, saw [${this.texts.slice(-20).join(' ')}]`))
      }, this.#patienceMs)
      this.#watchers.add(look)
    })
  }
}

/** Resolves with the arguments of the client's next event of this kind. */
export function next(client: Client, event: 'offline' | 'connect'): Promise<unknown[]> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no event '${event}'`)), PATIENCE_MS)
    client.once(event, (...args: unknown[]) => {
      clearTimeout(timer)
      resolve(args)
    })
  })
}

/** Waits for the first CONNACK that accepts, or for the failure that ends the attempts. */
function accepted(client: Client): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      client.off('connect', handleConnect).off('offline', handleOffline)
    }
    const handleConnect = (): void => {
      settle()
      resolve()
    }
    const handleOffline = (cause: Error | undefined, retryInMs: number | undefined): void => {
      if (retryInMs !== undefined) return
      settle()
      reject(cause ?? new Error('closed'))
    }
    client.on('connect', handleConnect).on('offline', handleOffline)
  })
}

/** '0', '1', ... as many as asked. */
export function numbers(count: number): string[] {
  return Array.from({ length: count }, (_, i) => String(i))
}
