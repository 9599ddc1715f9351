// New devices in virtual time: they obtain an identity once in their lives, whatever happens to
// them meanwhile, and publish nothing before.

import { describe, expect, it } from 'vitest'
import type { RunPart } from '../../simulator/fleet/run-part.ts'
import { VirtualRun } from '../../simulator/fleet/virtual-run.ts'
import { expand, parseScenario } from '../../simulator/scenario/index.ts'

const MINUTE_MS = 60_000

interface Case {
  readonly provisioner?: string
  readonly lifecycle?: string
  readonly faults?: string
  readonly verify?: boolean
}

async function run({
  provisioner = "password: 'secret-{id}', after: 1s",
  lifecycle = 'boot: 1s',
  faults = '[]',
  verify = false,
}: Case): Promise<RunPart> {
  const text = `
version: 1
seed: 5
ramp: { over: 5s }
verify: ${verify}
faults: ${faults}
groups:
  back-end: { count: 1, link: ethernet, provisioner: { ${provisioner} } }
  meter:
    count: 20
    link: ethernet
    connect: { clean: false }
    lifecycle: { ${lifecycle}, provision: { username: new, retry: 10s } }
    publish: [{ topic: 'm/{id}', every: 1s, phase: 0s, qos: 1 }]
`
  const plan = expand(parseScenario(text, 'test.yaml'))
  return new VirtualRun({ plan, durationMs: 3 * MINUTE_MS, drainMs: MINUTE_MS }).run()
}

const counted = (part: RunPart, name: string): number => part.measures.summary()[name]?.count ?? 0

describe('new devices', () => {
  it('ask once, and begin their work when they have their identity', async () => {
    const part = await run({ verify: true })
    expect(counted(part, 'provision.asked')).toBe(20)
    expect(counted(part, 'provision.latencyMs')).toBe(20)
    // The boot is over before it counts; the answer takes a second.
    expect(part.measures.summary()['provision.latencyMs']?.min).toBeGreaterThan(1_000)
    expect(part.measures.summary()['provision.latencyMs']?.max).toBeLessThan(1_200)
    const { published, acked, received } = part.ledger.total()
    expect(acked).toBe(published)
    expect(part.reconnects).toBe(0)
    // 180 s but for the ramp of 5, the boot, the answer and some round trips; 20 answers besides.
    expect(published - 20).toBeGreaterThan(20 * 172)
    expect(published - 20).toBeLessThan(20 * 179)
    expect(received).toBe(published - 20)
  })

  it('ask again when they are refused or nobody answers', async () => {
    const refused = await run({ provisioner: 'fail: 50%' })
    expect(counted(refused, 'provision.refused')).toBeGreaterThan(5)
    expect(counted(refused, 'provision.asked')).toBe(20 + counted(refused, 'provision.refused'))
    expect(counted(refused, 'provision.latencyMs')).toBe(20)
    const silent = await run({ provisioner: 'requests: nobody/+/asks' })
    expect(counted(silent, 'provision.latencyMs')).toBe(0)
    // Each 10 to 15 s, for 172 to 178 s.
    expect(counted(silent, 'provision.asked')).toBeGreaterThan(20 * 12)
    expect(counted(silent, 'provision.asked')).toBeLessThan(20 * 18)
    expect(silent.ledger.total().published).toBe(0)
    expect(silent.connected).toBe(1)
  })

  it('keep their identity over reboots, and lose a half obtained one', async () => {
    const late = await run({ faults: '[{ devices: reboot, at: 1m, down: 2s, groups: [meter] }]' })
    expect(counted(late, 'provision.asked')).toBe(20)
    expect(late.reconnects).toBe(20)
    expect(late.connected).toBe(21)
    const early = await run({
      provisioner: 'after: 30s',
      lifecycle: 'boot: 0s',
      faults: '[{ devices: reboot, at: 9s, down: 2s, groups: [meter] }]',
    })
    // The answers of the first life find nobody, and the question is asked again each 10 to 15 s.
    expect(counted(early, 'provision.latencyMs')).toBe(20)
    expect(counted(early, 'provision.asked')).toBeGreaterThan(60)
    expect(early.connected).toBe(21)
  })

  it('obtain it over cut connections and a radio that sleeps', async () => {
    const cut = await run({ faults: '[{ devices: reconnect, at: 3s, over: 5s, groups: [meter] }]' })
    expect(counted(cut, 'provision.latencyMs')).toBe(20)
    const asleep = await run({
      provisioner: 'after: 5s',
      lifecycle: 'boot: 1s, sleep: { every: 20s, awake: 4s }',
    })
    // While they sleep nobody tells them, and they ask anew at each wake.
    expect(asleep.connected).toBeLessThan(21)
    expect(counted(asleep, 'provision.asked')).toBeGreaterThan(60)
  })

  it('do the same each time', async () => {
    const once = await run({ provisioner: 'fail: 30%' })
    const again = await run({ provisioner: 'fail: 30%' })
    expect(once.digest?.toString()).toBe(again.digest?.toString())
  })
})
