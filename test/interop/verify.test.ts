// What a fleet says of itself in real time against what a broker and a subscriber that are not ours
// have counted.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectAsync } from '@motewire/sdk'
import type { Report } from '../../simulator/report/index.ts'
import { requireComponent } from '../support/component.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { motewire } from '../support/programs.ts'

const SCENARIO = `
version: 1
ramp: { over: 500ms }
groups:
  meter:
    count: 20
    publish:
      - { topic: 'meters/{index}', every: 500ms, qos: 1 }
      - { topic: 'meters/all', every: 400ms, qos: 2, payload: { format: cbor, stamp: true } }
  valve:
    count: 5
    publish:
      - { topic: 'valves/{id}', every: 300ms, qos: 2, retain: true }
`

describe.runIf(requireComponent('mosquitto'))('a fleet verified on Mosquitto', () => {
  let mosquitto: Mosquitto
  const folder = mkdtempSync(join(tmpdir(), 'motewire-verify-'))
  beforeAll(async () => {
    mosquitto = await Mosquitto.start({ lines: ['sys_interval 1'] })
  })
  afterAll(async () => {
    await mosquitto.remove()
    rmSync(folder, { recursive: true })
  })

  it('has received what the broker counts, over two workers, and nothing of earlier runs', async () => {
    const path = join(folder, 'fleet.yaml')
    const target = join(folder, 'report.json')
    writeFileSync(path, SCENARIO)
    const observer = await connectAsync(mosquitto.url)
    const system = new Map<string, number>()
    observer.on('message', (topic, payload) => system.set(topic, Number(payload.toString())))
    await observer.subscribe('$SYS/broker/#')
    await observer.publishAsync('valves/valve-0', '{"seq":9}', { qos: 1, retain: true })
    const { code, err } = await motewire(
      ...['sim', path, '--broker', mosquitto.url, '--duration', '2s', '--workers', '2'],
      ...['--verify', '--quiet', '--report', target],
    ).finished
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const { totals, byQos, ...report } = JSON.parse(readFileSync(target, 'utf8')) as Report
    const { published, acked, received, duplicated, lost } = totals
    expect(published).toBeGreaterThan(0)
    const all = { acked: published, received: published, duplicated: 0, lost: 0 }
    expect({ acked, received, duplicated, lost }).toEqual(all)
    expect(report).toMatchObject({ isVerified: true, deliveryMs: { count: received } })
    const read = (name: string) => () => system.get(`$SYS/broker/${name}`)
    // Its counter leaves out QoS 2 and retained messages.
    const counted = byQos.find(({ qos }) => qos === 1)?.published
    await expect.poll(read('publish/messages/received'), { timeout: 10_000 }).toBe(counted)
    // No session is left behind but ours.
    await expect.poll(read('clients/total'), { timeout: 10_000 }).toBe(1)
    await observer.end()
  })
})
