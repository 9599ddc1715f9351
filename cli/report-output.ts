// What becomes of a report at the command line: printed, written to files, turned into an exit
// code. What was measured is never lost: when a file cannot be written, the report is printed.

import { Option } from 'commander'
import { formatJson, formatText, writeReport } from '@motewire/simulator/report'
import type { DeviceRow, Report } from '@motewire/simulator/report'
import { Exit, EXIT } from './exit.ts'
import type { ExitCode } from './exit.ts'

/**
 * Prints the report, then writes all files that can be written.
 * @throws Exit with code 1 when one could not: after the whole report went to standard output.
 */
export async function deliverReport(
  report: Report,
  paths: readonly string[],
  devices: () => Iterable<DeviceRow> = () => [],
): Promise<void> {
  process.stdout.write(formatText(report, { color: process.stdout.isTTY }))
  const failures: string[] = []
  for (const path of paths) {
    try {
      await writeReport(path, report, devices())
    } catch (error) {
      failures.push((error as Error).message)
    }
  }
  if (failures.length === 0) return
  process.stdout.write(formatJson(report))
  throw new Exit(EXIT.failed, `${failures.join('; ')} (the report is on standard output instead)`)
}

/**
 * 3 for a crossed threshold; 1 for a missing shard and for what failed otherwise; 1 also when the
 * simulator was too slow for its thresholds to mean anything. Without thresholds nobody asked,
 * and those of a shard are judged in the merge.
 */
export function exitCodeOf({ verdict, thresholds = [], shard, shards }: Report): ExitCode {
  if ((shards?.missing.length ?? 0) > 0) return EXIT.failed
  const isJudged = shard === undefined && thresholds.length > 0
  const isCrossed = thresholds.some(({ isMet }) => !isMet)
  if (isJudged && isCrossed && verdict !== 'invalid') return EXIT.threshold
  const isFine = verdict === 'passed' || (verdict === 'invalid' && !isJudged)
  return isFine ? EXIT.fine : EXIT.failed
}

/** `--report`, which may be given again: `--report a.json --report b.html`. */
export function reportOption(endings: string): Option {
  const append = (path: string, before: readonly string[]): readonly string[] => [...before, path]
  return new Option('--report <file>', `write the report to ${endings}; may be given again`)
    .argParser(append)
    .default([], 'none')
}
