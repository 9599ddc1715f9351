// The device that a scenario describes, and one written by hand.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { GroupModel, Modules, PayloadBuffer } from '../../../../simulator/device/index.ts'
import type { DeviceModelFactory, ScenarioDevice } from '../../../../simulator/device/index.ts'
import { expand, parseScenario } from '../../../../simulator/scenario/index.ts'
import { ManualDevice, WALL_ORIGIN_MS } from './manual-device.ts'

function modelOf(group: string): ScenarioDevice {
  const scenario = parseScenario(`version: 1\ngroups:\n  room: ${group}`, 'office.yaml')
  const plan = expand(scenario).device(7)
  const model = new GroupModel(plan.group, new PayloadBuffer())
  return model.device(plan) as ScenarioDevice
}

function run(group: string, options?: { startMs?: number; seed?: number }): ManualDevice {
  const device = new ManualDevice(options)
  modelOf(group).start(device)
  device.run(60_000)
  return device
}

const fields = '{ t: { sensor: walk, min: 0, max: 9, step: 1 } }'

describe('a device of a scenario', () => {
  it('publishes each stream on its own schedule', () => {
    const device = run(`
      count: 9
      publish:
        - { topic: "a/{id}", every: 20s, phase: 4s, qos: 1, payload: { stamp: [seq] } }
        - topic: b/{index}
          every: 25s
          phase: 0s
          retain: true
          payload: { stamp: [stream] }`)
    expect(device.sent.map(({ atMs, topic, payload }) => `${atMs} ${topic} ${payload}`)).toEqual([
      '1 b/7 {"stream":1}',
      '4000 a/room-7 {"seq":0}',
      '24000 a/room-7 {"seq":1}',
      '25000 b/7 {"stream":1}',
      '44000 a/room-7 {"seq":2}',
      '50000 b/7 {"stream":1}',
    ])
    expect(device.sent.map(({ qos, retain }) => `${qos} ${retain}`).slice(0, 2)).toEqual([
      '0 true',
      '1 false',
    ])
  })

  it('begins at a random moment of its period, another for each device', () => {
    const firsts = Array.from({ length: 200 }, (_, seed) => {
      return run('{ count: 9, publish: [{ topic: a, every: 10s }] }', { seed }).sent[0]?.atMs ?? -1
    })
    expect(Math.min(...firsts)).toBeGreaterThanOrEqual(0)
    expect(Math.max(...firsts)).toBeLessThanOrEqual(10_000)
    expect(firsts.filter((atMs) => atMs < 5_000).length).toBeGreaterThan(70)
    expect(new Set(firsts).size).toBeGreaterThan(150)
  })

  it('counts its schedule from its own start', () => {
    const device = run('{ count: 9, publish: [{ topic: a, every: 1m, phase: 1s }] }', {
      startMs: 2_500,
    })
    expect(device.sent.map(({ dueMs }) => dueMs)).toEqual([3_500])
  })

  it('stamps when a message was due, not when it was late', () => {
    const device = new ManualDevice()
    const group = '{ count: 9, publish: [{ topic: a, every: 1s, phase: 1s }] }'
    modelOf(group).start(device)
    device.stall(1_900)
    expect(device.sent).toMatchObject([
      { atMs: 1_900, dueMs: 1_000, payload: `{"seq":0,"ts":${WALL_ORIGIN_MS + 1_000}}` },
    ])
  })

  it('numbers what it sends without gaps, even after overruns', () => {
    const device = new ManualDevice()
    const model = modelOf(
      '{ count: 9, publish: [{ topic: a, every: 1s, phase: 0s, payload: { stamp: [seq] } }] }',
    )
    model.start(device)
    device.stall(5_500)
    device.run(7_000)
    expect(device.overruns).toBe(5)
    expect(device.sent.map(({ payload }) => payload)).toEqual([
      '{"seq":0}',
      '{"seq":1}',
      '{"seq":2}',
    ])
    expect(model.sent(0)).toBe(3)
  })

  it('says the same for the same seed, and keeps it when a stream is added before', () => {
    const stream = `{ topic: a, every: 7s, jitter: 1s, payload: { fields: ${fields} } }`
    const other = `{ topic: b, every: 3s, payload: { fields: ${fields} } }`
    const alone = run(`{ count: 9, publish: [${stream}] }`).sent
    const beside = run(`{ count: 9, publish: [${other}, ${stream}] }`).sent
    expect(run(`{ count: 9, publish: [${stream}] }`).sent).toEqual(alone)
    expect(beside.filter(({ topic }) => topic === 'a')).toEqual(alone)
  })

  it('keeps the readings of a field when another is added before it', () => {
    const of = (more: string): unknown[] => {
      const t = '{ sensor: gaussian, mean: 0, deviation: 1 }'
      const payload = `{ stamp: false, fields: { ${more} t: ${t} } }`
      const group = `{ count: 9, publish: [{ topic: a, every: 7s, payload: ${payload} }] }`
      return run(group).sent.map(({ payload: text }) => JSON.parse(text).t)
    }
    expect(of('new: { sensor: uniform, min: 0, max: 1 },')).toEqual(of(''))
  })

  it('subscribes to what the scenario says', () => {
    const device = run('{ count: 9, subscribe: [{ filter: "cmd/{id}/#" }, { filter: all }] }')
    expect(device.filters).toEqual(['cmd/room-7/#', 'all'])
  })

  it('publishes no more after stop', () => {
    const device = new ManualDevice()
    const model = modelOf(
      '{ count: 9, publish: [{ topic: a, every: 1s }, { topic: b, every: 2s }] }',
    )
    model.start(device)
    device.run(10_000)
    const before = device.sent.length
    model.stop()
    device.run(60_000)
    expect(before).toBeGreaterThan(10)
    expect(device.sent).toHaveLength(before)
    expect(device.tasks).toBe(0)
  })
})

/** The module that docs/scenario.md shows, as it stands there. */
async function documentedModel(): Promise<DeviceModelFactory> {
  const folder = mkdtempSync(join(tmpdir(), 'motewire-model-'))
  const document = readFileSync(new URL('../../../../docs/scenario.md', import.meta.url), 'utf8')
  const [, code = ''] = /```ts\n([\s\S]*?)```/.exec(document) ?? []
  const path = join(folder, 'thermostat.ts')
  writeFileSync(path, code)
  const group = { ...GROUP, model: { path, options: {} } }
  const modules = await Modules.load([group])
  rmSync(folder, { recursive: true })
  return modules.model(path)
}

const GROUP = parseScenario('version: 1\ngroups: { a: { count: 1 } }', 'x.yaml').groups[0]!

describe('a device model in TypeScript', () => {
  it('is imported as docs/scenario.md shows it, reports, and obeys a command', async () => {
    const device = new ManualDevice()
    const model = (await documentedModel())({})
    model.start(device)
    device.run(120_000)
    const temperature = (): number => JSON.parse(device.sent.at(-1)?.payload ?? '{}').temperature
    expect(temperature()).toBeCloseTo(21, 0)
    model.handleMessage?.('home/room-7/set', new TextEncoder().encode('25'))
    device.run(240_000)
    expect(temperature()).toBeCloseTo(25, 0)
    expect(device.filters).toEqual(['home/room-7/set'])
  })

  it('that cannot be imported is told with its file', async () => {
    const group = { ...GROUP, model: { path: '/no/such/pump.ts', options: {} } }
    await expect(Modules.load([group])).rejects.toMatchObject({
      code: 'ERR_MODEL_LOAD',
      message: expect.stringContaining('/no/such/pump.ts cannot be loaded'),
    })
  })

  it('that exports no model is told with its file', async () => {
    const path = join(import.meta.dirname, 'manual-device.ts')
    const group = { ...GROUP, model: { path, options: {} } }
    const modules = await Modules.load([group])
    expect(() => modules.model(path)).toThrow(`${path} exports no function model`)
  })
})
