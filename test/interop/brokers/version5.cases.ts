// Rows about what MQTT 5.0 adds.

import type { Properties } from '@motewire/sdk'
import { expect } from 'vitest'
import { readPublish } from '../../support/brokers/wire.ts'
import type { InteropCase } from './interop-case.ts'
import { numbers } from './stage.ts'
import type { Member, Stage } from './stage.ts'

type Row = Omit<InteropCase, 'versions'>

const PROPERTIES: readonly Row[] = [
  {
    name: 'carries user properties, also repeated ones',
    run: (stage) =>
      checkCarried(stage, { userProperties: { unit: 'bar', tag: ['hot', 'east'], größe: '5' } }),
  },
  {
    name: 'carries response topic and correlation data',
    run: (stage) =>
      checkCarried(stage, {
        responseTopic: stage.topic('answer'),
        correlationData: Buffer.from([0, 255, 7]),
      }),
  },
  {
    name: 'carries content type and payload format',
    run: (stage) =>
      checkCarried(stage, { contentType: 'text/plain', payloadFormatIndicator: true }),
  },
  {
    name: 'answers a request over its response topic',
    run: async (stage) => {
      const server = await stage.join()
      await server.subscribe(stage.topic('ask'))
      const asker = await stage.join()
      await asker.subscribe(stage.topic('answer'))
      const question = {
        responseTopic: stage.topic('answer'),
        correlationData: Buffer.from('7'),
      }
      await asker.publish(stage.topic('ask'), '6 x 7', { properties: question })
      const { responseTopic = '', correlationData } =
        (await server.received(1))[0]?.properties ?? {}
      const properties = correlationData === undefined ? {} : { correlationData }
      await server.publish(responseTopic, '42', { properties })
      const [answer] = await asker.received(1)
      expect(answer?.text).toBe('42')
      expect(Buffer.from(answer?.properties?.correlationData ?? []).toString()).toBe('7')
    },
  },
  {
    name: 'hands the rest of the message expiry on',
    run: async (stage) => {
      const [message] = await exchange(stage, { messageExpiryInterval: 100 })
      const rest = message?.properties?.messageExpiryInterval ?? 0
      expect(rest).toBeGreaterThan(90)
      expect(rest).toBeLessThanOrEqual(100)
    },
  },
  {
    name: 'drops an expired message from the queue of a client that is away',
    run: async (stage) => {
      const clientId = stage.clientId()
      const away = await stage.join(stage.durable(clientId))
      await away.subscribe(stage.topic('a'))
      await away.client.end()
      const sender = await stage.join()
      const properties = { messageExpiryInterval: 1 }
      await sender.publish(stage.topic('a'), 'stale', { qos: 1, properties })
      await stage.pings(3)
      await sender.publish(stage.topic('a'), 'marker', { qos: 1 })
      const returned = await stage.join(stage.durable(clientId))
      expect(await returned.receivedUpTo('marker')).toEqual([])
    },
  },
  {
    name: 'takes a topic alias',
    run: async (stage) => {
      const receiver = await stage.join()
      await receiver.subscribe(stage.topic('a'))
      const sender = await stage.join()
      expect(sender.client.capabilities?.topicAliasMaximum).toBeGreaterThan(0)
      for (const text of ['one', 'two']) {
        const properties = { topicAlias: 1 }
        await sender.publish(stage.topic('a'), text, { qos: 1, properties })
      }
      await receiver.received(2)
      expect(receiver.messages.map(({ topic }) => topic)).toEqual([
        stage.topic('a'),
        stage.topic('a'),
      ])
      expect(receiver.messages[0]?.properties?.topicAlias).toBeUndefined()
    },
  },
]

async function exchange(stage: Stage, properties: Properties): Promise<Member['messages']> {
  const receiver = await stage.join()
  await receiver.subscribe(stage.topic('a'))
  const sender = await stage.join()
  await sender.publish(stage.topic('a'), 'x', { qos: 1, properties })
  await receiver.received(1)
  return receiver.messages
}

async function checkCarried(stage: Stage, properties: Properties): Promise<void> {
  const [message] = await exchange(stage, properties)
  const { correlationData, ...plain } = message?.properties ?? {}
  const carried = correlationData && { correlationData: Buffer.from(correlationData) }
  expect({ ...plain, ...carried }).toMatchObject(properties)
}

const SUBSCRIPTIONS: readonly Row[] = [
  {
    name: 'shares a subscription: each message to one member',
    run: async (stage) => {
      const members = [await stage.join(), await stage.join()]
      for (const member of members) {
        expect(await member.subscribe(`$share/g/${stage.topic('a')}`)).toBe(1)
      }
      const sender = await stage.join()
      const sent = numbers(40)
      for (const text of sent) await sender.publish(stage.topic('a'), text, { qos: 1 })
      const all = (): string[] => members.flatMap(({ texts }) => texts)
      await Promise.any(
        members.map((member) => member.until('all 40', () => all().length >= sent.length)),
      )
      expect(
        all()
          .map(Number)
          .toSorted((one, other) => one - other),
      ).toEqual(sent.map(Number))
      expect(members.every(({ texts }) => texts.length > 0)).toBe(true)
    },
  },
  {
    name: 'tells the subscription identifiers',
    run: async (stage) => {
      const receiver = await stage.join()
      await receiver.subscribe(stage.topic('a'), { properties: { subscriptionIdentifier: 7 } })
      await receiver.subscribe(stage.topic('b/#'), { properties: { subscriptionIdentifier: 300 } })
      await receiver.publish(stage.topic('a'), 'x')
      await receiver.publish(stage.topic('b/c'), 'y')
      await receiver.received(2)
      const ids = receiver.messages.map(({ properties }) => properties?.subscriptionIdentifier)
      expect(ids).toEqual([7, 300])
    },
  },
  {
    name: 'keeps own messages away with No Local',
    run: async (stage) => {
      const member = await stage.join()
      await member.subscribe(stage.topic('a'), { noLocal: true })
      await member.publish(stage.topic('a'), 'own', { qos: 1 })
      const other = await stage.join()
      await other.publish(stage.topic('a'), 'marker', { qos: 1 })
      expect(await member.receivedUpTo('marker')).toEqual([])
    },
  },
  {
    name: 'keeps the RETAIN flag with Retain As Published',
    run: async (stage) => {
      const member = await stage.join()
      await member.subscribe(stage.topic('a'), { retainAsPublished: true })
      await member.publish(stage.topic('a'), 'x', { qos: 1, retain: true })
      expect((await member.received(1))[0]).toMatchObject({ retain: true })
    },
  },
  {
    name: 'obeys Retain Handling 0, 1 and 2',
    run: async (stage) => {
      const member = await stage.join()
      await member.publish(stage.topic('a'), 'kept', { qos: 1, retain: true })
      const texts: string[][] = []
      // A new subscription with 1, the same again with 1, with 0, with 2.
      for (const retainHandling of [1, 1, 0, 2] as const) {
        const before = member.messages.length
        await member.subscribe(stage.topic('a'), { retainHandling })
        const marker = `marker ${texts.length}`
        await member.publish(stage.topic('a'), marker, { qos: 1 })
        await member.receivedUpTo(marker)
        texts.push(member.texts.slice(before).filter((text) => text !== marker))
      }
      expect(texts).toEqual([['kept'], [], ['kept'], []])
    },
  },
  {
    name: 'tells a publisher that nobody subscribes (0x10)',
    run: async (stage) => {
      const sender = await stage.join()
      const codes: number[] = []
      sender.client.on('outcome', (_outcome, _topic, _qos, reasonCode) => codes.push(reasonCode))
      await sender.publish(stage.topic('nobody'), 'x', { qos: 1 })
      expect(codes).toEqual([0x10])
    },
  },
]

const LIMITS: readonly Row[] = [
  {
    name: 'sends no more than our Receive Maximum at once',
    run: async (stage) => {
      const wire = await stage.wire()
      const receiver = await stage.join({ wire, properties: { receiveMaximum: 3 }, keepalive: 1 })
      await receiver.subscribe(stage.topic('a'))
      wire.hold('toBroker', 4)
      const sender = await stage.join()
      const sent = numbers(20)
      for (const text of sent) await sender.publish(stage.topic('a'), text, { qos: 1 })
      await wire.until('toClient', 13, wire.packets('toClient', 13).length + 2)
      expect(receiver.texts).toEqual(['0', '1', '2'])
      wire.release()
      await receiver.received(20)
      expect(receiver.texts).toEqual(sent)
    },
  },
  {
    name: 'gets no more than its own Receive Maximum at once',
    run: async (stage) => {
      const wire = await stage.wire()
      const sender = await stage.join({ wire })
      wire.hold('toClient', 4)
      const inflightMax = sender.client.capabilities?.inflightMax ?? 0
      const count = Math.min(inflightMax + 20, 1_100)
      const delivered = numbers(count).map((text) =>
        sender.publish(stage.topic('a'), text, { qos: 1 }),
      )
      await wire.until('toClient', 4, Math.min(inflightMax, count))
      const ids = wire.packets('toBroker', 3).map((packet) => readPublish(packet).packetId)
      expect(ids).toHaveLength(Math.min(inflightMax, count))
      expect(new Set(ids).size).toBe(ids.length)
      wire.release()
      await Promise.all(delivered)
    },
  },
  {
    name: 'sends no packet above our Maximum Packet Size',
    run: async (stage) => {
      const receiver = await stage.join({ packetBytesMax: 1_000 })
      await receiver.subscribe(stage.topic('a'))
      const sender = await stage.join()
      await sender.publish(stage.topic('a'), 'x'.repeat(2_000), { qos: 1 })
      await sender.publish(stage.topic('a'), 'marker', { qos: 1 })
      expect(await receiver.receivedUpTo('marker')).toEqual([])
      expect(receiver.client.connected).toBe(true)
    },
  },
  {
    name: 'ends the session when its expiry interval is over',
    run: async (stage) => {
      const clientId = stage.clientId()
      const options = { clientId, clean: false, properties: { sessionExpiryInterval: 1 } }
      const away = await stage.join(options)
      await away.subscribe(stage.topic('a'))
      await away.client.end()
      await stage.pings(4)
      const wire = await stage.wire()
      await stage.join({ ...options, wire })
      expect(wire.packets('toClient', 2).map(({ bytes }) => bytes[2])).toEqual([0])
    },
  },
]

export const VERSION5_CASES: readonly InteropCase[] = [
  ...PROPERTIES,
  ...SUBSCRIPTIONS,
  ...LIMITS,
].map((row) => ({ ...row, versions: [5] }))
