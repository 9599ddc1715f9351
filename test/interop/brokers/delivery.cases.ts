// Rows about messages: quality of service, order, size, what breaks in between, retained ones,
// filters.

import type { QoS } from '@motewire/sdk'
import { expect } from 'vitest'
import { readPublish } from '../../support/brokers/wire.ts'
import type { InteropCase } from './interop-case.ts'
import { next, numbers } from './stage.ts'
import type { Stage } from './stage.ts'

const QOS = [0, 1, 2] as const
const BURST = 200

const levels: InteropCase[] = QOS.map((qos) => ({
  name: `publishes and receives at QoS ${qos}`,
  run: (stage) => checkLevel(stage, qos),
}))

async function checkLevel(stage: Stage, qos: QoS): Promise<void> {
  const topic = stage.topic('a')
  const receiver = await stage.join()
  expect(await receiver.subscribe(topic, { qos })).toBe(qos)
  const sender = await stage.join()
  await sender.publish(topic, 'grüße', { qos })
  const [message] = await receiver.received(1)
  expect(message).toMatchObject({ topic, text: 'grüße', qos, retain: false })
}

const bursts: InteropCase[] = QOS.map((qos) => ({
  name: `delivers ${BURST} messages at QoS ${qos} once and in order`,
  run: (stage) => checkBurst(stage, qos),
}))

async function checkBurst(stage: Stage, qos: QoS): Promise<void> {
  const receiver = await stage.join()
  expect(await receiver.subscribe(stage.topic('a'), { qos })).toBe(qos)
  const sender = await stage.join()
  const sent = numbers(BURST)
  await Promise.all(sent.map((text) => sender.publish(stage.topic('a'), text, { qos })))
  await receiver.received(BURST)
  expect(receiver.texts).toEqual(sent)
}

export const DELIVERY_CASES: readonly InteropCase[] = [
  ...levels,
  ...bursts,
  {
    name: 'completes a QoS 2 publish',
    run: async (stage) => {
      const sender = await stage.join()
      await sender.publish(stage.topic('a'), 'x', { qos: 2 })
    },
  },
  {
    name: 'delivers at the smaller of both QoS',
    run: async (stage) => {
      const receiver = await stage.join()
      await receiver.subscribe(stage.topic('low'), { qos: 0 })
      await receiver.subscribe(stage.topic('high'), { qos: 1 })
      const sender = await stage.join()
      await sender.publish(stage.topic('low'), 'low', { qos: 1 })
      await sender.publish(stage.topic('high'), 'high', { qos: 0 })
      await receiver.received(2)
      expect(receiver.messages.map(({ qos }) => qos)).toEqual([0, 0])
    },
  },
  {
    name: 'carries 1 MiB unharmed',
    run: async (stage) => {
      const receiver = await stage.join()
      await receiver.subscribe(stage.topic('big'))
      const sender = await stage.join()
      const text = 'motewire'.repeat(131_072)
      await sender.publish(stage.topic('big'), text, { qos: 1 })
      const [message] = await receiver.received(1)
      expect(message?.text === text).toBe(true)
    },
  },
  {
    name: 'tells 300 topics apart',
    run: async (stage) => {
      const receiver = await stage.join()
      await receiver.subscribe(stage.topic('n/+'))
      const sender = await stage.join()
      const sent = numbers(300)
      await Promise.all(
        sent.map((text) => sender.publish(stage.topic(`n/${text}`), text, { qos: 1 })),
      )
      await receiver.received(300)
      const wrong = receiver.messages.filter(
        ({ topic, text }) => topic !== stage.topic(`n/${text}`),
      )
      expect(wrong).toEqual([])
      expect(new Set(receiver.texts).size).toBe(300)
    },
  },
  {
    name: 'matches + with one level and # with all below',
    run: async (stage) => {
      const plus = await stage.join()
      await plus.subscribe(stage.topic('+/x'))
      const hash = await stage.join()
      await hash.subscribe(stage.topic('a/#'))
      const sender = await stage.join()
      for (const rest of ['a', 'a/x', 'b/x', 'a/b/x', 'ab/y', 'a/end', 'end/x']) {
        await sender.publish(stage.topic(rest), rest, { qos: 1 })
      }
      await plus.received(3)
      await hash.received(4)
      // Only messages of one topic are in order.
      expect(plus.texts.toSorted()).toEqual(['a/x', 'b/x', 'end/x'])
      expect(hash.texts.toSorted()).toEqual(['a', 'a/b/x', 'a/end', 'a/x'])
    },
  },
  {
    name: 'keeps topics that begin with $ out of #',
    isAlone: true,
    run: async (stage) => {
      const all = await stage.join()
      await all.subscribe('#')
      await stage.pings(2)
      await all.publish(stage.topic('marker'), 'marker', { qos: 1 })
      await all.receivedUpTo('marker')
      expect(all.messages.filter(({ topic }) => topic.startsWith('$'))).toEqual([])
    },
  },
  {
    name: 'stops delivering after UNSUBSCRIBE',
    run: async (stage) => {
      const sender = await stage.join()
      const member = await stage.join()
      await member.subscribe([stage.topic('a'), stage.topic('b')])
      await sender.publish(stage.topic('a'), 'one', { qos: 1 })
      await member.received(1)
      await member.client.unsubscribe(stage.topic('a'))
      await sender.publish(stage.topic('a'), 'two', { qos: 1 })
      await sender.publish(stage.topic('b'), 'marker', { qos: 1 })
      await member.receivedUpTo('marker')
      expect(member.texts).toEqual(['one', 'marker'])
    },
  },
  {
    name: 'takes a resent PUBLISH with DUP, and delivers it',
    run: async (stage) => {
      const receiver = await stage.join()
      await receiver.subscribe(stage.topic('a'))
      const wire = await stage.wire()
      const sender = await stage.join({ ...stage.durable(stage.clientId()), wire })
      wire.hold('toClient', 4)
      const delivered = sender.publish(stage.topic('a'), 'x', { qos: 1 })
      await wire.until('toClient', 4, 1)
      wire.cut()
      await delivered
      const dups = wire.packets('toBroker', 3).map((packet) => readPublish(packet).dup)
      // A broker that knows no session of ours gets a new message, not a repeated one; MQTT 3.1
      // cannot say, and is believed to have kept it.
      const hadSession = wire.packets('toClient', 2)[1]?.bytes[2] === 1 || stage.version === 3
      expect(dups).toEqual([false, hadSession])
      await receiver.received(1)
    },
  },
  {
    name: 'delivers again with DUP what was not acknowledged',
    run: async (stage) => {
      const wire = await stage.wire()
      const receiver = await stage.join({ ...stage.durable(stage.clientId()), wire })
      await receiver.subscribe(stage.topic('a'))
      wire.hold('toBroker', 4)
      const sender = await stage.join()
      await sender.publish(stage.topic('a'), 'x', { qos: 1 })
      await wire.until('toBroker', 4, 1)
      wire.cut()
      await receiver.received(2)
      expect(receiver.messages.map(({ dup }) => dup)).toEqual([false, true])
    },
  },
  {
    name: 'loses nothing at QoS 1 over five link cuts',
    run: async (stage) => {
      const texts = await publishOverCuts(stage, 1)
      expect([...new Set(texts)].toSorted((one, other) => Number(one) - Number(other))).toEqual(
        numbers(100),
      )
    },
  },
  {
    name: 'delivers exactly once and in order at QoS 2 over five link cuts',
    run: async (stage) => {
      expect(await publishOverCuts(stage, 2)).toEqual(numbers(100))
    },
  },
]

/** 100 messages while both links are cut five times; answers what came, up to a final marker. */
async function publishOverCuts(stage: Stage, qos: 1 | 2): Promise<string[]> {
  const [near, far] = [await stage.wire(), await stage.wire()]
  const receiver = await stage.join({ ...stage.durable(stage.clientId()), wire: far })
  expect(await receiver.subscribe(stage.topic('a'), { qos })).toBe(qos)
  const sender = await stage.join({ ...stage.durable(stage.clientId()), wire: near })
  const delivered: Promise<void>[] = []
  for (const text of numbers(100)) {
    const delivery = sender.publish(stage.topic('a'), text, { qos })
    // When a wait below fails first, nobody is left to hear of this one.
    delivery.catch(() => undefined)
    delivered.push(delivery)
    const isCut = delivered.length % 20 === 10
    if (!isCut) continue
    await near.until('toBroker', 3, delivered.length / 2)
    near.cut()
    far.cut()
    await next(sender.client, 'connect')
  }
  await Promise.all(delivered)
  await sender.publish(stage.topic('a'), 'marker', { qos })
  await receiver.receivedUpTo('marker')
  return receiver.texts.filter((text) => text !== 'marker')
}
