// The motewire command as people run it: a process with arguments, output and an exit code.

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Broker } from '@motewire/simulator/broker'
import { requireComponent } from '../support/component.ts'
import { Mosquitto } from '../support/mosquitto.ts'
import { mosquittoSub, motewire } from '../support/programs.ts'

let folder: string

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'motewire-cli-'))
})

afterAll(() => rmSync(folder, { recursive: true, force: true }))

const SCENARIO = `
version: 1
name: proof
devices: 50
ramp: { over: 500ms }
groups:
  - name: s
    weight: 1
    publish:
      - topic: 'proof/{index}'
        every: 200ms
        qos: 1
        payload:
          stamp: [id, seq]
          fields: { v: { sensor: uniform, min: 0, max: 1, decimals: 3 } }
`

function scenarioFile(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

describe('the motewire command', () => {
  it('helps a newcomer', async () => {
    const { code, out } = await motewire('--help').finished
    expect(code).toBe(0)
    for (const word of ['sim', 'bridge', 'broker', 'console', 'pub', 'sub', 'Exit codes']) {
      expect(out).toContain(word)
    }
  })

  const mistakes: [string, string[], number, RegExp][] = [
    ['an unknown option', ['sim', 'x.yaml', '--devics', '5'], 2, /unknown option '--devics'/],
    ['an unknown command', ['simm'], 2, /unknown command 'simm'/],
    [
      'a missing scenario',
      ['sim', 'no-such.yaml'],
      2,
      /^motewire: no-such\.yaml: found no such file/,
    ],
    [
      'framing without a broker',
      ['bridge', '--serial', 'x', '--tcp', '127.0.0.1:1', '--framing', 'cobs'],
      2,
      /^motewire: --framing goes with --mqtt only/,
    ],
    [
      'a broker that is no URL',
      ['bridge', '--serial', 'x', '--mqtt', 'broker'],
      2,
      /^motewire: --mqtt is broker, expected a URL like mqtt:\/\/host:1883/,
    ],
    [
      'a check of no file',
      ['bridge', '--serial', 'x', '--tcp', '127.0.0.1:1', '--check'],
      2,
      /^motewire: --check goes with a file only/,
    ],
    ['a bad report name', ['sim', 'x.yaml', '--report', 'out.doc'], 2, /^motewire: /],
    ['a wrong QoS', ['pub', '-q', '7', '-t', 'a', '-m', 'b'], 2, /expected 0, 1 or 2/],
    ['no topic', ['pub', '-m', 'b'], 2, /no topic given/],
    [
      'a broker that is not there',
      ['pub', '-p', '1', '-t', 'a', '-m', 'b'],
      1,
      /^motewire: tcp 127\.0\.0\.1:1 refused the connection/,
    ],
    [
      'a broker that sub cannot reach',
      ['sub', '-p', '1', '-t', 'a'],
      1,
      /^motewire: tcp 127\.0\.0\.1:1 refused the connection/,
    ],
    ['both sides of a bridge missing', ['bridge', '--serial', 'x'], 2, /expected one of --tcp/],
  ]
  for (const [what, args, code, pattern] of mistakes) {
    it(`says in one line what is wrong with ${what}`, async () => {
      const finished = await motewire(...args).finished
      expect(finished.code).toBe(code)
      expect(finished.err).toMatch(pattern)
      expect(finished.err).not.toMatch(/\n\s+at /)
    })
  }

  it('says nothing of a broker that is not there with --quiet', async () => {
    const { code, err } = await motewire('pub', '-p', '1', '-t', 'a', '-m', 'b', '--quiet').finished
    expect({ code, err }).toEqual({ code: 1, err: '' })
  })

  it('tells the packets of a message with --debug, and no password', async () => {
    const broker = new Broker({ port: 0 })
    const port = String((await broker.start()).port)
    const who = ['-i', 'meter', '-u', 'ann', '-P', 'secret']
    const { code, err } = await motewire(
      'pub',
      '-p',
      port,
      ...who,
      '-t',
      'a',
      '-m',
      'b',
      '-q',
      '1',
      '-d',
    ).finished
    await broker.stop()
    expect(err).toMatch(/^sent CONNECT .*clientId=meter .*username=ann\n/)
    expect(err).toMatch(/\nsent PUBLISH topic=a .*qos=1 .*\ngot {2}PUBACK /)
    expect(err).not.toContain('secret')
    expect(code).toBe(0)
  })

  it('tells each mistake of a scenario with its place', async () => {
    const path = scenarioFile(
      'bad.yaml',
      SCENARIO.replace('qos: 1', 'qos: 7').replace('200ms', '2x'),
    )
    const { code, err } = await motewire('sim', path, '--check').finished
    expect(code).toBe(2)
    expect(err).toMatch(/bad\.yaml:\d+:\d+: groups\[0\]\.publish\[0\]\.qos/)
    expect(err).toMatch(/bad\.yaml:\d+:\d+: groups\[0\]\.publish\[0\]\.every/)
  })

  it('runs a fleet on the embedded broker and writes the report', async () => {
    const report = join(folder, 'out.json')
    const path = scenarioFile('good.yaml', SCENARIO)
    const { code, out } = await motewire('sim', path, '--duration', '2s', '--report', report)
      .finished
    expect(code).toBe(0)
    const { totals, verdict } = JSON.parse(readFileSync(report, 'utf8')) as {
      totals: Record<string, number>
      verdict: string
    }
    // A machine that is busy with other tests may be late itself, which the verdict says.
    expect(['passed', 'invalid']).toContain(verdict)
    expect(out).toContain(verdict.toUpperCase())
    expect(totals['published']).toBeGreaterThan(100)
    expect(totals).toMatchObject({ acked: totals['published'], lost: 0, queued: 0 })
  })

  it('ends with a report and 0 at SIGINT', async () => {
    const sim = motewire('sim', scenarioFile('long.yaml', SCENARIO))
    await sim.says('broker')
    sim.child.kill('SIGINT')
    const { code, out } = await sim.finished
    expect(out).toContain('published')
    expect(code).toBe(0)
  })
})

describe.runIf(requireComponent('mosquitto'))('a fleet on Mosquitto', () => {
  it('publishes as many messages as mosquitto_sub counts', async () => {
    const mosquitto = await Mosquitto.start({
      lines: ['log_type information', 'log_type subscribe'],
    })
    const port = String(mosquitto.port)
    const counter = mosquittoSub('-p', port, '-t', 'proof/#', '-q', '1', '-v')
    await mosquitto.logged(/proof\/#/)
    const report = join(folder, 'counted.json')
    const broker = `mqtt://127.0.0.1:${port}`
    const path = scenarioFile('counted.yaml', SCENARIO)
    const flags = ['--broker', broker, '--duration', '2s', '--report', report]
    const sim = motewire('sim', path, ...flags)
    expect((await sim.finished).code).toBe(0)
    const { totals } = JSON.parse(readFileSync(report, 'utf8')) as {
      totals: Record<string, number>
    }
    const lines = (): number => counter.out.split('\n').length - 1
    await expect.poll(lines, { timeout: 5_000 }).toBe(totals['acked'])
    counter.child.kill()
    await counter.finished
    await mosquitto.stop()
  })
})
