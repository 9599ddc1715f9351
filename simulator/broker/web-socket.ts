// MQTT over WebSocket [MQTT5 6]: an HTTP upgrade on a socket that somebody else accepted, and the
// byte channel that comes of it. The one file that knows the package `ws`. It knows no MQTT;
// packets may lie across frames as they like [MQTT5-6.0.0-1].

import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { WebSocketServer } from 'ws'
import type { RawData, WebSocket } from 'ws'
import type { ByteChannel, ChannelHandler } from '@motewire/sdk'

/** One frame, which may hold many packets; larger ones close the connection. */
const FRAME_BYTES_MAX = 64 << 20
/** Bytes that ws may hold for a peer that does not read. */
const BUFFERED_BYTES_MAX = 65_536

export class WebSocketUpgrade {
  readonly #http: Server
  readonly #sockets: WebSocketServer

  constructor(onChannel: (channel: ByteChannel, socket: Socket) => void) {
    this.#sockets = new WebSocketServer({
      noServer: true,
      maxPayload: FRAME_BYTES_MAX,
      // The client must offer it, and the server must answer with it [MQTT5-6.0.0-3, -4].
      handleProtocols: (offered) =>
        [...offered].find((one) => one === 'mqtt' || one === 'mqttv3.1') ?? false,
    })
    // It never listens: sockets are handed to it one by one.
    this.#http = createServer((_request, response) => {
      response.writeHead(426, { Connection: 'close', Upgrade: 'websocket' }).end()
    })
    this.#http.on('upgrade', (request, socket, head) => {
      this.#sockets.handleUpgrade(request, socket, head, (webSocket) => {
        onChannel(new WebSocketChannel(webSocket), request.socket)
      })
    })
  }

  /** The socket's first bytes are an HTTP request. */
  handle(socket: Socket): void {
    this.#http.emit('connection', socket)
  }
}

class WebSocketChannel implements ByteChannel {
  readonly name = 'websocket'
  readonly #socket: WebSocket
  #handler: ChannelHandler | undefined
  #isBlocked = false
  #isClosing = false

  constructor(socket: WebSocket) {
    this.#socket = socket
    socket.binaryType = 'nodebuffer'
  }

  open(handler: ChannelHandler): void {
    this.#handler = handler
    const socket = this.#socket
    socket.on('message', (bytes: RawData, isBinary: boolean) => {
      if (this.#isClosing) return
      // Text frames are not MQTT [MQTT5-6.0.0-2].
      if (isBinary) handler.onBytes(bytes as Buffer)
      else this.close('abort')
    })
    socket.on('error', () => undefined)
    socket.once('close', () => {
      this.#handler = undefined
      handler.onClose(undefined)
    })
    handler.onOpen()
  }

  /** ws keeps a reference until the kernel has the bytes, so each write is a copy. */
  write(bytes: Uint8Array): boolean {
    if (this.#isClosing || this.#socket.readyState !== this.#socket.OPEN) return true
    this.#socket.send(Buffer.from(bytes), { binary: true }, this.#handleWritten)
    this.#isBlocked = this.#socket.bufferedAmount > BUFFERED_BYTES_MAX
    return !this.#isBlocked
  }

  readonly #handleWritten = (): void => {
    if (!this.#isBlocked || this.#socket.bufferedAmount > 0) return
    this.#isBlocked = false
    if (!this.#isClosing) this.#handler?.onDrain()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(how: 'flush' | 'abort' = 'flush'): void {
    this.#isClosing = true
    if (how === 'abort') this.#socket.terminate()
    else this.#socket.close(1000)
  }
}
