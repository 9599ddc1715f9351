// A client on an in-memory link whose far side the test holds: it sees what the client sends,
// answers with packets or raw bytes, cuts the link and moves time. What the client sends is read by
// mqtt-packet, which knows nothing of our codec, and also by our strict decoder: an illegal packet
// fails the test whatever it was about. It knows the public API of the client only.

import { generate, parser } from 'mqtt-packet'
import type { Packet } from 'mqtt-packet'
import { Client, LinkError, memoryPipe } from '@motewire/sdk'
import type { MemoryChannel, MotewireError } from '@motewire/sdk'
import { PacketDecoder } from '@motewire/sdk/codec'
import { ManualClock } from '@motewire/sdk/testing'
import type { AckablePacket, ConformanceClient, ConformanceOptions } from './planned.ts'

/** A packet as mqtt-packet reads it: `cmd`, `messageId`, `qos`, `dup`, `properties`, ... */
export type SentPacket = Record<string, unknown> & { readonly cmd: string }

export interface Message {
  readonly topic: string
  readonly payload: string
  readonly packet: AckablePacket
}

const VERSION_BYTE = { 3: 3, 4: 4, 5: 5, auto: 5 } as const

export class ScriptedServer {
  readonly clock: ManualClock = new ManualClock()
  readonly client: ConformanceClient
  readonly messages: Message[] = []
  readonly errors: MotewireError[] = []
  /** `delivered t`, `rejected t 135`: outcomes in the order of settling. */
  readonly outcomes: string[] = []
  /** How many connections the client has opened. */
  connections = 0
  /** Whether the connection of now is open. */
  isOpen = false
  /** Everything the client sent on the connection of now, as hex. */
  sentHex = ''
  /** The version that packets are written and read in. */
  version: 3 | 4 | 5
  readonly #pipeBytesMax: number
  #far: MemoryChannel | undefined
  #unread: SentPacket[] = []
  #illegal: string | undefined

  /** @param pipeBytesMax what the link holds before the client must wait. */
  constructor(options: ConformanceOptions = {}, pipeBytesMax: number = 1 << 24) {
    this.#pipeBytesMax = pipeBytesMax
    this.version = VERSION_BYTE[options.protocolVersion ?? 5]
    const complete: object = {
      clientId: 'c',
      keepalive: 0,
      protocolVersion: 5,
      reconnectPeriod: 10,
      reconnectPeriodMaxMs: 10,
      seed: 1,
      ...options,
      clock: this.clock,
      openChannel: () => this.#open(),
    }
    this.client = new Client('mqtt://scripted', complete)
    this.client.on('message', (topic, payload, packet) => {
      this.messages.push({ topic, payload: payload.toString(), packet: packet as AckablePacket })
    })
    this.client.on('error', (error) => this.errors.push(error))
    this.client.on('outcome', (outcome, topic, _qos, reasonCode) => {
      this.outcomes.push([outcome, topic, reasonCode || ''].join(' ').trim())
    })
  }

  #open(): MemoryChannel {
    const [near, far] = memoryPipe(this.clock, { bytesMax: this.#pipeBytesMax })
    this.connections++
    this.isOpen = true
    this.sentHex = ''
    this.#far = far
    this.#unread = []
    const reader = parser({ protocolVersion: this.version })
    reader.on('packet', (packet) => this.#unread.push(packet as unknown as SentPacket))
    reader.on('error', (error) => (this.#illegal ??= `mqtt-packet: ${error.message}`))
    const ignore = (): undefined => undefined
    const strict = new PacketDecoder('server', {
      handlePublish: ignore,
      handleAck: ignore,
      handlePing: ignore,
      handlePacket: ignore,
    })
    far.open({
      onOpen: ignore,
      onBytes: (bytes) => {
        this.sentHex += Buffer.from(bytes).toString('hex')
        this.#illegal ??= strict.feed(bytes)?.message
        reader.parse(Buffer.from(bytes))
      },
      onDrain: ignore,
      onClose: () => {
        if (this.#far === far) this.isOpen = false
      },
    })
    return near
  }

  /** Lets everything that is due at this very moment happen. */
  settle(): void {
    this.clock.settle()
    if (this.#illegal === undefined) return
    throw new Error(`the client sent an illegal packet: ${this.#illegal}`)
  }

  advance(ms: number): void {
    this.clock.advance(ms)
    this.settle()
  }

  /** The machine sleeps: only the wall clock goes on. */
  sleep(ms: number): void {
    const sleeper = this.clock as unknown as { sleep(ms: number): void }
    sleeper.sleep(ms)
    this.settle()
  }

  /** Starts the client and returns its CONNECT. */
  start(): SentPacket {
    this.client.start()
    return this.next('connect')
  }

  /** Starts the client and accepts it. */
  accept(connack: Record<string, unknown> = {}): this {
    this.start()
    return this.connack(connack)
  }

  connack(fields: Record<string, unknown> = {}): this {
    const code = this.version === 5 ? 'reasonCode' : 'returnCode'
    return this.send({ cmd: 'connack', sessionPresent: false, [code]: 0, ...fields })
  }

  /** The next packet of the client that the test has not seen; it must be of this type. */
  next(cmd: string): SentPacket {
    this.settle()
    const packet = this.#unread.shift()
    if (packet?.cmd === cmd) return packet
    throw new Error(`the client sent ${packet?.cmd ?? 'nothing'} where ${cmd} was due`)
  }

  /** All packets that the test has not seen. */
  take(): SentPacket[] {
    this.settle()
    return this.#unread.splice(0)
  }

  /** Those of one type among them, the others are dropped. */
  takeOnly(cmd: string): SentPacket[] {
    return this.take().filter((packet) => packet.cmd === cmd)
  }

  send(...packets: Record<string, unknown>[]): this {
    return this.sendBytes(Buffer.concat(packets.map((packet) => this.encode(packet))))
  }

  /** A server's packet by mqtt-packet: independent of our own encoder. */
  encode(packet: Record<string, unknown>): Buffer {
    const complete: object = { qos: 0, dup: false, retain: false, ...packet }
    return generate(complete as unknown as Packet, { protocolVersion: this.version })
  }

  sendHex(hex: string): this {
    return this.sendBytes(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
  }

  sendBytes(...chunks: Uint8Array[]): this {
    for (const chunk of chunks) {
      this.#far?.write(chunk)
      this.settle()
    }
    return this
  }

  /** A PUBLISH to the client. */
  publish(topic: string, payload: string, fields: Record<string, unknown> = {}): this {
    return this.send({ cmd: 'publish', topic, payload, ...fields })
  }

  /** Reads nothing more: what the client writes stays under way. */
  stall(): void {
    this.#far?.pause()
  }

  /** Takes what is under way, and stalls again. */
  drain(): void {
    this.#far?.resume()
    this.settle()
    this.#far?.pause()
  }

  /** Breaks the link as a dead network does. */
  cut(): void {
    this.#far?.cut(new LinkError('ERR_LINK_LOST', 'the link was cut'))
    this.settle()
  }

  /** Closes the connection in good order. */
  close(): void {
    this.#far?.close()
    this.settle()
  }

  /** Waits for the client's next connection and returns its CONNECT. */
  awaitConnect(): SentPacket {
    const before = this.connections
    for (let i = 0; i < 100 && this.connections === before; i++) this.advance(10)
    return this.next('connect')
  }

  /** Cuts the link, waits for the next CONNECT and accepts it. */
  reconnect(connack: Record<string, unknown> = {}): SentPacket {
    this.cut()
    const connect = this.awaitConnect()
    this.connack(connack)
    return connect
  }
}

/** An accepted client: most tests begin here. */
export function online(
  options: ConformanceOptions = {},
  connack: Record<string, unknown> = {},
): ScriptedServer {
  return new ScriptedServer(options).accept(connack)
}

/** What follows a packet in the same chunk: a PUBLISH that tells by its topic. */
export const TAIL_TOPIC = 'tail'

/** The same bytes whole, byte by byte, and with a packet behind them in the same chunk. */
export function threeWays(server: ScriptedServer, bytes: Uint8Array): [string, Uint8Array[]][] {
  const tail = server.encode({ cmd: 'publish', topic: TAIL_TOPIC, payload: '' })
  return [
    ['whole', [bytes]],
    ['byte by byte', Array.from(bytes, (byte) => Uint8Array.of(byte))],
    ['with a tail', [Buffer.concat([bytes, tail])]],
  ]
}
