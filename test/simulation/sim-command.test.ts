// `motewire sim` in virtual and scaled time, as people call it: the digest is the same over worker
// processes, and what cannot be had is told with exit code 2.

import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
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
const TIMEOUT_MS = 50_000

const folder = mkdtempSync(join(tmpdir(), 'motewire-sim-'))
const alone = join(folder, 'alone.yaml')
const listening = join(folder, 'listening.yaml')
writeFileSync(alone, SCENARIO)
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
  it('prints the same digest in one process and over workers', async () => {
    const [one, several] = await Promise.all([
      sim(alone, ...VIRTUAL),
      sim(alone, ...VIRTUAL, '--workers', '2'),
    ])
    expect(one).toMatchObject({ code: 0, errors: '' })
    const digest = /digest +([0-9a-f]{16})/.exec(one.output)?.[1]
    expect(digest).toBeDefined()
    expect(several.output).toContain(`digest   ${digest}`)
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
    ['a link that nobody knows', alone, ['--link', '5g'], /nb-iot/],
  ])('refuses %s', async (_what, file, args, message) => {
    const { code, errors } = await sim(file, '--clock', 'virtual', '--duration', '1m', ...args)
    expect(code).toBe(2)
    expect(errors).toMatch(message)
  })
})
