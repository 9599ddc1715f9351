// `motewire sim` in virtual and scaled time, as people call it: the digest is the same over worker
// processes, and what cannot be had is told with exit code 2.

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'

const SCENARIO = `
version: 1
seed: 5
groups:
  meter:
    count: 30
    connect: { keepalive: 60s, clean: false }
    publish:
      - { topic: 'm/{index}', every: 10s, qos: 1, payload: { fields: { v: 1 } } }
`
const LISTENER = `
  listener: { count: 1, publish: [], subscribe: [{ filter: 'm/#' }] }
`
/** The outbox of a device holds 1,000 messages, and a third of the devices are away for more. */
const FAILING = `
version: 1
seed: 5
groups:
  meter:
    count: 9
    connect: { clean: false }
    link:
      profile: gprs
      outages: [{ start: 1m, duration: 20m, share: 40% }]
    publish:
      - { topic: 'm/{index}', every: 1s, qos: 1, payload: { fields: { v: 1 } } }
      - { topic: 'n/{index}', every: 10s }
  door: { count: 3, publish: [{ topic: 'd/{index}', every: 10s }] }
`
const TIMEOUT_MS = 50_000

const folder = mkdtempSync(join(tmpdir(), 'motewire-sim-'))
const alone = join(folder, 'alone.yaml')
const listening = join(folder, 'listening.yaml')
writeFileSync(alone, SCENARIO)
const failing = join(folder, 'failing.yaml')
writeFileSync(failing, FAILING)
writeFileSync(listening, `${SCENARIO.trimEnd()}${LISTENER}`)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

interface Result {
  readonly code: number
  readonly output: string
  readonly errors: string
}

function sim(...args: string[]): Promise<Result> {
  const program = ['--import', 'tsx', '--conditions=dev', 'cli/main.ts', 'sim', ...args]
  return new Promise((resolve) => {
    execFile(process.execPath, program, { timeout: TIMEOUT_MS }, (error, output, errors) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), output, errors })
    })
  })
}

const VIRTUAL = ['--clock', 'virtual', '--duration', '10m', '--link', 'gprs', '--quiet']

describe('motewire sim', () => {
  it('gives the same digest and ledger in one process and over workers', async () => {
    const reports = ['one', 'several'].map((name) => join(folder, name))
    const into = (path: string): string[] =>
      ['json', 'csv'].flatMap((to) => ['--report', `${path}.${to}`])
    const [one, several] = await Promise.all([
      sim(alone, ...VIRTUAL, ...into(reports[0]!)),
      sim(alone, ...VIRTUAL, ...into(reports[1]!), '--workers', '2'),
    ])
    expect(one).toMatchObject({ code: 0, errors: '' })
    const digest = /digest +([0-9a-f]{16})/.exec(one.output)?.[1]
    expect(digest).toBeDefined()
    expect(several.output).toContain(`digest   ${digest}`)
    const [first, second] = reports.map((path) => {
      const { startedAt: _startedAt, ...rest } = JSON.parse(readFileSync(`${path}.json`, 'utf8'))
      return { ...rest, devicesOneByOne: readFileSync(`${path}.csv`, 'utf8') }
    })
    expect(second).toEqual(first)
    expect(first).toMatchObject({ totals: { lost: 0 } })
  })

  it('does a failed run again from its report, and finds a smaller one that fails', async () => {
    const report = join(folder, 'failed.json')
    const first = await sim(failing, '--clock', 'virtual', '--duration', '30m', '--report', report)
    expect(first.code).toBe(1)
    expect(first.output).toMatch(/failed: \d+ messages of QoS 1 lost/)
    expect(first.output).toContain(`replay   motewire sim --replay ${report}`)
    const again = await sim('--replay', report, '--quiet', '--shrink', '60s')
    expect(again.code).toBe(1)
    expect(again.output).toMatch(/the same run again, digest [0-9a-f]{16}\n/)
    const [, digest] = /1 device for \w+, digest (\w+), .*fails by: QoS 1 lost/.exec(again.output)!
    const smaller = join(folder, 'failing.shrunk.yaml')
    expect(readFileSync(smaller, 'utf8')).not.toMatch(/door|clean|jitter/)
    const smallest = await sim(smaller, '--quiet')
    expect(smallest.code).toBe(1)
    expect(smallest.output).toContain(`digest   ${digest}`)
    writeFileSync(failing, FAILING.replace('20m', '19m'))
    const changed = await sim('--replay', report)
    expect(changed).toMatchObject({ code: 2, output: '' })
    expect(changed.errors).toMatch(/failing.yaml has changed since .*: hash/)
  })

  it('runs ten times as fast in scaled time, on the embedded broker', async () => {
    const { code, output } = await sim(
      alone,
      '--clock',
      'scaled:10',
      '--duration',
      '20s',
      '--quiet',
    )
    expect(code).toBe(0)
    expect(output).toMatch(/clock scaled/)
    const [, published, acked] = /QoS 1 +(\d+) +(\d+)/.exec(output) ?? []
    expect(Number(published)).toBeGreaterThan(30)
    expect(acked).toBe(published)
  })

  it.each([
    ['a broker in virtual time', alone, ['--broker', 'mqtt://127.0.0.1:1'], /embedded broker/],
    ['workers for devices that hear each other', listening, ['--workers', '2'], /subscribe/],
    ['shrinking in real time', alone, ['--clock', 'real', '--shrink', '1s'], /--clock virtual/],
    ['what a replay says itself', '--replay=x.json', [], /--duration beside --replay/],
    ['a link that nobody knows', alone, ['--link', '5g'], /nb-iot/],
  ])('refuses %s', async (_what, file, args, message) => {
    const { code, errors } = await sim(file, '--clock', 'virtual', '--duration', '1m', ...args)
    expect(code).toBe(2)
    expect(errors).toMatch(message)
  })
})
