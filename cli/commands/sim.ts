// `motewire sim`: runs a fleet from a scenario file. What the flags say stands above the file and
// is checked like it, so a wrong value is told the same way wherever it was written.

import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import { expand, loadScenario } from '@motewire/simulator/scenario'
import { Exit, EXIT } from '../exit.ts'
import { runFleet } from '../fleet-run.ts'
import { wholeFlag } from '../mqtt-flags.ts'

interface SimFlags {
  readonly broker?: string
  readonly devices?: string
  readonly duration?: string
  readonly seed?: string
  readonly clock?: string
  readonly shard?: { index: number; count: number }
  readonly report?: string
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
    .option('--shard <i/n>', 'run only every n-th device, from the i-th (0/3, 1/3, 2/3)', shardFlag)
    .option('--report <file>', 'write the report to a .json file')
    .option('--console-port <port>', 'serve the web console on this port', wholeFlag(0, 65_535))
    .option('--check', 'only check the scenario')
    .option('--quiet', 'no progress line')
    .action(runSim)
}

async function runSim(path: string, flags: SimFlags): Promise<void> {
  const { broker, devices, duration, clock, shard } = flags
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
    reportPath: flags.report,
    quiet: flags.quiet ?? false,
  })
}

function shardFlag(text: string): { index: number; count: number } {
  const [, index, count] = /^(\d{1,6})\/(\d{1,6})$/.exec(text) ?? []
  const shard = { index: Number(index), count: Number(count) }
  if (shard.index < shard.count) return shard
  throw new InvalidArgumentError('expected I/N with I from 0 to N - 1')
}
