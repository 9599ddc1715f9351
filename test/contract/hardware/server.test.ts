// A bridge's server on real sockets: who may come, who writes, who watches. The port is in memory.

import { once } from 'node:events'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { sharedClock } from '@motewire/sdk'
import { afterEach, describe, expect, it } from 'vitest'
import { Bridge } from '../../../hardware/index.ts'
import type { ListenSource } from '../../../hardware/index.ts'
import { CertificateAuthority } from '../../support/certificates.ts'
import { Wire } from '../../unit/hardware/wire.ts'

describe('the server of a bridge', () => {
  const sockets: Socket[] = []
  let bridge: Bridge
  let port: Wire
  let handleChange: () => void = () => {}

  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy()
    await bridge.stop()
  })

  async function serve(options: Omit<ListenSource, 'listen'>): Promise<void> {
    port = new Wire('serial /dev/ttyX', sharedClock(), true)
    const net = { listen: { host: '127.0.0.1', port: 0 }, ...options }
    bridge = new Bridge({ port, net, handleNotice: () => handleChange() })
    await bridge.start()
    await until(() => bridge.snapshot().net.state === 'listening')
  }

  /** Looks after each notice of the bridge. */
  async function until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => (handleChange = resolve))
  }

  async function join(): Promise<Socket> {
    const socket = connect(bridge.address!.port, '127.0.0.1')
    sockets.push(socket)
    socket.on('error', () => {})
    await once(socket, 'connect')
    return socket
  }

  async function joinAsWriter(): Promise<Socket> {
    const { opens } = bridge.snapshot().net
    const socket = await join()
    await until(() => bridge.snapshot().net.opens > opens)
    return socket
  }

  const text = async (socket: Socket): Promise<string> => String((await once(socket, 'data'))[0])

  it('refuses who is not on the list, and counts it', async () => {
    await serve({ allow: ['10.0.0.0/8', '192.168.1.7'] })
    await once(await join(), 'close')
    expect(bridge.snapshot().net.refused).toEqual({ busy: 0, portAway: 0, denied: 1 })
  })

  it('takes who is on the list', async () => {
    await serve({ allow: ['127.0.0.0/8'] })
    const client = await joinAsWriter()
    port.far!.send('hello')
    expect(await text(client)).toBe('hello')
  })

  it('refuses a second client', async () => {
    await serve({})
    await joinAsWriter()
    await once(await join(), 'close')
    expect(bridge.snapshot().net.refused.busy).toBe(1)
  })

  it('lets the newest client take the place of the one that writes', async () => {
    await serve({ whenBusy: 'kick' })
    const old = await joinAsWriter()
    const oldEnd = once(old, 'close')
    const newest = await joinAsWriter()
    await oldEnd
    port.far!.send('hello')
    expect(await text(newest)).toBe('hello')
  })

  it('shows viewers what the device sends, drops what they send, and promotes one', async () => {
    await serve({ viewersMax: 1 })
    const writer = await joinAsWriter()
    const viewer = await join()
    await once(await join(), 'close')
    expect(bridge.snapshot().net).toMatchObject({ viewers: 1, refused: { busy: 1 } })
    port.far!.send('to all')
    expect(await Promise.all([text(writer), text(viewer)])).toEqual(['to all', 'to all'])
    viewer.write('dropped')
    const { opens } = bridge.snapshot().net
    writer.end()
    await until(() => bridge.snapshot().net.opens > opens)
    expect(bridge.snapshot().net.viewers).toBe(0)
    port.far!.send('to the new writer')
    expect(await text(viewer)).toBe('to the new writer')
    expect(port.far!.text).toBe('')
  })

  it('takes over TLS who has a certificate, and nobody else', async () => {
    const authority = new CertificateAuthority('plant')
    const { cert, key } = authority.issue('server')
    await serve({ tls: { cert, key, ca: authority.cert } })
    const { host, port: number } = bridge.address!
    const known = { host, port: number, ca: authority.cert }
    const stranger = connectTls(known)
    sockets.push(stranger)
    await expect(once(stranger, 'close')).rejects.toThrow('certificate required')
    expect(bridge.snapshot().net.opens).toBe(0)
    const client = connectTls({ ...known, ...authority.issue('client') })
    sockets.push(client)
    await until(() => bridge.snapshot().net.state === 'up')
    port.far!.send('hello')
    expect(await text(client)).toBe('hello')
  })

  it.each([
    [{}, /^listening on 0\.0\.0\.0 opens the line to the network, expected a list/],
    [{ allow: ['10.0.0.0/40'] }, /^allow has 10\.0\.0\.0\/40, expected an address or a network/],
    [{ allow: [], viewersMax: 65 }, /^viewersMax is 65, expected 0 to 64$/],
    [{ allow: [], tls: { cert: 'x', key: 'y' } }, /^tls cannot be used: /],
  ])('is not made with %o beyond this computer', async (options, message) => {
    await serve({})
    const net = { listen: { host: '0.0.0.0', port: 0 }, ...options }
    expect(() => new Bridge({ port, net })).toThrow(message)
  })
})
