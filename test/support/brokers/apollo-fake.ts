// A stand-in for Apache Apollo 1.7.1, which no package brings any more: as much of a broker as is
// needed to show what a client meets there, by Apollo's sources and manuals, quirks included. One
// port speaks MQTT (61613 in a real one), another is the web console (61680). Its packets are made
// by mqtt-packet, so that no mistake of our codec cancels out.
//
//   MQTT 5.0 is answered with CONNACK 1; a wrong password with CONNACK 4, and the socket stays open
//   for 5 s; an empty client identifier resets the connection. Session present is always 0, RETAIN
//   is never set on delivery, messages above QoS 0 come at the subscriber's QoS, and Packet
//   Identifiers count from 32,768.

import { once } from 'node:events'
import { createServer as createWebServer } from 'node:http'
import type { Server as WebServer } from 'node:http'
import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import mqttPacket from 'mqtt-packet'
import type { IConnectPacket, IPublishPacket, Packet, QoS } from 'mqtt-packet'
import { matchesFilter } from '@motewire/sdk/codec'
import { PASSWORD, USERNAME } from './test-broker.ts'

const LINGER_MS = 5_000
const FIRST_PACKET_ID = 0x8000

/** What Apollo keeps under a client identifier: its "durable subscription". */
interface Session {
  readonly filters: Map<string, QoS>
  readonly unacked: Map<number, IPublishPacket>
  readonly queue: IPublishPacket[]
  link: Link | undefined
}

export class ApolloFake {
  readonly #server: Server
  readonly #web: WebServer
  readonly #links = new Set<Link>()
  readonly sessions: Map<string, Session> = new Map()
  readonly retained: Map<string, IPublishPacket> = new Map()
  /** Refused connections that the client closed before Apollo would have. */
  closedByClient = 0

  private constructor() {
    this.#server = createServer({ noDelay: true }, (socket) => {
      const link = new Link(this, socket)
      this.#links.add(link)
      socket.on('close', () => this.#links.delete(link))
    })
    this.#web = createWebServer((_request, response) => response.end('Apollo console'))
  }

  static async start(): Promise<ApolloFake> {
    const fake = new ApolloFake()
    await once(fake.#server.listen(0, '127.0.0.1'), 'listening')
    await once(fake.#web.listen(0, '127.0.0.1'), 'listening')
    return fake
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get webPort(): number {
    return (this.#web.address() as AddressInfo).port
  }

  /** Cuts all connections. */
  cut(): void {
    for (const link of this.#links) link.destroy()
  }

  async stop(): Promise<void> {
    this.cut()
    this.#server.close()
    this.#web.close()
    this.#web.closeAllConnections()
    await Promise.all([once(this.#server, 'close'), once(this.#web, 'close')])
  }

  route(packet: IPublishPacket): void {
    const { topic } = packet
    if (packet.retain && packet.payload.length > 0) this.retained.set(topic, packet)
    else if (packet.retain) this.retained.delete(topic)
    for (const session of this.sessions.values()) deliver(session, packet)
  }
}

/** To each matching filter at the filter's QoS, unless the message was of QoS 0. */
function deliver(session: Session, packet: IPublishPacket, only?: string): void {
  for (const [filter, qos] of session.filters) {
    if (only !== undefined && filter !== only) continue
    if (!matchesFilter(filter, packet.topic)) continue
    const copy = { ...packet, qos: packet.qos === 0 ? 0 : qos, retain: false, dup: false } as const
    if (session.link !== undefined) session.link.publish(copy)
    else if (copy.qos > 0) session.queue.push(copy)
  }
}

/** One connection. */
class Link {
  readonly #fake: ApolloFake
  readonly #socket: Socket
  readonly #parser = mqttPacket.parser({ protocolVersion: 4 })
  #session: Session | undefined
  #nextId = FIRST_PACKET_ID
  /** Received QoS 2 identifiers without PUBREL. */
  readonly #receipts = new Set<number>()

  constructor(fake: ApolloFake, socket: Socket) {
    this.#fake = fake
    this.#socket = socket
    this.#parser.on('packet', (packet) => this.#handle(packet))
    this.#parser.on('error', () => socket.destroy())
    socket.on('data', (bytes) => this.#parser.parse(bytes))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      if (this.#session?.link === this) this.#session.link = undefined
    })
  }

  destroy(): void {
    this.#socket.destroy()
  }

  publish(packet: IPublishPacket): void {
    if (packet.qos === 0) return this.#send(packet)
    const messageId = this.#nextId++
    this.#session?.unacked.set(messageId, packet)
    this.#send({ ...packet, messageId })
  }

  #send(packet: Packet): void {
    if (this.#socket.writable) this.#socket.write(mqttPacket.generate(packet))
  }

  #refuse(returnCode: number): void {
    this.#send({ cmd: 'connack', returnCode, sessionPresent: false })
    const linger = setTimeout(() => this.#socket.destroy(), LINGER_MS)
    this.#socket.once('end', () => {
      clearTimeout(linger)
      this.#fake.closedByClient++
    })
  }

  #connect({ protocolVersion, clientId, clean, username, password }: IConnectPacket): void {
    if (protocolVersion === 5) return this.#refuse(1)
    if (clientId === '') return void this.#socket.resetAndDestroy()
    if (username !== USERNAME || password?.toString() !== PASSWORD) return this.#refuse(4)
    const known = clean === true ? undefined : this.#fake.sessions.get(clientId)
    known?.link?.destroy()
    const session = known ?? makeSession()
    this.#fake.sessions.set(clientId, session)
    this.#session = session
    session.link = this
    this.#send({ cmd: 'connack', returnCode: 0, sessionPresent: false })
    const unacked = [...session.unacked.values()].map((packet) => ({ ...packet, dup: true }))
    session.unacked.clear()
    for (const packet of [...unacked, ...session.queue.splice(0)]) this.publish(packet)
  }

  #handle(packet: Packet): void {
    const { messageId = 0 } = packet
    switch (packet.cmd) {
      case 'connect':
        return this.#connect(packet)
      case 'publish':
        return this.#take(packet)
      case 'pubrel':
        this.#receipts.delete(messageId)
        return this.#send({ cmd: 'pubcomp', messageId })
      case 'puback':
      case 'pubcomp':
        return void this.#session?.unacked.delete(messageId)
      case 'pubrec':
        return this.#send({ cmd: 'pubrel', messageId })
      case 'subscribe': {
        const granted = packet.subscriptions.map(({ qos }) => qos)
        this.#send({ cmd: 'suback', messageId, granted })
        for (const { topic, qos } of packet.subscriptions) this.#subscribe(topic, qos)
        return
      }
      case 'unsubscribe':
        for (const filter of packet.unsubscriptions) this.#session?.filters.delete(filter)
        return this.#send({ cmd: 'unsuback', messageId, granted: [] })
      case 'pingreq':
        return this.#send({ cmd: 'pingresp' })
      case 'disconnect':
        return void this.#socket.end()
      default:
        this.#socket.destroy()
    }
  }

  #take(packet: IPublishPacket): void {
    const { messageId = 0 } = packet
    const isRepeated = packet.qos === 2 && this.#receipts.has(messageId)
    if (packet.qos === 2) this.#receipts.add(messageId)
    if (!isRepeated) this.#fake.route(packet)
    if (packet.qos > 0) this.#send({ cmd: packet.qos === 1 ? 'puback' : 'pubrec', messageId })
  }

  #subscribe(filter: string, qos: QoS): void {
    const session = this.#session
    if (session === undefined) return
    session.filters.set(filter, qos)
    for (const packet of this.#fake.retained.values()) deliver(session, packet, filter)
  }
}

function makeSession(): Session {
  return { filters: new Map(), unacked: new Map(), queue: [], link: undefined }
}
