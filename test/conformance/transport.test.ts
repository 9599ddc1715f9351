// What carries the packets: bytes in order over TCP, and binary frames over WebSocket. Real
// sockets on the loopback address.

import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { parser } from 'mqtt-packet'
import { afterEach, describe, expect, it } from 'vitest'
import { Client } from '@motewire/sdk'
import {
  BINARY_FRAME,
  TEXT_FRAME,
  WebSocketServer,
} from '../support/conformance/websocket-server.ts'

const CONNACK = '20 02 00 00'

describe('a stream', () => {
  it('MQTT5-4.2-1 MQTT311-7.1.2-1: carries packets in order, without loss', async () => {
    const received: string[] = []
    const server = createServer((socket) => {
      const reader = parser({ protocolVersion: 4 })
      reader.on('packet', (packet) => {
        if (packet.cmd === 'connect') socket.write(Buffer.from('20020000', 'hex'))
        if (packet.cmd !== 'publish') return
        received.push(packet.payload.toString())
        // What came goes back.
        const payload = Buffer.from(packet.payload)
        socket.write(Buffer.concat([Buffer.of(0x30, 3 + payload.length, 0, 1, 98), payload]))
      })
      socket.on('data', (chunk: Buffer) => reader.parse(chunk))
      socket.on('error', () => undefined)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const client = new Client(`mqtt://127.0.0.1:${port}`, { clientId: 'c', protocolVersion: 4 })
    const wanted = Array.from({ length: 5_000 }, (_, i) => `message ${i}`)
    const echoed: string[] = []
    const isComplete = new Promise<void>((resolve) => {
      client.on('message', (_topic, payload) => {
        echoed.push(payload.toString())
        if (echoed.length === wanted.length) resolve()
      })
    })
    client.start()
    for (const text of wanted) client.publish('a', text)
    await isComplete
    expect(received).toEqual(wanted)
    expect(echoed).toEqual(wanted)
    await client.end()
    server.close()
  })
})

describe('a WebSocket', () => {
  let server = new WebSocketServer()
  let client: Client | undefined

  afterEach(async () => {
    await client?.end()
    await server.close()
  })

  async function connected(): Promise<Client> {
    server = new WebSocketServer()
    const port = await server.listen()
    client = new Client(`ws://127.0.0.1:${port}/mqtt`, {
      clientId: 'c',
      protocolVersion: 4,
      reconnectPeriod: 0,
      keepalive: 0,
    })
    client.start()
    expect(await server.take(15)).toBe('100d00044d51545404020000000163')
    return client
  }

  it('MQTT5-6.0.0-3 MQTT311-6.0.0-3: is opened with the subprotocol mqtt', async () => {
    await connected()
    expect(server.offered?.split(/, */)).toContain('mqtt')
  })

  it('MQTT5-6.0.0-1 MQTT311-6.0.0-1: gets binary frames only', async () => {
    const online = await connected()
    server.send(BINARY_FRAME, CONNACK)
    await once(online as never, 'connect')
    online.publish('t', 'x', { qos: 1 })
    await server.take(8)
    expect(new Set(server.opcodes)).toEqual(new Set([BINARY_FRAME]))
  })

  it('MQTT5-6.0.0-1 MQTT311-6.0.0-1: is closed at a text frame', async () => {
    const online = await connected()
    server.send(BINARY_FRAME, CONNACK)
    await once(online as never, 'connect')
    const messages: string[] = []
    online.on('message', (topic) => messages.push(topic))
    server.send(TEXT_FRAME, '30 03 0001 74')
    await server.awaitClose()
    expect(messages).toEqual([])
  })

  it('MQTT5-6.0.0-2 MQTT311-6.0.0-2: may cut packets anywhere and join them', async () => {
    const online = await connected()
    const messages: string[] = []
    const isComplete = new Promise<void>((resolve) => {
      online.on('message', (topic) => {
        if (messages.push(topic) === 4) resolve()
      })
    })
    const stream = `${CONNACK} 30 03 0001 61 30 03 0001 62`.replaceAll(' ', '')
    for (let at = 0; at < stream.length; at += 2)
      server.send(BINARY_FRAME, stream.slice(at, at + 2))
    server.send(BINARY_FRAME, '30 03 0001 63 30 03 0001 64')
    await isComplete
    expect(messages).toEqual(['a', 'b', 'c', 'd'])
  })
})
