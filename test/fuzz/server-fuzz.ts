// A client against servers that have lost their mind: mutated packets on one connection, a sane
// server on the next, again and again. What must hold: nothing throws, no turn is endless, no
// illegal packet leaves, every message settles exactly once, and with the sane server everything
// works: what was published is delivered, what the server sends arrives, nothing else does.

import { Client, LinkError, memoryPipe, Prng } from '@motewire/sdk'
import type { MemoryChannel } from '@motewire/sdk'
import { PacketDecoder } from '@motewire/sdk/codec'
import type { ControlPacket, PacketHandler } from '@motewire/sdk/codec'
import { ManualClock } from '@motewire/sdk/testing'
import type { AckablePacket } from '../support/conformance/planned.ts'
import { connack, mutate, packet, serverPacket } from './packet-source.ts'
import type { Version } from './packet-source.ts'

export interface FuzzOptions {
  /** Mutated packets to send. */
  readonly count: number
  readonly seed: number | string
  /** Only this client, to repeat a failure. */
  readonly onlyClient?: number
  readonly onProgress?: (counts: FuzzCounts) => void
}

export interface FuzzCounts {
  /** Mutated packets sent. */
  mutated: number
  clients: number
  connections: number
  /** Connections that the client ended because of what it read. */
  refused: number
  published: number
  /** Messages that reached the application, sane ones included. */
  received: number
}

/** Hostile connections in the life of a client. */
const ROUNDS_PER_CLIENT = 40
/** Deferred callbacks in one round: a loop that feeds itself is caught here. */
const STEPS_MAX = 50_000
/** Sane turns until everything must have settled. */
const TURNS_MAX = 400

/** The property list that names the method. */
const METHOD = Buffer.from('0415000158', 'hex')

/** Answers every challenge with its own bytes. */
const MIRROR = {
  method: 'X',
  start: () => undefined,
  respond: (data: Uint8Array | undefined) => data,
}

class BoundedClock extends ManualClock {
  steps = 0

  override defer(work: () => void): void {
    if (++this.steps > STEPS_MAX) throw new Error(`more than ${STEPS_MAX} callbacks in a round`)
    super.defer(work)
  }
}

export async function fuzzServerPackets(options: FuzzOptions): Promise<FuzzCounts> {
  const counts = { mutated: 0, clients: 0, connections: 0, refused: 0, published: 0, received: 0 }
  for (let index = options.onlyClient ?? 0; counts.mutated < options.count; index++) {
    counts.clients++
    const trial = new Trial(new Prng(`${options.seed}:${index}`), counts)
    try {
      for (let round = 0; round < ROUNDS_PER_CLIENT && counts.mutated < options.count; round++) {
        trial.runHostile()
        trial.runSane()
      }
      await trial.end()
    } catch (cause) {
      const repeat = `--seed ${options.seed} --client ${index} --count ${counts.mutated}`
      const message = `${trial.describe()}; repeat with ${repeat}`
      throw new Error(message, { cause })
    }
    options.onProgress?.(counts)
    if (options.onlyClient !== undefined) break
  }
  return counts
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message)
}

/** One client and the servers it meets. */
class Trial implements PacketHandler {
  readonly #prng: Prng
  readonly #counts: FuzzCounts
  readonly #clock = new BoundedClock()
  readonly #version: Version
  readonly #client: Client
  readonly #decoder: PacketDecoder
  readonly #open = new Map<number, string>()
  readonly #arrived: string[] = []
  #unacked: (() => void)[] = []
  #link: MemoryChannel | undefined
  #isSane = false
  #hasConnect = false
  #serial = 0
  #subscriptions = 0
  #answers = 0
  #last: Buffer = Buffer.alloc(0)

  constructor(prng: Prng, counts: FuzzCounts) {
    this.#prng = prng
    this.#counts = counts
    this.#version = ([5, 5, 4, 3] as const)[prng.below(4)]!
    this.#decoder = new PacketDecoder('server', this)
    const options: object = {
      clientId: 'fuzzed',
      clean: prng.chance(0.5),
      keepalive: 0,
      protocolVersion: this.#version,
      reconnectPeriod: 5,
      reconnectPeriodMaxMs: 5,
      seed: 1,
      inflightMax: 1 + prng.below(6),
      packetBytesMax: prng.chance(0.5) ? 65_536 : 268_435_460,
      clock: this.#clock,
      openChannel: () => this.#accept(),
      manualAcks: prng.chance(0.3),
      ...(this.#version === 5 ? this.#askFor5() : {}),
    }
    this.#client = new Client('mqtt://fuzzed', options)
    this.#client.on('error', () => this.#counts.refused++)
    this.#client.on('outcome', (_outcome, _topic, _qos, _code, token) => {
      if (token === undefined) return
      check(this.#open.delete(token as number), `message ${token as number} settled twice`)
    })
    this.#client.on('message', (topic, payload, received) => {
      this.#counts.received++
      // Acknowledged at once, never, or (below) when the connection may be another.
      const { ack } = received as Partial<AckablePacket>
      if (this.#isSane || this.#prng.chance(0.5)) ack?.call(received)
      else if (this.#unacked.length < 10) this.#unacked.push(() => ack?.call(received))
      this.#arrived.push(`${topic} ${payload.length > 40 ? payload.length : payload.toString()}`)
    })
    this.#client.start()
  }

  #askFor5(): object {
    const all = {
      sessionExpiryInterval: 3_600,
      receiveMaximum: 3 + this.#prng.below(10),
      topicAliasMaximum: this.#prng.below(4),
      requestProblemInformation: this.#prng.chance(0.5),
    }
    const chosen = Object.entries(all).filter(() => this.#prng.chance(0.5))
    return {
      properties: Object.fromEntries(chosen),
      autoAssignTopicAlias: this.#prng.chance(0.5),
      ...(this.#prng.chance(0.2) ? { authenticator: MIRROR } : {}),
    }
  }

  describe(): string {
    const last = this.#last.toString('hex')
    return `client ${this.#version} in state ${this.#client.state} after ${last}`
  }

  #accept(): MemoryChannel {
    const [near, far] = memoryPipe(this.#clock, { bytesMax: 1 << 20 })
    this.#counts.connections++
    this.#link = far
    this.#hasConnect = false
    this.#decoder.reset(4)
    const isCurrent = (): boolean => this.#link === far
    far.open({
      onOpen: () => undefined,
      onBytes: (bytes) => {
        const fault = isCurrent() ? this.#decoder.feed(bytes) : undefined
        check(fault === undefined, `the client sent an illegal packet: ${fault?.message}`)
      },
      onDrain: () => undefined,
      onClose: () => {
        if (isCurrent()) this.#link = undefined
      },
    })
    return near
  }

  // The application.

  #publish(): void {
    const qos = this.#prng.below(3) as 0 | 1 | 2
    const token = ++this.#serial
    this.#counts.published++
    this.#open.set(token, `QoS ${qos}`)
    const payload = 'x'.repeat(this.#prng.below(60))
    this.#client.publish(this.#prng.chance(0.5) ? 'p' : `p/${qos}`, payload, { qos, token })
  }

  #subscribe(): void {
    this.#subscriptions++
    const settle = (): unknown => this.#answers++
    this.#client.subscribe(['s', 's/#'].slice(this.#prng.below(2))).then(settle, settle)
  }

  // The server without its mind.

  runHostile(): void {
    this.#clock.steps = 0
    this.#isSane = false
    this.#reach()
    for (let i = this.#prng.below(4); i > 0; i--) this.#publish()
    if (this.#prng.chance(0.2)) this.#subscribe()
    const isGreeted = this.#prng.chance(0.8)
    if (isGreeted) this.#send(connack(this.#prng, this.#version, this.#prng.chance(0.3)))
    for (let i = 1 + this.#prng.below(6); i > 0; i--) {
      if (this.#prng.chance(0.3)) this.#publish()
      if (this.#prng.chance(0.2)) this.#unacked.shift()?.()
      const isGreeting = !isGreeted && this.#prng.chance(0.5)
      const whole = isGreeting
        ? connack(this.#prng, this.#version, this.#prng.chance(0.3))
        : serverPacket(this.#prng, this.#version)
      this.#counts.mutated++
      this.#send(mutate(whole, this.#prng, this.#version))
    }
    if (this.#prng.chance(0.5)) this.#link?.cut(new LinkError('ERR_LINK_LOST', 'cut'))
    this.#clock.settle()
  }

  #send(bytes: Buffer): void {
    this.#last = bytes
    const link = this.#link
    if (link === undefined || bytes.length === 0) return
    if (this.#prng.chance(0.7)) link.write(bytes)
    else if (this.#prng.chance(0.5)) {
      const at = this.#prng.below(bytes.length)
      link.write(bytes.subarray(0, at))
      if (this.#prng.chance(0.5)) this.#clock.settle()
      link.write(bytes.subarray(at))
    } else for (const byte of bytes) link.write(Uint8Array.of(byte))
    if (this.#prng.chance(0.8)) this.#clock.settle()
  }

  /** Waits until a CONNECT of a fresh connection has come. */
  #reach(): void {
    this.#link?.cut(new LinkError('ERR_LINK_LOST', 'cut'))
    this.#clock.settle()
    for (let i = 0; i < 100 && !(this.#link !== undefined && this.#hasConnect); i++) {
      this.#clock.advance(10)
      // A refusal for good is for the application to overrule.
      if (this.#client.state === 'waiting') this.#client.start()
      this.#clock.settle()
    }
    check(this.#hasConnect && this.#link !== undefined, 'the client does not come back')
  }

  // The sane server.

  runSane(): void {
    this.#clock.steps = 0
    this.#isSane = true
    this.#arrived.length = 0
    this.#reach()
    for (let turn = 0; turn < TURNS_MAX && !this.#client.connected; turn++) this.#clock.advance(10)
    check(this.#client.connected, 'the client does not get online with a sane server')
    for (let i = 0; i < 3; i++) this.#publish()
    const ends = packet(0x30, Buffer.from([0, 1, 122]), this.#noProperties(), Buffer.from('end'))
    for (let turn = 0; turn < TURNS_MAX && this.#open.size > 0; turn++) this.#clock.advance(10)
    check(this.#open.size === 0, `${[...this.#open.values()].join(', ')} did not settle`)
    check(this.#client.queued === 0, `${this.#client.queued} messages are left in the outbox`)
    this.#arrived.length = 0
    for (const first of [0x30, 0x32, 0x34]) this.#sendSane(first)
    this.#link?.write(ends)
    this.#clock.settle()
    const arrived = this.#arrived.join(', ')
    check(arrived === 'z 48, z 50, z 52, z end', `arrived: ${arrived}`)
  }

  #noProperties(): Buffer {
    return Buffer.alloc(this.#version === 5 ? 1 : 0)
  }

  #sendSane(first: number): void {
    const id = first === 0x30 ? Buffer.alloc(0) : Buffer.from([0xee, first])
    const topic = Buffer.from([0, 1, 122])
    // The madman may have used this identifier: what he left open ends here.
    if (first === 0x34) this.#link?.write(packet(0x62, id))
    this.#link?.write(packet(first, topic, id, this.#noProperties(), Buffer.from(`${first}`)))
    this.#clock.settle()
  }

  handlePublish({ qos, packetId }: { qos: number; packetId: number }): void {
    if (this.#isSane && qos > 0) this.#answer(qos === 1 ? 0x40 : 0x50, packetId)
  }

  handleAck(type: number, packetId: number): void {
    if (!this.#isSane) return
    if (type === 5) this.#answer(0x62, packetId)
    if (type === 6) this.#answer(0x70, packetId)
  }

  #answer(first: number, packetId: number): void {
    this.#link?.write(packet(first, Buffer.from([packetId >>> 8, packetId & 0xff])))
  }

  handlePing(): void {
    if (this.#isSane) this.#link?.write(packet(0xd0))
  }

  handlePacket(received: ControlPacket): void {
    if (received.type === 'connect') {
      this.#hasConnect = true
      if (!this.#isSane) return
      const isKnown = !received.clean && this.#prng.chance(0.5)
      const isMethodDue = received.properties?.authenticationMethod !== undefined
      const list = isMethodDue ? METHOD : this.#noProperties()
      this.#link?.write(packet(0x20, Buffer.of(isKnown ? 1 : 0, 0), list))
    }
    if (!this.#isSane) return
    if (received.type === 'subscribe') {
      const { packetId, subscriptions } = received
      const id = Buffer.from([packetId >>> 8, packetId & 0xff])
      const codes = Buffer.alloc(subscriptions.length)
      this.#link?.write(packet(0x90, id, this.#noProperties(), codes))
    }
  }

  async end(): Promise<void> {
    this.#clock.steps = 0
    const ended = this.#client.end()
    this.#clock.advance(5_000)
    await ended
    check(this.#open.size === 0, `${this.#open.size} messages did not settle at the end`)
    check(
      this.#answers === this.#subscriptions,
      `${this.#subscriptions - this.#answers} subscriptions were never answered`,
    )
  }
}
