// A WebSocket server of a few lines (RFC 6455) for one client: upgrade, frames out as the test
// wants them, frames in as bytes. Written out so that a test can send what a library would not. It
// knows no MQTT; frames of at most 65,535 bytes.

import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

const MAGIC = '258EAFA5-E914-47DA-95CA-C5AB0DC85B11'
export const TEXT_FRAME = 1
export const BINARY_FRAME = 2

export class WebSocketServer {
  /** Opcodes of the frames that came, in order. */
  readonly opcodes: number[] = []
  /** What the client offered. */
  offered: string | undefined
  isClosed = false
  readonly #server: Server
  #socket: Socket | undefined
  #incoming: Buffer = Buffer.alloc(0)
  #payload: Buffer = Buffer.alloc(0)
  #wake: () => void = () => undefined

  constructor() {
    this.#server = createServer()
    this.#server.on('upgrade', (request, socket) => this.#accept(request, socket as Socket))
  }

  async listen(): Promise<number> {
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return (this.#server.address() as AddressInfo).port
  }

  #accept(request: IncomingMessage, socket: Socket): void {
    this.#socket = socket
    this.offered = request.headers['sec-websocket-protocol']
    const key = String(request.headers['sec-websocket-key'])
    const accept = createHash('sha1')
      .update(key + MAGIC)
      .digest('base64')
    const lines = [
      'HTTP/1.1 101 Switching Protocols',
      'Upgrade: websocket',
      'Connection: Upgrade',
      `Sec-WebSocket-Accept: ${accept}`,
      'Sec-WebSocket-Protocol: mqtt',
    ]
    socket.write(`${lines.join('\r\n')}\r\n\r\n`)
    socket.on('data', (chunk) => this.#read(chunk))
    socket.on('error', () => undefined)
    socket.on('close', () => {
      this.isClosed = true
      this.#wake()
    })
  }

  #read(chunk: Buffer): void {
    this.#incoming = Buffer.concat([this.#incoming, chunk])
    for (;;) {
      const bytes = this.#incoming
      if (bytes.length < 2) break
      const isLong = (bytes[1]! & 0x7f) === 126
      const start = isLong ? 8 : 6
      if (bytes.length < start) break
      const length = isLong ? bytes.readUInt16BE(2) : bytes[1]! & 0x7f
      if (bytes.length < start + length) break
      const mask = bytes.subarray(start - 4, start)
      const opcode = bytes[0]! & 0x0f
      const data = bytes.subarray(start, start + length).map((byte, i) => byte ^ mask[i % 4]!)
      this.opcodes.push(opcode)
      if (opcode <= BINARY_FRAME) this.#payload = Buffer.concat([this.#payload, data])
      if (opcode === 8) this.#socket?.end()
      this.#incoming = bytes.subarray(start + length)
    }
    this.#wake()
  }

  /** Waits until this many bytes of payload have come, and takes them. */
  async take(count: number): Promise<string> {
    while (this.#payload.length < count && !this.isClosed) await this.#change()
    const taken = this.#payload.subarray(0, count).toString('hex')
    this.#payload = this.#payload.subarray(count)
    return taken
  }

  async awaitClose(): Promise<void> {
    while (!this.isClosed) await this.#change()
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  send(opcode: number, hex: string): void {
    const data = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    this.#socket?.write(Buffer.concat([Buffer.of(0x80 | opcode, data.length), data]))
  }

  async close(): Promise<void> {
    this.#socket?.destroy()
    this.#server.close()
    this.#server.closeAllConnections()
    await once(this.#server, 'close')
  }
}
