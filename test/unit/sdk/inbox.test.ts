// Received messages on their way to handlers and loops, and what holds the server back.

import { describe, expect, it } from 'vitest'
import { connect, memoryPipe } from '@motewire/sdk'
import type { ClientOptions } from '@motewire/sdk'
import { ManualClock } from '@motewire/sdk/testing'
import { ScriptedServer } from '../../support/conformance/scripted-server.ts'

function online(options: ClientOptions = {}): ScriptedServer {
  const server = new ScriptedServer(options).accept()
  server.take()
  return server
}

/** Lets promises settle that have nothing left to wait for. */
async function turn(): Promise<void> {
  for (let i = 0; i < 10; i++) await Promise.resolve()
}

const acksOf = (server: ScriptedServer): unknown[] =>
  server.takeOnly('puback').map((packet) => packet['messageId'])

describe('a handler', () => {
  it('gets the messages of its filter until it is taken away', () => {
    const server = online()
    const seen: string[] = []
    const remove = server.client.handle('a/+/b', (topic) => void seen.push(topic))
    for (const topic of ['a/1/b', 'a/1/c', 'a/2/b']) server.publish(topic, 'x')
    remove()
    server.publish('a/3/b', 'x')
    expect(seen).toEqual(['a/1/b', 'a/2/b'])
    expect(server.messages.map(({ topic }) => topic)).toEqual(['a/1/b', 'a/1/c', 'a/2/b', 'a/3/b'])
  })

  it('gets messages of a shared filter by their topic', () => {
    const server = online()
    const seen: string[] = []
    server.client.handle('$share/workers/jobs/#', (topic) => void seen.push(topic))
    server.publish('jobs/1', 'x')
    expect(seen).toEqual(['jobs/1'])
  })

  it('holds the acknowledgement until its promise settles, in the order of arrival', async () => {
    const server = online()
    const done: (() => void)[] = []
    server.client.handle('#', () => new Promise<void>((resolve) => done.push(resolve)))
    server.publish('a', '1', { qos: 1, messageId: 1 }).publish('a', '2', { qos: 1, messageId: 2 })
    expect(acksOf(server)).toEqual([])
    done[1]!()
    await turn()
    expect(acksOf(server)).toEqual([])
    done[0]!()
    await turn()
    expect(acksOf(server)).toEqual([1, 2])
  })

  it('that throws or rejects is told as an error, and the session goes on', async () => {
    const server = online()
    server.client.handle('throws', () => {
      throw new Error('at once')
    })
    server.client.handle('rejects', () => Promise.reject(new Error('later')))
    server.publish('throws', 'x', { qos: 1, messageId: 1 })
    server.publish('rejects', 'x', { qos: 1, messageId: 2 })
    await turn()
    expect(acksOf(server)).toEqual([1, 2])
    expect(server.errors.map(({ code }) => code)).toEqual([
      'ERR_HANDLER_FAILED',
      'ERR_HANDLER_FAILED',
    ])
    server.publish('fine', 'x')
    expect(server.messages.at(-1)?.topic).toBe('fine')
  })

  it('that is behind stops reading, but neither pings nor the link', async () => {
    const server = online({ inbox: { messagesMax: 4 }, keepalive: 60 })
    const done: (() => void)[] = []
    server.client.handle('#', () => new Promise<void>((resolve) => done.push(resolve)))
    for (let id = 1; id <= 10; id++) server.publish('a', `${id}`, { qos: 1, messageId: id })
    expect(done).toHaveLength(4)
    server.advance(300_000)
    expect(server.client.connected).toBe(true)
    expect(server.takeOnly('pingreq').length).toBeGreaterThan(0)
    while (done.length > 0) {
      done.shift()!()
      await turn()
      server.settle()
    }
    expect(acksOf(server)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
  })
})

describe('a loop over messages', () => {
  it('acknowledges each message when it asks for the next', async () => {
    const server = online()
    const messages = server.client.messages('a')
    server.publish('a', '1', { qos: 1, messageId: 1 }).publish('a', '2', { qos: 1, messageId: 2 })
    const first = await messages.next()
    expect(first.value).toMatchObject({ topic: 'a' })
    expect(acksOf(server)).toEqual([])
    await messages.next()
    await turn()
    expect(acksOf(server)).toEqual([1])
  })

  it('waits for what comes, and ends with the client', async () => {
    const server = online()
    const seen: string[] = []
    const loop = (async (): Promise<void> => {
      for await (const { payload } of server.client.messages()) seen.push(payload.toString())
    })()
    server.publish('a', '1')
    await turn()
    server.publish('a', '2')
    await turn()
    void server.client.end()
    server.close()
    server.advance(2_000)
    await loop
    expect(seen).toEqual(['1', '2'])
  })

  it('lets go of everything when it is left', async () => {
    const server = online()
    for await (const { payload } of loopOf(server)) if (payload.toString() === '1') break
    await turn()
    expect(acksOf(server)).toEqual([1, 2])
    server.publish('a', '3', { qos: 1, messageId: 3 })
    expect(acksOf(server)).toEqual([3])
  })
})

/** Two messages wait when the loop begins. */
function loopOf(server: ScriptedServer): AsyncIterable<{ payload: Buffer }> {
  const messages = server.client.messages('a')
  server.publish('a', '1', { qos: 1, messageId: 1 }).publish('a', '2', { qos: 1, messageId: 2 })
  return messages
}

describe('a request', () => {
  it('resolves with the answer that carries its correlation data', async () => {
    const server = online()
    const answer = server.client.request('ask', 'how much?')
    const subscribe = server.next('subscribe')
    server.send({ cmd: 'suback', messageId: subscribe['messageId'], granted: [1] })
    await turn()
    const { properties } = server.next('publish') as unknown as {
      properties: { responseTopic: string; correlationData: Buffer }
    }
    const { responseTopic, correlationData } = properties
    server.publish(responseTopic, 'other', { properties: { correlationData: Buffer.alloc(8, 7) } })
    server.publish(responseTopic, '42', { properties: { correlationData } })
    expect((await answer).payload.toString()).toBe('42')
  })

  it('fails when no answer comes in time', async () => {
    const server = online()
    const late = server.client.request('ask', '?', { timeoutMs: 500 })
    const subscribe = server.next('subscribe')
    server.send({ cmd: 'suback', messageId: subscribe['messageId'], granted: [1] })
    await turn()
    server.advance(501)
    await expect(late).rejects.toMatchObject({ code: 'ERR_OPERATION_TIMEOUT' })
  })
})

describe('packets on the link', () => {
  it('are shown to who listens', () => {
    const server = new ScriptedServer()
    const seen: string[] = []
    server.client.on('packetsend', ({ type }, bytes) => seen.push(`> ${type} ${bytes}`))
    server.client.on('packetreceive', ({ type }, bytes) => seen.push(`< ${type} ${bytes}`))
    server.accept()
    server.client.publish('a', 'x', { qos: 1 })
    const publish = server.next('publish')
    server.send({ cmd: 'puback', messageId: publish['messageId'] })
    // Of MQTT 5.0: fixed header, name and level, flags, keep alive, properties, identifier.
    const connectBytes = 2 + 7 + 1 + 2 + 1 + 2 + 1
    const publishBytes = 2 + 3 + 2 + 1 + 1
    expect(seen).toEqual([
      `> connect ${connectBytes}`,
      '< connack 5',
      `> publish ${publishBytes}`,
      '< puback 6',
    ])
  })
})

describe('packets on the first link', () => {
  it('are shown to who listens only after connect has returned', () => {
    const clock = new ManualClock()
    const [near] = memoryPipe(clock)
    const client = connect('mqtt://x', { clock, openChannel: () => near })
    const seen: string[] = []
    client.on('packetsend', ({ type }) => seen.push(type))
    clock.advance(1)
    expect(seen).toEqual(['connect'])
  })
})

describe('statistics', () => {
  it('count bytes, messages, round trips and what waits', () => {
    const server = online()
    server.client.publish('a', 'x', { qos: 1 })
    const publish = server.next('publish')
    server.advance(40)
    server.send({ cmd: 'puback', messageId: publish['messageId'] })
    server.cut()
    server.client.publish('b', 'x', { qos: 1 })
    server.clock.advance(5)
    const statistics = server.client.statistics()
    expect(statistics).toMatchObject({
      messagesSent: 1,
      messagesConfirmed: 1,
      connects: 1,
      losses: 1,
      queuedMessages: 1,
      queuedBytes: 2,
      queueAgeMs: 5,
      roundTripLeastMs: 40,
    })
    expect(statistics.bytesSent).toBeGreaterThan(20)
  })
})

describe('a client that is paused', () => {
  it('holds messages back unacknowledged, and hands them over in order', async () => {
    const server = online()
    const handled: string[] = []
    server.client.handle('a', (_topic, payload) => void handled.push(payload.toString()))
    server.client.pause()
    server.publish('a', '1', { qos: 1, messageId: 1 }).publish('a', '2')
    expect(acksOf(server)).toEqual([])
    server.client.resume()
    expect(acksOf(server)).toEqual([1])
    server.publish('a', '3')
    expect(handled).toEqual(['1', '2', '3'])
    expect(server.messages.map(({ payload }) => payload)).toEqual(['1', '2', '3'])
    await turn()
  })

  it('keeps the rest when a receiver pauses anew', () => {
    const server = online()
    const handled: string[] = []
    server.client.handle('a', (_topic, payload) => {
      handled.push(payload.toString())
      server.client.pause()
    })
    server.client.pause()
    for (const text of ['1', '2', '3']) server.publish('a', text)
    server.client.resume()
    expect(handled).toEqual(['1'])
    server.publish('a', '4')
    server.client.resume()
    server.client.resume()
    server.client.resume()
    expect(handled).toEqual(['1', '2', '3', '4'])
  })
})
