// `motewire sim`: runs a fleet from a scenario file. What the flags say stands above the file and
// is checked like it, so a wrong value is told the same way wherever it was written.

import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import { expand, loadScenario, parseShard, shardOfEnvironment } from '@motewire/simulator/scenario'
import type { Shard } from '@motewire/simulator/scenario'
import { Exit, EXIT } from '../exit.ts'
import { runFleet } from '../fleet-run.ts'
import { wholeFlag } from '../mqtt-flags.ts'
import { collect } from '../report-output.ts'

interface SimFlags {
  readonly broker?: string
  readonly devices?: string
  readonly duration?: string
  readonly seed?: string
  readonly clock?: string
  readonly shard?: Shard
  readonly report: readonly string[]
  readonly metricsPort?: number
  readonly consolePort?: number
  readonly check?: boolean
  readonly quiet?: boolean
}

export function addSim(program: Command): void {
  program
    .command('sim')
    .description('simulate a fleet of devices from a scenario file')
    .argument('<scenario>', 'scenario file, YAML or JSON')
    .option('--broker <url>', 'a broker URL, or `embedded` (default: what the scenario says)')
    .option('--devices <n>', 'devices in all, shared among the groups')
    .option('--duration <time>', 'run for so long: 30s, 5m, 1h (default: until Ctrl-C)')
    .option('--seed <seed>', 'seed of all random numbers')
    .option('--clock <clock>', 'real (virtual and scaled time are not available yet)')
    .option(
      '--shard <i/n>',
      'run only every n-th device, the i-th first (0/3, 1/3, 2/3)',
      shardFlag,
    )
    .option(
      '--report <file>',
      'write the report to .json, .html, .xml (JUnit) or .csv',
      collect,
      [],
    )
    .option('--metrics-port <port>', 'serve Prometheus metrics here', wholeFlag(0, 65_535))
    .option('--console-port <port>', 'serve the web console on this port', wholeFlag(0, 65_535))
    .option('--check', 'only check the scenario')
    .option('--quiet', 'no progress line')
    .action(runSim)
}

async function runSim(path: string, flags: SimFlags): Promise<void> {
  const { broker, devices, duration, clock } = flags
  const shard = flags.shard ?? shardFromEnvironment()
  const seed = /^\d{1,15}$/.test(flags.seed ?? '') ? Number(flags.seed) : flags.seed
  const scenario = await loadScenario(path, { broker, devices, duration, clock, seed })
  const plan = expand(scenario, { shard })
  if (flags.check === true) {
    const groups = plan.groups.map((group) => `${group.devices} ${group.name}`).join(', ')
    process.stdout.write(`${path} is fine: ${plan.devicesTotal} devices (${groups})\n`)
    return
  }
  if (scenario.clock.kind !== 'real') {
    throw new Exit(
      EXIT.usage,
      `${path}: clock ${scenario.clock.kind} is not available yet, expected real`,
    )
  }
  await runFleet({
    plan,
    broker: scenario.broker.url,
    brokerPort: 0,
    consolePort: flags.consolePort,
    durationMs: scenario.durationMs,
    metricsPort: flags.metricsPort,
    reportPaths: flags.report,
    quiet: flags.quiet ?? false,
  })
}

function shardFlag(text: string): Shard {
  const shard = parseShard(text)
  if (shard !== undefined) return shard
  throw new InvalidArgumentError('expected I/N with I from 0 to N - 1')
}

/** What a batch system says is told, because it changes what runs. */
function shardFromEnvironment(): Shard | undefined {
  const found = shardOfEnvironment(process.env)
  if (found === undefined) return undefined
  if ('problem' in found) throw new Exit(EXIT.usage, found.problem)
  process.stderr.write(`shard ${found.index} of ${found.count}, from ${found.source}\n`)
  return { index: found.index, count: found.count }
}
