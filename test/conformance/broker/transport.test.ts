// What carries the packets to the broker: TCP and WebSocket on one real port.

import { once } from 'node:events'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { connectAsync } from '@motewire/sdk'
import { Broker } from '@motewire/simulator/broker'

const CONNECT = '100c 0004 4d515454 04 02 0000 0000'
const bytesOf = (hex: string): Buffer => Buffer.from(hex.replaceAll(' ', ''), 'hex')

let broker: Broker
let port: number

beforeEach(async () => {
  broker = new Broker({ port: 0 })
  port = (await broker.start()).port
})

afterEach(async () => {
  await broker.stop()
})

async function open(): Promise<{ socket: WebSocket; frames: [string, boolean][] }> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}`, ['other', 'mqtt'])
  const frames: [string, boolean][] = []
  socket.on('message', (data: Buffer, isBinary: boolean) => {
    frames.push([data.toString('hex'), isBinary])
  })
  await once(socket, 'open')
  return { socket, frames }
}

async function untilBytes(socket: WebSocket, frames: [string, boolean][], bytes: number) {
  const all = (): string => frames.map(([hex]) => hex).join('')
  while (all().length < bytes * 2) await once(socket, 'message')
  return all()
}

describe('the transport of the broker', () => {
  it('MQTT5-4.2-1 MQTT311-7.1.1-1: carries packets in order, without loss, both ways', async () => {
    const client = await connectAsync(`mqtt://127.0.0.1:${port}`)
    const wanted = Array.from({ length: 5_000 }, (_, i) => `message ${i}`)
    const echoed: string[] = []
    const isComplete = new Promise<void>((resolve) => {
      client.on('message', (_topic, payload) => {
        echoed.push(payload.toString())
        if (echoed.length === wanted.length) resolve()
      })
    })
    await client.subscribe('t')
    for (const text of wanted) client.publish('t', text)
    await isComplete
    expect(echoed).toEqual(wanted)
    await client.end()
  })

  it('MQTT5-6.0.0-4 MQTT311-6.0.0-4: chooses mqtt among the subprotocols', async () => {
    const { socket } = await open()
    expect(socket.protocol).toBe('mqtt')
    socket.terminate()
  })

  it(
    'MQTT5-6.0.0-1 MQTT5-6.0.0-2 MQTT311-6.0.0-1 MQTT311-6.0.0-2: takes packets in whatever ' +
      'binary frames, and answers in binary ones',
    async () => {
      const { socket, frames } = await open()
      for (const byte of bytesOf(CONNECT)) socket.send(Buffer.of(byte))
      expect(await untilBytes(socket, frames, 4)).toBe('20020000')
      // Two packets and a half in one frame, and the rest.
      socket.send(bytesOf('c000 c000 c0'))
      socket.send(bytesOf('00'))
      expect(await untilBytes(socket, frames, 10)).toBe('20020000d000d000d000')
      expect(frames.every(([, isBinary]) => isBinary)).toBe(true)
      socket.terminate()
    },
  )

  it('MQTT5-6.0.0-1 MQTT311-6.0.0-1: closes at a text frame', async () => {
    const { socket, frames } = await open()
    socket.send(bytesOf(CONNECT))
    await untilBytes(socket, frames, 4)
    const closed = once(socket, 'close')
    socket.send('text')
    await closed
    expect(frames).toHaveLength(1)
  })
})
