// A UDP socket: sends to one target, or back to whom it heard; takes datagrams of those who may
// send. Bound: LINK_PEERS_MAX senders are remembered, the one heard first is forgotten first.

import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { isIP } from 'node:net'
import { admissionOf, describeAddress, parseAddress } from '@motewire/hardware'
import type { Address, Admission } from '@motewire/hardware'
import { LINK_PEERS_MAX } from '../limits.ts'
import type { Carrier, CarrierHandler } from './carrier.ts'

export class UdpCarrier implements Carrier {
  readonly #listen: Address
  readonly #target: Address
  readonly #admission: Admission
  readonly #socket: Socket
  readonly #peers = new Set<string>()
  #handler: CarrierHandler | undefined

  /** @throws UsageError `ERR_OPTION_INVALID` for a host that others reach, without `allow`. */
  constructor(listen: Address, target: Address, allow: readonly string[] | undefined) {
    this.#listen = listen
    this.#target = target
    const senders = allow ?? (isIP(target.host) === 0 ? undefined : [target.host])
    this.#admission = admissionOf(senders === undefined ? { listen } : { listen, allow: senders })
    this.#socket = createSocket(isIP(listen.host) === 6 ? 'udp6' : 'udp4')
  }

  open(handler: CarrierHandler): void {
    this.#handler = handler
    const socket = this.#socket
    socket.on('error', (error) => this.#end(error))
    socket.on('message', (bytes, { address: host, port }) => {
      if (!this.#admission.admits(host)) return
      const peer = describeAddress({ host, port })
      this.#remember(peer)
      handler.handleBytes(bytes, peer)
    })
    const { host: address, port } = this.#listen
    socket.bind({ address, port, exclusive: true }, () => {
      socket.setBroadcast(true)
      const { port: got } = socket.address()
      handler.handleOpen(`udp ${describeAddress({ host: address, port: got })}`)
    })
  }

  /** What cannot be sent, because it is too long or nobody has the name, ends the link. */
  send(bytes: Uint8Array, peer: string): void {
    const { host, port } = peer === '' ? this.#target : parseAddress(peer)
    this.#socket.send(bytes, port, host, (error) => {
      if (error !== null) this.#end(error)
    })
  }

  close(): void {
    this.#end(undefined)
  }

  control(): undefined {
    return undefined
  }

  #end(cause: Error | undefined): void {
    const handler = this.#handler
    this.#handler = undefined
    if (handler === undefined) return
    this.#socket.close(() => handler.handleEnd(cause))
  }

  #remember(peer: string): void {
    if (this.#peers.has(peer)) return
    if (this.#peers.size >= LINK_PEERS_MAX) {
      const [oldest = ''] = this.#peers
      this.#peers.delete(oldest)
      this.#handler?.handleLeft(oldest)
    }
    this.#peers.add(peer)
    this.#handler?.handleJoined(peer)
  }
}
