// A fleet of bare sockets, the limit that a simulator can come near to: each connects, says CONNECT
// and one and the same PUBLISH of QoS 1 again and again, each when it is due, as devices do, and
// counts what comes back. It keeps nothing, repeats nothing and answers nothing. A process of its
// own, told by its parent what to do, and telling it each quarter of a second how far it is.

import { connect } from 'node:net'
import type { Socket } from 'node:net'

export interface BareJob {
  /** This process runs the devices first, first + step, first + 2 x step and so on. */
  readonly first: number
  readonly step: number
  readonly devices: number
  readonly ports: readonly number[]
  readonly sources: readonly string[]
  readonly rampMs: number
  readonly durationMs: number
  readonly everyMs: number
  readonly payloadBytes: number
}

export interface BareProgress {
  readonly elapsedMs: number
  readonly connected: number
  readonly sent: number
  readonly acked: number
}

const PROGRESS_MS = 250
const READ_BUFFER = Buffer.alloc(65_536)
const CONNACK = 0x20

let connected = 0
let sent = 0
let acked = 0

/** Fixed header, then two bytes of length and the text. */
function packet(first: number, ...parts: readonly (Buffer | string)[]): Buffer {
  const body = Buffer.concat(
    parts.map((part) => {
      if (typeof part !== 'string') return part
      const length = Buffer.alloc(2)
      length.writeUInt16BE(part.length)
      return Buffer.concat([length, Buffer.from(part)])
    }),
  )
  return Buffer.concat([Buffer.from([first, body.length]), body])
}

function begin(job: BareJob, index: number): Socket {
  const { ports, sources } = job
  const localAddress = sources[Math.floor(index / ports.length) % sources.length]
  const socket = connect({
    host: '127.0.0.1',
    port: ports[index % ports.length]!,
    noDelay: true,
    ...(localAddress === undefined ? {} : { localAddress }),
    onread: {
      buffer: READ_BUFFER,
      callback: (bytes) => {
        // Answers are four bytes each, and only the first is no PUBACK.
        if (READ_BUFFER[0] === CONNACK) connected++
        else acked += bytes / 4
        return true
      },
    },
  })
  socket.on('error', () => undefined)
  const id = `bare-${String(index).padStart(6, '0')}`
  socket.write(packet(0x10, 'MQTT', Buffer.from([4, 2, 0, 120]), id))
  return socket
}

function run(job: BareJob): void {
  const { first, step, devices, rampMs, durationMs, everyMs, payloadBytes } = job
  const indices = Array.from({ length: Math.ceil((devices - first) / step) }, (_, at) => {
    return first + at * step
  })
  const sockets: Socket[] = []
  const publish = packet(0x32, 'meters/000000', Buffer.from([0, 1]), Buffer.alloc(payloadBytes, 97))
  const startedAt = performance.now()
  const handleTime = (): void => {
    const elapsedMs = performance.now() - startedAt
    while (sockets.length < indices.length) {
      const index = indices[sockets.length]!
      if (dueOfStart(index) > elapsedMs) break
      sockets.push(begin(job, index))
    }
    while (sockets.length > 0 && dueOfMessage(sent) <= elapsedMs) {
      sockets[sent++ % sockets.length]!.write(publish)
    }
    const next = sockets.length < indices.length ? dueOfStart(indices[sockets.length]!) : Infinity
    timer = setTimeout(handleTime, Math.min(next, dueOfMessage(sent)) - elapsedMs)
  }
  const dueOfStart = (index: number): number => (index * rampMs) / devices
  // Device k is due at (k / devices + n) periods, from when all are there.
  const dueOfMessage = (number: number): number => rampMs + (number * everyMs) / indices.length
  let timer = setTimeout(handleTime, 0)
  const tell = (): void => {
    const elapsedMs = performance.now() - startedAt
    process.send?.({ elapsedMs, connected, sent, acked } satisfies BareProgress)
  }
  const progress = setInterval(tell, PROGRESS_MS)
  setTimeout(() => {
    clearTimeout(timer)
    clearInterval(progress)
    tell()
    process.exit()
  }, durationMs)
}

process.on('message', (job: BareJob) => run(job))
process.on('disconnect', () => process.exit(1))
