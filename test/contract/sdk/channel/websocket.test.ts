// What is special about WebSocket: the upgrade, the subprotocol, frames that are not ours.

import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createServer as createTcpServer } from 'node:net'
import type { Server } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { WebSocketServer } from 'ws'
import type { ServerOptions, WebSocket } from 'ws'
import { WebSocketChannel } from '@motewire/sdk'
import type { WebSocketOptions } from '@motewire/sdk'
import { Recorder } from '../../hardware/recorder.ts'

const closers: (() => Promise<void>)[] = []
afterEach(async () => {
  await Promise.all(closers.splice(0).map((close) => close()))
})

interface Visit {
  readonly ws: WebSocket
  readonly request: IncomingMessage
}

async function portOf(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  closers.push(async () => {
    server.close()
    await once(server, 'close')
  })
  return (server.address() as AddressInfo).port
}

/** A server, a channel to it and the visit that the server sees. */
async function visit(
  options: WebSocketOptions = {},
  serverOptions: ServerOptions = {},
): Promise<{ recorder: Recorder; channel: WebSocketChannel; visit: Promise<Visit> }> {
  const server = createServer()
  const upgrader = new WebSocketServer({ ...serverOptions, server })
  const port = await portOf(server)
  closers.push(async () => {
    for (const ws of upgrader.clients) ws.terminate()
  })
  const seen = once(upgrader, 'connection').then(([ws, request]) => ({ ws, request }))
  const recorder = new Recorder()
  const channel = new WebSocketChannel({ host: '127.0.0.1', port }, options)
  channel.open(recorder)
  return { recorder, channel, visit: seen }
}

describe('WebSocket', () => {
  it('asks for the path, with the headers and the subprotocol', async () => {
    const path = '/mqtt?tenant=7'
    const headers = { Authorization: 'Bearer token' }
    const { recorder, channel, visit: seen } = await visit({ path, headers })
    await recorder.untilOpen()
    const { request } = await seen
    expect(request.url).toBe(path)
    expect(request.headers).toMatchObject({
      authorization: 'Bearer token',
      'sec-websocket-protocol': 'mqtt',
    })
    expect(request.headers['sec-websocket-extensions']).toBeUndefined()
    channel.close()
    expect(await recorder.untilClosed()).toBeUndefined()
  })

  it('[MQTT5-6.0.0-1] sends binary frames and joins packets that span frames', async () => {
    const { recorder, channel, visit: seen } = await visit()
    const { ws } = await seen
    await recorder.untilOpen()
    const frames: boolean[] = []
    ws.on('message', (_bytes, isBinary) => frames.push(isBinary))
    channel.write(Buffer.from([0xc0, 0]))
    ws.send(Buffer.from([0xd0]))
    ws.send(Buffer.from([0]))
    ws.ping()
    await recorder.until(() => recorder.receivedBytes === 2)
    expect([...recorder.received]).toEqual([0xd0, 0])
    channel.close()
    await recorder.untilClosed()
    expect(frames).toEqual([true])
  })

  it('[MQTT5-6.0.0-1] closes at a text frame and delivers nothing of it', async () => {
    const { recorder, visit: seen } = await visit()
    const { ws } = await seen
    await recorder.untilOpen()
    const closed = once(ws, 'close')
    ws.send('hello')
    const cause = await recorder.untilClosed()
    expect(cause).toMatchObject({ code: 'ERR_PROTOCOL_VIOLATION' })
    expect(cause?.message).toMatch(/^ws 127\.0\.0\.1:\d+\/ sent a text frame/)
    expect(recorder.receivedBytes).toBe(0)
    expect((await closed)[0]).toBe(1003)
  })

  it.each([
    ['none', false, /did not open: server sent no subprotocol/],
    ['another', 'stomp', /did not open: server sent an invalid subprotocol/],
  ])('[MQTT5-6.0.0-3] refuses a server that picks %s of the subprotocols', async (...row) => {
    const [, answer, message] = row
    const { recorder } = await visit({}, { handleProtocols: () => answer as string })
    expect(await recorder.untilClosed()).toMatchObject({
      code: 'ERR_LINK_REFUSED',
      message: expect.stringMatching(message),
    })
    expect(recorder.isOpen).toBe(false)
  })

  it('refuses a message above frameBytesMax and does not wait for the other side', async () => {
    const { recorder, visit: seen } = await visit({ frameBytesMax: 1_000 })
    const { ws } = await seen
    await recorder.untilOpen()
    ws.send(Buffer.alloc(1_000))
    await recorder.until(() => recorder.receivedBytes === 1_000)
    ws.send(Buffer.alloc(1_001))
    expect(await recorder.untilClosed()).toMatchObject({ code: 'ERR_PACKET_TOO_LARGE' })
    expect(recorder.receivedBytes).toBe(1_000)
  })

  it('names the close code of a server that gives up', async () => {
    const { recorder, visit: seen } = await visit()
    const { ws } = await seen
    await recorder.untilOpen()
    ws.close(1011)
    expect(await recorder.untilClosed()).toMatchObject({
      code: 'ERR_LINK_LOST',
      message: expect.stringMatching(/closed with code 1011$/),
    })
  })

  it('says what a web server answers that is no WebSocket', async () => {
    const port = await portOf(createServer((_request, response) => response.end('hello')))
    const recorder = new Recorder()
    new WebSocketChannel({ host: '127.0.0.1', port }, { path: '/nothing' }).open(recorder)
    expect(await recorder.untilClosed()).toMatchObject({
      code: 'ERR_LINK_REFUSED',
      message: expect.stringMatching(/\/nothing answered HTTP \d+ instead of opening a WebSocket$/),
    })
  })

  it('says that the other side speaks no HTTP', async () => {
    const server = createTcpServer((socket) => {
      socket
        .on('error', () => {})
        .resume()
        .end(Buffer.from([0x20, 2, 0, 0]))
    })
    const port = await portOf(server)
    const recorder = new Recorder()
    new WebSocketChannel({ host: '127.0.0.1', port }).open(recorder)
    expect(await recorder.untilClosed()).toMatchObject({
      code: 'ERR_LINK_REFUSED',
      message: expect.stringMatching(/speaks no HTTP$/),
    })
  })
})
