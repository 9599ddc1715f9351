// TCP and Unix sockets as byte channels. Outgoing connections read into one buffer that all sockets
// of the process share (`onread`), so an idle client holds none; accepted and tunnelled ones read
// through the 'data' event.

import type { Socket } from 'node:net'
import type { Dial } from './attempt.ts'
import { dialPlain } from './socket.ts'
import type { TcpAddress, UnixAddress } from './socket.ts'
import { StreamChannel } from './stream-channel.ts'

export class TcpChannel extends StreamChannel {
  constructor(address: TcpAddress) {
    super(address, dialTo(address))
  }

  /** Wraps a socket that a server accepted; `open` then answers at once. */
  static accept(socket: Socket): StreamChannel {
    socket.setNoDelay(true)
    const host = socket.remoteAddress ?? 'unknown'
    return new StreamChannel({ host, port: socket.remotePort ?? 0 }, socket)
  }
}

export class UnixChannel extends StreamChannel {
  constructor(address: UnixAddress) {
    super(address, dialTo(address))
  }
}

function dialTo(address: TcpAddress | UnixAddress): Dial {
  return (attempt) => dialPlain(attempt, address)
}
