// The other end of the benchmarks, in a process of its own: takes everything, answers CONNECT and
// SUBSCRIBE, confirms QoS 1 and 2 in one write for each chunk, and sends without pause to whoever
// subscribes. It must be faster than any client, so it reads no more of a packet than it answers,
// and knows just enough MQTT 3.1.1 for that.

import { createServer } from 'node:net'
import type { Socket } from 'node:net'

const BLAST = Buffer.concat(
  Array.from({ length: 800 }, () =>
    Buffer.concat([Buffer.from([0x30, 71, 0, 5]), Buffer.from('blast'), Buffer.alloc(64, 0x61)]),
  ),
)
const NOTHING = Buffer.alloc(0)

/** What is confirmed for one chunk, of whichever connection: there may be thousands. */
const out = Buffer.alloc(1 << 20)
let end = 0

function blast(socket: Socket): void {
  if (socket.destroyed) return
  while (socket.write(BLAST));
  socket.once('drain', () => setImmediate(() => blast(socket)))
}

/** An acknowledgement of the two bytes at `at`; its remaining length is 2. */
function acknowledge(first: number, bytes: Buffer, at: number): void {
  out[end] = first
  out[end + 1] = 2
  out[end + 2] = bytes[at]!
  out[end + 3] = bytes[at + 1]!
  end += 4
}

/** @param at where the part after the fixed header begins. */
function answer(socket: Socket, bytes: Buffer, first: number, at: number): void {
  const type = first >> 4
  if (type === 3) {
    const idAt = at + 2 + bytes.readUInt16BE(at)
    if ((first & 2) !== 0) acknowledge(0x40, bytes, idAt)
    else if ((first & 4) !== 0) acknowledge(0x50, bytes, idAt)
  } else if (type === 6) acknowledge(0x70, bytes, at)
  else if (type === 1) end += out.write('20020000', end, 'hex')
  else if (type === 8) {
    socket.write(Buffer.from([0x90, 3, bytes[at]!, bytes[at + 1]!, 0]))
    blast(socket)
  }
}

/** Answers the packets that are whole; returns where the first one begins that is not. */
function answerAll(socket: Socket, bytes: Buffer): number {
  let start = 0
  for (;;) {
    let at = start + 1
    let length = 0
    for (let shift = 0; ; shift += 7) {
      if (at >= bytes.length) return start
      const digit = bytes[at++]!
      length += (digit & 0x7f) << shift
      if (digit < 0x80) break
    }
    if (at + length > bytes.length) return start
    answer(socket, bytes, bytes[start]!, at)
    start = at + length
  }
}

const server = createServer((socket) => {
  let isFleeting = false
  let rest: Buffer = NOTHING
  socket.on('error', () => undefined)
  socket.on('data', (chunk: Buffer) => {
    // Publishes at QoS 0 need no look: the client's speed is measured, not ours.
    if (rest.length === 0 && chunk[0] === 0x30) isFleeting = true
    if (isFleeting) return
    const bytes = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    rest = bytes.subarray(answerAll(socket, bytes))
    if (end > 0) socket.write(Buffer.from(out.subarray(0, end)))
    end = 0
  })
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' ? address?.port : 0)
})
