// A port of a bridge in datagrams, on real sockets: who gets what the device sends, and whose
// datagrams reach it. The port is in memory.

import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import { sharedClock } from '@motewire/sdk'
import type { Clock } from '@motewire/sdk'
import { ManualClock } from '@motewire/sdk/testing'
import { afterEach, describe, expect, it } from 'vitest'
import { Bridge, udpSource } from '../../../hardware/index.ts'
import type { UdpOptions } from '../../../hardware/index.ts'
import { Wire } from '../../unit/hardware/wire.ts'

const HOST = '127.0.0.1'

describe('a bridge to datagrams', () => {
  const sockets: Socket[] = []
  let bridge: Bridge
  let port: Wire
  let handleChange: () => void = () => {}

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.close()
    await bridge.stop()
  })

  /** A peer, or a stranger. */
  async function peer(): Promise<Peer> {
    const socket = createSocket('udp4')
    sockets.push(socket)
    socket.bind(0, HOST)
    await once(socket, 'listening')
    return new Peer(socket)
  }

  async function start(
    options: Omit<UdpOptions, 'clock'>,
    clock: Clock = sharedClock(),
  ): Promise<void> {
    port = new Wire('serial /dev/ttyX', sharedClock(), true)
    const net = udpSource({ ...options, clock })
    bridge = new Bridge({ port, net, handleNotice: () => handleChange() })
    await bridge.start()
    while (bridge.snapshot().net.state !== 'up') {
      await new Promise<void>((resolve) => (handleChange = resolve))
    }
  }

  /** A free port, for a bridge whose peers must know it before. */
  async function freePort(): Promise<number> {
    const one = await peer()
    sockets.pop()
    one.socket.close()
    return one.port
  }

  async function heard(text: string): Promise<void> {
    while (!port.far!.text.includes(text)) await new Promise((resolve) => setImmediate(resolve))
  }

  it('sends to each peer, and takes from them and nobody else', async () => {
    const [one, other, stranger] = [await peer(), await peer(), await peer()]
    const listen = { host: HOST, port: await freePort() }
    await start({ listen, peers: [one.address, other.address], allow: ['10.0.0.0/8'] })
    port.far!.send('up')
    expect([await one.next(), await other.next()]).toEqual(['up', 'up'])
    stranger.send('not me', listen.port)
    one.send('down;', listen.port)
    other.send('too;', listen.port)
    await heard('down;')
    await heard('too;')
    expect(port.far!.text).toHaveLength(9)
    expect(bridge.snapshot().counts).toEqual({
      datagramsSent: 2,
      datagramsReceived: 2,
      datagramsDenied: 1,
      datagramsDropped: 0,
      datagramsUnsent: 0,
    })
  })

  it('learns the first sender when asked, and another one only when that is silent', async () => {
    const clock = new ManualClock()
    const [one, other] = [await peer(), await peer()]
    const listen = { host: HOST, port: await freePort() }
    await start({ listen, learn: true }, clock)
    port.far!.send('to nobody')
    one.send('first;', listen.port)
    await heard('first;')
    other.send('second;', listen.port)
    one.send('third;', listen.port)
    await heard('third;')
    port.far!.send('up')
    expect(await one.next()).toBe('up')
    expect(bridge.snapshot().counts).toMatchObject({ datagramsDenied: 1, datagramsUnsent: 1 })
    clock.advance(60_001)
    other.send('mine now;', listen.port)
    await heard('mine now;')
    port.far!.send('again')
    expect(await other.next()).toBe('again')
    expect(port.far!.text).toBe('first;third;mine now;')
  })

  it('cuts what no datagram carries', async () => {
    const one = await peer()
    await start({ peers: [one.address] })
    port.far!.send('x'.repeat(2_000))
    expect([(await one.next()).length, (await one.next()).length]).toEqual([1_472, 528])
  })

  it('tries again while the address is in use', async () => {
    const one = await peer()
    port = new Wire('serial /dev/ttyX', sharedClock(), true)
    const net = udpSource({ listen: one.address, learn: true, clock: sharedClock() })
    bridge = new Bridge({ port, net, handleNotice: () => handleChange() })
    await bridge.start()
    while (bridge.snapshot().net.error === undefined) {
      await new Promise<void>((resolve) => (handleChange = resolve))
    }
    expect(bridge.snapshot().net).toMatchObject({
      state: 'waiting',
      error: { message: expect.stringContaining('cannot listen: the address is in use') },
    })
  })

  const listen = { host: '0.0.0.0', port: 1 }
  it.each([
    [{}, 'udp has no peers, expected some, or learn with an address to listen at'],
    [{ learn: true }, 'udp has no peers'],
    [
      { learn: true, listen },
      'listening on 0.0.0.0 opens the line to the network, expected a list',
    ],
    [{ peers: [{ host: HOST, port: 0 }] }, 'port of a peer is 0, expected 1 to 65535'],
    [{ peers: [{ host: HOST, port: 1 }], allow: ['x'] }, 'allow has x, expected an address'],
  ])('refuses %j', (options, message) => {
    expect(() => udpSource({ ...options, clock: sharedClock() })).toThrow(message)
    // For what follows each test.
    const peers = [{ host: HOST, port: 9 }]
    bridge = new Bridge({
      port: new Wire('x', sharedClock(), true),
      net: udpSource({ peers, clock: sharedClock() }),
    })
  })
})

class Peer {
  readonly socket: Socket
  readonly port: number
  readonly #received: string[] = []

  constructor(socket: Socket) {
    this.socket = socket
    this.port = socket.address().port
    socket.on('message', (bytes) => {
      this.#received.push(bytes.toString())
      socket.emit('kept')
    })
  }

  get address(): { readonly host: string; readonly port: number } {
    return { host: HOST, port: this.port }
  }

  send(text: string, port: number): void {
    this.socket.send(text, port, HOST)
  }

  async next(): Promise<string> {
    while (this.#received.length === 0) await once(this.socket, 'kept')
    return this.#received.shift()!
  }
}
