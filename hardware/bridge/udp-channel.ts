// Datagrams as a byte channel: what is written goes to each peer, what admitted senders say comes
// back. UDP promises nothing, so nothing is promised: datagrams that come while the device does not
// keep up are dropped, and everything dropped is counted. A datagram of another sender never makes
// it a peer, unless that was asked for.

import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { LinkError, UsageError } from '@motewire/sdk'
import type { ByteChannel, ChannelHandler, Clock } from '@motewire/sdk'
import { describeAddress } from './address.ts'
import type { Address } from './address.ts'
import { Admission, isLoopback } from './admission.ts'
import type { ChannelSource } from './reopening-endpoint.ts'
import { checkRange } from './timing.ts'

export interface UdpOptions {
  /** Where datagrams are taken. Default: a free port of all addresses, or of 127.0.0.1. */
  readonly listen?: Address
  /** Who gets what the device sends. 0 to 32. */
  readonly peers?: readonly Address[]
  /**
   * Whether the first sender that is admitted becomes a peer too. It stays one until it has been
   * silent for a minute; then the next one takes its place. Default false.
   */
  readonly learn?: boolean
  /** Whose datagrams are taken. Default: those of the peers, and of everybody on a loopback. */
  readonly allow?: readonly string[]
  readonly clock: Clock
}

const PEERS_LIMIT = 32
/** What Ethernet carries in one piece: 1,500 less the headers of IPv4 and UDP. */
const DATAGRAM_BYTES_MAX = 1_472
const LEARNED_MS = 60_000

interface UdpCounts {
  sent: number
  received: number
  denied: number
  dropped: number
  unsent: number
}

/** @throws UsageError `ERR_OPTION_INVALID` when the options can or may not be. */
export function udpSource(options: UdpOptions): ChannelSource {
  const { listen, peers = [], learn = false, allow } = options
  const counts: UdpCounts = { sent: 0, received: 0, denied: 0, dropped: 0, unsent: 0 }
  checkRange('number of peers', peers.length, 0, PEERS_LIMIT)
  if (peers.some(({ port }) => port === 0)) {
    throw new UsageError('ERR_OPTION_INVALID', 'port of a peer is 0, expected 1 to 65535')
  }
  if (peers.length === 0 && (!learn || listen === undefined)) {
    const message = 'udp has no peers, expected some, or learn with an address to listen at'
    throw new UsageError('ERR_OPTION_INVALID', message)
  }
  if (learn && allow === undefined && listen !== undefined && !isLoopback(listen.host)) {
    const message =
      `listening on ${listen.host} opens the line to the network, ` +
      'expected a list of who may become a peer (allow)'
    throw new UsageError('ERR_OPTION_INVALID', message)
  }
  const admission = allow === undefined ? undefined : new Admission(allow)
  const names = peers.map((peer) => describeAddress(peer))
  const where = listen === undefined ? [] : [`at ${describeAddress(listen)}`]
  return {
    name: ['udp', ...where, ...names].join(' '),
    connect: () => new UdpChannel(options, admission, counts),
    counts: () => ({
      datagramsSent: counts.sent,
      datagramsReceived: counts.received,
      datagramsDenied: counts.denied,
      datagramsDropped: counts.dropped,
      datagramsUnsent: counts.unsent,
    }),
  }
}

type ChannelState = 'new' | 'opening' | 'open' | 'closed'

class UdpChannel implements ByteChannel {
  readonly name: string
  readonly #options: UdpOptions
  readonly #admission: Admission | undefined
  readonly #counts: UdpCounts
  #peers: Address[] = []
  #learned: { readonly address: Address; heardMs: number } | undefined
  #socket: Socket | undefined
  #handler: ChannelHandler | undefined
  #state: ChannelState = 'new'
  #isPaused = false
  /** Datagrams that the system has not taken yet. */
  #underWay = 0
  #isEnding = false

  constructor(options: UdpOptions, admission: Admission | undefined, counts: UdpCounts) {
    this.#options = options
    this.#admission = admission
    this.#counts = counts
    this.name = `udp ${(options.peers ?? []).map((peer) => describeAddress(peer)).join(' ')}`
  }

  open(handler: ChannelHandler): void {
    this.#handler = handler
    this.#state = 'opening'
    void this.#open(handler)
  }

  write(bytes: Uint8Array): boolean {
    if (this.#state !== 'open' || this.#isEnding) return true
    const learned = this.#learned?.address
    const peers = learned === undefined ? this.#peers : [...this.#peers, learned]
    for (let start = 0; start < bytes.length; start += DATAGRAM_BYTES_MAX) {
      // A copy: the system takes it later, the writer has its buffer back at once.
      const datagram = Buffer.from(bytes.subarray(start, start + DATAGRAM_BYTES_MAX))
      for (const peer of peers) this.#send(datagram, peer)
      if (peers.length === 0) this.#counts.unsent++
    }
    return true
  }

  pause(): void {
    this.#isPaused = true
  }

  resume(): void {
    this.#isPaused = false
  }

  close(how: 'flush' | 'abort' = 'flush'): void {
    if (this.#state === 'closed' || this.#state === 'new') return
    this.#isEnding = true
    if (how === 'abort' || this.#underWay === 0) this.#end(undefined)
  }

  async #open(handler: ChannelHandler): Promise<void> {
    try {
      await this.#bind()
    } catch (error) {
      this.#end(failureOf(this.name, error))
    }
    if (this.#state !== 'opening') return
    this.#state = 'open'
    handler.onOpen()
  }

  async #bind(): Promise<void> {
    const { listen, peers = [] } = this.#options
    // A device that has moved is found at the next opening.
    this.#peers = await Promise.all(
      peers.map(async ({ host, port }) => ({ host: (await lookup(host)).address, port })),
    )
    if (this.#state !== 'opening') return
    const isLocal = this.#peers.every(({ host }) => isLoopback(host))
    const isSix = (listen?.host ?? this.#peers[0]?.host ?? '').includes(':')
    const loopback = isSix ? '::1' : '127.0.0.1'
    const address = listen?.host ?? (isLocal ? loopback : undefined)
    const socket = createSocket(isSix ? 'udp6' : 'udp4')
    this.#socket = socket
    socket.on('message', (bytes, { address: host, port }) => this.#receive(bytes, { host, port }))
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject)
      socket.bind({ address, port: listen?.port ?? 0, exclusive: true }, () => resolve())
    })
    socket.removeAllListeners('error')
    socket.on('error', (error) => this.#end(failureOf(this.name, error)))
    socket.setBroadcast(true)
  }

  #receive(bytes: Buffer, from: Address): void {
    if (this.#state !== 'open') return
    if (!this.#admits(from)) this.#counts.denied++
    else if (this.#isPaused) this.#counts.dropped++
    else {
      this.#counts.received++
      if (bytes.length > 0) this.#handler?.onBytes(bytes)
    }
  }

  #admits(from: Address): boolean {
    const isPeer = this.#peers.some(({ host, port }) => host === from.host && port === from.port)
    if (isPeer) return true
    const { listen, learn = false, clock } = this.#options
    const isAllowed = this.#admission?.admits(from.host) ?? isLoopback(listen?.host ?? '')
    if (!isAllowed || !learn) return isAllowed
    const now = clock.now()
    const learned = this.#learned
    if (learned === undefined || now - learned.heardMs > LEARNED_MS) {
      this.#learned = { address: from, heardMs: now }
      return true
    }
    if (learned.address.host !== from.host || learned.address.port !== from.port) return false
    learned.heardMs = now
    return true
  }

  #send(datagram: Buffer, { host, port }: Address): void {
    this.#underWay++
    this.#socket?.send(datagram, port, host, (error) => {
      this.#underWay--
      if (error === null) this.#counts.sent++
      else this.#counts.unsent++
      if (this.#isEnding && this.#underWay === 0) this.#end(undefined)
    })
  }

  #end(cause: LinkError | undefined): void {
    if (this.#state === 'closed') return
    this.#state = 'closed'
    const handler = this.#handler
    this.#handler = undefined
    const socket = this.#socket
    if (socket === undefined) queueMicrotask(() => handler?.onClose(cause))
    else socket.close(() => handler?.onClose(cause))
  }
}

function failureOf(name: string, error: unknown): LinkError {
  const { code = '', message } = error as NodeJS.ErrnoException
  const what = FAILURES[code] ?? message
  return new LinkError('ERR_LINK_LOST', `${name} ${what}`, { cause: error })
}

const FAILURES: Readonly<Record<string, string>> = {
  EADDRINUSE: 'cannot listen: the address is in use',
  EADDRNOTAVAIL: 'cannot listen: this machine has no such address',
  EACCES: 'cannot listen: permission denied',
  ENOTFOUND: 'has a host name that is unknown',
}
