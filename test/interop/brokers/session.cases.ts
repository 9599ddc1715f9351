// Rows about what the broker keeps: retained messages, sessions of clients that are away, both over
// a restart of the broker.

import { expect } from 'vitest'
import type { InteropCase } from './interop-case.ts'
import { next, numbers } from './stage.ts'
import type { Member, Stage } from './stage.ts'

const RETAINED: readonly InteropCase[] = [
  {
    name: 'gives a retained message to a new subscriber, flag set',
    run: async (stage) => {
      const early = await stage.join()
      await early.subscribe(stage.topic('a'))
      await early.publish(stage.topic('a'), 'kept', { qos: 1, retain: true })
      expect((await early.received(1))[0]).toMatchObject({ text: 'kept', retain: false })
      const late = await stage.join()
      await late.subscribe(stage.topic('a'))
      expect((await late.received(1))[0]).toMatchObject({ text: 'kept', retain: true, qos: 1 })
    },
  },
  {
    name: 'gives retained messages to a filter with wildcards',
    run: async (stage) => {
      const sender = await stage.join()
      for (const text of ['a', 'b']) {
        await sender.publish(stage.topic(text), text, { qos: 1, retain: true })
      }
      const late = await stage.join()
      await late.subscribe(stage.topic('#'))
      await late.received(2)
      expect(late.texts.toSorted()).toEqual(['a', 'b'])
    },
  },
  {
    name: 'replaces a retained message',
    run: async (stage) => {
      const sender = await stage.join()
      for (const text of ['old', 'new']) {
        await sender.publish(stage.topic('a'), text, { qos: 1, retain: true })
      }
      expect(await retainedOf(stage)).toEqual(['new'])
    },
  },
  {
    name: 'clears a retained message by an empty one',
    run: async (stage) => {
      const sender = await stage.join()
      await sender.publish(stage.topic('a'), 'kept', { qos: 1, retain: true })
      await sender.publish(stage.topic('a'), '', { qos: 1, retain: true })
      expect(await retainedOf(stage)).toEqual([])
    },
  },
]

/** Texts that a new subscriber gets before a marker that is published after its SUBACK. */
async function retainedOf(stage: Stage): Promise<string[]> {
  const late = await stage.join()
  await late.subscribe([stage.topic('a'), stage.topic('z')])
  await late.publish(stage.topic('z'), 'marker', { qos: 1 })
  return (await late.receivedUpTo('marker')).map(({ text }) => text)
}

const SESSIONS: readonly InteropCase[] = [
  {
    name: 'says whether it has the session',
    // CONNACK of 3.1 has no such flag.
    versions: [4, 5],
    run: async (stage) => {
      const clientId = stage.clientId()
      const wire = await stage.wire()
      const presentFlags = (): boolean[] =>
        wire.packets('toClient', 2).map(({ bytes }) => (bytes[2]! & 1) === 1)
      for (const options of [
        stage.durable(clientId),
        stage.durable(clientId),
        { clientId, clean: true },
        stage.durable(clientId),
      ]) {
        const member = await stage.join({ wire, ...options })
        // A session with nothing in it may not be worth keeping.
        await member.subscribe(stage.topic('a'))
        await member.client.end()
      }
      expect(presentFlags()).toEqual([false, true, false, false])
    },
  },
  {
    name: 'queues QoS 1 messages while the client is away',
    run: (stage) => checkQueueing(stage, 1),
  },
  {
    name: 'queues QoS 2 messages while the client is away',
    run: (stage) => checkQueueing(stage, 2),
  },
  {
    name: 'queues while the link is cut, without a new SUBSCRIBE',
    run: async (stage) => {
      const wire = await stage.wire()
      const receiver = await stage.join({
        ...stage.durable(stage.clientId()),
        wire,
        reconnectPeriod: 500,
        reconnectPeriodMaxMs: 500,
        resubscribe: false,
      })
      await receiver.subscribe(stage.topic('a'))
      const sender = await stage.join()
      wire.cut()
      await next(receiver.client, 'offline')
      for (const text of numbers(5)) {
        await sender.publish(stage.topic('a'), text, { qos: 1 })
      }
      await receiver.received(5)
      expect(receiver.texts).toEqual(numbers(5))
      expect(wire.packets('toBroker', 8)).toHaveLength(1)
    },
  },
  {
    name: 'forgets the session at a clean start',
    run: async (stage) => {
      const clientId = stage.clientId()
      await leaveBehind(stage, clientId, 1)
      const fresh = await stage.join({ clientId, clean: true })
      await fresh.subscribe(stage.topic('b'))
      const sender = await stage.join()
      await sender.publish(stage.topic('a'), 'lost', { qos: 1 })
      await sender.publish(stage.topic('b'), 'marker', { qos: 1 })
      expect(await fresh.receivedUpTo('marker')).toEqual([])
    },
  },
]

/** Subscribes durably to `a` and goes. */
async function leaveBehind(stage: Stage, clientId: string, qos: 1 | 2): Promise<void> {
  const member = await stage.join(stage.durable(clientId))
  expect(await member.subscribe(stage.topic('a'), { qos })).toBe(qos)
  await member.client.end()
}

async function checkQueueing(stage: Stage, qos: 1 | 2): Promise<void> {
  const clientId = stage.clientId()
  await leaveBehind(stage, clientId, qos)
  const sender = await stage.join()
  const sent = numbers(20)
  for (const text of sent) await sender.publish(stage.topic('a'), text, { qos })
  const returned = await collectReturn(stage, clientId, 20)
  expect(returned.texts).toEqual(sent)
  expect(returned.messages.every((message) => message.qos === qos)).toBe(true)
}

/** What waits for the client, collected without a new subscription. */
async function collectReturn(stage: Stage, clientId: string, count: number): Promise<Member> {
  const returned = await stage.join(stage.durable(clientId))
  await returned.received(count)
  return returned
}

const RESTARTS: readonly InteropCase[] = [
  {
    name: 'keeps sessions and their queues over a restart',
    isRestarted: true,
    run: async (stage) => {
      const clientId = stage.clientId()
      await leaveBehind(stage, clientId, 1)
      const sender = await stage.join()
      for (const text of numbers(10)) {
        await sender.publish(stage.topic('a'), text, { qos: 1 })
      }
      await stage.restart()
      const returned = await collectReturn(stage, clientId, 10)
      expect(returned.texts).toEqual(numbers(10))
    },
  },
  {
    name: 'keeps retained messages over a restart',
    isRestarted: true,
    run: async (stage) => {
      const sender = await stage.join()
      await sender.publish(stage.topic('a'), 'kept', { qos: 1, retain: true })
      await stage.restart()
      expect(await retainedOf(stage)).toEqual(['kept'])
    },
  },
  {
    name: 'goes on after a restart: reconnected, subscribed, queue sent',
    isRestarted: true,
    run: async (stage) => {
      const receiver = await stage.join()
      await receiver.subscribe(stage.topic('a'))
      const sender = await stage.join()
      await stage.restart()
      await receiver.until('a second CONNACK', () => receiver.connects === 2)
      // Answered after the filters that the client asks for again by itself.
      await receiver.subscribe(stage.topic('b'))
      const sent = numbers(20)
      await Promise.all(sent.map((text) => sender.publish(stage.topic('a'), text, { qos: 1 })))
      await receiver.until('all', () => new Set(receiver.texts).size === sent.length)
    },
  },
]

export const SESSION_CASES: readonly InteropCase[] = [...RETAINED, ...SESSIONS, ...RESTARTS]
