// From the text of a scenario to its meaning.

import { describe, expect, it } from 'vitest'
import { parseScenario } from '../../../../simulator/scenario/index.ts'
import type { ScenarioOverrides } from '../../../../simulator/scenario/index.ts'

const minimal = 'version: 1\ngroups:\n  rooms: { count: 3 }\n'

function parse(text: string, overrides?: ScenarioOverrides): ReturnType<typeof parseScenario> {
  return parseScenario(text, 'dir/office.yaml', overrides)
}

describe('defaults', () => {
  it('fill in all that a minimal file leaves out', () => {
    expect(parse(minimal)).toEqual({
      version: 1,
      fileName: 'dir/office.yaml',
      name: 'office',
      seed: 1,
      broker: {
        urls: ['embedded'],
        username: undefined,
        password: undefined,
        ca: undefined,
        cert: undefined,
        key: undefined,
        isVerified: true,
      },
      clock: { kind: 'real' },
      durationMs: undefined,
      ramp: { pace: { perSecond: 500 }, start: 'linear' },
      thresholds: [],
      faults: [],
      stages: [],
      verify: false,
      only: undefined,
      groups: [
        {
          name: 'rooms',
          share: 3,
          devices: 3,
          clientId: '{group}-{index}',
          connect: {
            keepalive: 60,
            clean: true,
            protocolVersion: 4,
            sessionExpiry: undefined,
            reconnect: { firstMs: 2_000, maxMs: 30_000, isJittered: true },
          },
          publish: [],
          subscribe: [],
          link: undefined,
          wallClock: { driftPpm: 0, offsetMs: 0, isLost: false },
          track: undefined,
          commands: undefined,
          shadow: undefined,
          sparkplug: undefined,
          sparkplugHost: undefined,
          lifecycle: undefined,
          energy: undefined,
          model: undefined,
          firmware: undefined,
          credentials: undefined,
        },
      ],
    })
  })

  it('fill in a stream that only has a topic and a period', () => {
    const text = `${minimal}    `.replace('{ count: 3 }', '{ count: 3, publish: [STREAM] }')
    const scenario = parse(text.replace('STREAM', '{ topic: a, every: 1s }'))
    expect(scenario.groups[0]?.publish).toEqual([
      {
        label: 'a',
        topic: 'a',
        everyMs: 1_000,
        jitterMs: 0,
        phase: 'random',
        qos: 0,
        retain: false,
        payload: { format: 'json', stamp: ['seq', 'ts'], fields: [] },
        exception: undefined,
        batch: 1,
        burst: undefined,
      },
    ])
  })
})

describe('the full language', () => {
  const text = `
version: 1
name: all of it
seed: plant-7
broker: { url: "mqtts://broker.example:8883", username: "{id}", password: "pw-{index}" }
clock: scaled:60
duration: 1.5h
devices: 10
ramp: { over: 20s, start: poisson }
groups:
  - name: one
    weight: 2
    clientId: "dev-{index:04}"
    connect: { keepalive: 90s, clean: false, protocolVersion: 5, sessionExpiry: 1h }
    publish:
      - topic: "a/{id}"
        every: 10s
        jitter: 500ms
        phase: 2s
        qos: 2
        retain: true
        payload:
          stamp: true
          fields:
            unit: C
            walk: { sensor: walk, min: 0, max: 10, step: 1 }
            sine: { sensor: sine, mean: 5, amplitude: 2, phase: random, decimals: 0 }
            gauss: { sensor: gaussian, mean: 1, deviation: 0.5, min: 0 }
            uniform: { sensor: uniform, min: 1, max: 2 }
            step: { sensor: step, values: [on, off], hold: 30s, timing: random }
            counter: { sensor: counter, wrapAt: 65536 }
      - { topic: "a/{id}", every: 1m, payload: { stamp: [ts, seq] } }
    subscribe:
      - { filter: "cmd/{id}/#", qos: 1 }
  - { name: two, weight: 1 }
`
  const scenario = parse(text)
  const [one, two] = scenario.groups

  it('reads the top level', () => {
    expect(scenario).toMatchObject({
      name: 'all of it',
      seed: 'plant-7',
      broker: { urls: ['mqtts://broker.example:8883'], username: '{id}', password: 'pw-{index}' },
      clock: { kind: 'scaled', factor: 60 },
      durationMs: 5_400_000,
      ramp: { pace: { overMs: 20_000 }, start: 'poisson' },
    })
  })

  it('divides the devices among the groups by weight', () => {
    expect([one?.devices, two?.devices]).toEqual([7, 3])
  })

  it('reads a group and its streams', () => {
    expect(one).toMatchObject({
      connect: { keepalive: 90, clean: false, protocolVersion: 5, sessionExpiry: 3_600 },
      publish: [
        { everyMs: 10_000, jitterMs: 500, phase: 2_000, qos: 2, retain: true },
        { everyMs: 60_000, label: 'a/{id}#2' },
      ],
      subscribe: [{ filter: 'cmd/{id}/#', qos: 1 }],
    })
  })

  it('brings stamps into one order', () => {
    const stamps = one?.publish.map(({ payload }) => payload.stamp)
    expect(stamps).toEqual([
      ['id', 'stream', 'seq', 'ts'],
      ['seq', 'ts'],
    ])
  })

  it('reads every kind of sensor, in the order of the file', () => {
    expect(one?.publish[0]?.payload.fields).toEqual([
      { name: 'unit', sensor: { sensor: 'constant', value: 'C' } },
      {
        name: 'walk',
        sensor: { sensor: 'walk', min: 0, max: 10, step: 1, start: undefined, decimals: 2 },
      },
      {
        name: 'sine',
        sensor: {
          sensor: 'sine',
          mean: 5,
          amplitude: 2,
          periodMs: 86_400_000,
          phase: 'random',
          noise: 0,
          decimals: 0,
        },
      },
      {
        name: 'gauss',
        sensor: {
          sensor: 'gaussian',
          mean: 1,
          deviation: 0.5,
          min: 0,
          max: undefined,
          decimals: 2,
        },
      },
      { name: 'uniform', sensor: { sensor: 'uniform', min: 1, max: 2, decimals: 2 } },
      {
        name: 'step',
        sensor: {
          sensor: 'step',
          values: ['on', 'off'],
          holdMs: [30_000, 30_000],
          timing: 'random',
        },
      },
      {
        name: 'counter',
        sensor: { sensor: 'counter', start: 0, step: 1, spread: 0, wrapAt: 65_536, decimals: 0 },
      },
    ])
  })

  it('is plain data that a worker can be sent', () => {
    expect(structuredClone(scenario)).toEqual(scenario)
  })
})

describe('forms of the file', () => {
  it('takes JSON, with tabs too', () => {
    const json = JSON.stringify({ version: 1, groups: { a: { count: 2 } } }, undefined, '\t')
    expect(parse(json).groups[0]?.devices).toBe(2)
  })

  it('takes anchors, aliases and merge keys', () => {
    const text = `
version: 1
groups:
  a: &base { count: 2, connect: { keepalive: 5s } }
  b: { <<: *base, count: 3 }
`
    expect(parse(text).groups[1]).toMatchObject({ devices: 3, connect: { keepalive: 5 } })
  })

  it.each(['broker: mqtt://h:1883', 'broker: { url: "mqtt://h:1883" }'])('takes %s', (line) => {
    expect(parse(`${line}\n${minimal}`).broker.urls).toEqual(['mqtt://h:1883'])
  })

  it.each([
    'broker: [mqtt://h:1, ws://h:2]',
    'broker: { url: [mqtt://h:1, ws://h:2], username: "{id}" }',
  ])('takes several brokers: %s', (line) => {
    expect(parse(`${line}\n${minimal}`).broker.urls).toEqual(['mqtt://h:1', 'ws://h:2'])
  })

  it.each(['mqtt://o:9', ['mqtt://o:9']])('replaces several brokers by %j', (broker) => {
    const text = `broker: { url: [mqtt://h:1, ws://h:2], username: u }\n${minimal}`
    const { urls, username } = parseScenario(text, 'office.yaml', { broker }).broker
    expect({ urls, username }).toEqual({ urls: ['mqtt://o:9'], username: 'u' })
  })

  it.each([
    ['ramp: 50/s', { perSecond: 50 }],
    ['ramp: { rate: 50/s }', { perSecond: 50 }],
    ['ramp: { over: 1m }', { overMs: 60_000 }],
    ['ramp: { over: 0s }', { overMs: 0 }],
  ])('takes %s', (line, pace) => {
    expect(parse(`${line}\n${minimal}`).ramp.pace).toEqual(pace)
  })
})

describe('the command line stands above the file', () => {
  it('replaces values, and leaves credentials alone', () => {
    const text = `broker: { url: "mqtt://a", username: u }\nduration: 5s\n${minimal}`
    const overrides = {
      seed: '7',
      broker: 'mqtt://b',
      duration: '9s',
      devices: '12',
      clock: 'virtual',
      ramp: '5/s',
    }
    expect(parse(text, overrides)).toMatchObject({
      seed: 7,
      broker: { urls: ['mqtt://b'], username: 'u' },
      durationMs: 9_000,
      clock: { kind: 'virtual' },
      ramp: { pace: { perSecond: 5 } },
      groups: [{ devices: 12, share: 3 }],
    })
  })

  it('is blamed by its own name', () => {
    expect(() => parse(minimal, { devices: 'many', duration: '10' })).toThrow(
      '--duration: found 10, expected a duration from 1ms to 3650d, ' +
        'such as 250ms, 30s, 5m or 1h\n' +
        '--devices: found "many", expected a whole number from 1 to 1000000',
    )
  })
})
