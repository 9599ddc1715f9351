// `motewire merge`: one report and one verdict out of the reports of a fleet's shards. Thresholds
// are those of the scenario, applied to the sum.

import type { Command } from 'commander'
import { checkReportPath, mergeReports, readReport } from '@motewire/simulator/report'
import type { NamedReport } from '@motewire/simulator/report'
import { describeShard } from '@motewire/simulator/scenario'
import { Exit, EXIT } from '../exit.ts'
import { deliverReport, exitCodeOf, reportOption } from '../report-output.ts'

export function addMerge(program: Command): void {
  program
    .command('merge')
    .description('make one report out of the reports of shards')
    .argument('<reports...>', '.json reports of `motewire sim --shard`')
    .addOption(reportOption('.json, .html or .xml'))
    .addHelpText(
      'after',
      `
A shard that was run twice counts once: the newer report wins. Exit code 1 when a shard is missing
or failed, 3 when the sum crosses a threshold.`,
    )
    .action(runMerge)
}

async function runMerge(
  paths: readonly string[],
  { report: targets }: { readonly report: readonly string[] },
): Promise<void> {
  for (const target of targets) {
    await checkReportPath(target)
    if (target.toLowerCase().endsWith('.csv')) {
      const why = 'reports of shards hold no single devices; ask each shard for a .csv'
      throw new Exit(EXIT.usage, `report ${target}: ${why}`)
    }
  }
  const parts: NamedReport[] = []
  for (const name of paths) parts.push({ name, report: await readReport(name) })
  const { report, notes } = mergeReports(parts, describeShard)
  for (const note of notes) process.stderr.write(`${note}\n`)
  await deliverReport(report, targets)
  process.exitCode = exitCodeOf(report)
}
