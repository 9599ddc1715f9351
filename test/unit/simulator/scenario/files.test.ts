// The files that a scenario names: read, and told like any other mistake where they are wrong.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { expand, loadScenario } from '../../../../simulator/scenario/index.ts'
import type { ImageSpec, Scenario } from '../../../../simulator/scenario/index.ts'
import { parseCsv } from '../../../../simulator/scenario/csv.ts'

const folder = mkdtempSync(join(tmpdir(), 'motewire-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
function load(group: string, beside: Readonly<Record<string, string>>): Promise<Scenario> {
  for (const [name, text] of Object.entries(beside)) writeFileSync(join(folder, name), text)
  const path = join(folder, `s${files++}.yaml`)
  writeFileSync(path, `version: 1\ngroups:\n  a: { count: 3, ${group} }\n`)
  return loadScenario(path)
}

const field = (sensor: string): string =>
  `publish: [{ topic: t, every: 1s, payload: { fields: { f: ${sensor} } } }]`

describe('CSV', () => {
  it.each([
    ['a,b\n1,2\n', [['1', '2']]],
    ['\uFEFFa;b\r\n1;2\r\n', [['1', '2']]],
    ['a,b\n"x, ""y""",2', [['x, "y"', '2']]],
    ['a,b\n\n1,\n', [['1', '']]],
    ['a,b\n"two\nlines",2\n', [['two\nlines', '2']]],
  ])('%j has rows %j', (text, rows) => {
    expect(parseCsv(text, 10)).toEqual({ columns: ['a', 'b'], rows })
  })

  it('of more rows than allowed is refused', () => {
    expect(() => parseCsv('a\n1\n2\n3\n4\n', 2)).toThrow('more than 2 rows')
  })
})

describe('a recording', () => {
  const sensor = '{ sensor: replay, file: r.csv, column: v, from: 10s, to: 30s }'
  const replayOf = async (csv: string): Promise<unknown> => {
    const scenario = await load(field(sensor), { 'r.csv': csv })
    return scenario.groups[0]?.publish[0]?.payload.fields[0]?.sensor
  }

  it('is cut to its range, times counted from its begin', async () => {
    const csv = 'time,v\n100,1\n110,2\n120,\n130,3\n140,4\n'
    expect(await replayOf(csv)).toMatchObject({ timesMs: [0, 20_000], values: [2, 3] })
  })

  it('takes times of day', async () => {
    const csv = 'time,v\n2026-01-01T00:00:00Z,1\n2026-01-01T00:00:15Z,2\n'
    expect(await replayOf(csv)).toMatchObject({ timesMs: [5_000], values: [2] })
  })

  it.each([
    ['time,w\n1,2\n', 'no column v in r.csv, but time w'],
    ['time,v\n', 'no rows in r.csv'],
    ['time,v\n1,2\n', 'no values of v in that range of r.csv'],
    ['time,v\nnoon,2\n', 'no time in row 2 of r.csv'],
    ['time,v\n0,1\n20,2\n15,3\n', 'row 4 of r.csv goes back in time'],
  ])('of %j is refused at its key', async (csv, told) => {
    await expect(replayOf(csv)).rejects.toThrow(
      `:3:99: groups.a.publish[0].payload.fields.f.file: found ${told}, expected a file that`,
    )
  })

  it('that is not there is refused', async () => {
    const missing = field('{ sensor: replay, file: none.csv, column: v }')
    await expect(load(missing, {})).rejects.toThrow('found none.csv: no such file, expected')
  })
})

describe('credentials', () => {
  it('go to devices row by row, round and round', async () => {
    const csv = 'username,password,cert\nann,a1,\nbob,,b.pem\n'
    const plan = expand(await load('credentials: who.csv', { 'who.csv': csv, 'b.pem': '' }))
    expect([0, 1, 2].map((index) => plan.device(index))).toMatchObject([
      { username: 'ann', password: 'a1', cert: undefined },
      { username: 'bob', password: undefined, cert: expect.stringMatching(/^\/.*b\.pem$/) },
      { username: 'ann', password: 'a1' },
    ])
  })

  it('that are not there are refused', async () => {
    await expect(load('credentials: who.csv', { 'who.csv': 'cert,key\nc.pem,k.pem\n' }))
      .rejects //
      .toThrow('groups.a.credentials: found c.pem: no such file')
  })

  it('with an unknown column are refused', async () => {
    await expect(load('credentials: odd.csv', { 'odd.csv': 'user\nann\n' })).rejects.toThrow(
      'found column user, not one of username password cert key',
    )
  })
})

describe('a track', () => {
  it('comes from a file', async () => {
    const csv = 'latitude,longitude\n1,2\n3,4\n'
    const scenario = await load('track: { waypoints: t.csv }', { 't.csv': csv })
    expect(scenario.groups[0]?.track?.waypoints).toEqual([
      [1, 2],
      [3, 4],
    ])
  })

  it('off the earth is refused', async () => {
    const csv = 'latitude,longitude\n1,2\n300,4\n'
    await expect(load('track: { waypoints: bad.csv }', { 'bad.csv': csv })).rejects.toThrow(
      'found no place on earth in row 3, expected a file that can be used',
    )
  })
})

describe('a model', () => {
  it('is found beside the scenario', async () => {
    const { groups } = await load('model: { file: ./pump.ts, options: { x: 1 } }', {
      'pump.ts': '',
    })
    expect(groups[0]?.model).toEqual({ path: join(folder, 'pump.ts'), options: { x: 1 } })
  })

  it('that is not there is refused', async () => {
    await expect(load('model: ./none.ts', {})).rejects.toThrow(
      ':3:25: groups.a.model: found ./none.ts: no such file',
    )
  })
})

describe('firmware', () => {
  it('is found beside the scenario', async () => {
    const { groups } = await load('firmware: ./pump.HEX', { 'pump.HEX': '' })
    const path = join(folder, 'pump.HEX')
    expect(groups[0]?.firmware).toEqual({
      kind: 'image',
      path,
      framing: 'raw',
      driftPpm: 30,
      analog: [],
      eeprom: [],
      line: undefined,
      supply: undefined,
      publishes: undefined,
      subscribes: undefined,
    })
  })

  it('may say what it publishes, hears and has in its EEPROM', async () => {
    const told = 'publishes: ["up/{id}/+"], subscribes: []'
    const text = `firmware: { file: p.hex, ${told}, eeprom: { 24: [0, 60], 31: 1 } }`
    const scenario = await load(text, { 'p.hex': '' })
    expect(scenario.groups[0]!.firmware).toMatchObject({
      publishes: ['up/{id}/+'],
      subscribes: [],
      eeprom: [
        { address: 24, bytes: [0, 60] },
        { address: 31, bytes: [1] },
      ],
    })
    expect(expand(scenario).device(2).firmware).toMatchObject({ publishes: ['up/a-2/+'] })
  })

  it('has inputs that see sensors, also recorded ones', async () => {
    const replay = '{ sensor: replay, file: v.csv, column: v }'
    const text = `firmware: { file: p.uf2, drift: 5ppm, analog: { 0: 1.5, 3: ${replay} } }`
    const { groups } = await load(text, { 'p.uf2': '', 'v.csv': 'time,v\n0,1\n1,2\n' })
    const { driftPpm, analog } = groups[0]!.firmware as ImageSpec
    expect(driftPpm).toBe(5)
    expect(analog[0]).toEqual({ name: '0', sensor: { sensor: 'constant', value: 1.5 } })
    expect(analog[1]).toMatchObject({ name: '3', sensor: { sensor: 'replay', values: [1, 2] } })
  })

  it('has a line on which things go wrong', async () => {
    const line = 'flip: 1%, drop: 0.002, resetAt: [5, 900], resetEvery: 4000'
    const unplugs = 'unplugs: [{ start: 1m, duration: 5s, every: 2m }]'
    const text = `firmware: { file: p.uf2, framing: cobs, line: { ${line}, ${unplugs} } }`
    const { groups } = await load(text, { 'p.uf2': '' })
    expect(groups[0]!.firmware).toMatchObject({
      framing: 'cobs',
      line: {
        flipShare: 0.01,
        dropShare: 0.002,
        resetAtBytes: [5, 900],
        resetEveryBytes: 4_000,
        unplugs: [{ startMs: 60_000, durationMs: 5_000, everyMs: 120_000, spreadMs: 0 }],
      },
    })
  })

  it('may be a program that stands beside the scenario, or on the PATH', async () => {
    const command = '[./qemu, -M, "x{index}"]'
    const scenario = await load(`firmware: { command: ${command}, framing: slip }`, {})
    expect(scenario.groups[0]?.firmware).toEqual({
      kind: 'program',
      command: [join(folder, 'qemu'), '-M', 'x{index}'],
      uart: undefined,
      framing: 'slip',
      folder,
      publishes: undefined,
      subscribes: undefined,
    })
    expect(expand(scenario).device(2).firmware).toMatchObject({
      command: [join(folder, 'qemu'), '-M', 'x2'],
    })
    const other = await load('firmware: { command: [qemu], uart: "localhost:50{index:02}" }', {})
    expect(other.groups[0]?.firmware).toMatchObject({
      command: ['qemu'],
      uart: 'localhost:50{index:02}',
    })
  })

  it('cannot be verified', async () => {
    writeFileSync(join(folder, 'a.hex'), '')
    const path = join(folder, 'verified.yaml')
    writeFileSync(path, 'version: 1\nverify: true\ngroups: { a: { count: 1, firmware: a.hex } }')
    await expect(loadScenario(path)).rejects.toThrow(
      'a.hex, expected streams or no verify: messages of an image carry no number by which a ' +
        'subscriber could tell which are lost, repeated or out of order',
    )
  })

  it('that is not there is refused', async () => {
    await expect(load('firmware: ./none.bin', {})).rejects.toThrow(
      ':3:28: groups.a.firmware: found ./none.bin: no such file',
    )
  })
})
