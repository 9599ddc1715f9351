// Which part of a fleet a process runs: by option, or by what batch systems say.

import { describe, expect, it } from 'vitest'
import {
  describeShard,
  expand,
  identityOf,
  parseScenario,
  parseShard,
  shardOfEnvironment,
} from '../../../../simulator/scenario/index.ts'

describe('--shard', () => {
  it.each([
    ['0/1', { index: 0, count: 1 }],
    ['2/3', { index: 2, count: 3 }],
    ['3/3', undefined],
    ['0/0', undefined],
    ['-1/3', undefined],
    ['1', undefined],
    ['1/2/3', undefined],
  ])('%s is %j', (text, shard) => {
    expect(parseShard(text)).toEqual(shard)
  })
})

describe('the environment', () => {
  it.each([
    ['of nothing', {}, undefined],
    [
      'of a Kubernetes Indexed Job',
      { JOB_COMPLETION_INDEX: '2', MOTEWIRE_SHARDS: '5' },
      { index: 2, count: 5, source: 'JOB_COMPLETION_INDEX' },
    ],
    [
      'of an AWS Batch array',
      { AWS_BATCH_JOB_ARRAY_INDEX: '0', AWS_BATCH_JOB_ARRAY_SIZE: '4' },
      { index: 0, count: 4, source: 'AWS_BATCH_JOB_ARRAY_INDEX' },
    ],
    [
      'of a Slurm array from 1',
      { SLURM_ARRAY_TASK_ID: '3', SLURM_ARRAY_TASK_COUNT: '3', SLURM_ARRAY_TASK_MIN: '1' },
      { index: 2, count: 3, source: 'SLURM_ARRAY_TASK_ID' },
    ],
    [
      'of a Slurm array 0-8:4',
      {
        SLURM_ARRAY_TASK_ID: '8',
        SLURM_ARRAY_TASK_COUNT: '3',
        SLURM_ARRAY_TASK_MIN: '0',
        SLURM_ARRAY_TASK_STEP: '4',
        SLURM_PROCID: '0',
        SLURM_NTASKS: '1',
      },
      { index: 2, count: 3, source: 'SLURM_ARRAY_TASK_ID' },
    ],
    [
      'of srun',
      { SLURM_PROCID: '1', SLURM_NTASKS: '2' },
      { index: 1, count: 2, source: 'SLURM_PROCID' },
    ],
    [
      'without the count',
      { JOB_COMPLETION_INDEX: '2' },
      { problem: expect.stringContaining('the number of shards is not said: set MOTEWIRE_SHARDS') },
    ],
    [
      'with a number too many',
      { AWS_BATCH_JOB_ARRAY_INDEX: '4', AWS_BATCH_JOB_ARRAY_SIZE: '4' },
      { problem: 'AWS_BATCH_JOB_ARRAY_INDEX is 4, expected a number below the 4 shards' },
    ],
  ])('%s', (_, env, found) => {
    expect(shardOfEnvironment(env)).toEqual(found)
  })
})

describe('the devices of a shard', () => {
  const text = `
version: 1
groups:
  a: { count: 4 }
  b: { count: 1 }
  c: { count: 6, clientId: "c{index:02}" }
`
  const scenario = parseScenario(text, 'x.yaml')

  it.each([1, 2, 3, 5, 20])('are described as the plan has them, 1 of %d', (count) => {
    for (let index = 0; index < count; index++) {
      const plan = expand(scenario, { shard: { index, count } })
      const { devices, names } = describeShard(identityOf(plan).fleet, 1, { index, count })
      const ids = Array.from(plan, ({ clientId }) => clientId)
      expect(devices).toBe(ids.length)
      const ends = names.flatMap((name) => / ([\w-]+)( to ([\w-]+))?( in steps|$)/.exec(name) ?? [])
      for (const end of ends.filter((part) => /^(a-|b-|c)\w+$/.test(part))) {
        expect(ids).toContain(end)
      }
    }
  })

  it('are told with first and last name', () => {
    const { fleet } = identityOf(expand(scenario))
    expect(describeShard(fleet, 1, { index: 1, count: 3 }).names).toEqual([
      'a: 1 device, a-1',
      'b: 1 device, b-0',
      'c: 2 devices, c02 to c05 in steps of 3',
    ])
  })
})

describe('the hash of a scenario', () => {
  const hashOf = (change: (text: string) => string, name = 'x.yaml'): string => {
    const text = change('version: 1\nname: n\ngroups: { a: { count: 4 } }\n')
    return identityOf(expand(parseScenario(text, name))).scenarioHash
  }

  it('does not hang on comments, file names and brokers', () => {
    const plain = hashOf((text) => text)
    expect(hashOf((text) => `# c\n${text}`, 'y.yaml')).toBe(plain)
    expect(hashOf((text) => `${text}broker: mqtt://h\n`)).toBe(plain)
    expect(plain).toMatch(/^[0-9a-f]{16}$/)
  })

  it('hangs on what devices do', () => {
    expect(hashOf((text) => text.replace('4', '5'))).not.toBe(hashOf((text) => text))
  })
})
