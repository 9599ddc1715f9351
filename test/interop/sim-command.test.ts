// `sim`, `merge` and `init` as people run them: exit codes, reports of shards, what is kept when a
// report cannot be written.

import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { initFiles } from '../../cli/init-files.ts'
import type { FleetMapView } from '@motewire/console'
import { Broker } from '@motewire/simulator/broker'
import { makeRun, reportOfPart } from '../../simulator/fleet/index.ts'
import { formatJson } from '../../simulator/report/index.ts'
import type { Report } from '../../simulator/report/index.ts'
import { expand, parseScenario } from '../../simulator/scenario/index.ts'
import { requireComponent } from '../support/component.ts'
import { askJson } from '../support/console-client.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { motewire } from '../support/programs.ts'
import { fullReport } from '../unit/simulator/report/sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'motewire-sim-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const at = (...names: string[]): string => join(folder, ...names)

function scenario(name: string, text: string): string {
  writeFileSync(at(name), text)
  return at(name)
}

const nameOf = (number: number): string => `room-${number}`

const readReport = (path: string): Report => JSON.parse(readFileSync(path, 'utf8')) as Report

const HOUR_MS = 3_600_000

const COUNTED = `
version: 1
name: counted
ramp: { over: 0s }
groups:
  room: { count: 7, publish: [{ topic: "a/{index}", every: 300ms, qos: 1 }] }
`

describe('a scenario with ten different mistakes', () => {
  it('gives ten messages with file, line and key, and exit code 2', async () => {
    const path = scenario(
      'bad.yaml',
      `version: 1
duraton: 5m
thresholds: [ackd.rate > 1]
faults: [{ at: 1m, broker: explode }]
groups:
  room:
    count: lots
    link: { profile: gprs, uplink: 60 }
    publish:
      - topic: a/{indx}
        every: 10
        qos: 3
        payload: { stamp: [when], fields: { t: { sensor: wlk } } }
`,
    )
    const { code, err } = await motewire('sim', path).finished
    expect(code).toBe(2)
    const told = err
      .trimEnd()
      .replace(/^motewire: /, '')
      .split('\n')
    expect(
      told.map((line) => line.slice(path.length).split(': found')[0]?.split(': unk')[0]),
    ).toEqual([
      ':2:1: duraton',
      ':3:14: thresholds[0]',
      ':4:28: faults[0].broker',
      ':7:12: groups.room.count',
      ':8:36: groups.room.link.uplink',
      ':10:16: groups.room.publish[0].topic',
      ':11:16: groups.room.publish[0].every',
      ':12:14: groups.room.publish[0].qos',
      ':13:28: groups.room.publish[0].payload.stamp[0]',
      ':13:58: groups.room.publish[0].payload.fields.t.sensor',
    ])
  })
})

describe('thresholds', () => {
  it('that are crossed end with exit code 3 and say what was measured', async () => {
    const path = scenario('crossed.yaml', `${COUNTED}thresholds: [published.count > 1000]\n`)
    // In virtual time, where the machine cannot be too slow for a verdict.
    const flags = ['--clock', 'virtual', '--duration', '1s', '--quiet']
    const { code, out } = await motewire('sim', path, ...flags).finished
    expect(out).toMatch(/failed: threshold published\.count > 1000 crossed: \d\d/)
    expect(code).toBe(3)
  })
})

describe.runIf(requireComponent('mosquitto'))('workers', () => {
  it('share the devices, the brokers and the source addresses, and add up', async () => {
    await using one = await Mosquitto.start()
    await using other = await Mosquitto.start()
    const path = scenario('spread.yaml', `broker: [${one.url}, ${other.url}]\n${COUNTED}`)
    const files = ['--report', at('spread.json'), '--report', at('spread.csv')]
    const spread = ['--workers', '2', '--sources', '127.1.0.1,127.1.0.2', ...files]
    const { code, err } = await motewire('sim', path, '--duration', '2s', ...spread).finished
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const { totals, devices } = readReport(at('spread.json'))
    expect(devices).toMatchObject({ total: 7, started: 7, connected: 7 })
    expect(totals).toMatchObject({ acked: totals.published, lost: 0, queued: 0 })
    const [, ...rows] = readFileSync(at('spread.csv'), 'utf8').trimEnd().split('\n')
    expect(rows.map((row) => row.split(',')[0])).toEqual([0, 1, 2, 3, 4, 5, 6].map(nameOf))
    const seen = [one, other].map(({ log }) => {
      const from = /connected from (\S+):\d+ as room-(\d+)/g
      return Array.from(log.matchAll(from), ([, source, device]) => `${device} ${source}`)
    })
    expect(seen.map((lines) => lines.toSorted())).toEqual([
      ['0 127.1.0.1', '2 127.1.0.2', '4 127.1.0.1', '6 127.1.0.2'],
      ['1 127.1.0.1', '3 127.1.0.2', '5 127.1.0.1'],
    ])
  })
})

const COMMANDED = `
version: 1
name: commanded
ramp: { over: 0s }
stages: [{ send: 'cmd/{id}/blink', at: 1s, retain: true }]
groups:
  lamp: { count: 4, commands: { filter: 'cmd/{id}/#' } }
`

describe.runIf(requireComponent('mosquitto'))('several brokers', () => {
  it('each have somebody who sends to their devices', async () => {
    await using one = await Mosquitto.start()
    await using other = await Mosquitto.start()
    const path = scenario('commanded.yaml', COMMANDED)
    const flags = ['--broker', `${one.url},${other.url}`, '--report', at('commanded.json')]
    const { code, err } = await motewire('sim', path, '--duration', '3s', ...flags).finished
    expect({ code, err }).toEqual({ code: 0, err: '' })
    const { measures } = readReport(at('commanded.json'))
    expect(measures?.['operator.sent']).toMatchObject({ count: 4 })
    expect(measures?.['command.done']).toMatchObject({ count: 4 })
  })
})

const HEARING = `
version: 1
name: hearing
verify: true
ramp: { over: 0s }
groups:
  back-end: { count: 1, provisioner: { password: 'secret-{id}' } }
  meter:
    count: 6
    lifecycle: { provision: { username: new, retry: 1s } }
    publish: [{ topic: 'm/{id}', every: 200ms, qos: 1 }]
`

describe.runIf(requireComponent('mosquitto'))('devices of several workers', () => {
  it('hear each other over the broker, and each worker verifies its own', async () => {
    await using broker = await Mosquitto.start()
    const path = scenario('hearing.yaml', HEARING)
    const flags = ['--workers', '3', '--broker', broker.url, '--report', at('hearing.json')]
    const { code, err } = await motewire('sim', path, '--duration', '3s', ...flags).finished
    expect({ code, err }).toEqual({ code: 0, err: '' })
    // The back end is device 0 and runs in the first worker, four of the six meters in others.
    const { totals, devices, measures } = readReport(at('hearing.json'))
    expect(devices).toMatchObject({ total: 7, connected: 7 })
    expect(measures?.['provision.latencyMs']).toMatchObject({ count: 6 })
    expect(totals).toMatchObject({ acked: totals.published, lost: 0 })
    // All but the answers to the new devices.
    expect(totals.received).toBe(totals.published - 6)
    expect(totals.received).toBeGreaterThan(6)
  })
})

describe('merge', () => {
  it('makes one report, and names a missing shard with exit code 1', async () => {
    const paths = [0, 1, 2].map((index) => {
      const part = fullReport({ shard: { index, count: 3 }, thresholds: ['acked.rate == 1'] })
      writeFileSync(at(`part${index}.json`), formatJson(part))
      return at(`part${index}.json`)
    })
    const merged = await motewire('merge', ...paths, '--report', at('merged.json')).finished
    expect(merged.code).toBe(0)
    expect(readReport(at('merged.json')).totals.published).toBe(9_000)
    const partial = await motewire('merge', paths[0]!, paths[2]!).finished
    expect(partial.out).toContain('failed: shard 1 of 3 is missing: 333 devices (room: 200 devices')
    expect(partial.code).toBe(1)
  })
})

describe('a report', () => {
  it('is refused before the run when its folder is not there', async () => {
    const path = scenario('early.yaml', COUNTED)
    const { code, err, out } = await motewire('sim', path, '--report', at('no', 'x.json')).finished
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toBe(`motewire: report ${at('no', 'x.json')} cannot be written: no such folder\n`)
  })

  it('that cannot be written in the end goes to standard output, whole', async () => {
    mkdirSync(at('gone'))
    const path = scenario('late.yaml', COUNTED)
    const sim = motewire('sim', path, '--report', at('gone', 'x.html'))
    await sim.says('broker')
    rmSync(at('gone'), { recursive: true })
    sim.child.kill('SIGINT')
    const { code, out, err } = await sim.finished
    expect(code).toBe(1)
    expect(err).toContain('x.html cannot be written: no such folder (the report is on standard')
    const report = JSON.parse(out.slice(out.indexOf('\n{\n'))) as Report
    expect(report).toMatchObject({ format: 'motewire-report', scenario: 'counted' })
  })
})

describe('a broker that never answers', () => {
  it('is told, and stopping twice waits for nothing', async () => {
    const silent = createServer((socket) => socket.on('error', () => undefined))
    await once(silent.listen(0, '127.0.0.1'), 'listening')
    const { port } = silent.address() as AddressInfo
    const plan = expand(parseScenario(COUNTED.replace('300ms', '50ms'), 'counted.yaml'))
    const place = { clock: { kind: 'real' }, sources: [], link: undefined } as const
    const brokerUrls = [`mqtt://127.0.0.1:${port}`]
    const run = makeRun({ plan, brokerUrls, ...place, durationMs: undefined, drainMs: HOUR_MS })
    const ended = run.run()
    await expect.poll(() => run.snapshot().queued).toBeGreaterThan(0)
    run.stop()
    expect(run.snapshot().phase).not.toBe('ended')
    await expect.poll(() => run.snapshot().phase).toBe('draining')
    run.stop()
    const { reasons, totals } = reportOfPart(await ended, plan, brokerUrls[0]!, 0)
    silent.close()
    expect(reasons).toContain('none of 7 devices connected: the broker did not answer')
    expect(totals.queued).toBe(totals.published)
    expect(totals.queued).toBeGreaterThan(0)
  })
})

const DRIVEN = `
version: 1
name: driven
ramp: { over: 0s }
groups:
  car:
    count: 5
    track:
      waypoints: [[52.5, 13.4], [52.6, 13.5]]
      speed: 36km/h
    publish:
      - topic: 'cars/{id}'
        every: 200ms
        payload: { fields: { lat: { sensor: track, figure: latitude } } }
`

describe('devices of worker processes', () => {
  it('are on the map of the console that looks at the whole run', async () => {
    const broker = new Broker({ port: 0 })
    const url = `mqtt://127.0.0.1:${(await broker.start()).port}`
    const flags = ['--workers', '2', '--broker', url, '--console-port', '0']
    const sim = motewire('sim', scenario('driven.yaml', DRIVEN), ...flags)
    await sim.says('console  ')
    const [, page = ''] = /console {2}(\S+)/.exec(sim.out) ?? []
    const map = async (): Promise<string[]> => {
      const { rows } = await askJson<FleetMapView>(`${page}api/v1/fleet/map`)
      return rows.filter(({ latitude }) => latitude > 52).map(({ clientId }) => clientId)
    }
    const all = [0, 1, 2, 3, 4].map((index) => `car-${index}`)
    await expect.poll(async () => (await map()).toSorted(), { timeout: 20_000 }).toEqual(all)
    sim.child.kill('SIGINT')
    expect((await sim.finished).code).toBe(0)
    await broker.stop()
  })
})

describe('init', () => {
  it('writes a scenario and a model that run', async () => {
    mkdirSync(at('plant'))
    for (const { path, text } of initFiles('plant')) writeFileSync(at('plant', path), text)
    expect(readdirSync(at('plant')).toSorted()).toEqual(['bridge.sh', 'fleet.yaml', 'pump.ts'])
    const fleet = readFileSync(at('plant', 'fleet.yaml'), 'utf8')
    writeFileSync(
      at('plant', 'fleet.yaml'),
      fleet.replace(/^ {2}# (pump:|  count: 5|  model:)/gm, '  $1'),
    )
    const path = at('plant', 'fleet.yaml')
    const { code, out, err } = await motewire('sim', path, '--duration', '4s', '--quiet').finished
    expect(`${err}${out}`).toContain('pump.bar')
    // On a busy machine the run may be invalid; no threshold is crossed and nothing is broken.
    expect([0, 1]).toContain(code)
  })

  it('refuses a folder that is there, and a path', async () => {
    const there = await motewire('init', 'simulator').finished
    expect(there.code).toBe(2)
    expect(there.err).toBe(
      'motewire: simulator is there already and was not touched, take another name\n',
    )
    const path = await motewire('init', '../x').finished
    expect(path.code).toBe(2)
    expect(path.err).toContain('expected letters, digits, - and _')
  })
})
