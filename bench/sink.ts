// The other end of the benchmarks, in a process of its own: takes everything, answers CONNECT and
// SUBSCRIBE, confirms QoS 1 and 2 in one write for each chunk, and sends without pause to whoever
// subscribes. It knows just enough MQTT 3.1.1 for that.

import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { PacketDecoder, writeAck } from '@motewire/sdk/codec'

const BLAST = Buffer.concat(
  Array.from({ length: 800 }, () =>
    Buffer.concat([Buffer.from([0x30, 71, 0, 5]), Buffer.from('blast'), Buffer.alloc(64, 0x61)]),
  ),
)

/** What is confirmed for one chunk, of whichever connection: there may be thousands. */
const out = Buffer.alloc(1 << 20)

function blast(socket: Socket): void {
  if (socket.destroyed) return
  while (socket.write(BLAST));
  socket.once('drain', () => setImmediate(() => blast(socket)))
}

const server = createServer((socket) => {
  let end = 0
  const decoder = new PacketDecoder('server', {
    handlePublish: ({ qos, packetId }) => {
      if (qos > 0) end = writeAck(out, end, qos === 1 ? 4 : 5, packetId, 0, 4)
    },
    handleAck: (type, packetId) => {
      if (type === 6) end = writeAck(out, end, 7, packetId, 0, 4)
    },
    handlePing: () => undefined,
    handlePacket: (packet) => {
      if (packet.type === 'connect') end += out.write('20020000', end, 'hex')
      if (packet.type !== 'subscribe') return
      const id = packet.packetId.toString(16).padStart(4, '0')
      socket.write(Buffer.from(`9003${id}00`, 'hex'))
      blast(socket)
    },
  })
  socket.on('error', () => undefined)
  socket.on('data', (bytes: Buffer) => {
    // Publishes at QoS 0 need no look: the client's speed is measured, not ours.
    if (end === 0 && bytes[0] === 0x30 && decoder.pendingBytes === 0) isFleeting = true
    if (isFleeting) return
    decoder.feed(bytes)
    if (end > 0) socket.write(Buffer.from(out.subarray(0, end)))
    end = 0
  })
  let isFleeting = false
})

server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.send?.(typeof address === 'object' ? address?.port : 0)
})
