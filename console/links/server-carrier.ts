// A TCP server with its clients as peers, each apart. Bound: LINK_PEERS_MAX of them.

import { createServer } from 'node:net'
import type { AddressInfo, Server, Socket } from 'node:net'
import { admissionOf, describeAddress } from '@motewire/hardware'
import type { Address, Admission } from '@motewire/hardware'
import { TcpChannel } from '@motewire/sdk'
import { ConsoleError } from '../errors.ts'
import { LINK_PEERS_MAX } from '../limits.ts'
import type { Carrier, CarrierHandler } from './carrier.ts'
import { Outlet } from './outlet.ts'

export class ServerCarrier implements Carrier {
  readonly #listen: Address
  readonly #admission: Admission
  readonly #server: Server
  readonly #peers = new Map<string, Outlet>()
  #handler: CarrierHandler | undefined

  /** @throws UsageError `ERR_OPTION_INVALID` for a host that others reach, without `allow`. */
  constructor(listen: Address, allow: readonly string[] | undefined) {
    this.#listen = listen
    this.#admission = admissionOf(allow === undefined ? { listen } : { listen, allow })
    this.#server = createServer({ noDelay: true }, (socket) => this.#handleSocket(socket))
  }

  open(handler: CarrierHandler): void {
    this.#handler = handler
    const { host, port } = this.#listen
    this.#server.once('error', (error) => handler.handleEnd(error))
    this.#server.listen({ host, port, exclusive: true }, () => {
      const { port: got } = this.#server.address() as AddressInfo
      handler.handleOpen(`tcp ${describeAddress({ host, port: got })}`)
    })
  }

  send(bytes: Uint8Array, peer: string): void {
    const chosen = peer === '' ? [...this.#peers.values()] : [this.#peers.get(peer)]
    const outlets = chosen.filter((outlet) => outlet !== undefined)
    if (outlets.length === 0) {
      const who = peer === '' ? 'no client' : `no client '${peer}'`
      throw new ConsoleError('ERR_CONSOLE_CONFLICT', `${who} is connected`)
    }
    for (const outlet of outlets) outlet.send(bytes)
  }

  close(): void {
    this.#server.close(() => this.#handler?.handleEnd(undefined))
    for (const { channel } of this.#peers.values()) channel.close('abort')
  }

  control(): undefined {
    return undefined
  }

  #handleSocket(socket: Socket): void {
    const isWelcome = this.#admission.admits(socket.remoteAddress ?? '')
    if (!isWelcome || this.#peers.size >= LINK_PEERS_MAX) {
      socket.destroy()
      return
    }
    const { remoteAddress: host = 'unknown', remotePort: port = 0 } = socket
    const peer = describeAddress({ host, port })
    const outlet = new Outlet(TcpChannel.accept(socket))
    this.#peers.set(peer, outlet)
    this.#handler?.handleJoined(peer)
    outlet.channel.open({
      onOpen: () => undefined,
      onBytes: (bytes) => this.#handler?.handleBytes(bytes, peer),
      onDrain: () => outlet.handleDrain(),
      onClose: () => {
        this.#peers.delete(peer)
        this.#handler?.handleLeft(peer)
      },
    })
  }
}
