// Shards: which part of a fleet one process runs. The part comes from `--shard i/n` or from what a
// batch system says in the environment; which devices it has is the plan's matter (every n-th one).
// Pure: the environment is an argument.

import { createHash } from 'node:crypto'
import { Template } from './template.ts'
import type { FleetPlan } from './fleet-plan.ts'
import type { Scenario } from './scenario.ts'

/** Part `index` (from 0) of `count`. */
export interface Shard {
  readonly index: number
  readonly count: number
}

/** A shard and who said so, for the one line that tells it. */
export interface FoundShard extends Shard {
  readonly source: string
}

/** The phrase that says what does not fit. */
export interface ShardProblem {
  readonly problem: string
}

type Environment = Readonly<Record<string, string | undefined>>

/** Number of shards, for systems that tell a pod its number only. */
const COUNT_VARIABLE = 'MOTEWIRE_SHARDS'
const SHARDS_MAX = 1_000_000

/** `2/5` is the third of five; undefined for any other text. */
export function parseShard(text: string): Shard | undefined {
  const [, index, count] = /^(\d{1,7})\/(\d{1,7})$/.exec(text) ?? []
  return checked(Number(index), Number(count))
}

/**
 * The shard that the surrounding batch system gave this process; undefined outside of one. Systems
 * that only number their tasks need MOTEWIRE_SHARDS beside them: running a whole fleet in every one
 * of them would make devices of the same client id throw each other out.
 */
export function shardOfEnvironment(env: Environment): FoundShard | ShardProblem | undefined {
  const firstTask = Number(env['SLURM_ARRAY_TASK_MIN'] ?? 0)
  const stride = Number(env['SLURM_ARRAY_TASK_STEP'] ?? 1)
  const isArray = env['SLURM_ARRAY_TASK_ID'] !== undefined
  const found =
    fromVariables(env, 'JOB_COMPLETION_INDEX', COUNT_VARIABLE) ??
    fromVariables(env, 'AWS_BATCH_JOB_ARRAY_INDEX', 'AWS_BATCH_JOB_ARRAY_SIZE') ??
    fromVariables(env, 'SLURM_ARRAY_TASK_ID', 'SLURM_ARRAY_TASK_COUNT', (id) => {
      return (id - firstTask) / stride
    })
  // Inside an array every task has a SLURM_PROCID of its own job, which says nothing.
  if (found !== undefined || isArray) return found
  return fromVariables(env, 'SLURM_PROCID', 'SLURM_NTASKS')
}

function fromVariables(
  env: Environment,
  indexName: string,
  countName: string,
  position: (index: number) => number = (index) => index,
): FoundShard | ShardProblem | undefined {
  const indexText = env[indexName]
  if (indexText === undefined || indexText === '') return undefined
  const countText = env[COUNT_VARIABLE] ?? env[countName]
  if (countText === undefined || countText === '') {
    const why = `the number of shards is not said: set ${COUNT_VARIABLE} or --shard I/N`
    return { problem: `${indexName} is ${indexText}, but ${why}` }
  }
  const shard = checked(position(Number(indexText)), Number(countText))
  if (shard !== undefined) return { ...shard, source: indexName }
  return {
    problem: `${indexName} is ${indexText}, expected a number below the ${countText} shards`,
  }
}

function checked(index: number, count: number): Shard | undefined {
  const isFine = Number.isInteger(index) && Number.isInteger(count) && index >= 0 && index < count
  return isFine && count <= SHARDS_MAX ? { index, count } : undefined
}

/** What a report tells about the fleet that it is a part of (report/report.ts). */
export interface FleetIdentity {
  readonly scenarioHash: string
  readonly fleet: FleetShape
  readonly shard: Shard | undefined
}

/** `clientId` is a template. */
export interface FleetShape {
  readonly devices: number
  readonly groups: readonly {
    readonly name: string
    readonly devices: number
    readonly clientId: string
  }[]
}

export function identityOf(plan: FleetPlan): FleetIdentity {
  const { scenario, shard, devicesTotal, groups } = plan
  return {
    scenarioHash: hashOf(scenario),
    fleet: {
      devices: devicesTotal,
      groups: groups.map(({ name, devices, clientId }) => ({ name, devices, clientId })),
    },
    shard: shard.count === 1 ? undefined : { index: shard.index, count: shard.count },
  }
}

/** Of all that decides what devices do: not the file's name, nor which broker a shard uses. */
function hashOf({ fileName: _fileName, broker: _broker, ...rest }: Scenario): string {
  return createHash('sha256').update(JSON.stringify(rest)).digest('hex').slice(0, 16)
}

/** The devices of a shard in words, `room: 200 devices, room-0001 to room-0598`, a text a group. */
export function describeShard(
  fleet: FleetShape,
  seed: number | string,
  { index, count }: Shard,
): { devices: number; names: string[] } {
  let first = 0
  let devices = 0
  const names: string[] = []
  for (const group of fleet.groups) {
    // Numbers in the fleet that this group has: first to first + group.devices - 1.
    const lead = (((index - first) % count) + count) % count
    const own = Math.max(0, Math.ceil((group.devices - lead) / count))
    first += group.devices
    if (own === 0) continue
    devices += own
    const template = Template.of(group.clientId)
    const nameOf = (number: number): string =>
      template.render({ index: number, group: group.name, id: '', seed })
    const [from, to] = [nameOf(lead), nameOf(lead + (own - 1) * count)]
    const range = own === 1 ? from : `${from} to ${to}${count > 1 ? ` in steps of ${count}` : ''}`
    names.push(`${group.name}: ${own} ${own === 1 ? 'device' : 'devices'}, ${range}`)
  }
  return { devices, names }
}
