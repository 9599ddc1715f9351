// Nothing lost and nothing twice, counted at a subscriber on a real Mosquitto: over cut links, and
// over kills (SIGKILL) of the publishing process, whose journal the next life reads. `npm run kill`
// does the second with many more kills.

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { connect } from '@motewire/sdk'
import { Prng } from '@motewire/sdk/kit'
import { requireComponent } from '../support/component.ts'
import { runKills } from '../support/kill/kill-run.ts'
import { durable, NumberedReceiver } from '../support/kill/numbered-receiver.ts'
import type { Count } from '../support/kill/numbered-receiver.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { Wire } from '../support/brokers/wire.ts'

const KILLS = 10
const CUTS = 30
const MESSAGES_PER_CUT = 100
const SEED = process.env['MOTEWIRE_SEED'] ?? String(Date.now())

let mosquitto: Mosquitto
let folder: string

beforeEach(async () => {
  mosquitto = await Mosquitto.start()
  folder = mkdtempSync(join(tmpdir(), 'motewire-kill-'))
})

afterEach(async () => {
  await mosquitto.remove()
  rmSync(folder, { recursive: true, force: true })
})

/** Publishes numbers while the publisher's link is cut at moments that the seed draws. */
async function countOverCuts(qos: 1 | 2, protocolVersion: 4 | 5): Promise<Count> {
  const prng = new Prng(SEED)
  const { url } = mosquitto
  const receiver = await NumberedReceiver.open({ url, topic: 'cut/run', qos, protocolVersion })
  const wire = await Wire.open(mosquitto.port, 10_000)
  const client = connect(`mqtt://127.0.0.1:${wire.port}`, {
    ...durable('publisher', protocolVersion),
    protocolVersion,
    reconnectPeriod: 5,
    reconnectPeriodMaxMs: 20,
  })
  const delivered: Promise<void>[] = []
  for (let cut = 0; cut < CUTS; cut++) {
    const before = delivered.length
    for (let i = 0; i < MESSAGES_PER_CUT; i++) {
      const text = String(delivered.length + 1)
      delivered.push(client.publishAsync('cut/run', text, { qos, deadlineMs: 30_000 }))
    }
    // Somewhere in the middle: when this one is delivered, others are under way.
    await delivered[before + prng.below(MESSAGES_PER_CUT)]
    wire.cut()
  }
  await Promise.all(delivered)
  await client.end()
  wire.close()
  return await receiver.finish(delivered.length)
}

describe.runIf(requireComponent('mosquitto'))(`counted at a subscriber, seed ${SEED}`, () => {
  for (const protocolVersion of [4, 5] as const) {
    const version = protocolVersion === 5 ? '5.0' : '3.1.1'

    it(`QoS 1 loses nothing over ${CUTS} cut links [MQTT ${version}]`, async () => {
      const published = CUTS * MESSAGES_PER_CUT
      expect(await countOverCuts(1, protocolVersion)).toMatchObject({ published, lost: 0 })
    })

    it(`QoS 2 loses and repeats nothing over ${CUTS} cut links [MQTT ${version}]`, async () => {
      const published = CUTS * MESSAGES_PER_CUT
      expect(await countOverCuts(2, protocolVersion)).toEqual({
        published,
        received: published,
        lost: 0,
        duplicated: 0,
        reordered: 0,
      })
    })

    // The journal store comes from a branch of its own; without it there is nothing to kill.
    it(`QoS 1 loses nothing over ${KILLS} kills [MQTT ${version}]`, async () => {
      expect(await killed(1, protocolVersion)).toMatchObject({ lost: 0 })
    })

    // As above.
    it(`QoS 2 arrives once over ${KILLS} kills [MQTT ${version}]`, async () => {
      const count = await killed(2, protocolVersion)
      expect(count).toMatchObject({ lost: 0, duplicated: 0, reordered: 0 })
    })
  }
})

async function killed(qos: 1 | 2, protocolVersion: 4 | 5): Promise<Count> {
  const count = await runKills({
    url: mosquitto.url,
    journalPath: join(folder, 'publisher.journal'),
    kills: KILLS,
    qos,
    protocolVersion,
    prng: new Prng(SEED),
  })
  // A run in which nothing was published proves nothing.
  expect(count.published).toBeGreaterThan(KILLS)
  return count
}
