// Runs one fleet from the command line: broker (embedded or given), console, live progress, the end
// by duration or Ctrl-C, and the report. `sim` and `demo` differ only in what they put in here.

import { bridgeView, ConsoleServer } from '@motewire/console'
import type { ConsoleOptions } from '@motewire/console'
import type { MotewireError } from '@motewire/sdk'
import { makeRun, Modules, reportOfPart } from '@motewire/simulator'
import type { FleetInspection, LinkSettings, Run, RunPart } from '@motewire/simulator'
import { Broker, LiveConfig } from '@motewire/simulator/broker'
import {
  checkReportPath,
  formatProgress,
  formatPrometheus,
  MetricsServer,
} from '@motewire/simulator/report'
import type { DeviceRow, Replay, Report } from '@motewire/simulator/report'
import type { FleetPlan } from '@motewire/simulator/scenario'
import { startMicrocontroller } from './demo-microcontroller.ts'
import type { DemoMicrocontroller } from './demo-microcontroller.ts'
import { EXIT } from './exit.ts'
import { interrupted } from './interrupt.ts'
import { deliverReport, exitCodeOf } from './report-output.ts'
import { UART_BRIDGE } from './uart-bridge.ts'

export interface FleetRun {
  readonly plan: FleetPlan
  /** Broker URLs, which devices take in turn, or `embedded`. */
  readonly brokers: readonly string[]
  /** Port of the embedded broker; 0 takes a free one. */
  readonly brokerPort: number
  /** Port of the console; undefined: no console. */
  readonly consolePort: number | undefined
  readonly durationMs: number | undefined
  /** Port for Prometheus; undefined: none. */
  readonly metricsPort?: number | undefined
  readonly reportPaths: readonly string[]
  readonly quiet: boolean
  /** Processes that share the devices. Default 1: this one. */
  readonly workers?: number | undefined
  /** Addresses to connect from. Default: the system's choice. */
  readonly sources?: readonly string[] | undefined
  /** Of groups without a link of their own. */
  readonly link?: LinkSettings | undefined
  /** For the report of a run in virtual time: how to do it again. */
  readonly replay?: Replay | undefined
  /** Whether an emulated microcontroller joins the fleet through a serial bridge. Default: no. */
  readonly hasMicrocontroller?: boolean
}

/** Longest wait for messages under way when the run ends. */
const DRAIN_MS = 1_500
/** Same, in the time of the run, where links are slow or time costs nothing. */
export const SLOW_DRAIN_MS = 60_000
/** Without a terminal a progress line is a line of a log: fewer of them. */
const LOG_EVERY_MS = 5_000
const REFRESH_MS = 500

export interface FleetResult {
  readonly report: Report
  /** What each device did. */
  readonly rows: readonly DeviceRow[]
  /** Whether somebody ended the run before its time. */
  readonly wasInterrupted: boolean
}

export async function runFleet(run: FleetRun): Promise<FleetResult> {
  for (const path of run.reportPaths) await checkReportPath(path)
  let hurry = (): void => process.exit(EXIT.failed)
  const stop = interrupted(() => hurry())
  const { plan, durationMs, workers, sources = [], link } = run
  const { clock } = plan.scenario
  const isEmbedded = run.brokers[0] === 'embedded'
  // In virtual and scaled time the embedded broker is reached without sockets, on the same clock.
  const broker = isEmbedded && clock.kind === 'real' ? await startBroker(run.brokerPort) : undefined
  const brokerUrls = broker !== undefined ? [broker.url] : isEmbedded ? [] : run.brokers
  const hasLinks = link !== undefined || plan.groups.some((group) => group.link !== undefined)
  const drainMs = clock.kind === 'real' && !hasLinks ? DRAIN_MS : SLOW_DRAIN_MS
  const modules = await Modules.load(plan.groups, UART_BRIDGE)
  const programs = { modules, uartBridge: UART_BRIDGE }
  const spec = { plan, ...programs, clock, brokerUrls, sources, durationMs, drainMs, link }
  const fleet = makeRun(spec, workers)
  const brokerName = isEmbedded ? (broker?.url ?? 'embedded') : run.brokers.join(',')
  const say = (line: string): void => void (run.quiet || process.stdout.write(`${line}\n`))
  say(`broker   ${brokerName}`)
  const device = run.hasMicrocontroller === true ? startMicrocontroller(brokerUrls[0]!) : undefined
  const page = await startConsole(run, broker?.broker, fleet, device)
  if (page !== undefined) say(`console  ${page.url}`)
  const metrics =
    run.metricsPort === undefined
      ? undefined
      : new MetricsServer(() => formatPrometheus(fleet.snapshot()))
  if (metrics !== undefined) say(`metrics  ${await metrics.start(run.metricsPort ?? 0)}`)
  const startedAt = Date.now()
  const progress = new Progress(fleet, run.quiet)
  let wasInterrupted = false
  const interrupt = (): void => {
    wasInterrupted = true
    fleet.stop()
  }
  hurry = () => {
    process.stderr.write('not waiting any longer for what is under way\n')
    fleet.stop()
  }
  void stop.then(interrupt)
  let part: RunPart
  try {
    part = await fleet.run()
  } finally {
    progress.stop()
    await device?.stop()
    await metrics?.stop()
    await page?.server.stop()
    await broker?.broker.stop()
  }
  const isRepeatable = clock.kind === 'virtual' && !wasInterrupted
  const replay = isRepeatable ? run.replay : undefined
  const report = reportOfPart(part, plan, brokerName, startedAt, replay)
  await deliverReport(report, run.reportPaths, () => part.rows)
  // Who stops a run early has seen enough; only thresholds still speak.
  const code = exitCodeOf(report)
  if (!wasInterrupted || code === EXIT.threshold) process.exitCode = code
  return { report, rows: part.rows, wasInterrupted }
}

async function startBroker(port: number): Promise<{ broker: Broker; url: string }> {
  const attempt = async (wanted: number): Promise<{ broker: Broker; url: string }> => {
    const broker = new Broker({ port: wanted })
    return { broker, url: `mqtt://127.0.0.1:${(await broker.start()).port}` }
  }
  try {
    return await attempt(port)
  } catch (error) {
    // The embedded broker is ours alone: where it listens matters less than that it does.
    if ((error as MotewireError).code !== 'ERR_BROKER_PORT_IN_USE') throw error
    process.stderr.write(`port ${port} is in use, the embedded broker takes a free one\n`)
    return attempt(0)
  }
}

async function startConsole(
  { consolePort }: FleetRun,
  broker: Broker | undefined,
  fleet: Run,
  device: DemoMicrocontroller | undefined,
): Promise<{ server: ConsoleServer; url: string } | undefined> {
  if (consolePort === undefined) return undefined
  const bridges = (): ReturnType<typeof bridgeView>[] =>
    device === undefined ? [] : [bridgeView(device.id, device.bridge.snapshot(), Date.now())]
  const config = broker && new LiveConfig(broker, undefined)
  const options: ConsoleOptions = { broker, config, fleet, bridges }
  const server = new ConsoleServer({ ...options, port: consolePort })
  try {
    return { server, url: (await server.start()).url }
  } catch (error) {
    if ((error as MotewireError).code !== 'ERR_CONSOLE_PORT_IN_USE') throw error
    process.stderr.write(`port ${consolePort} is in use, the console takes a free one\n`)
    const other = new ConsoleServer({ ...options, port: 0 })
    return { server: other, url: (await other.start()).url }
  }
}

/** The live line: rewritten in place on a terminal, now and then a line elsewhere. */
class Progress {
  readonly #fleet: FleetInspection
  readonly #isTerminal = process.stdout.isTTY
  readonly #timer: NodeJS.Timeout | undefined

  constructor(fleet: FleetInspection, quiet: boolean) {
    this.#fleet = fleet
    if (quiet) return
    this.#timer = setInterval(() => this.#print(), this.#isTerminal ? REFRESH_MS : LOG_EVERY_MS)
  }

  #print(): void {
    const line = formatProgress(this.#fleet.snapshot())
    process.stdout.write(this.#isTerminal ? `\r\u001b[K${line}` : `${line}\n`)
  }

  stop(): void {
    if (this.#timer === undefined) return
    clearInterval(this.#timer)
    this.#print()
    process.stdout.write('\n')
  }
}
