// `motewire sim --shrink`: after a failure in virtual time, looks for a smaller scenario that still
// fails and writes it beside the first one. At the end of its time and at Ctrl-C it keeps the best
// so far.

import { writeFile } from 'node:fs/promises'
import { dirname, join, parse } from 'node:path'
import { makeRun, Modules, reportOfPart, shrink } from '@motewire/simulator'
import type { FailedRun, Run, Shrunk } from '@motewire/simulator'
import type { LinkProfileName } from '@motewire/simulator'
import {
  expand,
  formatDuration,
  formatSource,
  loadTree,
  scenarioOfTree,
  withLink,
} from '@motewire/simulator/scenario'
import type { Scenario, ScenarioOverrides } from '@motewire/simulator/scenario'
import { Exit, EXIT } from './exit.ts'
import { SLOW_DRAIN_MS } from './fleet-run.ts'
import { interrupted } from './interrupt.ts'
import { quoted } from './sim-request.ts'
import { UART_BRIDGE } from './uart-bridge.ts'

export interface ShrinkRequest {
  /** Scenario file. */
  readonly path: string
  readonly overrides: ScenarioOverrides
  readonly link: LinkProfileName | undefined
  readonly failed: FailedRun
  /** Longest time to look, in real milliseconds. */
  readonly timeMs: number
  readonly quiet: boolean
}

const TELL_MS = 1_000

export async function shrinkRun(request: ShrinkRequest): Promise<void> {
  const { path, failed, timeMs, quiet } = request
  const tree = await treeOf(request)
  let isOver = false
  let current: Run | undefined
  const end = (): void => {
    isOver = true
    current?.stop()
  }
  const timer = setTimeout(end, timeMs)
  void interrupted().then(end)
  const run = async (scenario: Scenario): Promise<FailedRun | undefined> => {
    const plan = expand(scenario)
    const { durationMs, clock } = scenario
    const modules = await Modules.load(plan.groups, UART_BRIDGE)
    const place = { brokerUrls: [], sources: [], link: undefined, drainMs: SLOW_DRAIN_MS }
    current = makeRun({ plan, modules, clock, durationMs, ...place })
    const part = await current.run()
    const report = reportOfPart(part, plan, 'embedded', Date.now())
    return isOver ? undefined : { report, rows: part.rows }
  }
  const say = (line: string): void => void process.stdout.write(`${line}\n`)
  let toldMs = 0
  const onStep = (best: Shrunk): void => {
    if (quiet || performance.now() - toldMs < TELL_MS) return
    toldMs = performance.now()
    say(`shrink   ${sizeOf(best)}`)
  }
  const parseTree = (one: unknown): Scenario => scenarioOfTree(one, path)
  const best = await shrink({ tree, failed, parse: parseTree, run, isOver: () => isOver, onStep })
  clearTimeout(timer)
  if (best === undefined) {
    say('shrink   nothing to look for: fewer devices fail its thresholds whatever they do')
  } else if (best.runs === 0) say('shrink   nothing smaller was found that fails')
  else await keep(best, request, say)
}

/** The scenario with all that the command line said in it. */
async function treeOf({ path, overrides, link, failed }: ShrinkRequest): Promise<unknown> {
  const { seed } = failed.report
  const tree = await loadTree(path, { ...overrides, seed, clock: 'virtual' })
  return link === undefined ? tree : withLink(tree, { profile: link })
}

async function keep(
  best: Shrunk,
  { path, failed }: ShrinkRequest,
  say: (line: string) => void,
): Promise<void> {
  const target = join(dirname(path), `${parse(path).name}.shrunk.yaml`)
  const command = `motewire sim ${quoted(target)}`
  const text = formatSource(best.tree, [
    `Shrunk from ${parse(path).base}: ${sizeOf(best)}, of ${failed.rows.length} devices.`,
    `Fails by: ${best.kinds.join('; ')}`,
    `Run: ${command}`,
  ])
  say(`shrink   ${sizeOf(best)}; fails by: ${best.kinds.join('; ')}`)
  try {
    await writeFile(target, text)
  } catch (error) {
    process.stdout.write(text)
    const why = (error as Error).message
    throw new Exit(EXIT.failed, `${target} cannot be written: ${why} (it is on standard output)`)
  }
  say(`replay   ${command}`)
}

function sizeOf({ devices, runs, report, tree }: Shrunk): string {
  const { duration = formatDuration(report.durationMs) } = tree as { duration?: string }
  const fleet = devices === 1 ? '1 device' : `${devices} devices`
  return `${fleet} for ${duration}, digest ${report.digest}, after ${runs} runs`
}
