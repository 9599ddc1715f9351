// Mistakes in scenario files: each is told in one line with its place, and all at once.

import { describe, expect, it } from 'vitest'
import { MotewireError } from '@motewire/sdk'
import { parseScenario, ScenarioError } from '../../../../simulator/scenario/index.ts'
import { CASES } from './problems.cases.ts'

function problemsOf(text: string): ScenarioError {
  try {
    parseScenario(text, 'office.yaml')
  } catch (error) {
    if (error instanceof ScenarioError) return error
    throw error
  }
  throw new Error('the scenario was accepted')
}

describe('one mistake, one line', () => {
  it.each(CASES)('$name', ({ text, told }) => {
    expect(problemsOf(text).message).toBe(`office.yaml:${told}`)
  })
})

describe('many mistakes', () => {
  const text = `
version: 1
clock: fast
duraton: 1m
groups:
  rooms:
    count: lots
    connect: { keepalive: 60 }
    publish:
      - { topic: "a/{indx}", evry: 1s, qos: 3 }
      - topic: ok
        every: 1s
        payload:
          fields:
            t: { sensor: walk, min: 5, max: 1, step: -1 }
  doors: { count: 1, clientId: "{id}" }
  empty: {}
`
  const error = problemsOf(text)

  it('are all told, in the order of the file', () => {
    const keys = error.problems.map(({ line, key }) => `${line} ${key}`)
    expect(keys).toEqual([
      '3 clock',
      '4 duraton',
      '7 groups.rooms.count',
      '8 groups.rooms.connect.keepalive',
      '10 groups.rooms.publish[0].every',
      '10 groups.rooms.publish[0].topic',
      '10 groups.rooms.publish[0].evry',
      '10 groups.rooms.publish[0].qos',
      '15 groups.rooms.publish[1].payload.fields.t.min',
      '15 groups.rooms.publish[1].payload.fields.t.step',
      '16 groups.doors.clientId',
      '17 groups.empty.count',
    ])
  })

  it('make one error with a code and one line each', () => {
    expect(error).toBeInstanceOf(MotewireError)
    expect(error).toMatchObject({ code: 'ERR_SCENARIO_INVALID', retryable: false })
    expect(error.message.split('\n')).toEqual(error.problems.map((problem) => problem.text))
  })

  it('are told up to a hundred, and counted beyond', () => {
    const groups = Array.from({ length: 150 }, (_, index) => `  g${index}: { count: x }`)
    const lines = problemsOf(`version: 1\ngroups:\n${groups.join('\n')}`).message.split('\n')
    expect(lines).toHaveLength(101)
    expect(lines.at(-1)).toBe('and 50 more')
  })
})

describe('hostile files', () => {
  it('refuses aliases that explode', () => {
    const levels = Array.from({ length: 9 }, (_, level) => {
      const items =
        level === 0
          ? 'x'
          : Array(10)
              .fill(`*l${level - 1}`)
              .join(', ')
      return `l${level}: &l${level} [${items}]`
    })
    expect(problemsOf(levels.join('\n')).message).toMatch(/^office\.yaml: not YAML: /)
  })

  it('refuses a file of more than a megabyte before reading it', () => {
    expect(problemsOf('#'.repeat(1_048_577)).message).toBe(
      'office.yaml: found 1048577 characters, expected at most 1048576',
    )
  })

  it('takes no prototype from a key', () => {
    problemsOf('version: 1\n__proto__: { polluted: true }\ngroups: { a: { count: 1 } }')
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  })
})
