// A TCP link between a client and a broker that a test can watch and break: it forwards packet by
// packet, keeps what went by, holds back chosen packet types, goes silent, or cuts. It knows MQTT's
// fixed header and the first fields of PUBLISH, from the standard and not from our codec.

import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'

/** A packet that went by. */
export interface WirePacket {
  /** The high nibble of the first byte: 3 is PUBLISH. */
  readonly type: number
  readonly bytes: Buffer
}

export type Direction = 'toBroker' | 'toClient'

const LOG_PACKETS_MAX = 10_000

export class Wire {
  readonly #server: Server
  readonly #brokerPort: number
  readonly #patienceMs: number
  readonly #links = new Set<Link>()
  readonly #packets: Record<Direction, WirePacket[]> = { toBroker: [], toClient: [] }
  readonly #watchers = new Set<() => void>()
  readonly #holding: Record<Direction, readonly number[]> = { toBroker: [], toClient: [] }
  #isSilent = false

  private constructor(server: Server, brokerPort: number, patienceMs: number) {
    this.#server = server
    this.#brokerPort = brokerPort
    this.#patienceMs = patienceMs
    server.on('connection', (socket) => this.#accept(socket))
  }

  /** `patienceMs` is how long `until` waits. */
  static async open(brokerPort: number, patienceMs: number): Promise<Wire> {
    const server = createServer({ noDelay: true }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Wire(server, brokerPort, patienceMs)
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  /** All packets that went this way, over all connections, oldest first. */
  packets(direction: Direction, type?: number): readonly WirePacket[] {
    const all = this.#packets[direction]
    return type === undefined ? all : all.filter((packet) => packet.type === type)
  }

  /** Waits until at least so many packets of the type went this way, held ones included. */
  async until(direction: Direction, type: number, count: number): Promise<void> {
    const seen = (): number => this.packets(direction, type).length
    await new Promise<void>((resolve, reject) => {
      const settle = (): void => {
        clearTimeout(timer)
        this.#watchers.delete(look)
      }
      const look = (): void => {
        if (seen() < count) return
        settle()
        resolve()
      }
      const timer = setTimeout(() => {
        settle()
        reject(new Error(`saw ${seen()} of ${count} packets of type ${type} ${direction}`))
      }, this.#patienceMs)
      this.#watchers.add(look)
      look()
    })
  }

  /** Holds packets of these types back, until `release` or a cut, which loses them. */
  hold(direction: Direction, ...types: number[]): void {
    this.#holding[direction] = types
  }

  /** Sends what was held back, in order, and holds no more. */
  release(): void {
    this.#holding.toBroker = []
    this.#holding.toClient = []
    for (const link of this.#links) link.release()
  }

  /** From now on nothing passes in either direction, not even the news of a closed socket. */
  silence(): void {
    this.#isSilent = true
  }

  /** Breaks all connections at once, without a DISCONNECT, and lets new ones pass as usual. */
  cut(): void {
    this.#holding.toBroker = []
    this.#holding.toClient = []
    for (const link of this.#links) link.destroy()
    this.#links.clear()
  }

  close(): void {
    this.cut()
    this.#server.close()
  }

  #accept(client: Socket): void {
    const broker = connect({ port: this.#brokerPort, host: '127.0.0.1', noDelay: true })
    const filter = (direction: Direction, packet: WirePacket): 'pass' | 'hold' | 'lose' => {
      if (this.#isSilent) return 'lose'
      const log = this.#packets[direction]
      if (log.length < LOG_PACKETS_MAX) log.push(packet)
      for (const look of this.#watchers) look()
      return this.#holding[direction].includes(packet.type) ? 'hold' : 'pass'
    }
    const link = new Link(client, broker, filter, () => this.#isSilent)
    this.#links.add(link)
  }
}

type Filter = (direction: Direction, packet: WirePacket) => 'pass' | 'hold' | 'lose'

/** One connection through the wire. */
class Link {
  readonly #client: Socket
  readonly #broker: Socket
  readonly #held: [Socket, Buffer][] = []

  constructor(client: Socket, broker: Socket, filter: Filter, isSilent: () => boolean) {
    this.#client = client
    this.#broker = broker
    this.#forward(client, broker, 'toBroker', filter)
    this.#forward(broker, client, 'toClient', filter)
    for (const [socket, other] of [
      [client, broker],
      [broker, client],
    ] as const) {
      socket.on('error', () => undefined)
      socket.on('end', () => isSilent() || other.end())
      socket.on('close', () => isSilent() || other.destroySoon())
    }
  }

  #forward(from: Socket, to: Socket, direction: Direction, filter: Filter): void {
    const splitter = new PacketSplitter()
    from.on('data', (bytes: Buffer) => {
      const passing: Buffer[] = []
      for (const packet of splitter.split(bytes)) {
        const verdict = filter(direction, packet)
        if (verdict === 'pass') passing.push(packet.bytes)
        if (verdict === 'hold') this.#held.push([to, packet.bytes])
      }
      if (passing.length > 0 && to.writable) to.write(Buffer.concat(passing))
    })
  }

  release(): void {
    for (const [to, bytes] of this.#held.splice(0)) if (to.writable) to.write(bytes)
  }

  destroy(): void {
    this.#client.resetAndDestroy()
    this.#broker.resetAndDestroy()
  }
}

/** Cuts a stream into packets by their fixed header [MQTT5 2.1.4]. */
class PacketSplitter {
  #rest: Buffer = Buffer.alloc(0)

  split(bytes: Buffer): WirePacket[] {
    this.#rest = this.#rest.length === 0 ? bytes : Buffer.concat([this.#rest, bytes])
    const packets: WirePacket[] = []
    for (;;) {
      const length = packetBytes(this.#rest)
      if (length === undefined || length > this.#rest.length) return packets
      const packet = this.#rest.subarray(0, length)
      packets.push({ type: packet[0]! >> 4, bytes: packet })
      this.#rest = this.#rest.subarray(length)
    }
  }
}

/** Length of the packet that begins here, undefined while its header is not complete. */
function packetBytes(bytes: Buffer): number | undefined {
  let remaining = 0
  for (let i = 1; i < Math.min(bytes.length, 5); i++) {
    remaining += (bytes[i]! & 0x7f) * 128 ** (i - 1)
    if (bytes[i]! < 0x80) return 1 + i + remaining
  }
  return undefined
}

/** Fields of a PUBLISH as they stand on the wire. */
export function readPublish({ bytes }: WirePacket): {
  readonly dup: boolean
  readonly qos: number
  readonly topic: string
  readonly packetId: number
} {
  let start = 1
  while (bytes[start]! >= 0x80) start++
  start++
  const topicEnd = start + 2 + bytes.readUInt16BE(start)
  const qos = (bytes[0]! >> 1) & 3
  return {
    dup: (bytes[0]! & 8) !== 0,
    qos,
    topic: bytes.toString('utf8', start + 2, topicEnd),
    packetId: qos === 0 ? 0 : bytes.readUInt16BE(topicEnd),
  }
}
