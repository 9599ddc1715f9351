// Whether the run of a report can be done again, and whether it was. It runs nothing.

import { MotewireError } from '@motewire/sdk/errors'
import type { NamedReport } from './merge.ts'
import type { Replay } from './replay.ts'
import type { Report } from './report.ts'

/** @throws MotewireError `ERR_REPORT_INVALID` for a report whose run cannot be done again. */
export function replayOf({ name, report }: NamedReport): Replay {
  if (report.replay !== undefined) return report.replay
  const why =
    report.shards !== undefined
      ? 'it is a merge; replay the report of a shard'
      : report.clock === 'virtual'
        ? 'its run was ended before its time'
        : `its run was in ${report.clock} time, which never comes again; take --clock virtual`
  throw new MotewireError('ERR_REPORT_INVALID', `${name} cannot be replayed: ${why}`)
}

/** @throws MotewireError `ERR_REPORT_INVALID` when the scenario is not the one of the report. */
export function checkSameScenario({ name, report }: NamedReport, hash: string): void {
  if (report.scenarioHash === hash) return
  const file = report.replay?.file ?? 'the scenario'
  const hashes = `hash ${report.scenarioHash}, now ${hash}`
  const text = `${file} has changed since ${name} was made: ${hashes}`
  throw new MotewireError('ERR_REPORT_INVALID', text)
}

/** In a line: whether the run did the same again. */
export function compareRuns(before: Report, now: Report): string {
  if (before.digest === now.digest) return `the same run again, digest ${now.digest}`
  return `another run: digest ${now.digest}, before ${before.digest}`
}
