// What `motewire sim` is asked to run: by a scenario file and flags, or by the report of a run that
// is to be done again. It reads no scenario.

import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { InvalidArgumentError } from 'commander'
import { LINK_PROFILE_NAMES } from '@motewire/simulator'
import type { LinkProfileName } from '@motewire/simulator'
import { readReport, replayOf } from '@motewire/simulator/report'
import type { NamedReport, Replay, Report } from '@motewire/simulator/report'
import type { ScenarioOverrides, Shard } from '@motewire/simulator/scenario'
import { Exit, EXIT } from './exit.ts'

/** The flags that say which run it is; a replay has them from the report. */
export interface RunFlags {
  readonly broker?: readonly string[]
  readonly devices?: string
  readonly duration?: string
  readonly seed?: string
  readonly clock?: string
  readonly only?: readonly string[]
  readonly link?: LinkProfileName
  readonly shard?: Shard
  readonly verify?: boolean
}

export interface SimRequest {
  /** Scenario file. */
  readonly path: string
  readonly overrides: ScenarioOverrides
  readonly link: LinkProfileName | undefined
  readonly shard: Shard | undefined
  /** What the report tells about doing the run again. */
  readonly replay: Replay
  /** The report of the run that this one repeats. */
  readonly before: NamedReport | undefined
}

/** So that what is wrong with one is told of `--broker`, not of the first of a list. */
function oneOrAll(brokers: readonly string[] | undefined): string | readonly string[] | undefined {
  return brokers?.length === 1 ? brokers[0] : brokers
}

/** @param replayed path of a report to do again. */
export async function requestOf(
  path: string | undefined,
  replayed: string | undefined,
  flags: RunFlags,
): Promise<SimRequest> {
  if (replayed !== undefined) return requestOfReport(path, replayed, flags)
  if (path === undefined) {
    throw new Exit(EXIT.usage, 'sim: found no scenario, expected a file or --replay REPORT')
  }
  const { devices, duration, clock, only, link, verify, shard, broker: brokers } = flags
  const seed = /^\d{1,15}$/.test(flags.seed ?? '') ? Number(flags.seed) : flags.seed
  const overrides = { broker: oneOrAll(brokers), devices, duration, clock, seed, only, verify }
  const replay = {
    file: path,
    ...(devices === undefined ? {} : { devices }),
    ...(duration === undefined ? {} : { duration }),
    ...(only === undefined ? {} : { only }),
    ...(link === undefined ? {} : { link }),
    ...(verify === undefined ? {} : { verify }),
  }
  return { path, overrides, link, shard, replay, before: undefined }
}

const OF_THE_REPORT: readonly (keyof RunFlags)[] = [
  'broker',
  'devices',
  'duration',
  'seed',
  'clock',
  'only',
  'link',
  'shard',
  'verify',
]

/** Where a run is the same each time. */
const VIRTUAL = { broker: 'embedded', clock: 'virtual' } as const

async function requestOfReport(
  path: string | undefined,
  name: string,
  flags: RunFlags,
): Promise<SimRequest> {
  const extra = OF_THE_REPORT.find((key) => flags[key] !== undefined)
  if (extra !== undefined) {
    const why = 'the report says it; leave it out, or run the scenario itself'
    throw new Exit(EXIT.usage, `--${extra} beside --replay: ${why}`)
  }
  const report = await readReport(name)
  const replay = replayOf({ name, report })
  const { link, devices, duration, only, verify } = replay
  const { seed } = report
  return {
    path: path ?? scenarioOf(replay, name),
    overrides: { ...VIRTUAL, seed, devices, duration, only, verify },
    link: link === undefined ? undefined : parseLink(link),
    shard: report.shard,
    replay,
    before: { name, report },
  }
}

/** As it was named, or beside the report. */
function scenarioOf({ file }: Replay, report: string): string {
  const beside = resolve(dirname(report), file)
  return !existsSync(file) && existsSync(beside) ? beside : file
}

export function parseLink(text: string): LinkProfileName {
  const profile = LINK_PROFILE_NAMES.find((name) => name === text)
  if (profile !== undefined) return profile
  throw new InvalidArgumentError(`expected one of ${LINK_PROFILE_NAMES.join(', ')}`)
}

/** The command that does a run in virtual time again, without its report. */
export function commandOf({ replay, seed, shard }: Report): string {
  const { file = '', devices, duration, only, link, verify } = replay ?? {}
  const flags: readonly (readonly [string, string | undefined])[] = [
    ['clock', 'virtual'],
    ['seed', String(seed)],
    ['devices', devices],
    ['duration', duration],
    ['only', only?.join(',')],
    ['link', link],
    ['shard', shard && `${shard.index}/${shard.count}`],
  ]
  const words = flags.flatMap(([name, value]) => (value === undefined ? [] : [`--${name}`, value]))
  const switches = verify === true ? ['--verify'] : []
  return ['motewire sim', ...[file, ...words, ...switches].map(quoted)].join(' ')
}

/** For a shell, where it needs to be. */
export function quoted(word: string): string {
  return /^[\w./:,=@+-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`
}
