// The SDK on a scripted stand-in for Apache Apollo, whose quirks are those of its sources. What the
// living successor does is in brokers/activemq.test.ts.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { MotewireError } from '@motewire/sdk'
import type { ProtocolVersion } from '@motewire/sdk'
import { ApolloFake } from '../support/brokers/apollo-fake.ts'
import { PASSWORD, USERNAME } from '../support/brokers/test-broker.ts'
import { readPublish } from '../support/brokers/wire.ts'
import { next, PATIENCE_MS, Stage } from './brokers/stage.ts'

let apollo: ApolloFake
let stage: Stage

beforeEach(async () => {
  apollo = await ApolloFake.start()
  enter(4)
})

afterEach(async () => {
  await stage.close()
  await apollo.stop()
})

function enter(version: ProtocolVersion, port = apollo.port): void {
  const restart = (): Promise<void> => Promise.reject(new Error('this broker does not restart'))
  stage = new Stage({ port, version, root: 'apollo', patienceMs: PATIENCE_MS, restart })
}

/** How an attempt to connect ends. */
async function refusal(options: Parameters<Stage['join']>[0]): Promise<unknown> {
  return await stage.join({ reconnectPeriod: 0, ...options }).then(
    () => 'accepted',
    (error: unknown) => error,
  )
}

describe('the SDK on an Apollo', () => {
  for (const version of [3, 4] as const) {
    it(`exchanges messages at all QoS in protocol level ${version}`, async () => {
      enter(version)
      const wire = await stage.wire()
      const receiver = await stage.join({ wire, username: USERNAME, password: PASSWORD })
      await receiver.subscribe('q/#', { qos: 2 })
      const sender = await stage.join()
      for (const qos of [0, 1, 2] as const) await sender.publish('q/a', `m${qos}`, { qos })
      await receiver.received(3)
      expect(receiver.texts).toEqual(['m0', 'm1', 'm2'])
      // The subscriber's QoS, whatever the publisher's was.
      expect(receiver.messages.map(({ qos }) => qos)).toEqual([0, 2, 2])
      const ids = wire.packets('toClient', 3).map((packet) => readPublish(packet).packetId)
      expect(ids).toEqual([0, 0x8000, 0x8001])
    })
  }

  it('says of a wrong password what it is, and closes the socket that Apollo leaves', async () => {
    const error = await refusal({ password: 'guess' })
    expect(error).toMatchObject({ code: 'ERR_CONNECT_REFUSED', reasonCode: 4, retryable: false })
    await expect.poll(() => apollo.closedByClient).toBe(1)
  })

  it('says that MQTT 5.0 is refused', async () => {
    enter(5)
    expect(await refusal({})).toMatchObject({ code: 'ERR_CONNECT_REFUSED', reasonCode: 1 })
  })

  it('takes the reset after an empty client identifier for a lost link', async () => {
    expect(await refusal({ clientId: '' })).toMatchObject({ code: 'ERR_LINK_LOST' })
  })

  it('takes a retained message that does not say so', async () => {
    const sender = await stage.join()
    await sender.publish('r/a', 'kept', { qos: 1, retain: true })
    const receiver = await stage.join()
    await receiver.subscribe('r/+')
    expect((await receiver.received(1))[0]).toMatchObject({ text: 'kept', retain: false })
  })

  it('subscribes again and loses nothing although Apollo never tells of a session', async () => {
    const near = await stage.wire()
    const receiver = await stage.join(stage.durable('receiver'))
    await receiver.subscribe('s/a', { qos: 1 })
    const sender = await stage.join({ ...stage.durable('sender'), wire: near })
    near.hold('toClient', 4)
    const held = sender.publish('s/a', 'held', { qos: 1 })
    await near.until('toClient', 4, 1)
    const back = next(receiver.client, 'connect')
    apollo.cut()
    near.cut()
    await back
    await held
    await sender.publish('s/a', 'after', { qos: 1 })
    await receiver.receivedUpTo('after')
    expect(new Set(receiver.texts)).toEqual(new Set(['held', 'after']))
  })

  it('ends in an error, not in silence, at the port of the web console', async () => {
    enter(4, apollo.webPort)
    expect(await refusal({})).toBeInstanceOf(MotewireError)
  })

  it('says that the port of the web console speaks HTTP, not MQTT', async () => {
    enter(4, apollo.webPort)
    expect(String(await refusal({}))).toMatch(/speaks HTTP/)
  })
})
