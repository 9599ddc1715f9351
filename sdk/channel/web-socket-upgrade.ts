// MQTT over WebSocket on the server's side [MQTT5 6]: an HTTP upgrade on a socket that somebody
// else accepted, and the byte channel that comes of it. It knows no MQTT; packets may lie across
// frames as they like [MQTT5-6.0.0-1]. A door of its own, `@motewire/sdk/websocket-server`, so that
// who only connects need not have the package `ws`.

import { createServer } from 'node:http'
import type { Server } from 'node:http'
import type { Socket } from 'node:net'
import { createWebSocketStream, WebSocketServer } from 'ws'
import type { ByteChannel } from './channel.ts'
import { StreamChannel } from './stream-channel.ts'
import { byteStream } from './web-socket-stream.ts'

/** One frame, which may hold many packets; larger ones close the connection. */
const FRAME_BYTES_MAX = 64 << 20

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
        const { remoteAddress = 'unknown', remotePort = 0 } = request.socket
        const name = `ws ${remoteAddress}:${remotePort}`
        const stream = byteStream(name, webSocket, createWebSocketStream)
        onChannel(new StreamChannel(name, stream), request.socket)
      })
    })
  }

  /** The socket's first bytes are an HTTP request. */
  handle(socket: Socket): void {
    this.#http.emit('connection', socket)
  }
}
