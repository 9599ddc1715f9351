// The load on a broker under measurement, in a process of its own: raw sockets, ready-made packets,
// just enough MQTT 3.1.1. It never has more deliveries outstanding than OUTSTANDING_MAX, so that
// no broker drops and each is measured at its own pace. It does not know which broker it loads.

import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { PacketDecoder, writeAck, writePublishParts } from '@motewire/sdk/codec'
import type { QoS } from '@motewire/sdk/codec'

/** What the bench asks for. */
export type LoadJob =
  | {
      readonly kind: 'flow'
      readonly port: number
      readonly publishers: number
      readonly subscribers: number
      readonly qos: QoS
      readonly warmupMessages: number
      readonly measureMs: number
    }
  | {
      /** Messages that nobody subscribes to; a ping behind each batch tells that it was read. */
      readonly kind: 'unheard'
      readonly port: number
      readonly publishers: number
      readonly warmupMessages: number
      readonly measureMs: number
    }
  | { readonly kind: 'connects'; readonly port: number; readonly count: number }
  | {
      readonly kind: 'idle'
      readonly port: number
      /** Opened before it is measured: a runtime reserves memory once, for its first thousands. */
      readonly before: number
      readonly count: number
    }
  | {
      readonly kind: 'stalled'
      readonly port: number
      readonly count: number
      readonly payloadBytes: number
    }
  | {
      readonly kind: 'queue'
      readonly port: number
      readonly sessions: number
      readonly each: number
    }

/** What it answers: `begin` and `end` bracket the part that is measured. */
export type LoadReport = { readonly event: 'begin' | 'end' | 'done'; readonly amount: number }

const PAYLOAD = Buffer.alloc(64, 0x61)
const WINDOW = 100
const BATCH = 50
/** Batches on their way, a publisher. */
const BATCHES_OPEN_MAX = 8
const PINGREQ = Buffer.of(0xc0, 0)
const OUTSTANDING_MAX = 20_000
const CONNECTS_AT_ONCE = 100
const WARMUP_MS_MAX = 10_000
const SETTLE_MS = 1_500
/** Nothing has come for so long: nothing will. */
const STALLED_MS = 3_000

function report(event: LoadReport['event'], amount: number): void {
  process.send?.({ event, amount } satisfies LoadReport)
}

/** One raw client: what comes in is counted, what has to be confirmed is. */
class Peer {
  readonly socket: Socket
  received = 0
  ended = 0
  pongs = 0
  onProgress: () => void = () => undefined
  readonly #out = Buffer.alloc(1 << 20)
  #end = 0
  #onPacket: (() => void) | undefined

  constructor(port: number) {
    this.socket = connect({ port, host: '127.0.0.1', noDelay: true })
    this.socket.on('error', () => undefined)
    const decoder = new PacketDecoder('client', {
      handlePublish: ({ qos, packetId }) => {
        this.received++
        if (qos > 0) this.#acknowledge(qos === 1 ? 4 : 5, packetId)
      },
      handleAck: (type, packetId) => {
        if (type === 5) this.#acknowledge(6, packetId)
        else if (type === 6) this.#acknowledge(7, packetId)
        else this.ended++
      },
      handlePing: () => void this.pongs++,
      handlePacket: () => this.#onPacket?.(),
    })
    this.socket.on('data', (bytes: Buffer) => {
      decoder.feed(bytes)
      if (this.#end > 0) this.socket.write(Buffer.from(this.#out.subarray(0, this.#end)))
      this.#end = 0
      this.onProgress()
    })
  }

  /** Sends bytes and waits for the next packet that is no message and no ack. */
  async ask(bytes: Buffer): Promise<void> {
    const answered = new Promise<void>((resolve) => (this.#onPacket = resolve))
    this.socket.write(bytes)
    await answered
  }

  #acknowledge(type: 4 | 5 | 6 | 7, packetId: number): void {
    this.#end = writeAck(this.#out, this.#end, type, packetId, 0, 4)
  }
}

function connectBytes(clientId: string, clean: boolean): Buffer {
  const id = Buffer.from(clientId)
  const head = [0x10, 12 + id.length, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, clean ? 2 : 0, 0, 0]
  return Buffer.concat([Buffer.from([...head, 0, id.length]), id])
}

function subscribeBytes(filter: string, qos: QoS): Buffer {
  const text = Buffer.from(filter)
  return Buffer.concat([
    Buffer.from([0x82, 5 + text.length, 0, 1, 0, text.length]),
    text,
    Buffer.from([qos]),
  ])
}

async function open(port: number, clientId: string, clean = true): Promise<Peer> {
  const peer = new Peer(port)
  await once(peer.socket, 'connect')
  await peer.ask(connectBytes(clientId, clean))
  return peer
}

/** `count` PUBLISH packets with identifiers from 1, one behind the other. */
function publishes(topic: string, qos: QoS, count: number): { bytes: Buffer; each: number } {
  const bytes = Buffer.alloc(count * 200)
  let end = 0
  for (let id = 1; id <= count; id++) {
    end = writePublishParts(bytes, end, topic, PAYLOAD, qos, false, false, id, undefined, 4)
  }
  return { bytes: bytes.subarray(0, end), each: end / count }
}

/** Sends as much as window and outstanding deliveries allow, whenever something moves. */
class Publisher {
  readonly peer: Peer
  sent = 0
  readonly #qos: QoS
  readonly #packets: { bytes: Buffer; each: number }

  constructor(peer: Peer, topic: string, qos: QoS) {
    this.peer = peer
    this.#qos = qos
    this.#packets = publishes(topic, qos, WINDOW)
  }

  pump(room: number): number {
    const { socket } = this.peer
    if (socket.writableNeedDrain || socket.writableLength > 65_536) return 0
    const at = this.sent % WINDOW
    const inflight = this.#qos === 0 ? 0 : this.sent - this.peer.ended
    const count = Math.min(BATCH, WINDOW - at, WINDOW - inflight, room)
    if (count <= 0) return 0
    const { bytes, each } = this.#packets
    socket.write(bytes.subarray(at * each, (at + count) * each))
    this.sent += count
    return count
  }
}

async function runFlow(job: LoadJob & { kind: 'flow' }): Promise<void> {
  const { port, qos } = job
  const subscribers: Peer[] = []
  for (let i = 0; i < job.subscribers; i++) {
    const peer = await open(port, `sub-${i}`)
    await peer.ask(subscribeBytes('bench/#', qos))
    subscribers.push(peer)
  }
  const publishers: Publisher[] = []
  for (let i = 0; i < job.publishers; i++) {
    publishers.push(new Publisher(await open(port, `pub-${i}`), `bench/device-${i}/value`, qos))
  }
  const delivered = (): number => subscribers.reduce((sum, { received }) => sum + received, 0)
  let sent = 0
  let isOver = false
  const pump = (): void => {
    if (isOver) return
    for (let moved = true; moved;) {
      moved = false
      for (const publisher of publishers) {
        const room = Math.floor(
          (OUTSTANDING_MAX - (sent * job.subscribers - delivered())) / job.subscribers,
        )
        const count = publisher.pump(room)
        sent += count
        if (count > 0) moved = true
      }
    }
  }
  for (const peer of subscribers) peer.onProgress = pump
  for (const { peer } of publishers) {
    peer.onProgress = pump
    peer.socket.on('drain', pump)
  }
  pump()
  await measure(job, delivered)
  isOver = true
  for (const peer of [...subscribers, ...publishers.map((one) => one.peer)]) peer.socket.destroy()
}

/** Brackets `measureMs` of what is `done`, once the broker is warm. */
async function measure(
  { warmupMessages, measureMs }: { readonly warmupMessages: number; readonly measureMs: number },
  done: () => number,
): Promise<void> {
  // A just-in-time compiler is warm after messages, not after time: a busy machine needs longer.
  const warmUntil = performance.now() + WARMUP_MS_MAX
  while (done() < warmupMessages && performance.now() < warmUntil) {
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  report('begin', done())
  await new Promise((resolve) => setTimeout(resolve, measureMs))
  report('end', done())
}

async function runUnheard(job: LoadJob & { kind: 'unheard' }): Promise<void> {
  const { port } = job
  const peers: Peer[] = []
  let isOver = false
  for (let i = 0; i < job.publishers; i++) {
    const peer = await open(port, `pub-${i}`)
    peers.push(peer)
    const { bytes } = publishes(`bench/device-${i}/value`, 0, BATCH)
    const batch = Buffer.concat([bytes, PINGREQ])
    let sent = 0
    peer.onProgress = () => {
      for (; !isOver && sent < peer.pongs + BATCHES_OPEN_MAX; sent++) peer.socket.write(batch)
    }
  }
  const read = (): number => peers.reduce((sum, { pongs }) => sum + pongs, 0) * BATCH
  for (const { onProgress } of peers) onProgress()
  await measure(job, read)
  isOver = true
  for (const { socket } of peers) socket.destroy()
}

async function runConnects({ port, count }: { port: number; count: number }): Promise<void> {
  report('begin', 0)
  let next = 0
  const worker = async (): Promise<void> => {
    while (next < count) {
      const peer = await open(port, `c-${next++}`)
      peer.socket.write(Buffer.from([0xe0, 0]))
      peer.socket.end()
      await once(peer.socket, 'close')
    }
  }
  await Promise.all(Array.from({ length: CONNECTS_AT_ONCE }, worker))
  report('end', count)
}

async function runIdle({ port, before, count }: LoadJob & { kind: 'idle' }): Promise<void> {
  const peers: Peer[] = []
  const openUpTo = async (end: number): Promise<void> => {
    while (peers.length < end) {
      const from = peers.length
      const some = Array.from({ length: CONNECTS_AT_ONCE }, (_, j) => open(port, `c-${from + j}`))
      peers.push(...(await Promise.all(some)))
    }
  }
  await openUpTo(before)
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS))
  report('begin', before)
  await openUpTo(before + count)
  report('end', before + count)
  await once(process, 'message')
  for (const { socket } of peers) socket.destroy()
}

/** One of two subscribers reads nothing from the first message on: what does the other one get? */
async function runStalled(job: LoadJob & { kind: 'stalled' }): Promise<void> {
  const { port, count, payloadBytes } = job
  const stalled = await open(port, 'stalled')
  const reading = await open(port, 'reading')
  for (const peer of [stalled, reading]) await peer.ask(subscribeBytes('large', 0))
  stalled.socket.pause()
  const publisher = await open(port, 'publisher')
  report('begin', 0)
  const packet = Buffer.alloc(payloadBytes + 100)
  const payload = Buffer.alloc(payloadBytes, 0x61)
  const end = writePublishParts(packet, 0, 'large', payload, 0, false, false, 0, undefined, 4)
  for (let i = 0; i < count; i++) publisher.socket.write(packet.subarray(0, end))
  let seen = -1
  while (reading.received < count && reading.received > seen) {
    seen = reading.received
    await new Promise((resolve) => setTimeout(resolve, STALLED_MS))
  }
  report('end', reading.received)
  for (const { socket } of [stalled, reading, publisher]) socket.destroy()
}

async function runQueue(job: LoadJob & { kind: 'queue' }): Promise<void> {
  const { port, sessions, each } = job
  for (let i = 0; i < sessions; i++) {
    const peer = await open(port, `away-${i}`, false)
    await peer.ask(subscribeBytes(`queue/${i}`, 1))
    peer.socket.end(Buffer.from([0xe0, 0]))
    await once(peer.socket, 'close')
  }
  report('begin', 0)
  const peer = await open(port, 'filler')
  for (let i = 0; i < sessions; i++) {
    const publisher = new Publisher(peer, `queue/${i}`, 1)
    peer.ended = 0
    const all = new Promise<void>((resolve) => {
      peer.onProgress = () => {
        while (publisher.pump(each - publisher.sent) > 0);
        if (peer.ended === each) resolve()
      }
    })
    peer.onProgress()
    await all
  }
  report('end', sessions * each)
  await once(process, 'message')
  peer.socket.destroy()
}

process.on('message', (job: LoadJob | 'over') => {
  if (job === 'over') return
  const run =
    job.kind === 'flow'
      ? runFlow(job)
      : job.kind === 'unheard'
        ? runUnheard(job)
        : job.kind === 'connects'
          ? runConnects(job)
          : job.kind === 'idle'
            ? runIdle(job)
            : job.kind === 'stalled'
              ? runStalled(job)
              : runQueue(job)
  void run.then(() => report('done', 0))
})
