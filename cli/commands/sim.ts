// `motewire sim`: runs a fleet from a scenario file. What the flags say stands above the file and
// is checked like it, so a wrong value is told the same way wherever it was written.

import type { Command } from 'commander'
import { InvalidArgumentError } from 'commander'
import {
  LINK_PROFILE_NAMES,
  loopbackSources,
  messagesPerSecond,
  obstaclesOf,
  thisMachine,
} from '@motewire/simulator'
import { checkSameScenario, compareRuns } from '@motewire/simulator/report'
import {
  expand,
  identityOf,
  loadScenario,
  parseDuration,
  parseShard,
  shardOfEnvironment,
} from '@motewire/simulator/scenario'
import type { FleetPlan, Scenario, Shard } from '@motewire/simulator/scenario'
import { Exit, EXIT } from '../exit.ts'
import { runFleet } from '../fleet-run.ts'
import type { FleetResult } from '../fleet-run.ts'
import { listFlag, wholeFlag } from '../mqtt-flags.ts'
import { reportOption } from '../report-output.ts'
import { shrinkRun } from '../shrink-run.ts'
import { commandOf, parseLink, requestOf } from '../sim-request.ts'
import type { RunFlags, SimRequest } from '../sim-request.ts'

interface SimFlags extends RunFlags {
  readonly workers: number
  readonly sources?: readonly string[]
  readonly report: readonly string[]
  readonly replay?: string
  /** Milliseconds. */
  readonly shrink?: number
  readonly metricsPort?: number
  readonly consolePort?: number
  readonly check?: boolean
  readonly quiet?: boolean
}

const AFTER = `
What is not given here is as the file has it; where that is silent too: the embedded broker, real
time, seed 1, no link, until Ctrl-C.`

export function addSim(program: Command): void {
  program
    .command('sim')
    .description('simulate a fleet of devices from a scenario file')
    .argument('[scenario]', 'scenario file, YAML or JSON')
    .option(
      '--broker <urls>',
      'a broker URL, several for devices to take in turn, or `embedded`',
      listFlag,
    )
    .option('--devices <n>', 'devices in all, shared among the groups')
    .option('--only <ids>', 'run only the devices of these client ids', listFlag)
    .option('--duration <time>', 'run for so long: 30s, 5m, 1h')
    .option('--seed <seed>', 'seed of all random numbers')
    .option('--clock <clock>', 'real, virtual (as fast as it goes) or scaled:N (N times faster)')
    .option('--link <profile>', linkHelp(), parseLink)
    .option('--verify', 'let a subscriber verify what arrives at the broker')
    .option('--workers <n>', 'processes that share the devices', wholeFlag(1, 256), 1)
    .option('--sources <list>', 'addresses to connect from: 127.1.0.1,127.1.0.2', listFlag)
    .option(
      '--shard <i/n>',
      'run only every n-th device, the i-th first (0/3, 1/3, 2/3)',
      shardFlag,
    )
    .addOption(reportOption('.json, .html, .xml (JUnit) or .csv'))
    .option('--replay <report>', 'do the run of a .json report in virtual time again')
    .option(
      '--shrink <time>',
      'when a run in virtual time fails, look so long for a smaller one',
      timeFlag,
    )
    .option('--metrics-port <port>', 'serve Prometheus metrics here', wholeFlag(0, 65_535))
    .option('--console-port <port>', 'serve the web console on this port', wholeFlag(0, 65_535))
    .option('--check', 'only check the scenario')
    .option('--quiet', 'no progress line')
    .addHelpText('after', AFTER)
    .action(runSim)
}

async function runSim(file: string | undefined, flags: SimFlags): Promise<void> {
  const request = await requestOf(file, flags.replay, flags)
  const { path, before } = request
  const shard = request.shard ?? (before === undefined ? shardFromEnvironment() : undefined)
  const scenario = await loadScenario(path, request.overrides)
  const plan = expand(scenario, { shard })
  if (before !== undefined) checkSameScenario(before, identityOf(plan).scenarioHash)
  if (flags.shrink !== undefined && scenario.clock.kind !== 'virtual') {
    throw new Exit(EXIT.usage, '--shrink needs --clock virtual: no other run is the same twice')
  }
  if (flags.check === true) {
    const groups = plan.groups.map((group) => `${group.devices} ${group.name}`).join(', ')
    process.stdout.write(`${path} is fine: ${plan.devicesTotal} devices (${groups})\n`)
    return
  }
  const brokers = scenario.broker.urls
  const sources = flags.sources ?? sourcesFor(plan, brokers)
  checkMachine(plan, flags, brokers, sources)
  tellFaultsLeftOut(scenario, brokers)
  const result = await runFleet({
    plan,
    brokers,
    sources,
    workers: flags.workers,
    link: request.link === undefined ? undefined : { profile: request.link },
    brokerPort: 0,
    consolePort: flags.consolePort,
    durationMs: scenario.durationMs,
    metricsPort: flags.metricsPort,
    reportPaths: flags.report,
    quiet: flags.quiet ?? false,
    replay: request.replay,
  })
  await lookBack(request, flags, result)
}

/** What a run in virtual time is good for besides its report. */
async function lookBack(
  { path, overrides, link, before }: SimRequest,
  flags: SimFlags,
  { report, rows, wasInterrupted }: FleetResult,
): Promise<void> {
  if (report.replay === undefined || wasInterrupted) return
  if (before !== undefined) {
    process.stdout.write(`replay   ${compareRuns(before.report, report)}\n`)
  } else if (report.verdict !== 'passed') {
    const json = flags.report.find((target) => target.toLowerCase().endsWith('.json'))
    const command = json === undefined ? commandOf(report) : `motewire sim --replay ${json}`
    process.stdout.write(`replay   ${command}\n`)
  }
  if (flags.shrink === undefined || report.verdict === 'passed') return
  const quiet = flags.quiet ?? false
  const failed = { report, rows }
  await shrinkRun({ path, overrides, link, failed, timeMs: flags.shrink, quiet })
}

/** Enough addresses of this machine for the ports that so many devices need. */
function sourcesFor(plan: FleetPlan, brokers: readonly string[]): string[] {
  return brokers[0] === 'embedded' ? [] : loopbackSources(plan.devices, brokers)
}

/** Tells what this machine will not do, before it does not; what is certain ends the command. */
function checkMachine(
  plan: FleetPlan,
  { workers }: SimFlags,
  brokers: readonly string[],
  sources: readonly string[],
): void {
  const isBrokerInside = brokers[0] === 'embedded'
  // Without sockets there is nothing to run out of.
  if (plan.scenario.clock.kind === 'virtual') return
  if (plan.scenario.clock.kind === 'scaled' && isBrokerInside) return
  const need = {
    devices: plan.devices,
    workers,
    brokers: brokers.length,
    sources: sources.length,
    messagesPerSecond: messagesPerSecond(plan),
    isBrokerInside,
  }
  const obstacles = obstaclesOf(need, thisMachine())
  const lines = obstacles.map(({ limit, message }) => `not enough ${limit}: ${message}`)
  if (obstacles.some(({ isCertain }) => isCertain)) throw new Exit(EXIT.usage, lines.join('\n'))
  for (const line of lines) process.stderr.write(`${line}\n`)
}

/** Nobody restarts a broker of yours. */
function tellFaultsLeftOut({ faults, clock }: Scenario, brokers: readonly string[]): void {
  const isOurs = brokers[0] === 'embedded' && clock.kind !== 'real'
  if (isOurs || !faults.some(({ kind }) => kind === 'restart' || kind === 'slow')) return
  const where = 'the embedded broker with --clock virtual or scaled:N'
  process.stderr.write(`faults of the broker are left out: they happen to ${where}\n`)
}

function linkHelp(): string {
  return `link of all devices that have none in the file: ${LINK_PROFILE_NAMES.join(', ')}`
}

function timeFlag(text: string): number {
  const durationMs = parseDuration(text)
  if (durationMs !== undefined && durationMs > 0) return durationMs
  throw new InvalidArgumentError('expected a time like 30s or 5m')
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
