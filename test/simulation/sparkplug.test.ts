// Sparkplug B edge nodes and a host in virtual time: the host holds the nodes to the standard, and
// finds what breaks it. Identifiers of the assertions are those of Eclipse Sparkplug 3.0.

import { connect } from '@motewire/sdk'
import { Prng } from '@motewire/sdk/kit'
import { describe, expect, it } from 'vitest'
import { decodeSparkplug } from '../../simulator/sparkplug/index.ts'
import type { RunPart } from '../../simulator/fleet/run-part.ts'
import { VirtualRun } from '../../simulator/fleet/virtual-run.ts'
import { VirtualWorld } from '../../simulator/fleet/virtual-world.ts'
import { expand, parseScenario } from '../../simulator/scenario/index.ts'
import type { FleetPlan } from '../../simulator/scenario/index.ts'
import { IDEAL_LINK, ImpairedChannel, LinkModel } from '../../simulator/world/index.ts'

function planOf(host: string, node: string, rest = ''): FleetPlan {
  const text = `version: 1
seed: 7
ramp: { over: 1s }
${rest}
groups:
  scada: { count: 1, link: ethernet, sparkplugHost: { id: scada, groups: [plant]${host} } }
  line:
    count: 3
    link: ethernet
    sparkplug:
      group: plant
      every: 100ms
      metrics: { cpu: { sensor: uniform, min: 0, max: 100 } }
      devices: { press: { bar: { sensor: walk, min: 0, max: 9, step: 1 }, on: true } }${node}
`
  return expand(parseScenario(text, 'plant.yaml'))
}

async function run(plan: FleetPlan, durationMs = 120_000) {
  const part: RunPart = await new VirtualRun({ plan, durationMs, drainMs: 1_000 }).run()
  const summary = part.measures.summary()
  const count = (name: string): number => summary[`sparkplug.${name}`]?.count ?? 0
  return { part, count, faults: summary['sparkplug.faults']?.max }
}

describe('Sparkplug nodes and their host', () => {
  it('count seq over 255 without gaps, through rebirths, cuts and a broker restart', async () => {
    const faults =
      'faults:\n  - { devices: reconnect, at: 20s, over: 3s, groups: [line] }\n' +
      '  - { broker: restart, at: 35s, down: 2s }'
    const {
      part,
      count,
      faults: found,
    } = await run(planOf(', rebirthEvery: 15s', '', faults), 50_000)
    expect(found).toBe(0)
    expect(count('metrics')).toBeGreaterThan(3 * 2 * 350)
    expect(count('rebirths')).toBeGreaterThanOrEqual(3 * 2)
    // tck-id-topics-nbirth-rebirth: the same connection. A cut brings a death and a birth.
    expect(count('nodeDeaths')).toBe(3)
    expect(count('births')).toBe(3 + 3 + 3 + count('rebirths'))
    expect(part.ledger.total().lost).toBe(0)
  })

  it('fall silent while their primary host is away, and are born again after it', async () => {
    const away = ', offline: { every: 60s, duration: 20s }'
    const { count, faults } = await run(planOf(away, '\n      primaryHost: scada'))
    // Told twice in two minutes: a death by the will each time.
    expect(count('nodeDeaths')).toBe(3 * 2)
    expect(count('births')).toBe(3 * 2)
    expect(faults).toBe(0)
  })

  it('tell the number of their connection in will and birth, from 0', async () => {
    const faults = 'faults: [{ devices: reconnect, at: 5s, groups: [line] }]'
    const world = new VirtualWorld({ plan: planOf('', '', faults), durationMs: 20_000, drainMs: 0 })
    const numbers: [string, unknown][] = []
    const link = new LinkModel(IDEAL_LINK).link(new Prng(1), 0)
    const { clock, embedded } = world
    const openChannel = () => new ImpairedChannel(embedded.dial('listener'), link, clock)
    const listener = connect('mqtt://embedded', { clock, openChannel, clientId: 'listener' })
    listener.on('message', (topic, payload) => {
      const metric = decodeSparkplug(payload)?.metrics.find(({ name }) => name === 'bdSeq')
      if (metric !== undefined) numbers.push([topic.split('/')[2]!, metric.value])
    })
    void listener.subscribe('spBv1.0/plant/+/line-2')
    await world.run()
    expect(numbers).toEqual([
      ['NBIRTH', 0],
      ['NDEATH', 0],
      ['NBIRTH', 1],
    ])
  })
})
