// The offline queue as an application sees it: who gives way, who goes first, what expires, what is
// taken back. The far side is held by the test.

import { describe, expect, it } from 'vitest'
import type { ClientOptions, PublishError } from '@motewire/sdk'
import { ScriptedServer } from '../../support/conformance/scripted-server.ts'

/** A client that is not connected yet. */
function offline(options: ClientOptions = {}): ScriptedServer {
  return new ScriptedServer({ clean: false, ...options })
}

/** Topics in the order in which they go once the link is there. */
function sentTopics(server: ScriptedServer): unknown[] {
  server.accept()
  return server.takeOnly('publish').map((packet) => packet['topic'])
}

describe('a full outbox', () => {
  const fill = (server: ScriptedServer): void => {
    for (const topic of ['a', 'b', 'c']) server.client.publish(topic, 'x', { qos: 1 })
  }

  it('drops the newest by default', () => {
    const server = offline({ outbox: { messagesMax: 2 } })
    fill(server)
    expect(server.outcomes).toEqual(['dropped c'])
    expect(sentTopics(server)).toEqual(['a', 'b'])
  })

  it('drops the oldest when told so', () => {
    const server = offline({ outbox: { messagesMax: 2, whenFull: 'drop-oldest' } })
    fill(server)
    expect(server.outcomes).toEqual(['dropped a'])
    expect(sentTopics(server)).toEqual(['b', 'c'])
  })

  it('refuses the newest when told so, with an error that says it', async () => {
    const server = offline({ outbox: { messagesMax: 1, whenFull: 'reject' } })
    server.client.publish('a', 'x', { qos: 1 })
    const refused = server.client.publishAsync('b', 'x', { qos: 1 })
    await expect(refused).rejects.toMatchObject({
      code: 'ERR_OUTBOX_FULL',
      outcome: 'rejected',
      retryable: true,
    })
  })

  it('keeps the latest of each topic when told so', () => {
    const server = offline({ outbox: { messagesMax: 10, whenFull: 'latest-per-topic' } })
    for (const payload of ['1', '2', '3']) {
      server.client.publish('a', payload, { qos: 1 })
      server.client.publish('b', payload, { qos: 1 })
    }
    expect(server.outcomes).toEqual([
      'superseded a',
      'superseded b',
      'superseded a',
      'superseded b',
    ])
    server.accept()
    const sent = server
      .takeOnly('publish')
      .map(({ topic, payload }) => `${String(topic)} ${String(payload)}`)
    expect(sent).toEqual(['a 3', 'b 3'])
  })

  it('drops QoS 0 before anything else, and no alarm for telemetry', () => {
    const server = offline({ outbox: { messagesMax: 3, whenFull: 'drop-oldest' } })
    server.client.publish('alarm', 'x', { qos: 1, priority: 0 })
    server.client.publish('value', 'x', { qos: 1 })
    server.client.publish('fleeting', 'x')
    server.client.publish('late', 'x', { qos: 1 })
    server.client.publish('later', 'x', { qos: 1 })
    expect(server.outcomes).toEqual(['dropped fleeting', 'dropped value'])
    server.client.publish('latest', 'x', { qos: 1, priority: 2 })
    expect(server.outcomes.at(-1)).toBe('dropped latest')
  })

  it('counts bytes too, and lets nobody go for what can never fit', () => {
    const server = offline({ outbox: { bytesMax: 100, whenFull: 'drop-oldest' } })
    server.client.publish('a', 'x'.repeat(60), { qos: 1 })
    server.client.publish('b', 'x'.repeat(200), { qos: 1 })
    expect(server.outcomes).toEqual(['dropped b'])
    server.client.publish('c', 'x'.repeat(60), { qos: 1 })
    expect(server.outcomes.at(-1)).toBe('dropped a')
  })

  it('never lets go of what is in flight', () => {
    const server = new ScriptedServer({ outbox: { messagesMax: 2, whenFull: 'drop-oldest' } })
    server.accept()
    for (const topic of ['a', 'b', 'c']) server.client.publish(topic, 'x', { qos: 1 })
    expect(server.outcomes).toEqual(['dropped c'])
  })
})

describe('a backlog', () => {
  it('leaves by priority, then in the order of publishing', () => {
    const server = offline()
    server.client.publish('n1', 'x', { qos: 1 })
    server.client.publish('low', 'x', { qos: 1, priority: 2 })
    server.client.publish('n2', 'x', { qos: 2 })
    server.client.publish('alarm', 'x', { qos: 1, priority: 0 })
    expect(sentTopics(server)).toEqual(['alarm', 'n1', 'n2', 'low'])
  })

  it('leaves newest first when told so', () => {
    const server = offline({ outbox: { order: 'newest-first' } })
    for (const topic of ['a', 'b', 'c']) server.client.publish(topic, 'x', { qos: 1 })
    expect(sentTopics(server)).toEqual(['c', 'b', 'a'])
  })

  it('keeps QoS 0 out when told so', () => {
    const server = offline({ queueQoSZero: false })
    expect(server.client.publish('a', 'x')).toBe('dropped')
    expect(server.client.publish('b', 'x', { qos: 1 })).toBe('queued')
    expect(sentTopics(server)).toEqual(['b'])
  })

  it('waits for its budget, but alarms do not', () => {
    const server = new ScriptedServer({ budget: { bytesPerSecond: 1, burstBytes: 10 } })
    server.accept()
    server.client.publish('ten', '1234567', { qos: 1 })
    server.client.publish('wait', '123456', { qos: 1 })
    server.client.publish('alarm', 'x', { qos: 1, priority: 0 })
    const topics = (): unknown[] => server.takeOnly('publish').map((packet) => packet['topic'])
    expect(topics()).toEqual(['ten', 'alarm'])
    server.advance(15_000)
    expect(topics()).toEqual([])
    server.advance(2_000)
    expect(topics()).toEqual(['wait'])
  })

  it('goes in one write after a little while when batching', () => {
    const server = new ScriptedServer({ budget: { bytesPerSecond: 1e6, batchMs: 200 } })
    server.accept()
    server.take()
    for (const topic of ['a', 'b']) server.client.publish(topic, 'x', { qos: 1 })
    server.advance(199)
    expect(server.take()).toEqual([])
    server.advance(2)
    expect(server.takeOnly('publish')).toHaveLength(2)
  })
})

describe('a message that is worth nothing any more', () => {
  it('expires while there is no link, at its time', () => {
    const server = offline()
    server.client.publish('a', 'x', { qos: 1, ttlMs: 5_000 })
    server.client.publish('b', 'x', { ttlMs: 6_000 })
    server.advance(4_999)
    expect(server.outcomes).toEqual([])
    server.advance(2)
    expect(server.outcomes).toEqual(['expired a'])
    server.advance(1_000)
    expect(server.outcomes).toEqual(['expired a', 'expired b'])
  })

  it('does not expire once it was sent', () => {
    const server = new ScriptedServer()
    server.accept()
    server.client.publish('a', 'x', { qos: 1, ttlMs: 5_000 })
    server.take()
    server.advance(10_000)
    expect(server.outcomes).toEqual([])
  })

  it('expires by the time that the machine slept', () => {
    const server = offline()
    server.client.publish('a', 'x', { qos: 1, ttlMs: 60_000 })
    server.clock.sleep(61_000)
    server.advance(1)
    expect(server.outcomes).toEqual(['expired a'])
  })
})

describe('a publish that is waited for', () => {
  const settled = async (promise: Promise<void>): Promise<PublishError> =>
    promise.then(
      () => {
        throw new Error('it was delivered')
      },
      (error: PublishError) => error,
    )

  it('is taken back by its deadline when it was not sent', async () => {
    const server = offline()
    const late = server.client.publishAsync('a', 'x', { qos: 1, deadlineMs: 100 })
    server.advance(101)
    expect(await settled(late)).toMatchObject({ outcome: 'expired', code: 'ERR_OPERATION_TIMEOUT' })
    expect(server.client.queued).toBe(0)
  })

  it('may still be delivered after its deadline when it was sent', async () => {
    const server = new ScriptedServer()
    server.accept()
    const late = server.client.publishAsync('a', 'x', { qos: 1, deadlineMs: 100 })
    const [packet] = server.takeOnly('publish')
    server.advance(101)
    expect(await settled(late)).toMatchObject({ outcome: 'indeterminate' })
    server.send({ cmd: 'puback', messageId: packet!['messageId'] })
    expect(server.outcomes).toEqual(['delivered a'])
  })

  it('is taken back when its signal aborts', async () => {
    const server = offline()
    const abort = new AbortController()
    const { signal } = abort
    const aborted = server.client.publishAsync('a', 'x', { qos: 2, signal })
    const other = server.client.publishAsync('b', 'x', { qos: 2 })
    abort.abort()
    expect(await settled(aborted)).toMatchObject({ outcome: 'dropped' })
    expect(server.client.queued).toBe(1)
    void server.client.end()
    server.advance(10)
    expect(await settled(other)).toMatchObject({ outcome: 'dropped' })
  })
})

describe('a message that makes the server close', () => {
  it('is found, set aside and told, and the others go on', () => {
    const server = new ScriptedServer({ clean: false, inflightMax: 10 })
    server.accept()
    const poison = 'poison'
    for (const topic of ['a', poison, 'b']) server.client.publish(topic, 'x', { qos: 1 })
    for (let turn = 0; turn < 40 && server.client.queued > 0; turn++) {
      const batch = server.takeOnly('publish')
      // A server that chokes on one message closes without confirming the others.
      if (batch.some(({ topic }) => topic === poison)) {
        server.close()
        server.awaitConnect()
        server.connack({ sessionPresent: true })
      } else {
        server.send(...batch.map(({ messageId }) => ({ cmd: 'puback', messageId })))
      }
    }
    expect(server.outcomes).toEqual(['delivered a', 'rejected poison 131', 'delivered b'])
  })
})
