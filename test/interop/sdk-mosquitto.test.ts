// The SDK on a real Mosquitto: every version and QoS, restarts, refusals, deadlines.

import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect, connectAsync } from '@motewire/sdk'
import type { Client, PublishError } from '@motewire/sdk'
import { requireComponent } from '../support/component.ts'
import { Mosquitto } from '../support/mosquitto.ts'

let mosquitto: Mosquitto
let url: string
const clients: Client[] = []

async function begin(options: Parameters<typeof Mosquitto.start>[0] = {}): Promise<void> {
  mosquitto = await Mosquitto.start(options)
  url = `mqtt://127.0.0.1:${mosquitto.port}`
}

async function join(options: Parameters<typeof connect>[1] = {}): Promise<Client> {
  const client = await connectAsync(url, options)
  clients.push(client)
  return client
}

/** Resolves with the payloads once so many different ones have come. */
function payloads(client: Client, count: number): Promise<string[]> {
  return new Promise((resolve) => {
    const seen: string[] = []
    client.on('message', (_topic, payload) => {
      seen.push(payload.toString())
      if (new Set(seen).size === count) resolve(seen)
    })
  })
}

describe.runIf(requireComponent('mosquitto'))('the SDK on Mosquitto', () => {
  beforeEach(async (context) => {
    if (!context.task.name.includes('[own]')) await begin()
  })

  afterEach(async () => {
    await Promise.all(clients.splice(0).map((client) => client.end()))
    await mosquitto.stop()
  })

  for (const protocolVersion of [3, 4, 5] as const) {
    it(`delivers at all QoS levels in protocol level ${protocolVersion}`, async () => {
      const receiver = await join({ protocolVersion, clientId: 'receiver' })
      const grants = await receiver.subscribe(['q/#', 'other'], { qos: 2 })
      expect(grants.map(({ qos }) => qos)).toEqual([2, 2])
      const all = payloads(receiver, 3)
      const sender = await join({ protocolVersion, clientId: 'sender' })
      for (const qos of [0, 1, 2] as const)
        await sender.publishAsync(`q/${qos}`, `m${qos}`, { qos })
      expect(await all).toEqual(['m0', 'm1', 'm2'])
    })
  }

  it('keeps what was published before there was a link', async () => {
    const receiver = await join()
    await receiver.subscribe('early', { qos: 1 })
    const all = payloads(receiver, 100)
    const sender = connect(url)
    clients.push(sender)
    for (let i = 0; i < 100; i++) expect(sender.publish('early', `${i}`, { qos: 1 })).toBe('queued')
    expect(await all).toEqual(Array.from({ length: 100 }, (_, i) => `${i}`))
  })

  it('loses nothing when Mosquitto is stopped and started in the middle [own]', async () => {
    await begin({ persistence: true, lines: ['max_queued_messages 0'] })
    const patience = { reconnectPeriod: 50, reconnectPeriodMaxMs: 200 }
    const receiver = await join({ clientId: 'durable', clean: false, ...patience })
    await receiver.subscribe('load', { qos: 1 })
    const all = payloads(receiver, 2_000)
    const sender = await join({ clientId: 'sender', clean: false, ...patience })
    const delivered: Promise<void>[] = []
    for (let i = 0; i < 1_000; i++) delivered.push(sender.publishAsync('load', `${i}`, { qos: 1 }))
    const restarted = mosquitto.restart()
    for (let i = 1_000; i < 2_000; i++) {
      delivered.push(sender.publishAsync('load', `${i}`, { qos: 1 }))
    }
    await restarted
    await Promise.all(delivered)
    expect(new Set(await all).size).toBe(2_000)
    expect(sender.queued).toBe(0)
  })

  it('tells a wrong password as what it is [own]', async () => {
    await begin({ users: { pump: 'secret' } })
    const wrong = connectAsync(url, { username: 'pump', password: 'guess' })
    await expect(wrong).rejects.toMatchObject({ code: 'ERR_CONNECT_REFUSED', reasonCode: 5 })
    await join({ username: 'pump', password: 'secret' })
  })

  it('settles a publish whose deadline passes, and one that is aborted', async () => {
    const lonely = connect('mqtt://127.0.0.1:1', { reconnectPeriodMaxMs: 100 })
    clients.push(lonely)
    const late = lonely.publishAsync('t', 'x', { qos: 1, deadlineMs: 20 })
    await expect(late).rejects.toMatchObject({ code: 'ERR_OPERATION_TIMEOUT' })
    const { signal } = { signal: AbortSignal.abort() }
    const aborted = lonely.publishAsync('t', 'x', { qos: 1, signal })
    await expect(aborted).rejects.toMatchObject({ outcome: 'dropped' })
    const ended = lonely.publishAsync('t', 'x', { qos: 1 }).catch((error: PublishError) => error)
    await lonely.end()
    expect(await ended).toMatchObject({ outcome: 'dropped' })
  })
})
