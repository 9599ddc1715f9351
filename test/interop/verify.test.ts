// What a fleet says of itself in real time against what a broker that is not ours has counted.

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectAsync } from '@motewire/sdk'
import { makeRun } from '../../simulator/fleet/index.ts'
import { expand, parseScenario } from '../../simulator/scenario/index.ts'
import { requireComponent } from '../support/component.ts'
import { Mosquitto } from '../support/mosquitto.ts'

/** A known number of messages a device, however slow the machine. */
const SCENARIO = `
version: 1
verify: true
ramp: { over: 500ms }
groups:
  meter:
    count: 20
    publish:
      - { topic: 'meters/{index}', every: 1h, phase: 20ms, qos: 1, burst: { messages: 9 } }
  valve:
    count: 5
    publish:
      - topic: valves
        every: 1h
        phase: 20ms
        qos: 2
        burst: { messages: 7 }
        payload: { format: cbor, stamp: true }
      - { topic: 'valves/{id}', every: 1h, phase: 20ms, retain: true }
`
const COUNTS = [5, 180, 35]
const TOTAL = 220

describe.runIf(requireComponent('mosquitto'))('a fleet verified on Mosquitto', () => {
  let mosquitto: Mosquitto
  beforeAll(async () => {
    mosquitto = await Mosquitto.start({ lines: ['sys_interval 1'] })
  })
  afterAll(() => mosquitto.remove())

  it('has received what the broker counts, and nothing of earlier runs', async () => {
    const observer = await connectAsync(mosquitto.url)
    const system = new Map<string, number>()
    observer.on('message', (topic, payload) => system.set(topic, Number(payload.toString())))
    await observer.subscribe('$SYS/broker/#')
    await observer.publishAsync('valves/valve-0', '{"seq":9}', { qos: 1, retain: true })
    const run = makeRun({
      plan: expand(parseScenario(SCENARIO, 'verify.yaml')),
      clock: { kind: 'real' },
      brokerUrls: [mosquitto.url],
      sources: [],
      durationMs: undefined,
      drainMs: 10_000,
      link: undefined,
    })
    const part = run.run()
    await expect.poll(() => run.snapshot().acked, { timeout: 30_000 }).toBe(TOTAL)
    run.stop()
    const { ledger, delivery } = await part
    for (const qos of [0, 1, 2] as const) {
      const { published, received, duplicated, reordered, lost } = ledger.account(qos)
      const all = { published: COUNTS[qos], received: COUNTS[qos], duplicated: 0, reordered: 0 }
      expect({ published, received, duplicated, reordered, lost }).toEqual({ ...all, lost: 0 })
    }
    expect(delivery.count).toBe(TOTAL)
    const read = (name: string) => () => system.get(`$SYS/broker/${name}`)
    // Its counter leaves out QoS 2 and retained messages.
    await expect.poll(read('publish/messages/received'), { timeout: 10_000 }).toBe(COUNTS[1])
    // No session is left behind but ours.
    await expect.poll(read('clients/total'), { timeout: 10_000 }).toBe(1)
    await observer.end()
  })
})
