// What stands in the way of a run, told from numbers alone.

import { describe, expect, it } from 'vitest'
import {
  messagesPerSecond,
  obstaclesOf,
  thisMachine,
} from '../../../../simulator/fleet/preflight.ts'
import type { Machine, Need } from '../../../../simulator/fleet/preflight.ts'
import { loopbackSources } from '../../../../simulator/fleet/tcp-dialer.ts'
import { expand, parseScenario } from '../../../../simulator/scenario/index.ts'

const MACHINE: Machine = { files: 20_000, ports: 28_232, freeBytes: 8e9, cores: 2 }
const NEED: Need = {
  devices: 18_000,
  workers: 1,
  brokers: 1,
  sources: 0,
  messagesPerSecond: 1_000,
  isBrokerInside: false,
}

function limitsOf(need: Partial<Need>, machine: Partial<Machine> = {}): string[] {
  return obstaclesOf({ ...NEED, ...need }, { ...MACHINE, ...machine }).map(({ limit }) => limit)
}

describe('a preflight', () => {
  it.each<[string, Partial<Need>, Partial<Machine>, string[]]>([
    ['finds nothing wrong with 18,000 devices', {}, {}, []],
    ['counts open files', { devices: 19_990 }, {}, ['files']],
    [
      'counts them twice with the broker inside',
      { devices: 10_000, isBrokerInside: true },
      {},
      ['files'],
    ],
    ['divides files among workers', { devices: 60_000, workers: 4, sources: 3 }, {}, []],
    ['counts ports', { devices: 60_000, workers: 4 }, {}, ['ports']],
    ['divides ports among brokers', { devices: 60_000, workers: 4, brokers: 3 }, {}, []],
    [
      'does not divide ports of named sources among brokers',
      { devices: 60_000, workers: 4, brokers: 4, sources: 2 },
      {},
      ['ports'],
    ],
    ['estimates memory', {}, { freeBytes: 1e8 }, ['memory']],
    ['estimates processor time', { messagesPerSecond: 40_000 }, {}, ['processor']],
    ['cannot use more cores than workers', { messagesPerSecond: 20_000 }, {}, ['processor']],
    [
      'cannot use more cores than there are',
      { messagesPerSecond: 40_000, workers: 8 },
      {},
      ['processor'],
    ],
  ])('%s', (_name, need, machine, expected) => {
    expect(limitsOf(need, machine)).toEqual(expected)
  })

  it('says how many workers would do', () => {
    const [obstacle] = obstaclesOf({ ...NEED, devices: 60_000, sources: 3 }, MACHINE)
    expect(obstacle?.message).toContain('at least --workers 4')
    expect(obstacle?.isCertain).toBe(true)
  })

  it('says how many sources would do', () => {
    const need = { ...NEED, devices: 60_000, workers: 4, brokers: 4, sources: 2 }
    const [obstacle] = obstaclesOf(need, MACHINE)
    expect(obstacle?.message).toContain('30,000 connections from one address, but')
    expect(obstacle?.message).toContain('at least 3 addresses')
  })

  it('knows what a plan sends in a second', () => {
    const text = `
version: 1
groups:
  one:
    count: 100
    publish: [{ topic: a, every: 500ms, payload: { fields: { v: 1 } } }]
  two:
    count: 30
    publish: [{ topic: b, every: 1m, payload: { fields: { v: 1 } } }]
`
    expect(messagesPerSecond(expand(parseScenario(text, 'test.yaml')))).toBeCloseTo(200.5)
  })

  it('reads the limits of this machine', () => {
    const { files, ports, freeBytes, cores } = thisMachine()
    expect(Math.min(files, ports, freeBytes, cores)).toBeGreaterThan(0)
  })
})

describe('source addresses', () => {
  it('are the system’s choice as long as one is enough, or brokers are elsewhere', () => {
    expect(loopbackSources(14_000, ['mqtt://127.0.0.1:1'])).toEqual([])
    expect(loopbackSources(60_000, ['mqtt://broker.example'])).toEqual([])
  })

  it('are spread over the loopback network when ports would run out', () => {
    const sources = loopbackSources(30_000, ['mqtt://127.0.0.1:1', 'mqtt://localhost:2'])
    expect(sources).toEqual([1, 2, 3, 4, 5, 6].map((host) => `127.1.0.${host}`))
  })

  it('are as many for several brokers as for one, because each port serves one connection', () => {
    const urls = [1, 2, 3, 4].map((port) => `mqtt://127.0.0.1:${port}`)
    expect(loopbackSources(60_000, urls)).toEqual(loopbackSources(60_000, urls.slice(0, 1)))
  })
})
