// Rows about coming, staying and going: credentials, identifiers, take-over, keepalive, the will.

import { expect } from 'vitest'
import { USERNAME } from '../../support/brokers/test-broker.ts'
import type { InteropCase } from './interop-case.ts'
import { next } from './stage.ts'
import type { Stage } from './stage.ts'

export const CONNECTION_CASES: readonly InteropCase[] = [
  {
    name: 'connects with user and password',
    run: async (stage) => {
      const sender = await stage.join()
      expect(sender.client.capabilities?.protocolVersion).toBe(stage.version)
    },
  },
  {
    name: 'refuses a wrong password with a code that says so',
    run: async (stage) => {
      const wrong = stage.join({ username: USERNAME, password: 'guess', reconnectPeriod: 0 })
      const error = await wrong.then(() => undefined, String)
      const said = /not authorized|bad user name or password/i
      expect(error).toMatch(said)
    },
  },
  {
    name: 'takes an empty client identifier with a clean session',
    versions: [4, 5],
    run: async (stage) => {
      const sender = await stage.join({ clientId: '' })
      await sender.publish(stage.topic('a'), 'x', { qos: 1 })
      if (stage.version === 5) expect(sender.client.clientId).not.toBe('')
    },
  },
  {
    name: 'lets a second client with the same identifier take over',
    run: async (stage) => {
      const clientId = stage.clientId()
      const first = await stage.join({ clientId, reconnectPeriod: 0 })
      const gone = next(first.client, 'offline')
      const second = await stage.join({ clientId, reconnectPeriod: 0 })
      await gone
      await second.subscribe(stage.topic('a'))
      await second.publish(stage.topic('a'), 'alive', { qos: 1 })
      await second.received(1)
    },
  },
  {
    name: 'tells a client that it was taken over (0x8E)',
    versions: [5],
    run: async (stage) => {
      const clientId = stage.clientId()
      const first = await stage.join({ clientId, reconnectPeriod: 0 })
      const gone = next(first.client, 'offline')
      await stage.join({ clientId, reconnectPeriod: 0 })
      const [cause] = await gone
      expect(cause).toMatchObject({ reasonCode: 0x8e })
    },
  },
  {
    name: 'answers pings every second',
    run: (stage) => stage.pings(3),
  },
  {
    name: 'sends the will when the link is cut',
    run: async (stage) => {
      const watcher = await watch(stage)
      const wire = await stage.wire()
      await joinWithWill(stage, { wire })
      wire.cut()
      const [message] = await watcher.received(1)
      expect(message).toMatchObject({ text: 'gone', qos: 1, retain: false })
    },
  },
  {
    name: 'sends the will when the keepalive runs out',
    run: async (stage) => {
      const watcher = await watch(stage)
      const wire = await stage.wire()
      await joinWithWill(stage, { wire, keepalive: 1 })
      wire.silence()
      await watcher.received(1)
    },
  },
  {
    name: 'sends no will after a clean end',
    run: async (stage) => {
      const watcher = await watch(stage)
      const doomed = await joinWithWill(stage)
      await doomed.client.end()
      await watcher.publish(stage.topic('will'), 'marker', { qos: 1 })
      expect(await watcher.receivedUpTo('marker')).toEqual([])
    },
  },
  {
    name: 'keeps a will that is retained',
    run: async (stage) => {
      const watcher = await watch(stage)
      const wire = await stage.wire()
      await joinWithWill(stage, { wire }, true)
      wire.cut()
      await watcher.received(1)
      const late = await watch(stage)
      expect((await late.received(1))[0]).toMatchObject({ text: 'gone', retain: true })
    },
  },
  {
    name: 'sends the will at DISCONNECT 0x04',
    versions: [5],
    run: async (stage) => {
      const watcher = await watch(stage)
      const doomed = await joinWithWill(stage)
      await doomed.client.end({ reasonCode: 4 })
      await watcher.received(1)
    },
  },
  {
    name: 'sends no delayed will when the client is back in time',
    versions: [5],
    run: async (stage) => {
      const watcher = await watch(stage)
      const wire = await stage.wire()
      const doomed = await stage.join({
        ...stage.durable(stage.clientId()),
        wire,
        will: { ...willOf(stage), properties: { willDelayInterval: 30 } },
      })
      wire.cut()
      await next(doomed.client, 'connect')
      await doomed.client.end()
      await watcher.publish(stage.topic('will'), 'marker', { qos: 1 })
      expect(await watcher.receivedUpTo('marker')).toEqual([])
    },
  },
  {
    name: 'closes with a reason string of ours',
    versions: [5],
    run: async (stage) => {
      const sender = await stage.join()
      const properties = { reasonString: 'done', userProperties: { why: 'test' } }
      await sender.client.end({ properties })
      await stage.join()
    },
  },
  {
    name: 'refuses a wrong password with a code of 5.0',
    versions: [5],
    run: async (stage) => {
      const wrong = stage.join({ password: 'guess', reconnectPeriod: 0 })
      await expect(wrong).rejects.toMatchObject({ reasonCode: expect.toSatisfy(isRefusal) })
    },
  },
]

/** Bad User Name or Password, Not authorized. */
function isRefusal(code: unknown): boolean {
  return code === 0x86 || code === 0x87
}

function willOf(stage: Stage): { topic: string; payload: string; qos: 1 } {
  return { topic: stage.topic('will'), payload: 'gone', qos: 1 }
}

async function joinWithWill(
  stage: Stage,
  options: Parameters<Stage['join']>[0] = {},
  retain = false,
): Promise<Awaited<ReturnType<Stage['join']>>> {
  const will = { ...willOf(stage), retain }
  return await stage.join({ will, reconnectPeriod: 0, ...options })
}

async function watch(stage: Stage): Promise<Awaited<ReturnType<Stage['join']>>> {
  const watcher = await stage.join()
  await watcher.subscribe(stage.topic('will'))
  return watcher
}
